import type { Conversation } from './conversation.ts';
import type { Effect } from './effect.ts';

/**
 * How a conversation keeps within the 64 KiB and 200 effects of its document (relay.md §4.6): the texts to the user
 * have a share of their own and spill beyond it; everything else shares the rest. Sizes are those of the stored JSON.
 */

/** Texts to the user that a conversation itself holds. */
const userTextsMax = 100;
/** Bytes of them: at least one of the longest that a channel takes. */
const userTextsMaxBytes = 14 * 1024;
/** All other effects, with some left for those that are always taken: ends of sessions, bot states. */
const othersMax = 92;
/** Everything but the texts to the user; some KiB are left to what the store adds. */
const restMaxBytes = 47 * 1024;
/** One post to the desk. */
export const postMaxBytes = 24 * 1024;
/** What a post takes beside its text. */
const postOwnBytes = 300;
/** Kept free for the context message until it is made, for the posts of one message after it. */
const reserveBytes = { introduction: 37 * 1024, message: postMaxBytes + 2 * 1024 } as const;
/** Uploads of all chats of the user. */
const uploadsMax = 40;

export const storedBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const postBytes = (text: string): number => storedBytes(text) + postOwnBytes;

const others = ({ lanes }: Conversation): number =>
  Object.values(lanes.chats).reduce(
    (sum, { agent, files }) => sum + agent.posts.length + files.length,
    lanes.bot.length,
  );

/** What is left for effects other than texts to the user. */
const roomIn = (conversation: Conversation): { readonly bytes: number; readonly effects: number } => {
  const { lanes, overflow } = conversation;
  const rest = { ...conversation, lanes: { ...lanes, user: [] }, overflow: { ...overflow, pending: [] } };
  return { bytes: restMaxBytes - storedBytes(rest), effects: othersMax - others(conversation) };
};

/** All these posts can be taken into the document. */
export const hasRoomFor = (conversation: Conversation, posts: ReadonlyArray<string>): boolean => {
  const { bytes, effects } = roomIn(conversation);
  return posts.length <= effects && posts.reduce((sum, text) => sum + postBytes(text), 0) <= bytes;
};

/** As many of the posts as can be taken into the document, in order. */
export const fitting = (conversation: Conversation, posts: ReadonlyArray<string>): ReadonlyArray<string> => {
  let { bytes, effects } = roomIn(conversation);
  const beyond = posts.findIndex((text) => {
    bytes -= postBytes(text);
    effects -= 1;
    return bytes < 0 || effects < 0;
  });
  return beyond === -1 ? posts : posts.slice(0, beyond);
};

/** An upload can be taken without taking the room of what the agent is to read. */
export const hasRoomForUpload = (
  conversation: Conversation,
  upload: Omit<Effect, 'id'>,
  isIntroduced: boolean,
): boolean => {
  const { bytes, effects } = roomIn(conversation);
  const uploads = Object.values(conversation.lanes.chats).reduce((sum, { files }) => sum + files.length, 0);
  const reserve = isIntroduced ? reserveBytes.message : reserveBytes.introduction;
  return uploads < uploadsMax && effects > 0 && storedBytes(upload) + postOwnBytes <= bytes - reserve;
};

/** Another text to the user can be taken beside those that are there; an only one always can. */
export const hasRoomForUser = (conversation: Conversation, text: Effect): boolean => {
  const { user } = conversation.lanes;
  return (
    user.length === 0 ||
    (user.length < userTextsMax && storedBytes(user) + storedBytes(text) + 1 <= userTextsMaxBytes)
  );
};
