import { decide, wakeAt } from '../../../src/domain/chat.ts';
import type { ChatEvent } from '../../../src/domain/chat-event.ts';
import {
  isOpen,
  type ChatLanes,
  type ChatState,
  type Conversation,
} from '../../../src/domain/conversation.ts';
import type { AgentPost, Effect } from '../../../src/domain/effect.ts';
import type { ChatPolicy } from '../../../src/domain/policy.ts';

/** What the state machine may never do, whatever happens. Each law throws with the events that broke it in the test. */

const breach = (law: string, detail: unknown): never => {
  throw new Error(`${law}: ${JSON.stringify(detail)}`);
};

export const freeze = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) freeze(member);
  return value;
};

const nextStates: Readonly<Record<ChatState, ReadonlySet<ChatState>>> = {
  requested: new Set(['waiting', 'active', 'ended', 'failed']),
  waiting: new Set(['active', 'ended', 'failed']),
  active: new Set(['ended']),
  ended: new Set(),
  failed: new Set(),
};

const states = (before: Conversation, event: ChatEvent, after: Conversation): void => {
  if (before.chat === after.chat) return;
  if (after.chat === undefined) return breach('a chat is never forgotten', before.chat);
  if (before.chat?.id !== after.chat.id) {
    if (event.type !== 'reserved' || isOpen(before.chat)) breach('only a reservation begins a chat', event);
    if (after.chat.state !== 'requested') breach('a chat begins as requested', after.chat);
    return;
  }
  const [from, to] = [before.chat.state, after.chat.state];
  if (from !== to && !nextStates[from].has(to)) breach('no such transition', { from, to, event });
  if (!isOpen(after.chat) && after.chat.reason === undefined) breach('an end has a reason', after.chat);
};

const effectsOf = ({ lanes, overflow }: Conversation): ReadonlyArray<Effect> => [
  ...lanes.user,
  ...overflow.pending,
  ...lanes.bot,
  ...Object.values(lanes.chats).flatMap(({ agent, files }) => [...agent.posts, ...files]),
];

const idsOf = (effects: ReadonlyArray<Effect>): ReadonlyArray<string> => effects.map(({ id }) => id);

/** What is left of the lane keeps its order, and new effects stand behind it. */
const order = (lane: string, before: ReadonlyArray<Effect>, after: ReadonlyArray<Effect>): void => {
  const was = new Set(idsOf(before));
  const is = new Set(idsOf(after));
  const expected = [
    ...idsOf(before).filter((id) => is.has(id)),
    ...idsOf(after).filter((id) => !was.has(id)),
  ];
  if (expected.some((id, index) => after[index]?.id !== id))
    breach(`order within ${lane}`, { before: idsOf(before), after: idsOf(after) });
};

const gone = (before: ReadonlyArray<Effect>, after: ReadonlyArray<Effect>): ReadonlyArray<Effect> => {
  const is = new Set(idsOf(after));
  return before.filter(({ id }) => !is.has(id));
};

const ticked = (event: ChatEvent, lane: 'user' | 'bot' | 'files', effect: Effect): boolean =>
  (event.type === 'effect-done' || event.type === 'effect-set-aside') &&
  event.lane === lane &&
  event.id === effect.id;

const none: ChatLanes = {
  agent: { introduction: 'none', posts: [], bound: 0, unsettled: [] },
  files: [],
  uploads: [],
};

