import { notUploadedText, readable, uploadedNotice } from './agent-text.ts';
import { renderContext } from './context.ts';
import {
  emptyLanes,
  isOpen,
  type AgentLane,
  type Chat,
  type ChatReason,
  type Conversation,
  type UploadState,
} from './conversation.ts';
import type { ChatEvent, EffectLane, Failure, Note } from './chat-event.ts';
import { decideDesk } from './chat-desk.ts';
import { closeChat, failConnect, reserve } from './chat-life.ts';
import type { AgentPost, BotState, ChatId, Upload, UserText } from './effect.ts';
import {
  agentPieces,
  cutAgentLane,
  dropDrained,
  endSession,
  lanesOf,
  pushUpload,
  tellAgent,
  tellUser,
  withAgentLane,
  withLanes,
  without,
} from './lanes.ts';
import type { StoredMessage } from './message.ts';
import { lateUploadMs, type ChatPolicy } from './policy.ts';
import { fill } from './texts.ts';

/** What follows from an event: the conversation with its effects, and what is worth counting. */
export interface Decision {
  readonly conversation: Conversation;
  readonly notes: ReadonlyArray<Note>;
}

/** Pieces of one message that enter the lane at a time; the document stays small however long the message is. */
const maxPieces = 6;
/** Uploads remembered for one chat at a time; further media wait for their place in the lane. */
export const maxUploads = 60;

/**
 * The state machine of a conversation: pure and total (relay.md §1 to §3). Effects are stored in the lanes of the
 * next conversation, in one write with everything else, and carried out after it. An event for a chat that is not
 * known (any more) changes nothing.
 */
export const decide =
  (policy: ChatPolicy) =>
  (before: Conversation, event: ChatEvent): Decision => {
    const next = step(policy, before, event);
    const conversation = dropDrained(next, (chatId) => isOpen(next.chat) && next.chat.id === chatId);
    return { conversation, notes: notesOn(before, conversation, event) };
  };

/** Folds events in order. */
export const decideAll =
  (policy: ChatPolicy) =>
  (conversation: Conversation, events: ReadonlyArray<ChatEvent>): Decision =>
    events.reduce<Decision>(
      (sofar, event) => {
        const next = decide(policy)(sofar.conversation, event);
        return { conversation: next.conversation, notes: [...sofar.notes, ...next.notes] };
      },
      { conversation, notes: [] },
    );

const step = (policy: ChatPolicy, conversation: Conversation, event: ChatEvent): Conversation => {
  switch (event.type) {
    case 'reserved':
      return reserve(conversation, event);
    case 'contact-found':
      return onPresentChat(conversation, event.chatId, (chat) => ({ ...chat, contactId: event.contactId }));
    case 'case-made':
      return caseMade(conversation, event);
    case 'session-opened':
      return sessionOpened(conversation, event);
    case 'request-taken':
      return requestTaken(conversation, event);
    case 'connect-failed':
      return failConnect(policy, conversation, event);
    case 'finish-asked':
      return isOpen(conversation.chat)
        ? closeChat(policy, conversation, {
            at: event.at,
            reason: 'finished',
            bot: 'success',
            desk: conversation.chat.state === 'active' ? { drainUpTo: event.mark } : 'end',
          })
        : conversation;
    case 'restart-asked':
      return conversation.chat?.id === event.chatId && conversation.chat.state === 'active'
        ? closeChat(policy, conversation, {
            at: event.at,
            reason: 'restart',
            desk: { drainUpTo: event.before },
          })
        : conversation;
    case 'user-spoke':
      return onPresentChat(conversation, event.chatId, (chat) => ({
        ...without(chat, 'idleClock'),
        activeAt: event.at,
      }));
    case 'media-seen':
      return mediaSeen(conversation, event.chatId, event.message, event.at);
    case 'message-taken':
      return messageTaken(policy, conversation, event.chatId, event.message, event.at);
    case 'context-read':
      return introduce(policy, conversation, event.chatId, event.entries, event.at);
    case 'closing-drained':
      return closingDrained(conversation, event.chatId, event.at);
    case 'desk-told':
      return decideDesk(policy, conversation, event);
    case 'desk-silent':
      return deskSilent(policy, conversation, event.chatId, event.at);
    case 'time-passed':
      return timePassed(policy, conversation, event.at);
    case 'recovered':
      return recovered(conversation);
    case 'effect-done':
      return effectDone(policy, conversation, event);
    case 'effect-failed':
      return effectFailed(conversation, event);
    case 'effect-set-aside':
      return effectSetAside(policy, conversation, event);
    case 'posts-bound':
      return conversation.lanes.chats[event.chatId] === undefined
        ? conversation
        : withAgentLane(withDeskState(conversation, event.chatId, event.state), event.chatId, () => ({
            bound: event.covers,
          }));
    case 'desk-state':
      return withDeskState(conversation, event.chatId, event.state);
    case 'posts-delivered':
      return settleHead(conversation, event.chatId, 'posted');
    case 'posts-failed':
      return postsFailed(conversation, event);
    case 'posts-set-aside':
      return { ...settleHead(conversation, event.chatId, 'set-aside'), lastError: event.detail };
    case 'posts-abandoned':
      return abandonHead(conversation, event.chatId);
    case 'settled':
      return conversation.lanes.chats[event.chatId] === undefined
        ? conversation
        : withAgentLane(conversation, event.chatId, ({ unsettled }) => ({
            unsettled: unsettled.slice(event.settlements.length),
          }));
    case 'refilled':
      return refill(conversation, event.effects);
  }
};

