import { notUploadedText, readable, uploadedNotice } from './agent-text.ts';
import { fitting, hasRoomFor, hasRoomForUpload, storedBytes } from './bounds.ts';
import { renderContext } from './context.ts';
import {
  emptyLanes,
  isPresent,
  type ChatLanes,
  type Conversation,
  type UploadState,
} from './conversation.ts';
import type { ChatId, Upload } from './effect.ts';
import {
  agentPieces,
  cutShort,
  endSession,
  lanesOf,
  makeRoom,
  pushUpload,
  tellAgent,
  tellUser,
  withAgentLane,
  withLanes,
  withoutInAgentLane,
} from './lanes.ts';
import type { Content, StoredMessage } from './message.ts';
import { lateUploadMs, type ChatPolicy } from './policy.ts';
import { fill } from './texts.ts';

/** How what the user says gets into the agent lane (relay.md §3, "From the user"). */

/** Pieces of one message that enter the lane at a time; the document stays small however long the message is. */
const maxPieces = 6;
/** Longest address that is fetched, bytes. */
const urlMaxBytes = 2_048;
/** A caption is posted at once: so much of it, which no channel's own limit comes near. */
const captionMaxPieces = 12;
const captionMaxBytes = 12 * 1024;
/** Characters of a caption that can become the file's title (remotes.md §2). */
const titleMax = 255;

/** The chat still takes this message: it is open, or it ends only after it. */
const isOwed = (conversation: Conversation, chatId: ChatId, { arrival }: StoredMessage): boolean => {
  const closing = conversation.lanes.chats[chatId]?.agent.closing;
  return isPresent(conversation, chatId) || (closing !== undefined && arrival <= closing.upTo);
};

const settlesMessage = (
  settlement: { readonly what: string; readonly id?: string } | undefined,
  id: string,
): boolean => settlement?.what === 'message' && settlement.id === id;

/** The message is on its way to the agent already, or has left and only waits to be marked. */
const isUnderWay = ({ agent }: ChatLanes, id: string): boolean =>
  agent.posts.some(({ settles }) => settlesMessage(settles, id)) ||
  agent.unsettled.some((settlement) => settlesMessage(settlement, id));

// -- media

export const mediaSeen = (
  conversation: Conversation,
  chatId: ChatId,
  message: StoredMessage,
  at: number,
): Conversation => {
  const { chat } = conversation;
  const lanes = conversation.lanes.chats[chatId] ?? emptyLanes;
  const { id, content } = message;
  if (chat?.id !== chatId || chat.caseId === undefined || content.type !== 'media') return conversation;
  if (
    !isOwed(conversation, chatId, message) ||
    isUnderWay(lanes, id) ||
    lanes.agent.partial?.messageId === id
  )
    return conversation;
  if (lanes.uploads.some(({ messageId }) => messageId === id) || !isFetchable(content.url))
    return conversation;
  const upload: Omit<Upload, 'id'> = {
    type: 'upload',
    chatId,
    bornAt: at,
    tries: 0,
    messageId: id,
    caseId: chat.caseId,
    fallbackTitle: lanes.desk?.sessionId ?? chatId,
    media: content.media,
    url: content.url,
    ...(content.mimeType === undefined ? {} : { mimeType: content.mimeType.slice(0, titleMax) }),
    ...(content.caption === undefined
      ? {}
      : { caption: content.caption.slice(0, 2 * titleMax).toWellFormed() }),
  };
  // without room it waits for its place in the lane
  return hasRoomForUpload(conversation, upload, lanes.agent.introduction === 'done')
    ? pushUpload(conversation, upload)
    : conversation;
};

const isFetchable = (url: string): boolean => storedBytes(url) <= urlMaxBytes;

const captionOf = (caption: string, policy: ChatPolicy): string => {
  const pieces = agentPieces(caption, policy);
  let bytes = 0;
  const shown = pieces
    .slice(0, captionMaxPieces)
    .filter((piece) => (bytes += storedBytes(piece)) <= captionMaxBytes);
  return shown.join('') + (shown.length === pieces.length ? '' : '…');
};

