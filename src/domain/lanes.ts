import { splitText } from './split.ts';
import { channelTextMax } from './channel.ts';
import { emptyLanes, type AgentLane, type Chat, type ChatLanes, type Conversation } from './conversation.ts';
import type { AgentPost, BotState, ChatId, Settlement, Upload, UserText } from './effect.ts';
import { botStateHoldMs, type ChatPolicy } from './policy.ts';

/** The pure moves on lanes that the state machine is made of. Each answers a new conversation. */

/** Texts that a conversation itself holds; more are spilled (relay.md §4.6). */
export const maxUserTexts = 100;
/** Characters of text that a conversation itself holds for the user. */
const maxUserChars = 24_000;

export const lanesOf = (conversation: Conversation, chatId: ChatId): ChatLanes =>
  conversation.lanes.chats[chatId] ?? emptyLanes;

export const withLanes = (conversation: Conversation, chatId: ChatId, lanes: ChatLanes): Conversation => ({
  ...conversation,
  lanes: { ...conversation.lanes, chats: { ...conversation.lanes.chats, [chatId]: lanes } },
});

export const withAgentLane = (
  conversation: Conversation,
  chatId: ChatId,
  change: (lane: AgentLane) => Partial<AgentLane>,
): Conversation => {
  const lanes = lanesOf(conversation, chatId);
  return withLanes(conversation, chatId, { ...lanes, agent: { ...lanes.agent, ...change(lanes.agent) } });
};

export const without = <T extends object, K extends keyof T>(value: T, ...keys: ReadonlyArray<K>): Omit<T, K> => {
  const copy: T = { ...value };
  for (const key of keys) delete copy[key];
  return copy;
};

const withChat = (conversation: Conversation, chat: Chat): Conversation => ({ ...conversation, chat });

/** The name of the next effect of a chat; a chat that is not the present one keeps counting by what it holds. */
const named = (conversation: Conversation, chatId: ChatId): { id: string; conversation: Conversation } => {
  const { chat } = conversation;
  if (chat?.id === chatId) {
    return {
      id: `${chatId}-${chat.effects}`,
      conversation: withChat(conversation, { ...chat, effects: chat.effects + 1 }),
    };
  }
  const lanes = lanesOf(conversation, chatId);
  const late = lanes.late ?? 0;
  return {
    id: `${chatId}-l${late}`,
    conversation: withLanes(conversation, chatId, { ...lanes, late: late + 1 }),
  };
};

const hasRoom = ({ lanes, overflow }: Conversation, text: string): boolean =>
  overflow.count === 0 &&
  overflow.pending.length === 0 &&
  lanes.user.length < maxUserTexts &&
  lanes.user.reduce((sum, effect) => sum + effect.text.length, text.length) <=
    Math.max(maxUserChars, text.length);

const pushUserText = (conversation: Conversation, effect: UserText): Conversation =>
  hasRoom(conversation, effect.text)
    ? {
        ...conversation,
        lanes: { ...conversation.lanes, user: [...conversation.lanes.user, effect] },
      }
    : {
        ...conversation,
        overflow: { ...conversation.overflow, pending: [...conversation.overflow.pending, effect] },
      };

/** A text to the user, in as many messages as the channel needs. An empty one says nothing. */
export const tellUser = (conversation: Conversation, chatId: ChatId, text: string, at: number): Conversation => {
  const pieces = splitText(text, channelTextMax[conversation.user.provider]);
  if (pieces.length === 0) return conversation;
  const { id, conversation: counted } = named(conversation, chatId);
  return pieces.reduce(
    (next, piece, index) =>
      pushUserText(next, {
        type: 'user-text',
        id: pieces.length === 1 ? id : `${id}.${index + 1}`,
        chatId,
        bornAt: at,
        tries: 0,
        text: piece,
      }),
    counted,
  );
};