const onPresentChat = (
  conversation: Conversation,
  chatId: ChatId,
  change: (chat: Chat) => Chat,
): Conversation =>
  isOpen(conversation.chat) && conversation.chat.id === chatId
    ? { ...conversation, chat: change(conversation.chat) }
    : conversation;

const withDeskState = (conversation: Conversation, chatId: ChatId, state: unknown): Conversation => {
  const lanes = conversation.lanes.chats[chatId];
  return lanes?.desk === undefined
    ? conversation
    : withLanes(conversation, chatId, { ...lanes, desk: { ...lanes.desk, state } });
};

// -- connecting

const caseMade = (
  conversation: Conversation,
  { chatId, caseId, at }: Extract<ChatEvent, { type: 'case-made' }>,
): Conversation => {
  const { chat } = conversation;
  if (chat?.id !== chatId || chat.acceptedAt !== undefined) return conversation;
  const known = { ...conversation, chat: { ...without(chat, 'lookForCaseSince'), caseId } };
  // the chat is over already: its case serves the next connect
  return isOpen(chat)
    ? known
    : {
        ...known,
        lending: {
          flow: chat.flow,
          at,
          caseId,
          ...(chat.contactId === undefined ? {} : { contactId: chat.contactId }),
        },
      };
};

const sessionOpened = (
  conversation: Conversation,
  { chatId, at, desk }: Extract<ChatEvent, { type: 'session-opened' }>,
): Conversation => {
  const lanes = conversation.lanes.chats[chatId] ?? emptyLanes;
  const opened = withLanes(conversation, chatId, { ...lanes, desk });
  return isOpen(conversation.chat) && conversation.chat.id === chatId ? opened : endSession(opened, chatId, at);
};

const requestTaken = (
  conversation: Conversation,
  { chatId, at, state }: Extract<ChatEvent, { type: 'request-taken' }>,
): Conversation => {
  const taken = onPresentChat(conversation, chatId, (chat) => ({ ...chat, acceptedAt: at, activeAt: at }));
  return withDeskState(without(taken, 'lending'), chatId, state);
};

// -- the user's messages

const mediaSeen = (
  conversation: Conversation,
  chatId: ChatId,
  { id, content }: StoredMessage,
  at: number,
): Conversation => {
  const { chat } = conversation;
  const { uploads } = lanesOf(conversation, chatId);
  if (!isOpen(chat) || chat.id !== chatId || chat.caseId === undefined || content.type !== 'media')
    return conversation;
  if (uploads.length >= maxUploads || uploads.some(({ messageId }) => messageId === id)) return conversation;
  return pushUpload(conversation, {
    type: 'upload',
    chatId,
    bornAt: at,
    tries: 0,
    messageId: id,
    caseId: chat.caseId,
    fallbackTitle: chatId,
    media: content.media,
    url: content.url,
    ...(content.mimeType === undefined ? {} : { mimeType: content.mimeType }),
    ...(content.caption === undefined ? {} : { caption: content.caption }),
  });
};

