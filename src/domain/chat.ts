import { notUploadedText, uploadedNotice } from './agent-text.ts';
import { hasRoomForUser } from './bounds.ts';
import { emptyLanes, isOpen, type Chat, type ChatReason, type Conversation } from './conversation.ts';
import type { ChatEvent, EffectLane, Failure, Note } from './chat-event.ts';
import { decideDesk } from './chat-desk.ts';
import { closeChat, failConnect, reserve, withLending } from './chat-life.ts';
import type { AgentPost, BotState, ChatId, Settlement, Upload, UserText } from './effect.ts';
import {
  botStateDueAt,
  canTellAgent,
  cutShort,
  dropDrained,
  endSession,
  lanesOf,
  noticeAgent,
  tellUser,
  withAgentLane,
  withLanes,
  without,
  withoutInAgentLane,
} from './lanes.ts';
import type { ChatPolicy } from './policy.ts';
import { retry } from './retry.ts';
import { fill } from './texts.ts';
import { closingDrained, fillPlace, introduce, mediaSeen, messageTaken, uploadEnded } from './to-agent.ts';

/** What follows from an event: the conversation with its effects, and what is worth counting. */
export interface Decision {
  readonly conversation: Conversation;
  readonly notes: ReadonlyArray<Note>;
}

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
      return contactFound(conversation, event);
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
        : withAgentLane(
            withDeskState(conversation, event.chatId, event.state),
            event.chatId,
            ({ posts, bound }) => ({ bound: bound > 0 ? bound : Math.min(event.covers, posts.length) }),
          );
    case 'desk-state':
      return withDeskState(conversation, event.chatId, event.state);
    case 'posts-delivered':
      return settleHead(conversation, event.chatId, 'posted');
    case 'posts-failed':
      return postsFailed(conversation, event);
    case 'posts-untaken':
      return postsUntaken(conversation, event.chatId);
    case 'posts-set-aside':
      return withTrouble(conversation, postsSetAside(policy, conversation, event), event.detail);
    case 'posts-abandoned':
      return abandonHead(conversation, event.chatId);
    case 'settled':
      return conversation.lanes.chats[event.chatId] === undefined
        ? conversation
        : withAgentLane(conversation, event.chatId, ({ unsettled }) => ({
            unsettled: withoutSettled(unsettled, event.settlements),
          }));
    case 'refilled':
      return refill(conversation, event.effects);
    case 'retry-asked':
      return retry(conversation, event.effect, event.at);
  }
};

/** By what they say, not by their place: a write whose answer was lost may be decided on once more. */
export const isAmong = (settlements: ReadonlyArray<Settlement>): ((one: Settlement) => boolean) => {
  const said = new Set(settlements.map((one) => JSON.stringify(one)));
  return (one) => said.has(JSON.stringify(one));
};

export const withoutSettled = (
  unsettled: ReadonlyArray<Settlement>,
  settled: ReadonlyArray<Settlement>,
): ReadonlyArray<Settlement> => {
  const isSettled = isAmong(settled);
  return unsettled.filter((one) => !isSettled(one));
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

/** Also after the end of a connect: the case that is lent then belongs to this contact. */
const contactFound = (
  conversation: Conversation,
  { chatId, contactId }: Extract<ChatEvent, { type: 'contact-found' }>,
): Conversation => {
  const { chat } = conversation;
  return chat?.id === chatId && chat.acceptedAt === undefined
    ? { ...conversation, chat: { ...chat, contactId } }
    : conversation;
};

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
    : withLending(known, chat.flow, {
        at,
        caseId,
        ...(chat.contactId === undefined ? {} : { contactId: chat.contactId }),
      });
};

const sessionOpened = (
  conversation: Conversation,
  { chatId, at, desk }: Extract<ChatEvent, { type: 'session-opened' }>,
): Conversation => {
  if (conversation.chat === undefined) return conversation;
  const lanes = conversation.lanes.chats[chatId] ?? emptyLanes;
  // the end of the chat is on its way to the session before; this one, that nothing was asked of, dies by itself
  if (lanes.agent.bound > 0) return conversation;
  const opened = withLanes(conversation, chatId, { ...lanes, desk });
  return isOpen(conversation.chat) && conversation.chat.id === chatId
    ? opened
    : endSession(opened, chatId, at);
};

