import type { Provider } from '../../../src/domain/channel.ts';
import { decide } from '../../../src/domain/chat.ts';
import type { ChatEvent, Failure, Note } from '../../../src/domain/chat-event.ts';
import { emptyConversation, type ChatLanes, type Conversation } from '../../../src/domain/conversation.ts';
import type { DeskEvent } from '../../../src/domain/desk-event.ts';
import type { AgentPost } from '../../../src/domain/effect.ts';
import type { Content, StoredMessage } from '../../../src/domain/message.ts';
import { spillage } from '../../../src/domain/overflow.ts';
import type { ChatPolicy } from '../../../src/domain/policy.ts';
import { chatIdOf } from '../../support/arbitraries/chat-ids.ts';
import { policyOf } from '../../support/arbitraries/policy.ts';
import { freeze } from './laws.ts';

/** Friday, 10 October 2025, 09:20 in Mexico City. */
export const start = Date.UTC(2025, 9, 10, 15, 20);

export const text = (value: string): Content => ({ type: 'text', text: value });
export const image = (name: string, caption?: string): Content => ({
  type: 'media',
  media: 'image',
  url: `https://media.example.com/${name}.jpg`,
  mimeType: 'image/jpeg',
  ...(caption === undefined ? {} : { caption }),
});

export type Stage = 'reserved' | 'opened' | 'requested' | 'waiting' | 'joined' | 'active';
const stages: ReadonlyArray<Stage> = ['reserved', 'opened', 'requested', 'waiting', 'joined', 'active'];