/** Gives the media message its place at the head, where it waits for its upload. */
const place = (
  policy: ChatPolicy,
  conversation: Conversation,
  chatId: ChatId,
  message: StoredMessage & { readonly content: Extract<Content, { type: 'media' }> },
  at: number,
): Conversation => {
  const { id, content } = message;
  const { media, url, caption } = content;
  const shown = caption === undefined ? undefined : captionOf(caption, policy);
  const posts = [fill(policy.texts.uploadFailed, url), shown ?? ''].flatMap((text) =>
    agentPieces(text, policy),
  );
  const isOpenHere = isPresent(conversation, chatId);
  const roomy = isOpenHere ? makeRoom(conversation, chatId, posts, at) : conversation;
  if (!isOpenHere && !hasRoomFor(roomy, posts)) return cutShort(conversation, chatId, at);
  const seen = mediaSeen(roomy, chatId, message, at);
  const isUploading = lanesOf(seen, chatId).uploads.some(({ messageId }) => messageId === id);
  const known = isUploading
    ? seen
    : withUploads(tellUser(seen, chatId, notUploadedText(media, policy.texts), at), chatId, (uploads) => [
        ...uploads,
        { messageId: id, state: 'failed' },
      ]);
  const placed = withAgentLane(known, chatId, () => ({
    place: {
      messageId: id,
      media,
      url,
      until: at + policy.mediaWaitMs,
      ...(shown === undefined ? {} : { caption: shown }),
    },
  }));
  return fillPlace(policy, placed, chatId, at);
};

const withUploads = (
  conversation: Conversation,
  chatId: ChatId,
  change: (uploads: ReadonlyArray<UploadState>) => ReadonlyArray<UploadState>,
): Conversation => {
  const lanes = lanesOf(conversation, chatId);
  return withLanes(conversation, chatId, { ...lanes, uploads: change(lanes.uploads) });
};

/** Puts the notice and the caption of the media message at the head, as far as its upload has come. */
export const fillPlace = (
  policy: ChatPolicy,
  conversation: Conversation,
  chatId: ChatId,
  at: number,
): Conversation => {
  const lanes = lanesOf(conversation, chatId);
  const { place } = lanes.agent;
  if (place === undefined) return conversation;
  const upload = lanes.uploads.find(({ messageId }) => messageId === place.messageId);
  const settled = (notice: string): Conversation => {
    const cleared = withUploads(withoutInAgentLane(conversation, chatId, 'place'), chatId, (uploads) =>
      uploads.filter(({ messageId }) => messageId !== place.messageId),
    );
    const texts = [notice, place.caption ?? ''].flatMap((text) => agentPieces(text, policy));
    return tellAgent(cleared, chatId, texts, at, { what: 'message', id: place.messageId, as: 'posted' });
  };
  if (upload?.state === 'done') return settled(uploadedNotice(place.media, upload.title, policy));
  if (upload?.state === 'failed') return settled(fill(policy.texts.uploadFailed, place.url));
  if (at < place.until) return conversation;
  const late = settled(fill(policy.texts.uploadPending, place.url));
  const after = lanesOf(late, chatId);
  return withLanes(late, chatId, {
    ...after,
    files: after.files.map((file) =>
      file.messageId === place.messageId ? { ...file, lateUntil: at + lateUploadMs } : file,
    ),
  });
};

/** The upload of a message whose place is still to be filled has come to an end. */
export const uploadEnded = (
  policy: ChatPolicy,
  conversation: Conversation,
  { chatId, messageId }: Upload,
  outcome: { readonly state: 'done' | 'failed'; readonly title?: string | undefined },
  at: number,
): Conversation => {
  if (conversation.lanes.chats[chatId] === undefined) return conversation;
  const title = outcome.title === undefined ? {} : { title: outcome.title.slice(0, titleMax) };
  const known = withUploads(conversation, chatId, (uploads) =>
    uploads.map((upload) =>
      upload.messageId === messageId ? { messageId, state: outcome.state, ...title } : upload,
    ),
  );
  return fillPlace(policy, known, chatId, at);
};

// -- messages

/**
 * The next message of the user takes its place in the lane, once everything before it has left. A long one comes in
 * several turns: it is settled with its last piece, so until then it is the next message again.
 */