const requestTaken = (
  conversation: Conversation,
  { chatId, at, state }: Extract<ChatEvent, { type: 'request-taken' }>,
): Conversation => {
  // decided on once more, since the answer to its write was lost: the session has gone on since
  if (conversation.chat?.id === chatId && conversation.chat.acceptedAt !== undefined) return conversation;
  const taken = onPresentChat(conversation, chatId, (chat) => ({ ...chat, acceptedAt: at, activeAt: at }));
  // the case has got its chat; one that was lent for another flow, or by a chat that is over, goes on waiting
  const { chat } = taken;
  if (taken === conversation || chat === undefined) return withDeskState(taken, chatId, state);
  const { [chat.flow]: _served, ...lending } = taken.lending ?? {};
  const served: Conversation = {
    ...without(taken, 'lending'),
    ...(Object.keys(lending).length === 0 ? {} : { lending }),
    ...(chat.caseId === undefined ? {} : { servedCases: { ...taken.servedCases, [chat.flow]: chat.caseId } }),
  };
  return withDeskState(served, chatId, state);
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
  return cutShort(conversation, chatId, at);
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
export const wakeAt = (policy: ChatPolicy, conversation: Conversation): number | undefined => {
  const { chat, lanes } = conversation;
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
  const move = botStateDueAt(conversation);
  if (move !== undefined) times.push(move);
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
  const has = (effects: ReadonlyArray<{ readonly id: string }>): boolean =>
    effects.some((effect) => effect.id === id);
  const apply = <T extends UserText | BotState | Upload>(effects: ReadonlyArray<T>): ReadonlyArray<T> =>
    effects.flatMap((effect) => {
      if (effect.id !== id) return [effect];
      const changed = change(effect);
      return changed === undefined ? [] : [changed as T];
    });
  const { lanes } = conversation;
  if (lane === 'user' && has(lanes.user))
    return { ...conversation, lanes: { ...lanes, user: apply(lanes.user) } };
  if (lane === 'bot' && has(lanes.bot))
    return { ...conversation, lanes: { ...lanes, bot: apply(lanes.bot) } };
  const upload = lane === 'files' ? findUpload(conversation, id) : undefined;
  const chat = upload === undefined ? undefined : lanes.chats[upload.chatId];
  return upload === undefined || chat === undefined
    ? conversation
    : withLanes(conversation, upload.chatId, { ...chat, files: apply(chat.files) });
};

const findUpload = (conversation: Conversation, id: string): Upload | undefined =>
  Object.values(conversation.lanes.chats)
    .flatMap(({ files }) => files)
    .find((file) => file.id === id);

/** The latest trouble as operators read it. */
const lineMax = 300;

/** With the trouble that changed it; without a change it was no trouble of this conversation. */
const withTrouble = (before: Conversation, after: Conversation, detail: string): Conversation =>
  after === before ? after : { ...after, lastError: detail.slice(0, lineMax).toWellFormed() };

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
    ? noticeAgent(done, upload.chatId, notice, at, policy)
    : done;
};

const effectFailed = (
  conversation: Conversation,
  event: Extract<ChatEvent, { type: 'effect-failed' }>,
): Conversation =>
  withTrouble(
    conversation,
    onEffect(conversation, event.lane, event.id, (effect) => failed(effect, event)),
    event.detail,
  );

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
  const gone = withTrouble(
    conversation,
    onEffect(conversation, lane, id, () => undefined),
    detail,
  );
  if (lane === 'user' && text !== undefined) {
    return canTellAgent(gone, text.chatId)
      ? noticeAgent(gone, text.chatId, fill(policy.texts.notDelivered, text.text), at, policy)
      : gone;
  }
  if (upload === undefined) return gone;
  const told = tellUser(gone, upload.chatId, notUploadedText(upload.media, policy.texts), at);
  if (upload.lateUntil === undefined) return uploadEnded(policy, told, upload, { state: 'failed' }, at);
  return canTellAgent(told, upload.chatId)
    ? noticeAgent(told, upload.chatId, fill(policy.texts.uploadFailed, upload.url), at, policy)
    : told;
};

const postsFailed = (
  conversation: Conversation,
  event: Extract<ChatEvent, { type: 'posts-failed' }>,
): Conversation => {
  const lane = conversation.lanes.chats[event.chatId]?.agent;
  if (lane === undefined || lane.posts.length === 0) return conversation;
  const after = withAgentLane(conversation, event.chatId, ({ posts }) => ({
    posts: posts.map((post, index) => (index === 0 ? failed(post, event) : post)),
  }));
  return withTrouble(conversation, after, event.detail);
};

const postsUntaken = (conversation: Conversation, chatId: ChatId): Conversation => {
  const lane = conversation.lanes.chats[chatId]?.agent;
  return lane?.bound && lane.posts[0]?.unknown
    ? withAgentLane(conversation, chatId, ({ posts: [head, ...rest] }) => ({
        posts: head === undefined ? rest : [without(head, 'unknown'), ...rest],
      }))
    : conversation;
};

