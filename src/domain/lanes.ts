import { hasRoomFor, hasRoomForUser, postMaxBytes, storedBytes } from './bounds.ts';
import { showable, splitText } from './split.ts';
import { channelTextMax } from './channel.ts';
import { emptyLanes, type AgentLane, type Chat, type ChatLanes, type Conversation } from './conversation.ts';
import type { AgentPost, BotState, ChatId, Settlement, Upload, UserText } from './effect.ts';
import { botStateHoldMs, type ChatPolicy } from './policy.ts';

/** The pure moves on lanes that the state machine is made of. Each answers a new conversation. */

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

export const without = <T extends object, K extends keyof T>(
  value: T,
  ...keys: ReadonlyArray<K>
): Omit<T, K> => {
  const copy: T = { ...value };
  for (const key of keys) delete copy[key];
  return copy;
};

export const withoutInAgentLane = (
  conversation: Conversation,
  chatId: ChatId,
  ...keys: ReadonlyArray<'partial' | 'place' | 'giveUp' | 'closing'>
): Conversation => {
  const lanes = conversation.lanes.chats[chatId];
  return lanes === undefined
    ? conversation
    : withLanes(conversation, chatId, { ...lanes, agent: without(lanes.agent, ...keys) });
};

const withChat = (conversation: Conversation, chat: Chat): Conversation => ({ ...conversation, chat });

/**
 * The name of the next effect, of whichever chat: the present chat counts for all of them, since nothing remembers
 * the count of a chat whose lanes are gone, and a name is never given twice.
 */
const named = (conversation: Conversation, chatId: ChatId): { id: string; conversation: Conversation } => {
  const { chat } = conversation;
  return chat === undefined
    ? { id: `${chatId}-0`, conversation }
    : {
        id: `${chat.id}-${chat.effects}`,
        conversation: withChat(conversation, { ...chat, effects: chat.effects + 1 }),
      };
};

export const pushUserText = (conversation: Conversation, effect: UserText): Conversation => {
  const { lanes, overflow } = conversation;
  return overflow.count === 0 && overflow.pending.length === 0 && hasRoomForUser(conversation, effect)
    ? { ...conversation, lanes: { ...lanes, user: [...lanes.user, effect] } }
    : { ...conversation, overflow: { ...overflow, pending: [...overflow.pending, effect] } };
};

/** An agent is in the chat and nothing has ended it. */
export const canTellAgent = ({ chat }: Conversation, chatId: ChatId): boolean =>
  chat?.id === chatId && chat.state === 'active';

/** A text to the user, in as many messages as the channel needs. An empty one says nothing. */
export const tellUser = (
  conversation: Conversation,
  chatId: ChatId,
  text: string,
  at: number,
): Conversation => {
  const pieces = splitText(showable(text), channelTextMax[conversation.user.provider]);
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

/** Posts that are certainly short enough for the document, UTF-16 units. */
const shortPost = 8_000;

/** A text to the agent, in posts of the length that the desk and the document take. */
export const agentPieces = (text: string, policy: ChatPolicy): ReadonlyArray<string> =>
  splitText(showable(text), policy.agentTextMax).flatMap((piece) =>
    storedBytes(piece) <= postMaxBytes ? [piece] : splitText(piece, shortPost),
  );

/** A word to the agent about something that went on elsewhere. A document without room for it takes none. */
export const noticeAgent = (
  conversation: Conversation,
  chatId: ChatId,
  text: string,
  at: number,
  policy: ChatPolicy,
): Conversation => {
  const pieces = agentPieces(text, policy);
  return hasRoomFor(conversation, pieces) ? tellAgent(conversation, chatId, pieces, at) : conversation;
};

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
    // at once is at once, whatever the clock of the instance says that will send it
    ...(outcome === 'success' ? {} : { notBefore: due }),
    heldUntil: due + botStateHoldMs,
    state,
    botSlug: conversation.profile.botSlug,
  };
  return { ...counted, lanes: { ...counted.lanes, bot: [...counted.lanes.bot, move] } };
};

/** When the next bot state may be sent, ms since 1970: after the user's texts, which it waits for a while only. */
export const botStateDueAt = ({ lanes, overflow }: Conversation): number | undefined => {
  const [move] = lanes.bot;
  if (move === undefined) return undefined;
  const isSilent = lanes.user.length === 0 && overflow.count === 0;
  return isSilent ? (move.notBefore ?? 0) : Math.max(move.heldUntil, move.notBefore ?? 0);
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

/**
 * A chat that is over says nothing more to its agent but what is bound; what was not posted is context again, and a
 * session that was still to be ended is ended.
 */
export const cutShort = (conversation: Conversation, chatId: ChatId, at: number): Conversation => {
  const lanes = conversation.lanes.chats[chatId];
  if (lanes === undefined || owesDeskNothing(lanes)) return conversation;
  const { agent } = lanes;
  // nothing is left but the end
  if (agent.posts[0]?.post.kind === 'end') return conversation;
  const ends = agent.posts.slice(agent.bound).filter(({ post }) => post.kind === 'end');
  const cut = cutAgentLane(agent);
  const next = withLanes(conversation, chatId, {
    ...lanes,
    agent: { ...cut, posts: [...cut.posts, ...ends] },
  });
  return agent.closing === undefined ? next : endSession(next, chatId, at);
};

/** Makes the document roomy enough for these posts of the open chat, at the cost of chats that are over, oldest first. */
export const makeRoom = (
  conversation: Conversation,
  chatId: ChatId,
  posts: ReadonlyArray<string>,
  at: number,
): Conversation =>
  Object.keys(conversation.lanes.chats)
    .filter((other) => other !== chatId)
    .sort()
    .reduce((next, other) => (hasRoomFor(next, posts) ? next : cutShort(next, other, at)), conversation);

/** Chats whose agent lanes still drain beside the present one; beyond that the oldest chat's posts become context again. */
export const maxDrainingChats = 2;
/** Chats beside those of which nothing is left but the end of the session. */
export const maxEndingChats = 2;

/** Nothing is to be posted in that chat's session any more. */
export const owesDeskNothing = ({ agent }: ChatLanes): boolean =>
  agent.posts.length === 0 &&
  agent.closing === undefined &&
  agent.introduction !== 'due' &&
  agent.place === undefined;

const isDrained = (lanes: ChatLanes): boolean =>
  owesDeskNothing(lanes) && lanes.agent.unsettled.length === 0 && lanes.files.length === 0;

/** Drops the lanes of chats that are over and owe nothing any more, and of those that only upload the desk session. */
export const dropDrained = (
  conversation: Conversation,
  isOpenChat: (chatId: ChatId) => boolean,
): Conversation => {
  const entries = Object.entries(conversation.lanes.chats);
  const kept = entries.flatMap(([chatId, lanes]): ReadonlyArray<[string, ChatLanes]> => {
    if (isOpenChat(chatId)) return [[chatId, lanes]];
    if (isDrained(lanes)) return [];
    const isLean = !owesDeskNothing(lanes) || (lanes.desk === undefined && lanes.uploads.length === 0);
    return [[chatId, isLean ? lanes : { ...without(lanes, 'desk'), uploads: [] }]];
  });
  return kept.length === entries.length && kept.every(([, lanes], index) => lanes === entries[index]?.[1])
    ? conversation
    : { ...conversation, lanes: { ...conversation.lanes, chats: Object.fromEntries(kept) } };
};
