import fc from 'fast-check';
import type { ChatEvent, EffectLane, Failure } from '../../../src/domain/chat-event.ts';
import type { Provider } from '../../../src/domain/channel.ts';
import {
  emptyConversation,
  isOpen,
  type ChatReason,
  type Conversation,
} from '../../../src/domain/conversation.ts';
import type { DeskEvent } from '../../../src/domain/desk-event.ts';
import type { UserText } from '../../../src/domain/effect.ts';
import type { Content, MediaKind, StoredMessage } from '../../../src/domain/message.ts';
import { spillage } from '../../../src/domain/overflow.ts';
import type { ChatPolicy } from '../../../src/domain/policy.ts';
import { wakeAt } from '../../../src/domain/chat.ts';
import { chatIdOf } from './chat-ids.ts';
import { lengths, textOf } from './texts.ts';

/** One thing to be done, as far as the moment allows it: the numbers choose among what is possible then. */
export interface Choice {
  readonly action: Action;
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

/** How often each kind of thing happens. */
const weights = {
  progress: 160,
  reserve: 12,
  'contact-found': 6,
  'case-made': 8,
  'session-opened': 6,
  'request-taken': 6,
  'connect-failed': 1,
  finish: 4,
  restart: 1,
  'user-writes': 50,
  'bot-writes': 6,
  'user-spoke': 3,
  'media-seen': 30,
  pull: 40,
  'context-read': 10,
  'closing-drained': 10,
  accepted: 6,
  joined: 8,
  'desk-talks': 60,
  'desk-ends': 3,
  'desk-silent': 2,
  clock: 24,
  recovered: 4,
  'effect-done': 50,
  'effect-failed': 14,
  'effect-set-aside': 12,
  bind: 40,
  posted: 40,
  'post-fails': 10,
  'post-untaken': 4,
  'post-set-aside': 4,
  'post-abandoned': 6,
  settle: 40,
  refill: 20,
  hostile: 8,
} as const;
export type Action = keyof typeof weights;

export const choices: fc.Arbitrary<Choice> = fc.record({
  action: fc.oneof(
    ...Object.entries(weights).map(([action, weight]) => ({
      weight,
      arbitrary: fc.constant(action as Action),
    })),
  ),
  a: fc.nat(1_000_000),
  b: fc.nat(1_000_000),
  length: lengths,
});

const pick = <T>(from: ReadonlyArray<T>, n: number): T | undefined =>
  from.length === 0 ? undefined : from[n % from.length];

interface Kept {
  readonly message: StoredMessage;
  state: 'new' | 'posted' | 'set-aside';
}

const mediaKinds: ReadonlyArray<MediaKind> = [
  'image',
  'sticker',
  'audio',
  'voice',
  'document',
  'video',
  'file',
];

const contentOf = ({ a, b, length }: Choice): Content => {
  const text = textOf(b, length);
  switch (a % 5) {
    case 0:
    case 1:
      return { type: 'text', text };
    case 2: {
      const caption = b % 3 === 0 ? undefined : text;
      const longUrl = b % 40 === 0 ? 'x'.repeat(30_000) : '';
      return {
        type: 'media',
        media: pick(mediaKinds, b) ?? 'image',
        url: `https://media.example.com/${b}${'p'.repeat(b % 400)}${longUrl}`,
        ...(b % 2 === 0 ? { mimeType: 'image/jpeg' } : {}),
        ...(caption === undefined ? {} : { caption }),
      };
    }
    case 3:
      return {
        type: 'line',
        line: pick(['location', 'contacts', 'choice', 'reaction'] as const, b) ?? 'choice',
        value: text,
      };
    default:
      return { type: 'unknown', kind: `kind-${b % 9}` };
  }
};

const reasons: ReadonlyArray<ChatReason> = ['connect-failed', 'connect-timeout', 'blocked', 'no-agents'];

/** The desk's own state: of about the size that an adapter keeps. */
const deskState = (n: number): unknown => ({ kind: 'live-agent', next: n % 1000, got: 'g'.repeat(1500) });

/** A remote that does nothing for a whole sequence: what was meant for it piles up. */
export type Outage = 'none' | 'channel' | 'desk' | 'files';
export const outages: fc.Arbitrary<Outage> = fc.constantFrom(
  'none',
  'none',
  'none',
  'channel',
  'desk',
  'files',
);

/**
 * A small stand-in for everything around the state machine (the message store, the overflow, the remotes), which
 * proposes events as the application would, and now and then ones that it never would.
 */
export const makeWorld = (policy: ChatPolicy, provider: Provider, outage: Outage = 'none') => {
  let conversation = emptyConversation({ provider, id: '5215512345678' });
  let now = 1_760_000_000_000;
  let line = 1;
  let chats = 0;
  let writes = 0;
  const marks = new Map<string, number>();
  const messages: Kept[] = [];
  let overflow: { readonly order: number; readonly effect: UserText }[] = [];

  const chatIds = (): ReadonlyArray<string> =>
    [...new Set([conversation.chat?.id, ...Object.keys(conversation.lanes.chats)])].filter(
      (id) => id !== undefined,
    );
  const present = (): string | undefined => conversation.chat?.id;
  /** Mostly the present chat, sometimes another one. */
  const someChat = (n: number): string | undefined => (n % 12 === 0 ? pick(chatIds(), n >> 4) : present());
  const anyLane = (n: number): string | undefined => pick(Object.keys(conversation.lanes.chats), n);

  const failure = ({ a, b }: Choice): Failure => ({
    at: now,
    retryAt: now + 500 + (a % 30_000),
    counted: a % 2 === 0,
    unknown: b % 2 === 0,
    detail: b % 20 === 0 ? 'f'.repeat(3_000) : 'the remote answered 500',
  });

  const keep = (from: 'user' | 'bot', choice: Choice): StoredMessage => {
    line += 2;
    const id = `wamid.${(writes += 1)}.${'i'.repeat(choice.b % 200)}`;
    const message: StoredMessage = {
      user: conversation.user,
      id,
      from,
      timestamp: now - 3_000 + (choice.a % 5_000),
      content: contentOf(choice),
      arrival: line,
      contextUntil: now + 86_400_000,
    };
    messages.push({ message, state: 'new' });
    return message;
  };

  const span = (chatId: string): { readonly after: number; readonly upTo: number } | undefined => {
    const lanes = conversation.lanes.chats[chatId];
    const { chat } = conversation;
    if (lanes === undefined) return undefined;
    if (isOpen(chat) && chat.id === chatId) return { after: chat.mark, upTo: Infinity };
    return lanes.agent.closing === undefined
      ? undefined
      : { after: lanes.agent.closing.from, upTo: lanes.agent.closing.upTo };
  };

  const untaken = (chatId: string): ReadonlyArray<StoredMessage> => {
    const where = span(chatId);
    if (where === undefined) return [];
    return messages
      .filter(({ state, message }) => state === 'new' && message.from === 'user')
      .map(({ message }) => message)
      .filter(({ arrival }) => arrival > where.after && arrival <= where.upTo);
  };

  const headOf = (lane: EffectLane, n: number): string | undefined => {
    if (lane === 'user') return outage === 'channel' ? undefined : conversation.lanes.user[0]?.id;
    if (lane === 'bot') return conversation.lanes.bot[0]?.id;
    const chatId = outage === 'files' ? undefined : anyLane(n);
    return chatId === undefined ? undefined : conversation.lanes.chats[chatId]?.files[0]?.id;
  };
  const lanes: ReadonlyArray<EffectLane> = ['user', 'user', 'files', 'bot'];
  const someHead = ({ a, b }: Choice): { readonly lane: EffectLane; readonly id: string } | undefined => {
    const order = [lanes[a % 4] ?? 'user', ...lanes];
    for (const lane of order) {
      const id = headOf(lane, b);
      if (id !== undefined) return { lane, id };
    }
    return undefined;
  };

  const bound = (n: number): string | undefined =>
    pick(
      Object.entries(conversation.lanes.chats)
        .filter(([, { agent }]) => agent.bound > 0)
        .map(([chatId]) => chatId),
      n,
    );

  const told = (chatId: string | undefined, event: DeskEvent): ChatEvent | undefined => {
    if (chatId === undefined) return undefined;
    line += 2;
    return { type: 'desk-told', chatId, at: now, mark: line - 1, event };
  };
  const idle = (n: number): { readonly idle?: { warnAfterMs: number; endAfterMs: number } } =>
    n % 3 === 0 ? { idle: { warnAfterMs: 60_000, endAfterMs: 120_000 } } : {};
  const name = ({ b, length }: Choice): string => (b % 10 === 0 ? textOf(b, length) : 'Andrea');

  /** What the application would do next. */
  const path: ReadonlyArray<Action> = [
    'settle',
    'context-read',
    'posted',
    'bind',
    'pull',
    'closing-drained',
    'post-abandoned',
    'effect-done',
    'refill',
    'media-seen',
  ];
  const nextStep = (): Action | undefined => {
    const { chat, lanes } = conversation;
    if (!isOpen(chat)) return 'reserve';
    if (chat.state === 'active') return undefined;
    if (chat.state === 'waiting') return 'joined';
    if (chat.acceptedAt !== undefined) return 'accepted';
    if (chat.caseId === undefined) return 'case-made';
    return lanes.chats[chat.id]?.desk === undefined ? 'session-opened' : 'request-taken';
  };

  const actions: Record<Action, (choice: Choice) => ChatEvent | undefined> = {
    progress: (choice) => {
      const { a } = choice;
      const step = a % 3 === 0 ? nextStep() : undefined;
      if (step !== undefined) return perform(step, { ...choice, a: a | 1 });
      for (const [index] of path.entries()) {
        const action = path[(a + index) % path.length];
        const event = action === undefined ? undefined : perform(action, choice);
        if (event !== undefined) return event;
      }
      return undefined;
    },
    reserve: ({ a, b, length }) => {
      if (isOpen(conversation.chat) && a % 10 !== 0) return undefined;
      const chatId = chatIdOf((chats += 1));
      line += 2;
      marks.set(chatId, line);
      return {
        type: 'reserved',
        chatId,
        at: now,
        mark: line,
        flow: a % 3 === 0 ? 'SFB001' : 'default',
        profile: {
          name: textOf(b, Math.min(length, 255)).slice(0, 255),
          email: 'ana@example.com',
          botSlug: 'a-bot',
          botId: 'bot-1',
        },
      };
    },
    'contact-found': ({ a }) => {
      const chatId = someChat(a);
      return chatId === undefined ? undefined : { type: 'contact-found', chatId, contactId: `003${a}` };
    },
    'case-made': ({ a }) => {
      const chatId = someChat(a);
      return chatId === undefined ? undefined : { type: 'case-made', chatId, caseId: `500${a}`, at: now };
    },
    'session-opened': ({ a }) => {
      const chatId = someChat(a);
      const isDue = chatId !== undefined && conversation.lanes.chats[chatId]?.desk === undefined;
      return chatId === undefined || (!isDue && a % 5 !== 0)
        ? undefined
        : { type: 'session-opened', chatId, at: now, desk: { kind: 'live-agent', state: deskState(a) } };
    },
    'request-taken': ({ a }) => {
      const chatId = someChat(a);
      return chatId === undefined || (conversation.chat?.acceptedAt !== undefined && a % 20 !== 0)
        ? undefined
        : { type: 'request-taken', chatId, at: now, state: deskState(a) };
    },
    'connect-failed': ({ a, b }) => {
      const chatId = someChat(a);
      return chatId === undefined
        ? undefined
        : {
            type: 'connect-failed',
            chatId,
            at: now,
            reason: pick(reasons, b) ?? 'blocked',
            caseUnknown: a % 2 === 0,
          };
    },
    finish: () => {
      line += 2;
      return { type: 'finish-asked', at: now, mark: line };
    },
    restart: ({ a }) => {
      const chatId = someChat(a);
      line += 2;
      return chatId === undefined ? undefined : { type: 'restart-asked', chatId, at: now, before: line };
    },
    'user-writes': (choice) => {
      keep('user', choice);
      const chatId = present();
      return chatId === undefined ? undefined : { type: 'user-spoke', chatId, at: now };
    },
    'bot-writes': (choice) => {
      keep('bot', choice);
      return undefined;
    },
    'user-spoke': ({ a }) => {
      const chatId = someChat(a);
      return chatId === undefined ? undefined : { type: 'user-spoke', chatId, at: now };
    },
    'media-seen': ({ a, b }) => {
      const chatId = someChat(a);
      const message =
        chatId === undefined
          ? undefined
          : pick(
              untaken(chatId).filter(({ content }) => content.type === 'media'),
              b,
            );
      return chatId === undefined || message === undefined
        ? undefined
        : { type: 'media-seen', chatId, at: now, message };
    },
    pull: ({ a }) => {
      const chatId = a % 4 === 0 ? anyLane(a >> 2) : present();
      const agent = chatId === undefined ? undefined : conversation.lanes.chats[chatId]?.agent;
      if (chatId === undefined || agent === undefined || agent.introduction !== 'done') return undefined;
      if (agent.posts.length > 0 || agent.place !== undefined) return undefined;
      const [message] = untaken(chatId);
      return message === undefined ? undefined : { type: 'message-taken', chatId, at: now, message };
    },
    'context-read': ({ a }) => {
      const due = Object.entries(conversation.lanes.chats).filter(
        ([, { agent }]) => agent.introduction === 'due',
      );
      const chatId = pick(due, a)?.[0];
      return chatId === undefined
        ? undefined
        : { type: 'context-read', chatId, at: now, entries: contextOf(chatId) };
    },
    'closing-drained': ({ a }) => {
      const done = Object.entries(conversation.lanes.chats).filter(
        ([chatId, { agent }]) =>
          agent.closing !== undefined &&
          agent.introduction !== 'due' &&
          agent.posts.length === 0 &&
          agent.place === undefined &&
          agent.unsettled.length === 0 &&
          untaken(chatId).length === 0,
      );
      const chatId = pick(done, a)?.[0];
      return chatId === undefined ? undefined : { type: 'closing-drained', chatId, at: now };
    },
    accepted: ({ a, b }) =>
      told(someChat(a), {
        type: 'request-accepted',
        ...(b % 2 === 0 ? { position: b % 5 } : {}),
        ...(b % 3 === 0 ? { estimatedWaitSeconds: (b % 400) - 1 } : {}),
      }),
    joined: (choice) =>
      told(
        conversation.chat?.acceptedAt === undefined && choice.a % 20 !== 0 ? undefined : someChat(choice.a),
        {
          type: choice.b % 4 === 0 ? 'agent-transferred' : 'agent-joined',
          name: name(choice),
          ...idle(choice.b),
        },
      ),
    'desk-talks': ({ a, b, length }) =>
      told(
        someChat(a),
        pick<DeskEvent>(
          [
            { type: 'agent-said', text: textOf(b, length) },
            { type: 'agent-said', text: textOf(b, length) },
            { type: 'agent-said', text: textOf(b, length) },
            { type: 'queue-updated', position: b % 6, estimatedWaitSeconds: b % 500 },
            { type: 'agent-typing' },
            { type: 'agent-away' },
            { type: 'uncertain', what: 'line' },
            { type: 'unrecognised', kind: 'CustomEvent' },
          ],
          b,
        ) ?? { type: 'agent-typing' },
      ),
    'desk-ends': ({ a, b, length }) =>
      told(
        someChat(a),
        pick<DeskEvent>(
          [
            { type: 'chat-ended', reason: textOf(b, length) },
            { type: 'session-over', detail: textOf(b, length) },
            { type: 'request-failed', reason: 'Unavailable' },
          ],
          b,
        ) ?? { type: 'agent-away' },
      ),
    'desk-silent': ({ a }) => {
      const chatId = a % 2 === 0 ? anyLane(a >> 1) : someChat(a);
      return chatId === undefined ? undefined : { type: 'desk-silent', chatId, at: now };
    },
    clock: ({ a, b }) => {
      const due = wakeAt(policy, conversation);
      now = a % 6 === 0 && due !== undefined ? Math.max(now, due) : now + (b % 4_000);
      if (a % 300 === 0) now += 25 * 60 * 60_000;
      return { type: 'time-passed', at: now };
    },
    recovered: () => ({ type: 'recovered' }),
    'effect-done': (choice) => {
      const head = someHead(choice);
      const title =
        head?.lane === 'files' ? { title: textOf(choice.b, Math.min(choice.length, 200)).slice(0, 255) } : {};
      return head === undefined ? undefined : { type: 'effect-done', ...head, at: now, ...title };
    },
    'effect-failed': (choice) => {
      const head = someHead(choice);
      return head === undefined ? undefined : { type: 'effect-failed', ...head, ...failure(choice) };
    },
    'effect-set-aside': (choice) => {
      const head = someHead(choice);
      return head === undefined
        ? undefined
        : { type: 'effect-set-aside', ...head, at: now, detail: failure(choice).detail };
    },
    bind: ({ a, b }) => {
      const free = Object.entries(conversation.lanes.chats).filter(
        ([, { agent, desk }]) => agent.bound === 0 && agent.posts.length > 0 && desk !== undefined,
      );
      const entry = pick(free, a);
      if (entry === undefined) return undefined;
      const [chatId, { agent }] = entry;
      const covers = b % 8 === 0 ? Math.min(agent.posts.length, 1 + (b % 3)) : 1;
      return { type: 'posts-bound', chatId, state: deskState(b), covers };
    },
    posted: ({ a, b }) => {
      const chatId = bound(a);
      return chatId === undefined
        ? undefined
        : { type: 'posts-delivered', chatId, at: now, ...(b % 9 === 0 ? { uncertain: true as const } : {}) };
    },
    'post-fails': (choice) => {
      const chatId = bound(choice.a);
      return chatId === undefined ? undefined : { type: 'posts-failed', chatId, ...failure(choice) };
    },
    'post-untaken': ({ a }) => {
      const chatId = bound(a);
      return chatId === undefined ? undefined : { type: 'posts-untaken', chatId };
    },
    'post-set-aside': (choice) => {
      // its time may be over before it was ever bound
      const chatId = choice.b % 3 === 0 ? anyLane(choice.a) : bound(choice.a);
      return chatId === undefined
        ? undefined
        : { type: 'posts-set-aside', chatId, at: now, detail: failure(choice).detail };
    },
    'post-abandoned': ({ a }) => {
      const chatId = bound(a);
      return chatId === undefined || conversation.lanes.chats[chatId]?.agent.giveUp !== true
        ? undefined
        : { type: 'posts-abandoned', chatId, at: now };
    },
    settle: ({ a, b }) => {
      const open = Object.entries(conversation.lanes.chats).filter(
        ([, { agent }]) => agent.unsettled.length > 0,
      );
      const entry = pick(open, a);
      if (entry === undefined) return undefined;
      const { unsettled } = entry[1].agent;
      const settlements = b % 4 === 0 ? unsettled.slice(0, 1) : unsettled;
      return { type: 'settled', chatId: entry[0], settlements };
    },
    refill: ({ a }) => {
      const next = overflow.filter(({ order }) => order > conversation.overflow.taken).slice(0, 1 + (a % 60));
      return next.length === 0 ? undefined : { type: 'refilled', effects: next };
    },
    hostile: (choice) => hostile(choice),
  };

  const stopped: Readonly<Record<Outage, ReadonlySet<Action>>> = {
    none: new Set(),
    channel: new Set(),
    desk: new Set(['posted', 'post-set-aside', 'closing-drained']),
    files: new Set(),
  };
  const perform = (action: Action, choice: Choice): ChatEvent | undefined =>
    stopped[outage].has(action) ? undefined : actions[action](choice);

  const contextOf = (chatId: string): ReadonlyArray<StoredMessage> =>
    messages
      .filter(({ state, message }) => state === 'new' && message.arrival <= (marks.get(chatId) ?? 0))
      .map(({ message }) => message)
      .sort((a, b) => a.timestamp - b.timestamp || a.arrival - b.arrival);

  /** What no application does: events out of place, for strange chats, from strange clocks. */
  const hostile = (choice: Choice): ChatEvent | undefined => {
    const { a, b } = choice;
    const chatId = pick([...chatIds(), chatIdOf(9_000_000 + (b % 5))], a >> 3) ?? chatIdOf(9_999_999);
    const at = pick([now, 0, now - 90_000, now + 90_000], b) ?? now;
    const message = pick(messages, b)?.message ?? keep('user', choice);
    const unsettled = conversation.lanes.chats[chatId]?.agent.unsettled ?? [];
    return pick<ChatEvent>(
      [
        { type: 'session-opened', chatId, at, desk: { kind: 'live-agent', state: deskState(a) } },
        { type: 'request-taken', chatId, at, state: deskState(a) },
        { type: 'context-read', chatId, at, entries: contextOf(chatId) },
        { type: 'message-taken', chatId, at, message },
        { type: 'media-seen', chatId, at, message },
        { type: 'closing-drained', chatId, at },
        { type: 'posts-bound', chatId, state: deskState(a), covers: 1 + (b % 4) },
        { type: 'posts-delivered', chatId, at },
        { type: 'posts-abandoned', chatId, at },
        { type: 'posts-failed', chatId, ...failure(choice) },
        { type: 'effect-failed', lane: 'bot', id: `${chatId}-${b % 40}`, ...failure(choice) },
        { type: 'effect-done', lane: 'bot', id: 'nobody-knows-it', at },
        { type: 'effect-set-aside', lane: 'files', id: 'nobody-knows-it', at, detail: 'gone' },
        { type: 'case-made', chatId, caseId: '500other', at },
        { type: 'desk-silent', chatId, at },
        { type: 'time-passed', at },
        { type: 'settled', chatId, settlements: unsettled.slice(0, b % 3) },
        { type: 'refilled', effects: overflow.slice(0, 3) },
        { type: 'connect-failed', chatId, at, reason: 'connect-failed', caseUnknown: true },
        { type: 'restart-asked', chatId, at, before: line },
        {
          type: 'reserved',
          chatId: present() ?? chatId,
          at,
          mark: line,
          flow: 'default',
          profile: { name: 'Eva', email: 'eva@example.com', botSlug: 's', botId: 'b' },
        },
      ],
      a,
    );
  };

  return {
    conversation: (): Conversation => conversation,
    now: (): number => now,
    propose: (choice: Choice): ChatEvent | undefined => perform(choice.action, choice),
    /** What the store then holds; user texts beyond the bound go to the overflow, as before each save. */
    save: (event: ChatEvent, decided: Conversation): void => {
      const { effects, conversation: saved } = spillage(decided);
      overflow = [...overflow, ...effects].filter(({ order }) => order > saved.overflow.taken);
      conversation = saved;
      if (event.type !== 'settled') return;
      for (const settlement of event.settlements) {
        for (const kept of messages) {
          const { message } = kept;
          if (settlement.what === 'context' && settlement.arrivals.includes(message.arrival))
            kept.state = 'posted';
          if (settlement.what === 'message' && message.id === settlement.id)
            kept.state = settlement.as === 'context' ? 'new' : settlement.as;
        }
      }
    },
    overflow: (): ReadonlyArray<{ readonly order: number; readonly effect: UserText }> => overflow,
    messages: (): ReadonlyArray<Kept> => messages,
    untaken,
  };
};

export type World = ReturnType<typeof makeWorld>;