const messageTaken = (
  policy: ChatPolicy,
  conversation: Conversation,
  chatId: ChatId,
  message: StoredMessage,
  at: number,
): Conversation => {
  const lanes = conversation.lanes.chats[chatId];
  if (lanes === undefined || lanes.agent.posts.length > 0 || lanes.agent.place !== undefined)
    return conversation;
  const { content, id } = message;
  if (content.type === 'media') {
    const { media, url, caption } = content;
    const placed = withAgentLane(mediaSeen(conversation, chatId, message, at), chatId, () => ({
      place: {
        messageId: id,
        media,
        url,
        until: at + policy.mediaWaitMs,
        ...(caption === undefined ? {} : { caption }),
      },
    }));
    return fillPlace(policy, placed, chatId, at);
  }
  const pieces = agentPieces(readable(content, policy.texts), policy);
  const done = lanes.agent.partial?.messageId === id ? lanes.agent.partial.pieces : 0;
  const some = pieces.slice(done, done + maxPieces);
  const isAll = done + some.length >= pieces.length;
  const cleared = withAgentLaneWithout(conversation, chatId, 'partial');
  return isAll
    ? tellAgent(cleared, chatId, some, at, { what: 'message', id, as: 'posted' })
    : withAgentLane(tellAgent(cleared, chatId, some, at), chatId, () => ({
        partial: { messageId: id, pieces: done + some.length },
      }));
};

const withAgentLaneWithout = (
  conversation: Conversation,
  chatId: ChatId,
  ...keys: ReadonlyArray<'partial' | 'place' | 'giveUp' | 'closing'>
): Conversation => {
  const lanes = conversation.lanes.chats[chatId];
  return lanes === undefined
    ? conversation
    : withLanes(conversation, chatId, { ...lanes, agent: without(lanes.agent, ...keys) as AgentLane });
};

/** Puts the notice and the caption of the media message at the head, as far as its upload has come. */
const fillPlace = (
  policy: ChatPolicy,
  conversation: Conversation,
  chatId: ChatId,
  at: number,
): Conversation => {
  const lanes = lanesOf(conversation, chatId);
  const { place } = lanes.agent;
  if (place === undefined) return conversation;
  const upload = lanes.uploads.find(({ messageId }) => messageId === place.messageId);
  const settled = (notice: string, uploads: ReadonlyArray<UploadState>): Conversation => {
    const texts = [notice, place.caption ?? '']
      .filter((text) => text.trim() !== '')
      .flatMap((text) => agentPieces(text, policy));
    const cleared = withAgentLaneWithout(conversation, chatId, 'place');
    return tellAgent(
      withLanes(cleared, chatId, { ...lanesOf(cleared, chatId), uploads }),
      chatId,
      texts,
      at,
      { what: 'message', id: place.messageId, as: 'posted' },
    );
  };
  const others = lanes.uploads.filter(({ messageId }) => messageId !== place.messageId);
  if (upload?.state === 'done') return settled(uploadedNotice(place.media, upload.title, policy), others);
  if (upload?.state === 'failed') return settled(fill(policy.texts.uploadFailed, place.url), others);
  if (at < place.until) return conversation;
  const late = settled(fill(policy.texts.uploadPending, place.url), others);
  const after = lanesOf(late, chatId);
  return withLanes(late, chatId, {
    ...after,
    files: after.files.map((file) =>
      file.messageId === place.messageId ? { ...file, lateUntil: at + lateUploadMs } : file,
    ),
  });
};

/** The first joining: context, welcome; the messages since the reservation follow by themselves. */
const introduce = (
  policy: ChatPolicy,
  conversation: Conversation,
  chatId: ChatId,
  entries: ReadonlyArray<StoredMessage>,
  at: number,
): Conversation => {
  if (conversation.lanes.chats[chatId]?.agent.introduction !== 'due') return conversation;
  const context = renderContext(entries, policy);
  const told =
    context === undefined
      ? conversation
      : tellAgent(conversation, chatId, context.parts, at, {
          what: 'context',
          from: context.from,
          to: context.to,
        });
  const name = conversation.profile?.name ?? '';
  const welcome = agentPieces(fill(policy.texts.welcomeTemplate, name), policy);
  return withAgentLane(tellAgent(told, chatId, welcome, at), chatId, () => ({ introduction: 'done' }));
};

const closingDrained = (conversation: Conversation, chatId: ChatId, at: number): Conversation => {
  const lane = conversation.lanes.chats[chatId]?.agent;
  return lane?.closing === undefined || lane.posts.length > 0 || lane.place !== undefined
    ? conversation
    : endSession(withAgentLaneWithout(conversation, chatId, 'closing'), chatId, at);
};

// -- time

