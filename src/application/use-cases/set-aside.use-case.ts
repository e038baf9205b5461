import { E, O, type Either } from '../../domain/fp.ts';
import { whyNotRetryable, type NotRetryable } from '../../domain/retry.ts';
import type { Application, NoSetAside, WhichSetAside } from '../application.ts';
import type { Keepers } from '../conversations/keepers.ts';
import type { ChatStore, SetAsideEntry } from '../ports/chat-store.port.ts';
import type { Clock } from '../ports/clock.port.ts';
import type { ContextStore } from '../ports/context-store.port.ts';
import type { StoreUnavailable } from '../ports/errors.ts';
import type { Log } from '../ports/log.port.ts';

export interface SetAsideDeps {
  readonly store: ChatStore;
  readonly contexts: ContextStore;
  readonly keepers: Keepers;
  readonly clock: Clock;
  readonly log: Log;
}

type UseCases = Pick<Application, 'listSetAside' | 'retrySetAside' | 'discardSetAside'>;

const pageMax = 1_000;

const none: NoSetAside = { _tag: 'NoSetAside' };

/**
 * What operators do with messages that could not be delivered (relay.md §4.1). An entry leaves the list after what was
 * asked for is stored, so that a crash in between leaves it where it can be seen.
 */
export const makeSetAsideUseCases = ({ store, contexts, keepers, clock, log }: SetAsideDeps): UseCases => {
  const find = async ({
    user,
    id,
  }: WhichSetAside): Promise<Either<NoSetAside | StoreUnavailable, SetAsideEntry>> => {
    const listed = await store.listSetAside(user)();
    if (E.isLeft(listed)) return listed;
    return E.fromNullable(none)(listed.right.find(({ effect }) => effect.id === id));
  };

  const remove = async (
    { user, id }: WhichSetAside,
    how: string,
  ): Promise<Either<StoreUnavailable, void>> => {
    const removed = await store.removeSetAside(id)();
    if (E.isLeft(removed)) return removed;
    if (O.isSome(removed.right)) log.info('set-aside-settled', { user: user.id, effect: id, how });
    return E.right(undefined);
  };

  return {
    listSetAside: ({ user, after, limit }) =>
      store.listSetAside(user, {
        limit: Math.min(pageMax, Math.max(1, limit)),
        ...(after === undefined ? {} : { after }),
      }),

    retrySetAside: (which) => async () => {
      const found = await find(which);
      if (E.isLeft(found)) return found;
      const { effect } = found.right;
      let why: NotRetryable | undefined;
      const asked = await keepers.amend(which.user, (conversation) => {
        why = whyNotRetryable(conversation, effect);
        return why === undefined ? [{ type: 'retry-asked', effect, at: clock.now() }] : [];
      });
      if (E.isLeft(asked)) return asked;
      return why === undefined ? remove(which, 'retried') : E.left({ _tag: 'CannotRetry', why });
    },

    discardSetAside: (which) => async () => {
      const found = await find(which);
      if (E.isLeft(found)) return found;
      const { effect } = found.right;
      // the user's own message was kept beside it
      if (effect.type === 'agent-post' && effect.settles?.what === 'message') {
        const settled = await contexts.settle(which.user, effect.chatId, [
          { ...effect.settles, as: 'posted' },
        ])();
        if (E.isLeft(settled)) return settled;
      }
      return remove(which, 'discarded');
    },
  };
};
