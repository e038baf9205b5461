import type { Decision } from '../../domain/chat.ts';
import type { ChatEvent } from '../../domain/chat-event.ts';
import type { Conversation } from '../../domain/conversation.ts';
import type { AgentDesk } from '../ports/agent-desk.port.ts';
import type { Clock } from '../ports/clock.port.ts';
import { waitsForNextTry } from '../backoff.ts';

/** Desks by kind: an open chat keeps the one it began with. */
export type Desks = ReadonlyMap<string, AgentDesk>;

/**
 * Binds the head of every agent lane that can be sent now to the desk's next number, so that the write which made it
 * the head also stores the number it will be posted with (relay.md §4.2).
 */
export const makeBindPosts =
  (deps: {
    readonly desks: Desks;
    readonly clock: Clock;
    readonly decide: (conversation: Conversation, events: ReadonlyArray<ChatEvent>) => Decision;
  }) =>
  (conversation: Conversation): Conversation =>
    Object.entries(conversation.lanes.chats).reduce((next, [chatId, { desk, agent }]) => {
      const [head] = agent.posts;
      const now = deps.clock.now();
      if (desk === undefined || head === undefined || agent.bound > 0) return next;
      if (waitsForNextTry(head.notBefore, now)) return next;
      const prepared = deps.desks.get(desk.kind)?.prepare(
        desk.state,
        agent.posts.map(({ post }) => post),
        now,
      );
      return prepared?.ready
        ? deps.decide(next, [{ type: 'posts-bound', chatId, state: prepared.state, covers: prepared.covers }])
            .conversation
        : next;
    }, conversation);