const deskSilent = (
  policy: ChatPolicy,
  conversation: Conversation,
  chatId: ChatId,
  at: number,
): Conversation => {
  if (isOpen(conversation.chat) && conversation.chat.id === chatId) {
    return closeChat(policy, conversation, {
      at,
      reason: 'silence',
      bot: 'timeout',
      desk: 'end',
      text: policy.texts.sessionLost,
    });
  }
  // a session that only drains: nothing more can be brought to it
  const lanes = conversation.lanes.chats[chatId];
  if (lanes === undefined) return conversation;
  const alreadyEnding = lanes.agent.posts[lanes.agent.bound]?.post.kind === 'end';
  const isEndBound = lanes.agent.posts[0]?.post.kind === 'end';
  const cut = withLanes(conversation, chatId, { ...lanes, agent: cutAgentLane(lanes.agent) });
  return isEndBound ? cut : alreadyEnding || lanes.agent.closing ? endSession(cut, chatId, at) : cut;
};

const timePassed = (policy: ChatPolicy, conversation: Conversation, at: number): Conversation => {
  const placed = Object.keys(conversation.lanes.chats).reduce(
    (next, chatId) => fillPlace(policy, next, chatId, at),
    conversation,
  );
  const { chat } = placed;
  if (!isOpen(chat)) return placed;
  const end = (reason: ChatReason, text: string): Conversation =>
    closeChat(policy, placed, { at, reason, bot: 'timeout', desk: 'end', text });
  if (chat.state === 'requested') {
    if (chat.acceptedAt === undefined) {
      return at < chat.requestedAt + policy.connectTimeoutMs
        ? placed
        : failConnect(policy, placed, {
            type: 'connect-failed',
            chatId: chat.id,
            at,
            reason: 'connect-timeout',
            caseUnknown: true,
          });
    }
    return at < chat.acceptedAt + policy.requestTimeoutMs
      ? placed
      : end('request-timeout', policy.texts.waitTimeout);
  }
  if (chat.state === 'waiting' && policy.waitTimeoutMs > 0 && at >= chat.since + policy.waitTimeoutMs)
    return end('wait-timeout', policy.texts.waitTimeout);
  if (at >= chat.activeAt + policy.chatIdleMaxMs || (chat.idleClock && at >= chat.idleClock.endAt))
    return end('idle', policy.texts.idleTimeout);
  if (chat.idleClock?.warnAt !== undefined && at >= chat.idleClock.warnAt) {
    const { endAt } = chat.idleClock;
    return tellUser(
      { ...placed, chat: { ...chat, idleClock: { endAt } } },
      chat.id,
      policy.texts.idleWarning,
      at,
    );
  }
  return placed;
};

/**
 * When the conversation next wants a `time-passed` or another look at its lanes, ms since 1970; never earlier than
 * something that can then be done. `undefined`: only outside events matter.
 */
export const wakeAt = (policy: ChatPolicy, { chat, lanes }: Conversation): number | undefined => {
  const times: number[] = [];
  if (isOpen(chat)) {
    if (chat.state === 'requested') {
      times.push(
        chat.acceptedAt === undefined
          ? chat.requestedAt + policy.connectTimeoutMs
          : chat.acceptedAt + policy.requestTimeoutMs,
      );
    } else {
      times.push(chat.activeAt + policy.chatIdleMaxMs);
      if (chat.state === 'waiting' && policy.waitTimeoutMs > 0) times.push(chat.since + policy.waitTimeoutMs);
      if (chat.idleClock) times.push(chat.idleClock.warnAt ?? chat.idleClock.endAt);
    }
  }
  const [text] = lanes.user;
  if (text?.notBefore !== undefined) times.push(text.notBefore);
  const [move] = lanes.bot;
  if (move !== undefined)
    times.push(lanes.user.length === 0 ? (move.notBefore ?? 0) : Math.max(move.heldUntil, move.notBefore ?? 0));
  for (const { agent, files } of Object.values(lanes.chats)) {
    if (agent.place !== undefined) times.push(agent.place.until);
    const [post] = agent.posts;
    if (post?.notBefore !== undefined) times.push(post.notBefore);
    const [file] = files;
    if (file?.notBefore !== undefined) times.push(file.notBefore);
  }
  return times.length === 0 ? undefined : Math.min(...times);
};