/** Posts that have not left go only when their session or their turn is over; the end of a session even then not. */
const posts = (before: Conversation, event: ChatEvent, after: Conversation, chatId: string): void => {
  const old = before.lanes.chats[chatId]?.agent ?? none.agent;
  const now = after.lanes.chats[chatId]?.agent ?? none.agent;
  const lost = gone(old.posts, now.posts) as ReadonlyArray<AgentPost>;
  order('the agent lane', old.posts, now.posts);
  const isOwn = 'chatId' in event && event.chatId === chatId;
  const isAnswer =
    event.type === 'posts-delivered' || event.type === 'posts-set-aside' || event.type === 'posts-abandoned';
  if (isOwn && isAnswer) {
    const left = old.posts.slice(0, event.type === 'posts-set-aside' ? Math.max(1, old.bound) : old.bound);
    if (idsOf(lost).join() !== idsOf(left).join()) breach('an answer takes the bound head', { event, lost });
    return;
  }
  const head = idsOf(old.posts.slice(0, old.bound));
  if (head.some((id, index) => now.posts[index]?.id !== id)) breach('a bound head stays', { event, head });
  if (old.bound > 0 && now.bound !== old.bound)
    breach('a bound head stays bound', { event, old: old.bound, now: now.bound });
  for (const [index, post] of now.posts.entries()) {
    const same = old.posts.find(({ id }) => id === post.id);
    if (same === undefined) continue;
    if (JSON.stringify(same.post) !== JSON.stringify(post.post))
      breach('a post keeps its payload', { index, post });
  }
  if (lost.length === 0) return;
  const wasOpen = isOpen(before.chat) && before.chat.id === chatId;
  const isClosed = !(isOpen(after.chat) && after.chat.id === chatId);
  if (!isClosed) breach('an open chat loses no post', { event, lost });
  const isSessionGone =
    event.type === 'reserved' ||
    (isOwn &&
      event.type === 'desk-told' &&
      ['session-over', 'chat-ended', 'request-failed'].includes(event.event.type));
  if (
    !isSessionGone &&
    lost.some(({ post }) => post.kind === 'end') &&
    !now.posts.some(({ post }) => post.kind === 'end')
  )
    breach('a session that may live is ended', { event, lost });
  if (!wasOpen && !isOwn && !makesRoom.has(event.type))
    breach('an event of another chat cut a lane', { event, lost });
};

/** Events that bring something large for the present chat, for which ended chats may have to give way. */
const makesRoom: ReadonlySet<string> = new Set(['reserved', 'context-read', 'message-taken', 'time-passed']);

const chatIdsOf = (...conversations: ReadonlyArray<Conversation>): ReadonlySet<string> =>
  new Set(conversations.flatMap(({ lanes }) => Object.keys(lanes.chats)));

const effects = (before: Conversation, event: ChatEvent, after: Conversation): void => {
  order('the user lane', before.lanes.user, after.lanes.user);
  order('the overflow', before.overflow.pending, after.overflow.pending);
  order('the bot lane', before.lanes.bot, after.lanes.bot);
  for (const text of gone(
    [...before.lanes.user, ...before.overflow.pending],
    [...after.lanes.user, ...after.overflow.pending],
  ))
    if (!ticked(event, 'user', text)) breach('a text to the user is never lost', { event, text });
  for (const move of gone(before.lanes.bot, after.lanes.bot))
    if (!ticked(event, 'bot', move) && event.type !== 'reserved')
      breach('a bot state is never lost', { event, move });
  for (const chatId of chatIdsOf(before, after)) {
    const [old, now] = [before.lanes.chats[chatId]?.files ?? [], after.lanes.chats[chatId]?.files ?? []];
    order('the files lane', old, now);
    for (const file of gone(old, now))
      if (!ticked(event, 'files', file)) breach('an upload is never lost', { event, file });
    posts(before, event, after, chatId);
  }
  if (before.lanes.user.length > 0 && after.lanes.user[0]?.id !== before.lanes.user[0]?.id) {
    const isDone = event.type === 'effect-done' || event.type === 'effect-set-aside';
    if (!isDone) breach('the head of the user lane stays', { event });
  }
  if (after.overflow.count > 0 || before.overflow.pending.length > 0 || before.overflow.count > 0) {
    const fresh = after.lanes.user.filter(({ id }) => !before.lanes.user.some((old) => old.id === id));
    const isRefill =
      event.type === 'refilled' ? new Set(event.effects.map(({ effect }) => effect.id)) : new Set();
    if (
      before.overflow.count + before.overflow.pending.length > 0 &&
      fresh.some(({ id }) => !isRefill.has(id))
    )
      breach('new texts stand behind the overflow', { event, fresh });
  }
};

