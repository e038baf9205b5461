import type { ChatEvent } from './chat-event.ts';
import {
  emptyLanes,
  isOpen,
  type Chat,
  type ChatReason,
  type Conversation,
  type Lending,
} from './conversation.ts';
import {
  cutAgentLane,
  cutShort,
  endSession,
  lanesOf,
  maxDrainingChats,
  maxEndingChats,
  moveBot,
  owesDeskNothing,
  tellUser,
  withAgentLane,
  withLanes,
  without,
} from './lanes.ts';
import type { Arrival } from './message.ts';
import { lendingMs, type ChatPolicy } from './policy.ts';

/** How chats begin and end (relay.md §2, and the table of endings in §3). */

type Reserved = Extract<ChatEvent, { type: 'reserved' }>;
type ConnectFailed = Extract<ChatEvent, { type: 'connect-failed' }>;

/** A new chat, unless one is open. Bot states of earlier chats that have not been sent are withdrawn. */
export const reserve = (
  conversation: Conversation,
  { chatId, at, mark, profile, flow }: Reserved,
): Conversation => {
  if (isOpen(conversation.chat) || conversation.chat?.id === chatId) return conversation;
  const lending = conversation.lending?.[flow];
  const lent = lending !== undefined && at < lending.at + lendingMs ? lending : undefined;
  const chat: Chat = {
    id: chatId,
    state: 'requested',
    since: at,
    requestedAt: at,
    mark,
    flow,
    activeAt: at,
    effects: 0,
    ...(lent?.caseId === undefined ? {} : { caseId: lent.caseId }),
    ...(lent?.contactId === undefined ? {} : { contactId: lent.contactId }),
    ...(lent !== undefined && lent.caseId === undefined ? { lookForCaseSince: lent.at } : {}),
  };
  const { lanes } = cutOldest(conversation, at);
  return {
    ...without(conversation, 'lastError'),
    profile,
    chat,
    lanes: { ...lanes, bot: [] },
  };
};

/**
 * Of the chats that still drain, the newest keep their posts. What older ones had left becomes context again; the
 * sessions of some of them are still ended, those of the oldest are left to the desk's own timeout.
 */
const cutOldest = (conversation: Conversation, at: number): Conversation => {
  const { lanes } = conversation;
  const older = Object.keys(lanes.chats)
    .filter((chatId) => !owesDeskNothing(lanes.chats[chatId] ?? emptyLanes))
    .sort()
    .slice(0, -maxDrainingChats);
  const left = older.slice(0, -maxEndingChats).reduce((next, chatId) => {
    const oldest = lanesOf(next, chatId);
    return withLanes(next, chatId, { ...oldest, agent: cutAgentLane(oldest.agent) });
  }, conversation);
  return older.slice(-maxEndingChats).reduce((next, chatId) => cutShort(next, chatId, at), left);
};

/** A connect that came to nothing: what it had made is cleaned up or lent to the user's next one. */
export const failConnect = (
  policy: ChatPolicy,
  conversation: Conversation,
  { chatId, at, reason, caseUnknown }: ConnectFailed,
): Conversation => {
  const { chat } = conversation;
  if (!isOpen(chat) || chat.id !== chatId || chat.acceptedAt !== undefined) return conversation;
  return lend(
    closeChat(policy, conversation, {
      at,
      reason,
      bot: reason === 'blocked' ? 'blocked' : 'timeout',
      desk: 'end',
    }),
    chat,
    caseUnknown,
  );
};

/** A case that was made, or may have been, waits for the user's next connect with the same flow. */
const lend = (conversation: Conversation, chat: Chat, caseUnknown: boolean): Conversation => {
  const { flow, caseId, contactId, requestedAt, lookForCaseSince } = chat;
  if (caseId === undefined && !caseUnknown && lookForCaseSince === undefined) return conversation;
  const before = conversation.lending?.[flow];
  const lentAt = before?.caseId === caseId ? before?.at : undefined;
  return withLending(conversation, flow, {
    at: caseId === undefined ? (lookForCaseSince ?? requestedAt) : (lentAt ?? requestedAt),
    ...(caseId === undefined ? {} : { caseId }),
    ...(contactId === undefined ? {} : { contactId }),
  });
};

/** Those of other flows stay, while they are good for anything. */
export const withLending = (conversation: Conversation, flow: string, lending: Lending): Conversation => {
  const others = Object.entries(conversation.lending ?? {}).filter(
    ([other, { at }]) => other !== flow && lending.at < at + lendingMs,
  );
  return { ...conversation, lending: { ...Object.fromEntries(others), [flow]: lending } };
};

export interface Closing {
  readonly at: number;
  readonly reason: ChatReason;
  /** The end in the desk's own words. */
  readonly detail?: string;
  /**
   * `end`: nothing more is posted but the end of the session, where there is one. `gone`: there is no session any more.
   * `drainUpTo`: everything that arrived until then is posted first.
   */
  readonly desk: 'end' | 'gone' | { readonly drainUpTo: Arrival };
  /** Where the bot takes the user up again; absent: nowhere. */
  readonly bot?: 'success' | 'timeout' | 'blocked';
  /** A last text to the user. */
  readonly text?: string;
}

/** States in which a chat that comes to a bad end has not been served at all. */
const failing: ReadonlySet<ChatReason> = new Set<ChatReason>([
  'request-failed',
  'blocked',
  'no-agents',
  'connect-failed',
  'connect-timeout',
  'session-lost',
  'silence',
  'idle',
  'wait-timeout',
  'request-timeout',
]);

/** Of the desk's own words so much is kept, UTF-16 units. */
const detailMax = 300;

/** Ends the open chat, at once and for good; its lanes go on to drain. */
export const closeChat = (policy: ChatPolicy, conversation: Conversation, closing: Closing): Conversation => {
  const { chat } = conversation;
  if (!isOpen(chat)) return conversation;
  const { at, reason, desk } = closing;
  const ended: Chat = {
    ...without(chat, 'idleClock', 'idle'),
    state: chat.state !== 'active' && failing.has(reason) ? 'failed' : 'ended',
    reason,
    since: at,
    ...(closing.detail === undefined ? {} : { detail: closing.detail.slice(0, detailMax).toWellFormed() }),
  };
  // its case may just be on its way: the answer is lent too when it comes, else the next connect looks for it
  const beforeAccepted = chat.acceptedAt === undefined && reason === 'finished';
  const withChat = beforeAccepted
    ? lend({ ...conversation, chat: ended }, chat, true)
    : { ...conversation, chat: ended };
  const told = closing.text === undefined ? withChat : tellUser(withChat, chat.id, closing.text, at);
  const moved = closing.bot === undefined ? told : moveBot(told, chat.id, closing.bot, at, policy);
  return closeDesk(moved, chat, desk, at);
};

const closeDesk = (
  conversation: Conversation,
  { id: chatId, mark }: Chat,
  desk: Closing['desk'],
  at: number,
): Conversation => {
  if (conversation.lanes.chats[chatId] === undefined) return conversation;
  if (typeof desk === 'object')
    return withAgentLane(conversation, chatId, () => ({ closing: { from: mark, upTo: desk.drainUpTo } }));
  const lanes = lanesOf(conversation, chatId);
  const cut = withLanes(conversation, chatId, { ...lanes, agent: cutAgentLane(lanes.agent) });
  return desk === 'end' ? endSession(cut, chatId, at) : cut;
};