const recovered = (conversation: Conversation): Conversation => {
  const doubt = <T extends { readonly unknown?: true }>(effects: ReadonlyArray<T>): ReadonlyArray<T> =>
    effects.map((effect, index) => (index === 0 ? { ...effect, unknown: true as const } : effect));
  const chats = Object.entries(conversation.lanes.chats).map(([chatId, lanes]) => [
    chatId,
    {
      ...lanes,
      files: doubt(lanes.files),
      agent: {
        ...lanes.agent,
        posts: lanes.agent.bound > 0 ? doubt(lanes.agent.posts) : lanes.agent.posts,
      },
    },
  ]);
  return {
    ...conversation,
    lanes: {
      user: doubt(conversation.lanes.user),
      bot: doubt(conversation.lanes.bot),
      chats: Object.fromEntries(chats) as Conversation['lanes']['chats'],
    },
  };
};

// -- outcomes

/** Changes or removes the effect wherever it stands; one that is gone (withdrawn) changes nothing. */
const onEffect = (
  conversation: Conversation,
  lane: EffectLane,
  id: string,
  change: (effect: UserText | BotState | Upload) => object | undefined,
): Conversation => {
  const apply = <T extends UserText | BotState | Upload>(effects: ReadonlyArray<T>): ReadonlyArray<T> =>
    effects.some((effect) => effect.id === id)
      ? effects.flatMap((effect) => {
          if (effect.id !== id) return [effect];
          const changed = change(effect);
          return changed === undefined ? [] : [changed as T];
        })
      : effects;
  const { lanes } = conversation;
  if (lane === 'user') return { ...conversation, lanes: { ...lanes, user: apply(lanes.user) } };
  if (lane === 'bot') return { ...conversation, lanes: { ...lanes, bot: apply(lanes.bot) } };
  const chats = Object.entries(lanes.chats).map(([chatId, chat]) => [
    chatId,
    { ...chat, files: apply(chat.files) },
  ]);
  return {
    ...conversation,
    lanes: { ...lanes, chats: Object.fromEntries(chats) as Conversation['lanes']['chats'] },
  };
};

const findUpload = (conversation: Conversation, id: string): Upload | undefined =>
  Object.values(conversation.lanes.chats)
    .flatMap(({ files }) => files)
    .find((file) => file.id === id);

const effectDone = (
  policy: ChatPolicy,
  conversation: Conversation,
  { lane, id, at, title }: Extract<ChatEvent, { type: 'effect-done' }>,
): Conversation => {
  const upload = lane === 'files' ? findUpload(conversation, id) : undefined;
  const done = onEffect(conversation, lane, id, () => undefined);
  if (upload === undefined) return done;
  if (upload.lateUntil === undefined) return uploadEnded(policy, done, upload, { state: 'done', title }, at);
  const notice = uploadedNotice(upload.media, title, policy);
  return at <= upload.lateUntil && canTellAgent(done, upload.chatId)
    ? tellAgent(done, upload.chatId, agentPieces(notice, policy), at)
    : done;
};

const effectFailed = (
  conversation: Conversation,
  event: Extract<ChatEvent, { type: 'effect-failed' }>,
): Conversation => ({
  ...onEffect(conversation, event.lane, event.id, (effect) => failed(effect, event)),
  lastError: event.detail,
});

const failed = <T extends UserText | BotState | Upload | AgentPost>(effect: T, failure: Failure): T => ({
  ...effect,
  tries: effect.tries + (failure.counted ? 1 : 0),
  notBefore: failure.retryAt,
  ...(failure.unknown ? { unknown: true } : {}),
});

const effectSetAside = (
  policy: ChatPolicy,
  conversation: Conversation,
  { lane, id, at, detail }: Extract<ChatEvent, { type: 'effect-set-aside' }>,
): Conversation => {
  const text = conversation.lanes.user.find((effect) => effect.id === id);
  const upload = lane === 'files' ? findUpload(conversation, id) : undefined;
  const gone = { ...onEffect(conversation, lane, id, () => undefined), lastError: detail };
  if (lane === 'user' && text !== undefined) {
    return canTellAgent(gone, text.chatId)
      ? tellAgent(gone, text.chatId, agentPieces(fill(policy.texts.notDelivered, text.text), policy), at)
      : gone;
  }
  if (upload === undefined) return gone;
  const told = tellUser(gone, upload.chatId, notUploadedText(upload.media, policy.texts), at);
  if (upload.lateUntil === undefined) return uploadEnded(policy, told, upload, { state: 'failed' }, at);
  return canTellAgent(told, upload.chatId)
    ? tellAgent(told, upload.chatId, agentPieces(fill(policy.texts.uploadFailed, upload.url), policy), at)
    : told;
};