const withoutCounter = (conversation: Conversation): string =>
  JSON.stringify({ ...conversation.chat, effects: 0 });

/** An event of another chat than the present one touches nothing but that chat's own lanes. */
const strangers = (before: Conversation, event: ChatEvent, after: Conversation): void => {
  if (!('chatId' in event) || event.type === 'reserved' || event.chatId === before.chat?.id) return;
  if (withoutCounter(before) !== withoutCounter(after))
    breach('an event of another chat changed this one', event);
  if (
    before.lanes.bot !== after.lanes.bot &&
    JSON.stringify(before.lanes.bot) !== JSON.stringify(after.lanes.bot)
  )
    breach('an event of another chat moved the bot', event);
  if (JSON.stringify(before.lending) !== JSON.stringify(after.lending))
    breach('a stranger changed the lending', event);
  for (const chatId of chatIdsOf(before, after)) {
    if (chatId === event.chatId) continue;
    if (JSON.stringify(before.lanes.chats[chatId]) !== JSON.stringify(after.lanes.chats[chatId]))
      breach('an event of another chat changed a lane', { event, chatId });
  }
  if (before.lanes.chats[event.chatId] === undefined && event.type !== 'session-opened' && before !== after)
    breach('an event of a chat that nobody knows changed something', event);
};

export const documentMaxBytes = 64 * 1024;

const bounds = (after: Conversation): void => {
  const document = { ...after, overflow: { ...after.overflow, pending: [] } };
  const held = effectsOf(document).length;
  if (held > 200) breach('200 effects', held);
  const bytes = Buffer.byteLength(JSON.stringify(document));
  if (bytes > documentMaxBytes) breach('64 KiB', bytes);
  if (after.overflow.count < 0) breach('the overflow is counted', after.overflow.count);
};

const isDueAt = ({ lanes }: Conversation, at: number): boolean =>
  [
    lanes.user[0],
    lanes.bot[0],
    ...Object.values(lanes.chats).flatMap(({ agent, files }) => [agent.posts[0], files[0]]),
  ].some((head) => head !== undefined && (head.notBefore ?? 0) <= at);

/** After the time that it asked for, a conversation has changed, asks for a later one, or has something to send. */
const progress = (policy: ChatPolicy, conversation: Conversation): void => {
  const due = wakeAt(policy, conversation);
  if (due === undefined) return;
  if (!Number.isFinite(due)) return breach('a time to wake is a time', due);
  const { conversation: next } = decide(policy)(conversation, { type: 'time-passed', at: due });
  const then = wakeAt(policy, next);
  if (next !== conversation || then === undefined || then > due || isDueAt(conversation, due)) return;
  breach('no busy loop', { due, then });
};

/** Watches one conversation over its life. */
export const makeWatch = (policy: ChatPolicy) => {
  const born = new Set<string>();
  const births = new Map<string, number>();
  let lastDone = -1;

  return (before: Conversation, event: ChatEvent, after: Conversation): void => {
    states(before, event, after);
    effects(before, event, after);
    strangers(before, event, after);
    bounds(after);
    progress(policy, after);
    const had = new Set(idsOf(effectsOf(before)));
    const back = new Set(event.type === 'refilled' ? event.effects.map(({ effect }) => effect.id) : []);
    const all = effectsOf(after);
    if (new Set(idsOf(all)).size !== all.length) breach('ids are unique', idsOf(all));
    for (const { id, type } of all) {
      if (had.has(id) || back.has(id)) continue;
      if (born.has(id)) breach('an id is given once', { id, event });
      born.add(id);
      if (type === 'user-text') births.set(id, births.size);
    }
    if (event.type !== 'effect-done' && event.type !== 'effect-set-aside') return;
    const place = event.lane === 'user' ? births.get(event.id) : undefined;
    if (place === undefined || !had.has(event.id)) return;
    if (place <= lastDone)
      breach('texts reach the user in the order of their making', { event, place, lastDone });
    lastDone = place;
  };
};
