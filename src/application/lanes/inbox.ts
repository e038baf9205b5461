import type { ChatEvent } from '../../domain/chat-event.ts';
import { isOpen, type AgentLane, type Conversation } from '../../domain/conversation.ts';
import type { ChatId, Settlement } from '../../domain/effect.ts';
import type { Arrival, StoredMessage } from '../../domain/message.ts';
import type { ChatPolicy } from '../../domain/policy.ts';

/** The user's messages that one chat's lane still has to take: read from the store, in order of arrival. */
export interface Inbox {
  /** There may be messages in the store that were not read yet. */
  readonly isDirty: () => boolean;
  readonly soil: () => void;
  /** A read begins: whatever arrives from now on soils it again. */
  readonly reading: () => void;
  readonly fill: (messages: ReadonlyArray<StoredMessage>, wasFull: boolean) => void;
  /** Marked in the store: a read that began before that may still bring them. */
  readonly settled: (settlements: ReadonlyArray<Settlement>) => void;
  /** Forgets what the conversation has taken; to be called with each saved state. */
  readonly prune: (lane: AgentLane) => void;
  /** What newly read messages mean before their turn has come. A function of the conversation. */
  readonly arrivals: (conversation: Conversation, at: number) => ReadonlyArray<ChatEvent>;
  /** The arrivals are stored. */
  readonly noted: () => void;
  /** The next message enters the lane, if that is idle and messages go to the agent. A function of the conversation. */
  readonly next: (conversation: Conversation, at: number) => ReadonlyArray<ChatEvent>;
}

/** Which messages go to the agent now: those after the reservation while the chat is active, the rest of them after it. */
export const rangeOf = (
  { chat, lanes }: Conversation,
  chatId: ChatId,
): { readonly from: Arrival; readonly upTo?: Arrival } | undefined => {
  const agent = lanes.chats[chatId]?.agent;
  if (agent?.closing !== undefined) return agent.closing;
  return isOpen(chat) && chat.id === chatId ? { from: chat.mark } : undefined;
};

const isTaken = ({ posts, place, unsettled }: AgentLane, id: string): boolean =>
  place?.messageId === id ||
  posts.some(({ settles }) => settles?.what === 'message' && settles.id === id) ||
  unsettled.some((settlement) => settlement.what === 'message' && settlement.id === id);

/** Activity is noted at most so often while no idle clock runs, ms. */
const activityGrainMs = 60_000;

export const makeInbox = (policy: ChatPolicy, chatId: ChatId): Inbox => {
  let dirty = true;
  let more = false;
  let waiting: ReadonlyArray<StoredMessage> = [];
  let noted: ReadonlySet<string> = new Set();
  let fresh: ReadonlyArray<StoredMessage> = [];
  /** Settled since the latest read began. */
  let gone: ReadonlySet<string> = new Set();

  const isKeyword = ({ content }: StoredMessage): boolean =>
    content.type === 'text' && policy.restartKeywords.has(content.text.trim().toLowerCase());

  return {
    isDirty: () => dirty || (more && waiting.length === 0),
    soil: () => {
      dirty = true;
    },
    reading: () => {
      dirty = false;
      gone = new Set();
    },
    fill: (messages, wasFull) => {
      waiting = messages.filter(({ id }) => !gone.has(id));
      fresh = waiting.filter(({ id }) => !noted.has(id));
      more = wasFull;
    },
    settled: (settlements) => {
      gone = new Set([...gone, ...settlements.flatMap((one) => (one.what === 'message' ? [one.id] : []))]);
      waiting = waiting.filter(({ id }) => !gone.has(id));
      fresh = fresh.filter(({ id }) => !gone.has(id));
    },
    prune: (lane) => {
      if (waiting.some(({ id }) => isTaken(lane, id)))
        waiting = waiting.filter(({ id }) => !isTaken(lane, id));
    },
    arrivals: ({ chat }, at) => {
      if (!isOpen(chat) || chat.id !== chatId || fresh.length === 0) return [];
      const events: ChatEvent[] = [];
      if (chat.idleClock !== undefined || at - chat.activeAt > activityGrainMs) {
        events.push({ type: 'user-spoke', chatId, at });
      }
      const { joinedMark } = chat;
      const restart =
        chat.state === 'active' && joinedMark !== undefined
          ? fresh.find((message) => message.arrival > joinedMark && isKeyword(message))
          : undefined;
      for (const message of fresh) {
        if (restart !== undefined && message.arrival >= restart.arrival) break;
        if (message.content.type === 'media') events.push({ type: 'media-seen', chatId, at, message });
      }
      if (restart !== undefined)
        events.push({ type: 'restart-asked', chatId, at, before: restart.arrival - 1 });
      return events;
    },
    noted: () => {
      noted = new Set(waiting.map(({ id }) => id));
      fresh = [];
    },
    next: (conversation, at) => {
      const lane = conversation.lanes.chats[chatId]?.agent;
      const range = rangeOf(conversation, chatId);
      if (lane === undefined || range === undefined || lane.introduction !== 'done') return [];
      if (lane.posts.length > 0 || lane.place !== undefined) return [];
      const message = waiting.find(
        ({ id, arrival }) => arrival <= (range.upTo ?? Infinity) && !isTaken(lane, id),
      );
      return message === undefined ? [] : [{ type: 'message-taken', chatId, at, message }];
    },
  };
};