/** One user's conversation as it goes: each step is an event, each question looks at what is stored then. */
export const makeStory = (policy: ChatPolicy = policyOf(), provider: Provider = 'whatsapp') => {
  let conversation: Conversation = emptyConversation({ provider, id: '5215512345678' });
  let at = start;
  let line = 100;
  let chats = 0;
  let written = 0;
  let notes: ReadonlyArray<Note> = [];

  const happens = (event: ChatEvent): void => {
    const decision = decide(policy)(freeze(conversation), freeze(event));
    conversation = spillage(decision.conversation).conversation;
    notes = decision.notes;
  };
  const id = (): string => conversation.chat?.id ?? '';
  const lanes = (chatId = id()): ChatLanes | undefined => conversation.lanes.chats[chatId];
  const posts = (chatId = id()): ReadonlyArray<AgentPost> => lanes(chatId)?.agent.posts ?? [];

  const story = {
    happens,
    conversation: () => conversation,
    chat: () => conversation.chat,
    id,
    lanes,
    notes: () => notes,
    now: () => at,
    mark: () => (line += 1),
    pass: (ms: number): void => {
      at += ms;
      happens({ type: 'time-passed', at });
    },
    /** Only the clock: nobody looks at it. */
    wait: (ms: number): void => {
      at += ms;
    },

    // -- the desk and its chats
    told: (event: DeskEvent, chatId = id()): void =>
      happens({ type: 'desk-told', chatId, at, mark: (line += 1), event }),
    reserve: (flow = 'default', botSlug = 'a-bot'): string => {
      const chatId = chatIdOf((chats += 1));
      happens({
        type: 'reserved',
        chatId,
        at,
        mark: (line += 1),
        flow,
        profile: { name: 'Eva Luna', email: 'eva@example.com', botSlug, botId: 'bot-1' },
      });
      return chatId;
    },
    contactFound: (contactId = '003A', chatId = id()): void =>
      happens({ type: 'contact-found', chatId, contactId }),
    caseMade: (caseId = '500A', chatId = id()): void => happens({ type: 'case-made', chatId, caseId, at }),
    sessionOpened: (chatId = id(), session = 's1'): void =>
      happens({
        type: 'session-opened',
        chatId,
        at,
        desk: { kind: 'live-agent', sessionId: 'session-1', state: session },
      }),
    requestTaken: (chatId = id()): void => happens({ type: 'request-taken', chatId, at, state: 's2' }),
    connectFailed: (
      reason: 'connect-failed' | 'connect-timeout' | 'blocked' | 'no-agents' = 'connect-failed',
      caseUnknown = false,
      chatId = id(),
    ): void => happens({ type: 'connect-failed', chatId, at, reason, caseUnknown }),
    finish: (): void => happens({ type: 'finish-asked', at, mark: (line += 1) }),
    /** A chat that has come so far. */
    reach: (stage: Stage, flow = 'default'): string => {
      const steps: Readonly<Record<Stage, () => void>> = {
        reserved: () => void story.reserve(flow),
        opened: () => {
          story.contactFound();
          story.caseMade();
          story.sessionOpened();
        },
        requested: () => story.requestTaken(),
        waiting: () => story.told({ type: 'request-accepted' }),
        joined: () => story.told({ type: 'agent-joined', name: 'Ana' }),
        active: () => {
          story.contextRead([]);
          story.deliverAll();
        },
      };
      for (const step of stages.slice(0, stages.indexOf(stage) + 1)) steps[step]();
      return id();
    },

    // -- what the user writes
    message: (content: Content, overrides: Partial<StoredMessage> = {}): StoredMessage => ({
      user: conversation.user,
      id: `wamid.${(written += 1)}`,
      from: 'user',
      timestamp: at,
      content,
      arrival: (line += 1),
      contextUntil: at + 86_400_000,
      ...overrides,
    }),
    contextRead: (entries: ReadonlyArray<StoredMessage>, chatId = id()): void =>
      happens({ type: 'context-read', chatId, at, entries }),
    taken: (message: StoredMessage, chatId = id()): void =>
      happens({ type: 'message-taken', chatId, at, message }),
    seen: (message: StoredMessage, chatId = id()): void =>
      happens({ type: 'media-seen', chatId, at, message }),

    // -- the agent lane
    bind: (covers = 1, chatId = id()): void => happens({ type: 'posts-bound', chatId, state: 's3', covers }),
    deliver: (chatId = id()): void => happens({ type: 'posts-delivered', chatId, at }),
    /** Everything in the agent lane is posted and marked. */
    deliverAll: (chatId = id()): ReadonlyArray<string> => {
      const said: string[] = [];
      while (posts(chatId).length > 0) {
        const [head] = posts(chatId);
        said.push(head?.post.kind === 'text' ? head.post.text : '<end>');
        story.bind(1, chatId);
        story.deliver(chatId);
      }
      const unsettled = lanes(chatId)?.agent.unsettled ?? [];
      if (unsettled.length > 0) happens({ type: 'settled', chatId, settlements: unsettled });
      return said;
    },
    toAgent: (chatId = id()): ReadonlyArray<string> =>
      posts(chatId).map(({ post }) => (post.kind === 'text' ? post.text : '<end>')),
    posts,
    unsettled: (chatId = id()) => lanes(chatId)?.agent.unsettled ?? [],

    // -- the other lanes
    toUser: (): ReadonlyArray<string> => conversation.lanes.user.map((effect) => effect.text),
    bot: (): ReadonlyArray<string> => conversation.lanes.bot.map(({ state }) => state),
    files: (chatId = id()) => lanes(chatId)?.files ?? [],
    done: (lane: 'user' | 'bot' | 'files', effectId: string | undefined, title?: string): void =>
      happens({
        type: 'effect-done',
        lane,
        id: effectId ?? '',
        at,
        ...(title === undefined ? {} : { title }),
      }),
    userDone: (): void => {
      for (const effect of conversation.lanes.user) story.done('user', effect.id);
    },
    setAside: (lane: 'user' | 'bot' | 'files', effectId: string | undefined): void =>
      happens({ type: 'effect-set-aside', lane, id: effectId ?? '', at, detail: 'refused' }),
    failure: (overrides: Partial<Failure> = {}): Failure => ({
      at,
      retryAt: at + 500,
      counted: false,
      unknown: false,
      detail: 'no connection',
      ...overrides,
    }),
  };
  return story;
};

export type Story = ReturnType<typeof makeStory>;
