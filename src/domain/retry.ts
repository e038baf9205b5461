import { hasRoomFor, hasRoomForUpload } from './bounds.ts';
import { isOpen, type Conversation } from './conversation.ts';
import type { Effect } from './effect.ts';
import { canTellAgent, lanesOf, pushUserText, withAgentLane, withLanes, without } from './lanes.ts';
import { botStateHoldMs, lateUploadMs } from './policy.ts';

/** Why an effect that was set aside cannot be tried again now. */
export type NotRetryable =
  /** It was meant for the agent of a chat that is over. */
  | 'chat-ended'
  /** The user has a newer chat, which a bot state of an earlier one would cut. */
  | 'newer-chat'
  /** The conversation holds as much as it may. */
  | 'no-room';

/** The effect cannot go back into its lane; undefined: it can. */
export const whyNotRetryable = (conversation: Conversation, effect: Effect): NotRetryable | undefined => {
  const { chat } = conversation;
  switch (effect.type) {
    case 'user-text':
      return undefined;
    case 'bot-state':
      return isOpen(chat) && chat.id !== effect.chatId ? 'newer-chat' : undefined;
    case 'upload':
      return hasRoomForUpload(conversation, effect, true) ? undefined : 'no-room';
    case 'agent-post':
      if (!canTellAgent(conversation, effect.chatId)) return 'chat-ended';
      return hasRoomFor(conversation, textsOf(effect)) ? undefined : 'no-room';
  }
};

const textsOf = (effect: Extract<Effect, { type: 'agent-post' }>): ReadonlyArray<string> =>
  effect.post.kind === 'text' ? [effect.post.text] : [];

/** An operator gives it another chance, with all its tries: at the end of its lane, under its own name. */
export const retry = (conversation: Conversation, effect: Effect, at: number): Conversation => {
  if (isUnderWay(conversation, effect) || whyNotRetryable(conversation, effect) !== undefined)
    return conversation;
  const anew = { bornAt: at, tries: 0 } as const;
  const { lanes } = conversation;
  switch (effect.type) {
    case 'user-text':
      return pushUserText(conversation, { ...without(effect, 'notBefore'), ...anew });
    case 'bot-state': {
      const move = { ...without(effect, 'notBefore'), ...anew, heldUntil: at + botStateHoldMs };
      return { ...conversation, lanes: { ...lanes, bot: [...lanes.bot, move] } };
    }
    case 'upload': {
      // everybody was told that it failed; a success is told as a late one is
      const upload = { ...without(effect, 'notBefore'), ...anew, lateUntil: at + lateUploadMs };
      const own = lanesOf(conversation, effect.chatId);
      return withLanes(conversation, effect.chatId, { ...own, files: [...own.files, upload] });
    }
    case 'agent-post': {
      const post = { ...without(effect, 'notBefore'), ...anew };
      return withAgentLane(conversation, effect.chatId, ({ posts }) => ({ posts: [...posts, post] }));
    }
  }
};

/** It was put back already: the answer to that write was lost, say. */
const isUnderWay = ({ lanes, overflow }: Conversation, { id }: Effect): boolean =>
  [
    ...lanes.user,
    ...overflow.pending,
    ...lanes.bot,
    ...Object.values(lanes.chats).flatMap(({ agent, files }) => [...agent.posts, ...files]),
  ].some((effect) => effect.id === id);
