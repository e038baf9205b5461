import type { ChatEvent } from '../../domain/chat-event.ts';
import type { Conversation } from '../../domain/conversation.ts';
import { E } from '../../domain/fp.ts';
import type { Clock } from '../ports/clock.port.ts';
import type { Log } from '../ports/log.port.ts';
import type { Desks } from './bind-posts.ts';

/**
 * What an instance that takes a conversation on makes of the sessions in it: one that it cannot go on with (a state it
 * cannot read, a desk it does not have) is over, so that its chat ends and what was not posted is context again.
 */
export const makeRestoreDesks =
  (deps: { readonly desks: Desks; readonly clock: Clock; readonly log: Log }) =>
  ({ user, lanes }: Conversation): ReadonlyArray<ChatEvent> =>
    Object.entries(lanes.chats).flatMap(([chatId, { desk }]): ReadonlyArray<ChatEvent> => {
      if (desk === undefined) return [];
      const restored = deps.desks.get(desk.kind)?.restore(desk.state) ?? E.left(`no desk "${desk.kind}"`);
      if (E.isRight(restored)) return [];
      const detail = restored.left;
      deps.log.error('session-not-restored', { user: user.id, chat: chatId, detail });
      const at = deps.clock.now();
      return [
        { type: 'desk-state', chatId, state: {} },
        { type: 'desk-told', chatId, at, mark: 0, event: { type: 'session-over', detail } },
      ];
    });
