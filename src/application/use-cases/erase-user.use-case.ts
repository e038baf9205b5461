import type { User } from '../../domain/channel.ts';
import { isBusy, isOpen } from '../../domain/conversation.ts';
import { E, O, type Either } from '../../domain/fp.ts';
import type { Application, EraseRefused } from '../application.ts';
import { pause } from '../pause.ts';
import type { ChatStore } from '../ports/chat-store.port.ts';
import type { Clock } from '../ports/clock.port.ts';
import type { ContextStore } from '../ports/context-store.port.ts';
import type { StoreUnavailable } from '../ports/errors.ts';
import type { Log } from '../ports/log.port.ts';
import { usersOf } from './whose.ts';

export interface EraseDeps {
  readonly store: ChatStore;
  readonly contexts: ContextStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** What an ended chat still sends is mostly gone within milliseconds, a bot state after its delay of some seconds. */
const patienceMs = 8_000;
const lookEveryMs = 100;

/**
 * Forgets who a user is and what was said: context, the ended chat, texts that were spilled or set aside. The bare ids of
 * messages stay for a day, so that the channel's repeat of one does not bring it back.
 *
 * Never under somebody who works on it: an agent in an open chat would write to nobody, and what an owner has under way
 * (a text on its way to being set aside) would be written after everything else is gone. So an open chat is to be
 * finished first, and what an ended one still sends is waited for. What was erased before a failure stays so: the caller
 * asks again.
 */
export const makeEraseUser =
  ({ store, contexts, clock, log }: EraseDeps): Application['eraseUser'] =>
  (whose) => {
    const atRest = async (
      user: User,
      until: number,
    ): Promise<Either<EraseRefused | StoreUnavailable, void>> => {
      for (;;) {
        const loaded = await store.load(user)();
        if (E.isLeft(loaded)) return loaded;
        const conversation = O.toUndefined(loaded.right)?.conversation;
        if (isOpen(conversation?.chat)) return refused('chat-open');
        if (conversation === undefined || !isBusy(conversation)) return E.right(undefined);
        if (clock.monotonic() >= until) return refused('still-delivering');
        await pause(clock, lookEveryMs);
      }
    };

    return async () => {
      const users = usersOf(whose);
      const until = clock.monotonic() + patienceMs;
      // all of them first: nothing is erased where something is refused
      for (const user of users) {
        const rest = await atRest(user, until);
        if (E.isLeft(rest)) return rest;
      }
      for (const user of users) {
        const erased = [await store.erase(user)(), await contexts.erase(user)()];
        const failed = erased.find(E.isLeft);
        if (failed !== undefined) return failed;
        log.info('user-erased', { user: user.id, provider: user.provider });
      }
      return E.right(undefined);
    };
  };

const refused = (why: EraseRefused['why']): Either<EraseRefused, never> =>
  E.left({ _tag: 'EraseRefused', why });