/** Posts to the agent, at the end of the lane; the last one settles. With nothing to post it is settled at once. */
export const tellAgent = (
  conversation: Conversation,
  chatId: ChatId,
  texts: ReadonlyArray<string>,
  at: number,
  settles?: Settlement,
): Conversation => {
  if (texts.length === 0) {
    return settles === undefined
      ? conversation
      : withAgentLane(conversation, chatId, ({ unsettled }) => ({ unsettled: [...unsettled, settles] }));
  }
  return texts.reduce((next, text, index) => {
    const { id, conversation: counted } = named(next, chatId);
    const post: AgentPost = {
      type: 'agent-post',
      id,
      chatId,
      bornAt: at,
      tries: 0,
      post: { kind: 'text', text },
      ...(settles !== undefined && index === texts.length - 1 ? { settles } : {}),
    };
    return withAgentLane(counted, chatId, ({ posts }) => ({ posts: [...posts, post] }));
  }, conversation);
};

/** A text to the agent, in posts of the length that the desk takes. */
export const agentPieces = (text: string, policy: ChatPolicy): ReadonlyArray<string> =>
  splitText(text, policy.agentTextMax);

/** The end of the session, last in the lane. Without a session there is nothing to end. */
export const endSession = (conversation: Conversation, chatId: ChatId, at: number): Conversation => {
  if (lanesOf(conversation, chatId).desk === undefined) return conversation;
  const { id, conversation: counted } = named(conversation, chatId);
  const end: AgentPost = {
    type: 'agent-post',
    id,
    chatId,
    bornAt: at,
    tries: 0,
    post: { kind: 'end' },
  };
  return withAgentLane(counted, chatId, ({ posts }) => ({ posts: [...posts, end] }));
};

/** Moves the user to a bot state: success at once, every other one after the configured pause. */
export const moveBot = (
  conversation: Conversation,
  chatId: ChatId,
  outcome: 'blocked' | 'timeout' | 'success',
  at: number,
  policy: ChatPolicy,
): Conversation => {
  const state = policy.botStates?.[outcome][conversation.user.provider];
  if (state === undefined || conversation.profile === undefined) return conversation;
  const { id, conversation: counted } = named(conversation, chatId);
  const due = outcome === 'success' ? at : at + policy.botStateDelayMs;
  const move: BotState = {
    type: 'bot-state',
    id,
    chatId,
    bornAt: at,
    tries: 0,
    notBefore: due,
    heldUntil: due + botStateHoldMs,
    state,
    botSlug: conversation.profile.botSlug,
  };
  return { ...counted, lanes: { ...counted.lanes, bot: [...counted.lanes.bot, move] } };
};

export const pushUpload = (conversation: Conversation, upload: Omit<Upload, 'id'>): Conversation => {
  const { id, conversation: counted } = named(conversation, upload.chatId);
  const lanes = lanesOf(counted, upload.chatId);
  return withLanes(counted, upload.chatId, {
    ...lanes,
    files: [...lanes.files, { ...upload, id }],
    uploads: [...lanes.uploads, { messageId: upload.messageId, state: 'pending' }],
  });
};

/** Nothing more may leave for the agent but the head that is bound; what was not posted is context again. */
export const cutAgentLane = (lane: AgentLane): AgentLane => ({
  introduction: lane.introduction === 'due' ? 'none' : lane.introduction,
  posts: lane.posts.slice(0, lane.bound),
  bound: lane.bound,
  unsettled: lane.unsettled,
  ...(lane.bound > 0 ? { giveUp: true } : {}),
});

/** Chats whose lanes still drain beside the present one; beyond that the oldest chat's posts become context again. */
export const maxDrainingChats = 2;

const isDrained = ({ agent, files }: ChatLanes): boolean =>
  agent.posts.length === 0 &&
  agent.closing === undefined &&
  agent.introduction !== 'due' &&
  agent.place === undefined &&
  agent.unsettled.length === 0 &&
  files.length === 0;

/** Drops the lanes (and the desk session) of chats that are over and owe nothing any more. */
export const dropDrained = (conversation: Conversation, isOpenChat: (chatId: ChatId) => boolean): Conversation => {
  const kept = Object.entries(conversation.lanes.chats).filter(
    ([chatId, lanes]) => isOpenChat(chatId) || !isDrained(lanes),
  );
  return kept.length === Object.keys(conversation.lanes.chats).length
    ? conversation
    : { ...conversation, lanes: { ...conversation.lanes, chats: Object.fromEntries(kept) } };
};
