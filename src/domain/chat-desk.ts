import type { ChatEvent } from './chat-event.ts';
import { closeChat } from './chat-life.ts';
import { isOpen, type Chat, type Conversation } from './conversation.ts';
import type { DeskEvent, IdleTimer } from './desk-event.ts';
import { cutAgentLane, owesDeskNothing, tellUser, withAgentLane, withLanes, without } from './lanes.ts';
import type { Arrival } from './message.ts';
import type { ChatPolicy } from './policy.ts';
import { fill } from './texts.ts';

/** What the desk's events do to a chat (relay.md §3, "From the desk"). */

type DeskTold = Extract<ChatEvent, { type: 'desk-told' }>;
type OpenChat = Chat & { readonly state: 'requested' | 'waiting' | 'active' };

export const decideDesk = (
  policy: ChatPolicy,
  conversation: Conversation,
  { chatId, at, mark, event }: DeskTold,
): Conversation => {
  const { chat } = conversation;
  if (isOpen(chat) && chat.id === chatId) return onOpenChat(policy, conversation, chat, { at, mark, event });
  // said before the end has reached the agent, who was shown it as said; a later chat's user is not spoken to by it
  if (event.type === 'agent-said' && chat?.id === chatId && conversation.lanes.chats[chatId] !== undefined)
    return tellUser(conversation, chatId, event.text, at);
  return event.type === 'session-over' || event.type === 'chat-ended' || event.type === 'request-failed'
    ? sessionGone(conversation, chatId)
    : conversation;
};

/** A chat that only drains has lost its session: what is left becomes context again. */
const sessionGone = (conversation: Conversation, chatId: string): Conversation => {
  const lanes = conversation.lanes.chats[chatId];
  return lanes === undefined || owesDeskNothing(lanes)
    ? conversation
    : withLanes(conversation, chatId, { ...lanes, agent: cutAgentLane(lanes.agent) });
};

const onOpenChat = (
  policy: ChatPolicy,
  conversation: Conversation,
  chat: OpenChat,
  { at, mark, event }: { readonly at: number; readonly mark: Arrival; readonly event: DeskEvent },
): Conversation => {
  const { texts } = policy;
  switch (event.type) {
    case 'request-accepted': {
      if (chat.state !== 'requested') return conversation;
      const waiting = tellUser(
        { ...conversation, chat: { ...chat, state: 'waiting', since: at, activeAt: at } },
        chat.id,
        texts.waitAgent,
        at,
      );
      return event.position === undefined
        ? waiting
        : queueMoved(policy, waiting, { ...event, position: event.position }, at);
    }
    case 'request-failed':
      return closeChat(policy, conversation, {
        at,
        reason: chat.state === 'active' ? 'agents-unavailable' : 'request-failed',
        detail: event.reason,
        bot: 'timeout',
        desk: 'gone',
      });
    case 'queue-updated':
      return queueMoved(policy, conversation, event, at);
    case 'agent-joined':
      return joined(policy, conversation, chat, event, at, mark, texts.agentJoined);
    case 'agent-transferred':
      return joined(policy, conversation, chat, event, at, mark, texts.transferred);
    case 'agent-said': {
      const spoke: Chat = { ...without(chat, 'idleClock'), activeAt: at };
      return tellUser(
        { ...conversation, chat: chat.idle ? { ...spoke, idleClock: startClock(chat.idle, at) } : spoke },
        chat.id,
        event.text,
        at,
      );
    }
    case 'chat-ended':
      return closeChat(policy, conversation, {
        at,
        reason: 'agent',
        detail: event.reason,
        bot: 'success',
        desk: 'gone',
      });
    case 'session-over':
      return closeChat(policy, conversation, {
        at,
        reason: 'session-lost',
        detail: event.detail,
        bot: 'timeout',
        desk: 'gone',
        text: texts.sessionLost,
      });
    case 'agent-typing':
    case 'agent-away':
    case 'uncertain':
    case 'unrecognised':
      return conversation;
  }
};

const startClock = ({ warnAfterMs, endAfterMs }: IdleTimer, at: number): NonNullable<Chat['idleClock']> => ({
  endAt: at + endAfterMs,
  ...(warnAfterMs > 0 && warnAfterMs < endAfterMs ? { warnAt: at + warnAfterMs } : {}),
});

/** Tells the place in the queue when it changed; a first 0 says nothing, since desks without positions send it too. */
const queueMoved = (
  policy: ChatPolicy,
  conversation: Conversation,
  queue: { readonly position: number; readonly estimatedWaitSeconds?: number },
  at: number,
): Conversation => {
  const { chat } = conversation;
  if (!isOpen(chat) || chat.state === 'active') return conversation;
  const { position, estimatedWaitSeconds } = queue;
  const known: Conversation = {
    ...conversation,
    chat: {
      ...without(chat, 'estimatedWaitSeconds'),
      position,
      ...(estimatedWaitSeconds === undefined ? {} : { estimatedWaitSeconds }),
    },
  };
  const isFirstZero = chat.position === undefined && position === 0;
  if (chat.position === position || isFirstZero || policy.texts.queuePosition === '') return known;
  const lines = [`${policy.texts.queuePosition}: ${position + 1}`];
  if (estimatedWaitSeconds !== undefined && estimatedWaitSeconds > 0 && policy.texts.waitTime !== '')
    lines.push(`${policy.texts.waitTime}: ${Math.ceil(estimatedWaitSeconds / 60)} min`);
  return tellUser(known, chat.id, lines.join('\n'), at);
};

/** Of an agent's name so much is kept, UTF-16 units. */
const nameMax = 255;

const joined = (
  policy: ChatPolicy,
  conversation: Conversation,
  chat: OpenChat,
  { name, idle }: { readonly name: string; readonly idle?: IdleTimer },
  at: number,
  mark: Arrival,
  announcement: string,
): Conversation => {
  const isFirst = chat.state !== 'active';
  // the clock was the former agent's; without a timer of the new one it would end the chat for nobody
  const before = idle === undefined ? without(chat, 'idleClock') : chat;
  const agent = name.slice(0, nameMax).toWellFormed();
  const active: Chat = {
    ...without(before, 'idle', 'position', 'estimatedWaitSeconds'),
    state: 'active',
    agent,
    activeAt: at,
    ...(isFirst ? { since: at, joinedMark: mark } : {}),
    ...(idle === undefined ? {} : { idle }),
  };
  const told = tellUser({ ...conversation, chat: active }, chat.id, announce(announcement, agent), at);
  return isFirst ? withAgentLane(told, chat.id, () => ({ introduction: 'due' })) : told;
};

const announce = (template: string, name: string): string => (template === '' ? '' : fill(template, name));