/** What it means for the message store that these posts left the lane. */
export const settlementsOf = (
  posts: ReadonlyArray<AgentPost>,
  as: 'posted' | 'set-aside' | 'in-doubt',
): ReadonlyArray<Settlement> =>
  posts.flatMap(({ settles }): ReadonlyArray<Settlement> => {
    if (settles === undefined) return [];
    if (settles.what === 'message') return [{ ...settles, as: as === 'in-doubt' ? 'posted' : as }];
    // a context that an agent may not have read is told to the next one (ADR 11)
    return as === 'in-doubt' ? [] : [settles];
  });

/** The bound posts have left (or are given up): what they settle is to be marked in the message store. */
const settleHead = (
  conversation: Conversation,
  chatId: ChatId,
  as: 'posted' | 'set-aside' | 'in-doubt',
): Conversation => {
  const lane = conversation.lanes.chats[chatId]?.agent;
  if (lane === undefined || lane.posts.length === 0) return conversation;
  // a post may be given up before it was ever bound
  const leaving = as === 'set-aside' ? Math.max(1, lane.bound) : lane.bound;
  if (leaving === 0) return conversation;
  return withAgentLane(withoutInAgentLane(conversation, chatId, 'giveUp'), chatId, () => ({
    posts: lane.posts.slice(leaving),
    bound: 0,
    unsettled: [...lane.unsettled, ...settlementsOf(lane.posts.slice(0, leaving), as)],
  }));
};

const postsSetAside = (
  policy: ChatPolicy,
  conversation: Conversation,
  { chatId, at }: Extract<ChatEvent, { type: 'posts-set-aside' }>,
): Conversation => {
  const gone = settleHead(conversation, chatId, 'set-aside');
  return gone !== conversation && isUsersWord(conversation, chatId)
    ? tellUser(gone, chatId, policy.texts.messageError, at)
    : gone;
};

/** The head is of a message of the user, rather than of what we say ourselves: of one, the last post settles it. */
const isUsersWord = (conversation: Conversation, chatId: ChatId): boolean => {
  const { posts, partial } = lanesOf(conversation, chatId).agent;
  const settles = posts.find((post) => post.settles !== undefined)?.settles;
  return settles === undefined ? partial !== undefined : settles.what === 'message';
};

/** Nobody will try the bound head again: a message with an unknown outcome counts as posted, else it is context again. */
const abandonHead = (conversation: Conversation, chatId: ChatId): Conversation => {
  const lane = conversation.lanes.chats[chatId]?.agent;
  if (lane === undefined || lane.bound === 0) return conversation;
  if (lane.posts[0]?.unknown) return settleHead(conversation, chatId, 'in-doubt');
  return withAgentLane(withoutInAgentLane(conversation, chatId, 'giveUp'), chatId, () => ({
    posts: lane.posts.slice(lane.bound),
    bound: 0,
  }));
};

/** Spilled texts come back, as many as there is room for; `overflow.taken` tells how far. */
const refill = (
  conversation: Conversation,
  effects: ReadonlyArray<{ readonly order: number; readonly effect: UserText }>,
): Conversation => {
  const fresh = effects.filter(({ order }) => order > conversation.overflow.taken);
  const tooMany = fresh.findIndex(({ effect }, index) => {
    const earlier = fresh.slice(0, index).map((spilled) => spilled.effect);
    const { lanes } = conversation;
    return !hasRoomForUser(
      { ...conversation, lanes: { ...lanes, user: [...lanes.user, ...earlier] } },
      effect,
    );
  });
  const taken = tooMany === -1 ? fresh : fresh.slice(0, tooMany);
  const last = taken.at(-1);
  if (last === undefined) return conversation;
  const { overflow, lanes } = conversation;
  return {
    ...conversation,
    lanes: { ...lanes, user: [...lanes.user, ...taken.map(({ effect }) => effect)] },
    overflow: { ...overflow, count: Math.max(0, overflow.count - taken.length), taken: last.order },
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
  if (event.type === 'posts-abandoned') {
    const [head] = before.lanes.chats[event.chatId]?.agent.posts ?? [];
    if (head?.unknown && head.post.kind === 'text') notes.push({ type: 'uncertain', what: 'agent' });
  }
  if (after.chat !== undefined && after.chat.state !== before.chat?.state) {
    notes.push({
      type: 'chat',
      state: after.chat.state,
      ...(after.chat.reason === undefined ? {} : { reason: after.chat.reason }),
    });
  }
  return notes;
};
