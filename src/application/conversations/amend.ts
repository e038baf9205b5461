import type { Decision } from '../../domain/chat.ts';
import type { User } from '../../domain/channel.ts';
import type { ChatEvent } from '../../domain/chat-event.ts';
import { emptyConversation, isBusy, type Conversation } from '../../domain/conversation.ts';
import { E, O, type Either } from '../../domain/fp.ts';
import type { ChatStore, OwnerId, StoredConversation } from '../ports/chat-store.port.ts';
import type { Clock } from '../ports/clock.port.ts';
import { storeUnavailable, type StoreUnavailable } from '../ports/errors.ts';
import type { Ids } from '../ports/ids.port.ts';
import { pause } from '../pause.ts';
import type { Plan } from './keeper.ts';
import { saveSurely } from './save-surely.ts';

export interface AmendDeps {
  readonly store: ChatStore;
  readonly self: OwnerId;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly decide: (conversation: Conversation, events: ReadonlyArray<ChatEvent>) => Decision;
  readonly onDecided: (user: User, decision: Decision) => void;
  /** Longest that a caller waits for the store, ms; one operation of it that is under way by then comes to its end. */
  readonly patienceMs: number;
}

export interface Amended {
  readonly stored: StoredConversation;
  readonly changed: boolean;
}

/** Tries against other writers and a store in trouble, before the caller hears of it. */
const maxTries = 12;

/**
 * Decides on a conversation that this process does not own: reads it, decides, writes on condition that nobody wrote
 * meanwhile, and tries again when somebody did. A conversation without an owner becomes ours with the first write that
 * leaves something to do; one with an owner keeps it, and the caller has to wake that owner.
 */
export const amend = async (
  deps: AmendDeps,
  user: User,
  plan: Plan,
): Promise<Either<StoreUnavailable, Amended>> => {
  const attempts: string[] = [];
  let trouble = 'too many others wrote to this conversation';
  const until = deps.clock.monotonic() + deps.patienceMs;
  for (let tries = 0; tries < maxTries && deps.clock.monotonic() < until; tries += 1) {
    if (tries > 0) await pause(deps.clock, Math.min(800, 10 * 2 ** tries) * deps.ids.random());
    const loaded = await deps.store.load(user)();
    if (E.isLeft(loaded)) {
      trouble = loaded.left.detail;
      continue;
    }
    const before = O.getOrElse(() => fresh(user))(loaded.right);
    if (attempts.includes(before.writeId)) return E.right({ stored: before, changed: true });
    const decision = deps.decide(before.conversation, plan(before.conversation));
    if (decision.conversation === before.conversation) return E.right({ stored: before, changed: false });
    // what is beyond the document's bound stays in it until its owner spills it: there is but one who does
    const { conversation } = decision;
    const claimed = O.isNone(before.owner) && isBusy(conversation);
    const writeId = deps.ids.writeId();
    attempts.push(writeId);
    const saved = await saveSurely(
      deps.store,
      { conversation, rev: before.rev, writeId, ...(claimed ? { owner: deps.self } : {}) },
      attempts,
    );
    if (saved.outcome === 'saved') {
      deps.onDecided(user, decision);
      return E.right({
        changed: true,
        stored: saved.found ?? {
          conversation,
          rev: before.rev + 1,
          writeId,
          owner: claimed ? O.some(deps.self) : before.owner,
          epoch: before.epoch + (claimed ? 1 : 0),
        },
      });
    }
    if (saved.outcome === 'unavailable') trouble = saved.detail;
  }
  return E.left(storeUnavailable(trouble));
};

const fresh = (user: User): StoredConversation => ({
  conversation: emptyConversation(user),
  rev: 0,
  writeId: '',
  owner: O.none,
  epoch: 0,
});
