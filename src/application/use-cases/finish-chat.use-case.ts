import { isOpen } from '../../domain/conversation.ts';
import { E, O } from '../../domain/fp.ts';
import type { Application } from '../application.ts';
import type { Keepers } from '../conversations/keepers.ts';
import type { ChatStore } from '../ports/chat-store.port.ts';
import type { Clock } from '../ports/clock.port.ts';
import type { ContextStore } from '../ports/context-store.port.ts';
import { findConversation } from './whose.ts';

export interface FinishDeps {
  readonly store: ChatStore;
  readonly contexts: ContextStore;
  readonly keepers: Keepers;
  readonly clock: Clock;
}

/**
 * Ends the open chat of a user on both sides (relay.md §3): one conditional write, answered when it is stored. What was
 * said before still goes first; the desk hears of the end after it.
 */
export const makeFinishChat =
  ({ store, contexts, keepers, clock }: FinishDeps): Application['finishChat'] =>
  (whose) =>
  async () => {
    const found = await findConversation(store, whose);
    if (E.isLeft(found)) return found;
    if (O.isNone(found.right) || !isOpen(found.right.value.chat)) return E.left({ _tag: 'NoOpenChat' });
    const {
      user,
      chat: { id },
    } = found.right.value;
    const mark = await contexts.mark()();
    if (E.isLeft(mark)) return mark;
    let ours = false;
    const finished = await keepers.amend(user, ({ chat }) => {
      // ended by somebody else in the meantime: then there is nothing to finish
      ours = isOpen(chat) && chat.id === id;
      return ours ? [{ type: 'finish-asked', at: clock.now(), mark: mark.right }] : [];
    });
    if (E.isLeft(finished)) return finished;
    return ours ? E.right(undefined) : E.left({ _tag: 'NoOpenChat' });
  };