export const messageTaken = (
  policy: ChatPolicy,
  conversation: Conversation,
  chatId: ChatId,
  message: StoredMessage,
  at: number,
): Conversation => {
  const lanes = conversation.lanes.chats[chatId];
  if (lanes === undefined || !isOwed(conversation, chatId, message)) return conversation;
  const { agent } = lanes;
  if (agent.introduction !== 'done' || agent.posts.length > 0 || agent.place !== undefined)
    return conversation;
  if (isUnderWay(lanes, message.id)) return conversation;
  const { content, id } = message;
  const partial = agent.partial?.messageId === id ? agent.partial : undefined;
  if (content.type !== 'media') {
    const pieces = agentPieces(readable(content, policy.texts), policy);
    return takePieces(conversation, chatId, id, pieces, partial?.pieces ?? 0, at);
  }
  if (isFetchable(content.url)) return place(policy, conversation, chatId, { ...message, content }, at);
  const told =
    partial === undefined
      ? tellUser(conversation, chatId, notUploadedText(content.media, policy.texts), at)
      : conversation;
  const pieces = [fill(policy.texts.uploadFailed, content.url), content.caption ?? ''].flatMap((text) =>
    agentPieces(text, policy),
  );
  return takePieces(told, chatId, id, pieces, partial?.pieces ?? 0, at);
};

const takePieces = (
  conversation: Conversation,
  chatId: ChatId,
  id: string,
  pieces: ReadonlyArray<string>,
  done: number,
  at: number,
): Conversation => {
  const next = pieces.slice(done, done + maxPieces);
  const isOpenHere = isPresent(conversation, chatId);
  const roomy = isOpenHere ? makeRoom(conversation, chatId, next.slice(0, 1), at) : conversation;
  const fits = fitting(roomy, next);
  // what ends in a document that is full of the present chat ends early; the present chat itself always goes on
  if (fits.length === 0 && next.length > 0 && !isOpenHere) return cutShort(conversation, chatId, at);
  const some = fits.length === 0 ? next.slice(0, 1) : fits;
  const cleared = withoutInAgentLane(roomy, chatId, 'partial');
  return done + some.length >= pieces.length
    ? tellAgent(cleared, chatId, some, at, { what: 'message', id, as: 'posted' })
    : withAgentLane(tellAgent(cleared, chatId, some, at), chatId, () => ({
        partial: { messageId: id, pieces: done + some.length },
      }));
};

/** An earlier chat that still drains brings it to its own agent, or has done so and only waits to mark it. */
export const isOwedElsewhere = (
  { lanes }: Conversation,
  chatId: ChatId,
  { id, from, arrival }: StoredMessage,
): boolean =>
  Object.entries(lanes.chats).some(([other, lane]) => {
    if (other === chatId) return false;
    const { closing, introduction, partial, place, posts, unsettled } = lane.agent;
    if (isUnderWay(lane, id) || place?.messageId === id || partial?.messageId === id) return true;
    const isShown = [...posts.map(({ settles }) => settles), ...unsettled].some(
      (settles) => settles?.what === 'context' && settles.arrivals.includes(arrival),
    );
    if (isShown || closing === undefined || arrival > closing.upTo) return isShown;
    return arrival > closing.from ? from === 'user' : introduction === 'due';
  });

/** The first joining: context, welcome; the messages since the reservation follow by themselves. */
export const introduce = (
  policy: ChatPolicy,
  conversation: Conversation,
  chatId: ChatId,
  entries: ReadonlyArray<StoredMessage>,
  at: number,
): Conversation => {
  if (conversation.lanes.chats[chatId]?.agent.introduction !== 'due') return conversation;
  const welcome = agentPieces(fill(policy.texts.welcomeTemplate, conversation.profile?.name ?? ''), policy);
  const unseen = entries.filter((entry) => !isOwedElsewhere(conversation, chatId, entry));
  const wanted = renderContext(unseen, policy)?.parts ?? [];
  const roomy = isPresent(conversation, chatId)
    ? makeRoom(conversation, chatId, [...wanted, ...welcome], at)
    : conversation;
  const context = renderContext(unseen, policy, (parts) => {
    const all = [...parts, ...welcome];
    return fitting(roomy, all).length === all.length;
  });
  const told =
    context === undefined
      ? roomy
      : tellAgent(roomy, chatId, context.parts, at, { what: 'context', arrivals: context.arrivals });
  return withAgentLane(tellAgent(told, chatId, welcome, at), chatId, () => ({ introduction: 'done' }));
};

/** Everything that goes before the end of the session has left. */
export const closingDrained = (conversation: Conversation, chatId: ChatId, at: number): Conversation => {
  const lane = conversation.lanes.chats[chatId]?.agent;
  const isDrained =
    lane?.closing !== undefined &&
    lane.introduction !== 'due' &&
    lane.posts.length === 0 &&
    lane.place === undefined &&
    lane.partial === undefined;
  return isDrained
    ? endSession(withoutInAgentLane(conversation, chatId, 'closing'), chatId, at)
    : conversation;
};