/** An agent has been introduced to the chat and nothing has ended it. */
const canTellAgent = ({ chat }: Conversation, chatId: ChatId): boolean =>
  chat?.id === chatId && chat.state === 'active';

const uploadEnded = (
  policy: ChatPolicy,
  conversation: Conversation,
  { chatId, messageId }: Upload,
  outcome: { readonly state: 'done' | 'failed'; readonly title?: string | undefined },
  at: number,
): Conversation => {
  const lanes = conversation.lanes.chats[chatId];
  if (lanes === undefined) return conversation;
  const uploads = lanes.uploads.map((upload) =>
    upload.messageId === messageId
      ? {
          messageId,
          state: outcome.state,
          ...(outcome.title === undefined ? {} : { title: outcome.title }),
        }
      : upload,
  );
  return fillPlace(policy, withLanes(conversation, chatId, { ...lanes, uploads }), chatId, at);
};

const postsFailed = (
  conversation: Conversation,
  event: Extract<ChatEvent, { type: 'posts-failed' }>,
): Conversation => {
  if (conversation.lanes.chats[event.chatId] === undefined) return conversation;
  return {
    ...withAgentLane(conversation, event.chatId, ({ posts }) => ({
      posts: posts.map((post, index) => (index === 0 ? failed(post, event) : post)),
    })),
    lastError: event.detail,
  };
};

/** The bound posts have left (or are given up): what they settle is to be marked in the message store. */
const settleHead = (
  conversation: Conversation,
  chatId: ChatId,
  as: 'posted' | 'set-aside',
): Conversation => {
  const lane = conversation.lanes.chats[chatId]?.agent;
  if (lane === undefined || lane.bound === 0) return conversation;
  const settled = lane.posts.slice(0, lane.bound).flatMap(({ settles }) => {
    if (settles === undefined) return [];
    return [settles.what === 'message' ? { ...settles, as } : settles];
  });
  return withAgentLane(withAgentLaneWithout(conversation, chatId, 'giveUp'), chatId, () => ({
    posts: lane.posts.slice(lane.bound),
    bound: 0,
    unsettled: [...lane.unsettled, ...settled],
  }));
};

/** Nobody will try the bound head again: with an unknown outcome it counts as posted, else it is context again. */
const abandonHead = (conversation: Conversation, chatId: ChatId): Conversation => {
  const lane = conversation.lanes.chats[chatId]?.agent;
  if (lane === undefined || lane.bound === 0) return conversation;
  if (lane.posts[0]?.unknown) return settleHead(conversation, chatId, 'posted');
  return withAgentLane(withAgentLaneWithout(conversation, chatId, 'giveUp'), chatId, () => ({
    posts: lane.posts.slice(lane.bound),
    bound: 0,
  }));
};

const refill = (
  conversation: Conversation,
  effects: ReadonlyArray<{ readonly order: number; readonly effect: UserText }>,
): Conversation => {
  const { overflow, lanes } = conversation;
  const fresh = effects.filter(({ order }) => order > overflow.taken);
  if (fresh.length === 0) return conversation;
  return {
    ...conversation,
    lanes: { ...lanes, user: [...lanes.user, ...fresh.map(({ effect }) => effect)] },
    overflow: {
      ...overflow,
      count: overflow.count - fresh.length,
      taken: Math.max(...fresh.map(({ order }) => order)),
    },
  };
};

// -- notes

const notesOn = (before: Conversation, after: Conversation, event: ChatEvent): ReadonlyArray<Note> => {
  const notes: Note[] = [];
  if (event.type === 'desk-told') {
    if (event.event.type === 'uncertain') notes.push({ type: 'uncertain', what: event.event.what });
    else if (event.event.type === 'unrecognised') notes.push({ type: 'seen', what: 'unrecognised' });
    else if (after === before) notes.push({ type: 'ignored', what: event.event.type });
  }
  if (event.type === 'posts-delivered' && event.uncertain) notes.push({ type: 'uncertain', what: 'agent' });
  if (event.type === 'posts-abandoned' && before.lanes.chats[event.chatId]?.agent.posts[0]?.unknown)
    notes.push({ type: 'uncertain', what: 'agent' });
  if (after.chat !== undefined && after.chat.state !== before.chat?.state) {
    notes.push({
      type: 'chat',
      state: after.chat.state,
      ...(after.chat.reason === undefined ? {} : { reason: after.chat.reason }),
    });
  }
  return notes;
};
