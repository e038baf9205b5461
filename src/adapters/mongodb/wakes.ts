import type { ChatStore, OwnerId } from '../../application/ports/chat-store.port.ts';
import type { Clock } from '../../application/ports/clock.port.ts';
import { pipe, TE } from '../../domain/fp.ts';
import { twice, type Calls } from './calls.ts';
import type { Grouper } from './grouper.ts';
import { storedUser, userOfStored } from './keys.ts';
import type { Collections } from './schema.ts';

/** Conversations whose wake is cleared by one update: it is to be over well within its deadline. */
const takenAtOnce = 256;

interface Deps {
  readonly conversations: Collections['conversations'];
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly deadlineMs: number;
  readonly calls: Calls;
  readonly waking: Grouper<string, void>;
  readonly maxTimeMS: number;
}

/** Wakes a group of conversations by their keys: those that have an owner. */
export const makeWaking =
  ({ conversations, maxTimeMS }: Pick<Deps, 'conversations' | 'maxTimeMS'>) =>
  async (keys: ReadonlyArray<string>): Promise<void> => {
    await twice(() =>
      conversations.updateMany(
        { _id: { $in: [...new Set(keys)] }, owner: { $gt: '' } },
        { $set: { wake: true } },
        { maxTimeMS },
      ),
    );
  };

export const makeWakes = (deps: Deps): Pick<ChatStore, 'wake' | 'woken'> => {
  const { conversations, clock, deadlineMs, calls, waking, maxTimeMS } = deps;
  /** Found, and perhaps cleared, but not told yet since an answer was lost: by owner. */
  const untold = new Map<OwnerId, Set<string>>();

  const untoldOf = (owner: OwnerId): Set<string> => {
    const keys = untold.get(owner) ?? new Set();
    untold.set(owner, keys);
    return keys;
  };

  /** Answers whether there may be more. */
  const takeSome = async (owner: OwnerId): Promise<boolean> => {
    const found = await conversations
      .find({ owner, wake: true }, { projection: { _id: 1 }, limit: takenAtOnce, maxTimeMS })
      .toArray();
    if (found.length === 0) return false;
    const keys = found.map(({ _id }) => _id);
    for (const key of keys) untoldOf(owner).add(key);
    // one that is woken again meanwhile is told now, and is read only after this
    await twice(() =>
      conversations.updateMany({ _id: { $in: keys }, owner }, { $set: { wake: false } }, { maxTimeMS }),
    );
    return found.length === takenAtOnce;
  };

  /** What is left after half of the time is told by the next call. */
  const takeWakes = async (owner: OwnerId): Promise<void> => {
    const until = clock.monotonic() + deadlineMs / 2;
    while ((await takeSome(owner)) && clock.monotonic() < until);
  };

  return {
    wake: (user) => () => waking.ask(storedUser(user), 1),

    woken: (owner) =>
      pipe(
        calls.write(() => takeWakes(owner)),
        TE.map(() => {
          const keys = [...(untold.get(owner) ?? [])];
          untold.delete(owner);
          return keys.map(userOfStored);
        }),
      ),
  };
};
