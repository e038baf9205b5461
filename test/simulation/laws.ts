import type { SetAsideEntry, StoredConversation } from '../../src/application/ports/chat-store.port.ts';
import type { HttpAnswer, HttpRequest } from '../../src/adapters/shared/http-client.ts';
import { agentPieces } from '../../src/domain/lanes.ts';
import { readable } from '../../src/domain/agent-text.ts';
import { userKey, type User, type UserKey } from '../../src/domain/channel.ts';
import { isOpen, type Chat, type ChatReason, type Conversation } from '../../src/domain/conversation.ts';
import type { ChatId } from '../../src/domain/effect.ts';
import { fill } from '../../src/domain/texts.ts';
import { isOwedElsewhere } from '../../src/domain/to-agent.ts';
import { rangeOf } from '../../src/application/lanes/inbox.ts';
import type { Arrival, Message, StoredMessage } from '../../src/domain/message.ts';
import type { ChatPolicy } from '../../src/domain/policy.ts';
import { isOver } from '../../sandbox/salesforce/live-agent/chat.ts';
import type { ChatServer } from '../../sandbox/salesforce/live-agent/server.ts';
import type { Session } from '../../sandbox/salesforce/live-agent/session.ts';
import type { Delivered, Remotes } from './remotes.ts';
import type { Process, Scheduler } from './scheduler.ts';
import type { StoreHooks } from './stores.ts';

/**
 * The guarantees of relay.md §4 as they show outside: what is written to the stores, what goes over the wires, what
 * people get to read. Most are looked at in the instant in which something happens, the rest when all has come to rest.
 */

export interface Breach {
  readonly law: string;
  readonly detail: string;
}

/** A message of a user as the store has it. */
interface Kept {
  readonly message: Message;
  readonly arrival: Arrival;
  state: 'new' | 'posted' | 'set-aside';
  by?: ChatId;
  via?: 'message' | 'context';
}

interface Line {
  readonly text: string;
  ackedAt?: number;
}

/** One session of the desk. */
interface Talk {
  readonly said: Line[];
  chatId?: ChatId;
  /** Lines of the batch that was given last, with its number; and those that are known to have come. */
  given?: { readonly sequence: number; readonly count: number } | undefined;
  /** Numbers with what was posted under them, since the last reconnect. */
  posts: Map<number, string>;
  /** A 409 told of another count: numbers are given anew. */
  repaired: boolean;
  /** There was a failover. */
  moved: boolean;
}

interface ChatLife {
  readonly user: User;
  chat: Chat;
  /** When the user's next chat began. */
  replacedAt?: number;
}

interface UserLife {
  readonly user: User;
  readonly messages: Map<string, Kept>;
  readonly births: Map<string, number>;
  readonly bornAt: Map<string, number>;
  lastShown: number;
  now: StoredConversation | undefined;
  readonly lostBy: Map<string, number>;
  readonly uncertain: Map<string, number>;
}

export interface Laws extends Pick<StoreHooks, 'onAppend' | 'onSettle' | 'onSave'> {
  readonly breaches: Breach[];
  readonly breach: (law: string, detail: unknown) => void;
  readonly onText: (user: User, delivered: Delivered) => void;
  readonly onSay: (session: Session, texts: ReadonlyArray<string>) => void;
  readonly onUncertain: (userId: string, what: string) => void;
  /** A process is about to send for the user. */
  readonly leaves: (process: Process, user: User, what: string) => void;
  readonly deskLeaves: (process: Process, session: Session | undefined, request: HttpRequest) => void;
  readonly deskArrives: (session: Session | undefined, request: HttpRequest) => void;
  readonly deskServed: (session: Session | undefined, request: HttpRequest, answer: HttpAnswer) => void;
  /** The webhook was answered by a 200. */
  readonly onAcknowledged: (messages: ReadonlyArray<Message>) => void;
  /** What still has to happen before the world is at rest. */
  readonly owed: () => ReadonlyArray<string>;
  /** All has come to rest. */
  readonly atRest: () => void;
  readonly conversationOf: (user: User) => Conversation | undefined;
  readonly accepted: () => number;
}

export interface LawsDeps {
  readonly scheduler: Scheduler;
  readonly policy: ChatPolicy;
  readonly leaseMs: number;
  readonly users: ReadonlyArray<User>;
  readonly remotes: () => Remotes;
  readonly server: () => ChatServer;
  readonly setAside: () => ReadonlyArray<SetAsideEntry>;
  /** Clocks were set: what was asked for by their time may be made twice. */
  readonly clocksJump: boolean;
  /** Nothing keeps the polls from hearing all that the desk says. */
  readonly hearsAll: boolean;
  readonly trace: (line: string) => void;
}

/** More tries than the back-off gives, over what repairs, restarts and the network's own repeats add. */
const triesMax = 10;
const triesMs = 10_000;

/** Any word that only one user's chat may see. */
const ownerOf = (text: string): string | undefined => /\b(u\d)(?:-|\|)/u.exec(text)?.[1];

const stateAfter: Readonly<Record<ChatReason, 'success' | 'timeout' | 'blocked' | undefined>> = {
  agent: 'success',
  finished: 'success',
  restart: undefined,
  blocked: 'blocked',
  'request-failed': 'timeout',
  'agents-unavailable': 'timeout',
  'no-agents': 'timeout',
  'connect-failed': 'timeout',
  'connect-timeout': 'timeout',
  'session-lost': 'timeout',
  silence: 'timeout',
  idle: 'timeout',
  'wait-timeout': 'timeout',
  'request-timeout': 'timeout',
};

const sessionIdOf = (state: unknown): string | undefined =>
  (state as { readonly sessionId?: string } | undefined)?.sessionId;

export const makeLaws = (deps: LawsDeps): Laws => {
  const { scheduler, policy } = deps;
  const breaches: Breach[] = [];
  const lives = new Map<UserKey, UserLife>(
    deps.users.map((user) => [
      userKey(user),
      {
        user,
        messages: new Map(),
        births: new Map(),
        bornAt: new Map(),
        lastShown: -1,
        now: undefined,
        lostBy: new Map(),
        uncertain: new Map(),
      },
    ]),
  );
  const chats = new Map<ChatId, ChatLife>();
  const talks = new Map<string, Talk>();

  const breach = (law: string, detail: unknown): void => {
    const line = typeof detail === 'string' ? detail : JSON.stringify(detail);
    deps.trace(`BREACH: ${law}: ${line}`);
    breaches.push({ law, detail: line });
  };

  const lifeOf = (user: User): UserLife => {
    const life = lives.get(userKey(user));
    if (life === undefined) throw new Error(`nobody knows ${userKey(user)}`);
    return life;
  };

  const byName = (name: string | undefined): UserLife | undefined =>
    Array.from(lives.values()).find(({ user }) => user.id === name);

  const talkOf = (session: Session): Talk => {
    const found = talks.get(session.id) ?? { said: [], posts: new Map(), repaired: false, moved: false };
    talks.set(session.id, found);
    return found;
  };

  const isSetAside = (id: string): boolean => deps.setAside().some(({ effect }) => effect.id === id);

  // -- the conversation's document

  const onSave: Laws['onSave'] = (user, before, after) => {
    if (after === undefined) return;
    const life = lifeOf(user);
    const { conversation } = after;
    const old = before?.conversation;
    life.now = after;
    bounds(conversation);
    owners(life, before, after);
    chatMoves(user, old, conversation);
    effectsGone(life, old, conversation);
    introductions(life, old, conversation);
    closings(life, old, conversation);
    for (const [chatId, { desk }] of Object.entries(conversation.lanes.chats)) {
      const sessionId = sessionIdOf(desk?.state);
      const session = sessionId === undefined ? undefined : deps.server().find(sessionId);
      if (session !== undefined) talkOf(session).chatId ??= chatId;
    }
    for (const { id } of conversation.lanes.user)
      if (!life.births.has(id)) life.births.set(id, life.births.size);
    for (const { id } of [...conversation.lanes.bot, ...conversation.lanes.user])
      if (!life.bornAt.has(id)) life.bornAt.set(id, scheduler.now());
  };

  const bounds = (conversation: Conversation): void => {
    const bytes = Buffer.byteLength(JSON.stringify(conversation));
    const { user, bot, chats: each } = conversation.lanes;
    const effects = Object.values(each).reduce(
      (sum, { agent, files }) => sum + agent.posts.length + files.length,
      user.length + bot.length,
    );
    if (bytes >= 64 * 1024 || effects > 200) breach('a document stays within its bounds', { bytes, effects });
  };

  const owners = (
    life: UserLife,
    before: StoredConversation | undefined,
    after: StoredConversation,
  ): void => {
    const [was, is] = [nameOf(before), nameOf(after)];
    const changed = was !== is;
    if (after.epoch !== (before?.epoch ?? 0) + (changed ? 1 : 0))
      breach('each change of owner adds one to the epoch', { was, is, epoch: after.epoch });
    if (changed && was !== undefined) life.lostBy.set(was, scheduler.now());
  };

  const chatMoves = (user: User, old: Conversation | undefined, { chat, lanes }: Conversation): void => {
    const was = old?.chat;
    if (chat === undefined) return;
    // one write may end a chat and begin the next
    const former = was === undefined || was.id === chat.id ? undefined : chats.get(was.id);
    if (former !== undefined) {
      former.replacedAt ??= scheduler.now();
      if (isOpen(former.chat)) former.chat = { ...former.chat, state: 'ended' };
    }
    const hadEnded = was?.id === chat.id && !isOpen(was);
    if (hadEnded && isOpen(chat)) breach('an ended chat stays ended', { was, chat });
    if (hadEnded && was.reason !== chat.reason) breach('an ended chat keeps its reason', { was, chat });
    const known = chats.get(chat.id);
    if (was?.id !== chat.id && known !== undefined) breach('an old chat comes back', { chat });
    const life: ChatLife = known ?? { user, chat };
    life.chat = chat;
    chats.set(chat.id, life);
    const state = `${chat.state} ${chat.reason ?? ''}`;
    if (was?.id !== chat.id || was.state !== chat.state)
      deps.trace(`chat: ${user.id} ${chat.id.slice(-3)} ${state}`);
    if (chat.acceptedAt !== undefined && was?.acceptedAt === undefined) caseServesOnce(life);
    if (isOpen(chat) || hadEnded) return;
    const wanted = chat.reason === undefined ? undefined : stateAfter[chat.reason];
    const move = lanes.bot.find(({ chatId }) => chatId === chat.id);
    const wantedState = wanted === undefined ? undefined : policy.botStates?.[wanted][user.provider];
    if (move?.state !== wantedState)
      breach('the bot hears of the outcome', { reason: chat.reason, wantedState, move });
  };

  const caseServesOnce = ({ chat }: ChatLife): void => {
    const others = Array.from(chats.values()).filter(
      (other) => other.chat.id !== chat.id && other.chat.acceptedAt !== undefined,
    );
    if (others.some((other) => other.chat.caseId === chat.caseId))
      breach('a case serves one chat', { caseId: chat.caseId });
  };

  /** What leaves a lane was delivered, is in the operators' hands, or was withdrawn. */
  const effectsGone = (life: UserLife, old: Conversation | undefined, now: Conversation): void => {
    if (old === undefined) return;
    const { user } = life;
    const remotes = deps.remotes();
    const left = new Set([...now.lanes.user, ...now.lanes.bot].map(({ id }) => id));
    for (const { id } of old.lanes.user) {
      if (left.has(id) || isSetAside(id)) continue;
      if (!(remotes.shown.get(userKey(user)) ?? []).some((shown) => shown.id === id))
        breach('a text is ticked off when it was delivered', { id });
    }
    const isWithdrawn = old.chat?.id !== now.chat?.id;
    for (const { id, state } of isWithdrawn ? [] : old.lanes.bot) {
      if (left.has(id) || isSetAside(id)) continue;
      const since = life.bornAt.get(id) ?? 0;
      const moved = (remotes.moves.get(userKey(user)) ?? []).some(
        (move) => move.state === state && move.at >= since,
      );
      if (!moved) breach('a bot state is ticked off when it was sent', { id, state });
    }
    const files = new Set(Object.values(now.lanes.chats).flatMap((lanes) => lanes.files.map(({ id }) => id)));
    for (const { id, url } of Object.values(old.lanes.chats).flatMap((lanes) => lanes.files)) {
      if (files.has(id) || isSetAside(id)) continue;
      if (!remotes.files.some((file) => file.url === url))
        breach('a file is ticked off when it was attached', { id, url });
    }
  };

  /** What was stored before the reservation and no agent has seen goes into the context; only a `…` says that it was cut. */
  const introductions = (life: UserLife, old: Conversation | undefined, now: Conversation): void => {
    if (old === undefined) return;
    for (const [chatId, { agent }] of Object.entries(now.lanes.chats)) {
      if (agent.introduction !== 'done' || old.lanes.chats[chatId]?.agent.introduction !== 'due') continue;
      const upTo = rangeOf(old, chatId)?.from ?? 0;
      const told = new Set(
        agent.posts.flatMap(({ settles }) => (settles?.what === 'context' ? settles.arrivals : [])),
      );
      const isCut = agent.posts.some(({ post }) => post.kind === 'text' && post.text.includes('…'));
      const oldestTold = Math.min(
        ...Array.from(life.messages.values(), ({ message, arrival }) =>
          told.has(arrival) ? message.timestamp : Infinity,
        ),
      );
      const missing = Array.from(life.messages.values()).filter(
        ({ message, arrival, state }) =>
          state === 'new' &&
          arrival <= upTo &&
          !told.has(arrival) &&
          !isOwedElsewhere(old, chatId, { ...message, arrival } as StoredMessage),
      );
      const isTail = missing.every(({ message }) => message.timestamp <= oldestTold);
      if (missing.length > 0 && !(isCut && told.size > 0 && isTail))
        breach('the context tells all that no agent has seen', {
          user: life.user.id,
          missing: missing.map(({ message }) => message.id),
        });
    }
  };

  /** What the user wrote before a finish has left, or is on its way, when the end of the session takes its place behind it. */
  const closings = (life: UserLife, old: Conversation | undefined, now: Conversation): void => {
    for (const [chatId, was] of Object.entries(old?.lanes.chats ?? {})) {
      const { closing } = was.agent;
      const is = now.lanes.chats[chatId];
      const isEnding = is?.agent.closing === undefined && is?.agent.posts.at(-1)?.post.kind === 'end';
      // a newer chat may cut a lane short
      if (closing === undefined || !isEnding || now.chat?.id !== chatId) continue;
      const leaving = new Set(
        is.agent.unsettled.flatMap((settled) => (settled.what === 'message' ? [settled.id] : [])),
      );
      const left = Array.from(life.messages.values()).filter(
        ({ message, arrival, state }) =>
          message.from === 'user' &&
          state === 'new' &&
          arrival > closing.from &&
          arrival <= closing.upTo &&
          !leaving.has(message.id),
      );
      if (left.length > 0)
        breach('what was written before a finish goes before the end', {
          user: life.user.id,
          left: left.map(({ message }) => message.id),
        });
    }
  };

  // -- what processes send

  const departures = new Map<string, number[]>();

  /** Failures are followed by pauses that grow: not more than so many tries of one thing within so long. */
  const paced = (what: string): void => {
    const times = departures.get(what) ?? [];
    times.push(scheduler.now());
    departures.set(what, times.slice(-triesMax));
    const [first = 0] = times;
    if (times.length > triesMax && scheduler.now() - first < triesMs)
      breach('tries are spaced', { what, times: times.map((at) => at - first) });
  };

  /** The owner sends; who was it may not have noticed yet, for a lease at most. */
  const leaves: Laws['leaves'] = (process, user, what) => {
    if (process.state === 'dead') return;
    if (what.startsWith('text')) paced(`${userKey(user)} ${what}`);
    const life = lifeOf(user);
    if (nameOf(life.now) === process.name) return;
    const lostAt = life.lostBy.get(process.name);
    if (lostAt === undefined || scheduler.now() - lostAt > deps.leaseMs)
      breach('only the owner polls and sends', {
        process: process.name,
        owner: nameOf(life.now),
        what,
        lostAt,
      });
  };

  const deskLeaves: Laws['deskLeaves'] = (process, session, { method, url, headers, body = '' }) => {
    const life = byName(session?.visitorName);
    if (process.state === 'dead' || session === undefined || life === undefined) return;
    const path = url.slice(url.indexOf('/rest/') + 6);
    if (path.startsWith('Chasitor/ChasitorInit')) return;
    leaves(process, life.user, `${method} ${path}`);
    const number = headers['X-LIVEAGENT-SEQUENCE'];
    if (number === undefined || nameOf(life.now) !== process.name) return;
    const state = storedStateOf(life, session);
    // the session's own end may carry a number that is not counted any more
    if (state === undefined || !state.requested) return;
    paced(`${session.id} ${number} ${body}`);
    const text = (JSON.parse(body) as { readonly text?: string }).text;
    if (state.next !== Number(number) || state.head?.text !== text)
      breach('a number is stored with its post before it leaves', { number, body, next: state.next });
  };

  const storedStateOf = (
    life: UserLife,
    session: Session,
  ):
    | { readonly next: number; readonly requested: boolean; readonly head?: { readonly text?: string } }
    | undefined =>
    Object.values(life.now?.conversation.lanes.chats ?? {})
      .map(({ desk }) => desk?.state)
      .find((state) => sessionIdOf(state) === session.id) as ReturnType<typeof storedStateOf>;

  const deskArrives: Laws['deskArrives'] = (session, { url, headers, body }) => {
    if (session === undefined) return;
    const talk = talkOf(session);
    const affinity = headers['X-LIVEAGENT-AFFINITY'];
    if (affinity !== session.affinity) return;
    const ack = /Messages\?ack=(-?\d+)/u.exec(url)?.[1];
    if (ack !== undefined && talk.given !== undefined && Number(ack) >= talk.given.sequence) {
      for (const line of talk.said.slice(0, talk.given.count)) line.ackedAt ??= scheduler.now();
      talk.given = undefined;
    }
    const number = headers['X-LIVEAGENT-SEQUENCE'];
    if (number === undefined || body === undefined || url.includes('ChasitorInit')) return;
    const before = talk.posts.get(Number(number));
    if (before !== undefined && before !== body && !talk.repaired)
      breach('a number belongs to one post', { number, before, body });
    talk.posts.set(Number(number), body);
  };

  const deskServed: Laws['deskServed'] = (session, { url }, { status, text }) => {
    if (session === undefined) return;
    const talk = talkOf(session);
    if (status === 409 && text.startsWith('Out of sync')) talk.repaired = true;
    if (url.includes('ReconnectSession') && status === 200) {
      talk.posts = new Map();
      talk.repaired = false;
      talk.moved = true;
      talk.given = undefined;
    }
    if (!url.includes('System/Messages') || status !== 200) return;
    const batch = JSON.parse(text) as {
      readonly sequence: number;
      readonly messages: ReadonlyArray<{ readonly type: string }>;
    };
    // batches carry lines in order, so that a count says which have come; a transcript carries all of them
    const lines = batch.messages.filter(({ type }) => type === 'ChatMessage').length;
    const isTranscript = batch.messages.some(({ type }) => type === 'ChasitorSessionData');
    const acked = talk.said.filter(({ ackedAt }) => ackedAt !== undefined).length;
    talk.given = {
      sequence: batch.sequence,
      count: isTranscript ? acked : acked + lines,
    };
  };

  // -- what people get

  const onText: Laws['onText'] = (user, { id, text }) => {
    const life = lifeOf(user);
    deps.trace(`channel: ${user.id} gets ${id.slice(-6)} ${text.slice(0, 40)}`);
    const owner = ownerOf(text);
    if (owner !== undefined && owner !== user.id)
      breach('nothing goes to a wrong user', { user: user.id, text });
    const place = life.births.get(id);
    if (place === undefined) return breach('a text is stored before it leaves', { id, text });
    if (place <= life.lastShown) {
      const again = deps.remotes().shown.get(userKey(user)) ?? [];
      const isRepeat = again.filter((shown) => shown.id === id).length > 1;
      if (!isRepeat && !isSetAside(id)) breach('texts reach the user in order', { id, text });
      return;
    }
    life.lastShown = place;
  };

  const onSay: Laws['onSay'] = (session, texts) => {
    talkOf(session).said.push(...texts.map((text) => ({ text })));
  };

  // -- the user's messages

  const onAppend: Laws['onAppend'] = (message, arrival) => {
    const { messages } = lifeOf(message.user);
    deps.trace(`store: ${message.user.id} said ${message.id}`);
    messages.set(message.id, { message, arrival, state: 'new' });
  };

  /** As the store does it, by the arrivals that it gave: they ascend as the appends came. */
  const onSettle: Laws['onSettle'] = (user, chatId, settlements) => {
    const { messages } = lifeOf(user);
    for (const settlement of settlements) {
      if (settlement.what === 'message') {
        const kept = messages.get(settlement.id);
        if (kept !== undefined && kept.state !== 'posted') {
          kept.state = settlement.as === 'context' ? 'new' : settlement.as;
          kept.by = chatId;
          kept.via = 'message';
        }
        continue;
      }
      for (const kept of messages.values()) {
        const { arrival } = kept;
        if (kept.state === 'posted' || !settlement.arrivals.includes(arrival)) continue;
        kept.state = 'posted';
        kept.by = chatId;
        kept.via = 'context';
      }
    }
    deps.trace(`store: ${user.id} settled ${JSON.stringify(settlements)}`);
  };

  const onAcknowledged: Laws['onAcknowledged'] = (messages) => {
    for (const { user, id } of messages)
      if (!lifeOf(user).messages.has(id)) breach('a webhook is answered when it is stored', { id });
  };

  // -- at rest

  const owed = (): ReadonlyArray<string> => {
    const lines: string[] = [];
    for (const { user, now, messages } of lives.values()) {
      if (now === undefined) continue;
      const { chat, lanes, overflow } = now.conversation;
      const owes = (what: string): void => void lines.push(`${user.id}: ${what}`);
      if (lanes.user.length > 0) owes(`${lanes.user.length} texts`);
      if (lanes.bot.length > 0) owes('a bot state');
      if (overflow.count > 0) owes('spilled texts');
      for (const [chatId, { agent, files }] of Object.entries(lanes.chats)) {
        const isPresent = isOpen(chat) && chat.id === chatId;
        if (!isPresent) owes(`lanes of ${chatId.slice(-3)}`);
        if (agent.posts.length > 0 || agent.place !== undefined || agent.unsettled.length > 0) owes('posts');
        if (agent.introduction === 'due') owes('the introduction');
        if (files.length > 0) owes('files');
      }
      if (isOpen(chat) && chat.acceptedAt === undefined) owes('a connect');
      if (isOpen(chat) && chat.state === 'active') {
        for (const { message, state, arrival } of messages.values())
          if (state === 'new' && message.from === 'user' && arrival > chat.mark)
            owes(`message ${message.id}`);
      }
    }
    for (const session of deps.server().sessions()) {
      const talk = talks.get(session.id);
      const life = talk?.chatId === undefined ? undefined : chats.get(talk.chatId);
      const isWanted = life !== undefined && isOpen(life.chat);
      if (isWanted && talk !== undefined) {
        if (unshown(life.user, talk).length > 0) lines.push(`${life.user.id}: lines of the agent`);
        const isJoined = session.state === 'established' || isOver(session.state);
        if (isJoined && life.chat.state !== 'active') lines.push(`${life.user.id}: the agent joined`);
        if (isOver(session.state)) lines.push(`${life.user.id}: the desk ended it`);
      }
      if (!isWanted && !isOver(session.state))
        lines.push(`${session.visitorName ?? 'a bare'} session ${session.state}`);
    }
    return lines;
  };

  /** Each text of the user once, repeats left out, in the order in which they came first. */
  const seen = (user: User): ReadonlyArray<string> => {
    const texts = new Map<string, string>();
    for (const { id, text } of deps.remotes().shown.get(userKey(user)) ?? [])
      if (!texts.has(id)) texts.set(id, text);
    return [...texts.values()];
  };

  const labelOf = (lines: ReadonlyArray<Line>): string =>
    /^\S+\|s\d+\|/u.exec(lines[0]?.text ?? '')?.[0] ?? '?';

  /** After a failover nobody can tell a line that is said once more from one that the desk gives once more. */
  const isAmbiguous = (text: string, { moved }: Talk): boolean => moved && text.endsWith('|ok');

  /** Lines of the agent that the channel takes, as far as they can be told from each other. */
  const wantedOf = (talk: Talk): ReadonlyArray<Line> =>
    talk.said.filter(({ text }) => !text.includes('forbidden') && !isAmbiguous(text, talk));

  const shownOf = (user: User, talk: Talk): ReadonlyArray<string> => {
    const label = labelOf(talk.said);
    return seen(user).filter((text) => text.startsWith(label) && !isAmbiguous(text, talk));
  };

  /** Lines that the user was not shown: what comes after those that were. */
  const unshown = (user: User, talk: Talk): ReadonlyArray<Line> => {
    const shown = shownOf(user, talk).join('');
    const wanted = wantedOf(talk);
    let place = 0;
    for (const [index, { text }] of wanted.entries()) {
      if (!shown.startsWith(text, place)) return wanted.slice(index);
      place += text.length;
    }
    return [];
  };

  const atRest = (): void => {
    for (const life of lives.values()) {
      repeatsAreCounted(life);
      casesAreFew(life);
    }
    for (const session of deps.server().sessions()) {
      const talk = talkOf(session);
      const life = byName(session.visitorName);
      if (life === undefined) continue;
      if (talk.chatId === undefined) {
        breach('a session is stored before it is used', { session: session.id });
        continue;
      }
      endsAsItEnded(life, session, talk.chatId);
      toTheUser(life, session, talk, talk.chatId);
      toTheAgent(life, session, talk.chatId);
    }
    chatsHaveOneSession();
    const rules = new Set([
      'message-before-agent',
      'post-before-resync',
      'body-refused',
      'media-type',
      'sequence-missing',
    ]);
    for (const violation of deps.server().violations.list(({ rule }) => rules.has(rule)))
      breach('the protocol is kept', violation);
  };

  const chatsHaveOneSession = (): void => {
    const used = new Map<ChatId, number>();
    for (const session of deps.server().sessions()) {
      const chatId = talks.get(session.id)?.chatId;
      if (chatId !== undefined && session.init !== undefined) used.set(chatId, (used.get(chatId) ?? 0) + 1);
    }
    for (const [chatId, count] of used)
      if (count > 1) breach('a connect asks for one chat', { chatId, count });
  };

  const repeatsAreCounted = ({ user, uncertain, messages }: UserLife): void => {
    const ids = (deps.remotes().shown.get(userKey(user)) ?? []).map(({ id }) => id);
    const repeats = ids.length - new Set(ids).size;
    const counted = uncertain.get('user') ?? 0;
    if (repeats > (user.provider === 'whatsapp' ? 0 : counted))
      breach('repeats to the user are counted', { user: user.id, repeats, counted });
    const own = new Set(
      Array.from(messages.values(), ({ message: { content } }) =>
        content.type === 'media' ? content.url : undefined,
      ),
    );
    const attached = deps
      .remotes()
      .files.filter(({ url }) => own.has(url))
      .map(({ caseId, url }) => `${caseId} ${url}`);
    const inDoubt = uncertain.get('files') ?? 0;
    if (attached.length - new Set(attached).size > inDoubt)
      breach('files that are attached twice are counted', { user: user.id, attached, inDoubt });
  };

  const casesAreFew = ({ user }: UserLife): void => {
    if (deps.clocksJump) return;
    const { cases, contacts } = deps.remotes();
    const contact = contacts.get(`${user.id}@example.com`);
    const served = new Set(
      Array.from(chats.values(), ({ chat }) => (chat.acceptedAt === undefined ? undefined : chat.caseId)),
    );
    for (const subject of ['Help', 'Sales']) {
      const idle = cases.filter(
        (one) => one.contactId === contact?.id && one.subject === subject && !served.has(one.id),
      );
      if (idle.length > 1) breach('a case is made once', { user: user.id, idle });
    }
  };

  /** An agent's good end is told as one, even where a post was faster to meet it than a poll (ADR 10). */
  const endsAsItEnded = ({ user }: UserLife, session: Session, chatId: ChatId): void => {
    const reason = chats.get(chatId)?.chat.reason;
    if (deps.hearsAll && session.endReason === 'agent' && reason === 'session-lost')
      breach('a chat ends for the reason for which the desk ended it', {
        user: user.id,
        session: session.id,
      });
  };

  const toTheUser = (life: UserLife, session: Session, talk: Talk, chatId: ChatId): void => {
    const chat = chats.get(chatId);
    if (talk.said.length === 0 || chat === undefined) return;
    if ((life.uncertain.get('agent lines after a reconnect') ?? 0) > 0) return;
    const missing = unshown(life.user, talk);
    const complete =
      isOpen(chat.chat) || chat.chat.reason === 'agent' || chat.chat.reason === 'agents-unavailable';
    // lines of an ended chat are shown too, while the user has no other (ADR 8)
    const { replacedAt = Infinity } = chat;
    const lost = missing.filter(({ ackedAt = Infinity }) => complete || ackedAt < replacedAt);
    if (lost.length > 0)
      breach('what an agent said and we took reaches the user', {
        user: life.user.id,
        session: session.id,
        reason: chat.chat.reason,
        lost,
      });
    const wanted = wantedOf(talk).map(({ text }) => text);
    const shown = shownOf(life.user, talk);
    if (!wanted.join('').startsWith(shown.join('')))
      breach('what an agent said comes once and in order', { user: life.user.id, wanted, shown });
  };

  const welcomeOf = ({ user }: UserLife): string => fill(policy.texts.welcomeTemplate, user.id);

  const toTheAgent = (life: UserLife, session: Session, chatId: ChatId): void => {
    const lines = session.transcript.filter(({ from }) => from === 'visitor').map(({ text }) => text);
    for (const line of lines) {
      const owner = ownerOf(line);
      if (owner !== undefined && owner !== life.user.id) breach('nothing goes to a wrong agent', { line });
    }
    const tolerance = Array.from(life.uncertain).reduce(
      (sum, [what, count]) => sum + (what.includes('agent') || what.includes('post') ? count : 0),
      0,
    );
    const welcome = lines.indexOf(welcomeOf(life));
    const context = lines.slice(0, welcome === -1 ? lines.length : welcome).join('');
    const mine = Array.from(life.messages.values()).filter(({ by }) => by === chatId);
    for (const { message, via, state } of mine) {
      if (via !== 'context' || state !== 'posted' || message.content.type !== 'text' || tolerance > 0)
        continue;
      if (!context.includes(message.content.text.slice(0, 20)))
        breach('what is settled as context was shown', { message: message.id, session: session.id, context });
    }
    for (const { message, by, via, state } of life.messages.values()) {
      const times = context.split(`${message.id}.0`).length - 1;
      if (message.content.type !== 'text' || times === 0 || tolerance > 0) continue;
      if (times > 1) breach('the context tells everything once', { message: message.id, context });
      if (state === 'posted' && via === 'message' && by !== chatId)
        breach('the context repeats nothing that an agent has got', { message: message.id, by, context });
    }
    const direct = welcome === -1 ? [] : lines.slice(welcome + 1);
    const expected = mine
      .filter(({ via, state }) => via === 'message' && state !== 'new')
      .sort((a, b) => a.arrival - b.arrival)
      .flatMap(({ message, state }) => wantedLines(message, state === 'set-aside'));
    compare(life, withoutLate(direct), expected, tolerance, session);
  };

  interface Wanted {
    readonly what: string;
    readonly matches: (line: string) => boolean;
    readonly optional: boolean;
  }

  const wantedLines = ({ id, content }: Message, optional: boolean): ReadonlyArray<Wanted> => {
    const whole = (text: string): Wanted => ({ what: text, matches: (line) => line === text, optional });
    if (content.type !== 'media') return agentPieces(readable(content, policy.texts), policy).map(whole);
    const notice: Wanted = { what: `file ${id}`, matches: (line) => isNoticeOf(line, id), optional };
    return [notice, ...agentPieces(content.caption ?? '', policy).map(whole)];
  };

  const isNoticeOf = (line: string, id: string): boolean => line.startsWith('**') && line.includes(id);

  /** A success after "not yet", and words about texts that could not be delivered, come whenever they come. */
  const withoutLate = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
    const [undelivered] = policy.texts.notDelivered.split('%s');
    return lines.filter((line, index) => {
      if (line.startsWith(undelivered ?? '**')) return false;
      const id = /^\*\*.*?(u\d-m\d+)/u.exec(line)?.[1];
      return id === undefined || !lines.slice(0, index).some((earlier) => isNoticeOf(earlier, id));
    });
  };

  /** Both in the same order; so many may be missing, and so many too many, as nobody could be certain of. */
  const compare = (
    life: UserLife,
    lines: ReadonlyArray<string>,
    expected: ReadonlyArray<Wanted>,
    tolerance: number,
    session: Session,
  ): void => {
    const common = longestCommon(lines, expected);
    const surplus = lines.filter((_, index) => !common.lines.has(index));
    const missing = expected.filter(({ optional }, index) => !optional && !common.wanted.has(index));
    const isPartial = surplus.length > 0 && isOver(session.state) && partOfOne(life, surplus);
    if ((surplus.length > tolerance && !isPartial) || missing.length > tolerance)
      breach('what a user wrote reaches the agent once and in order', {
        user: life.user.id,
        session: session.id,
        tolerance,
        surplus,
        missing: missing.map(({ what }) => what),
        lines,
      });
  };

  /** The first posts of a message whose rest did not make it before the end. */
  const partOfOne = (life: UserLife, surplus: ReadonlyArray<string>): boolean =>
    Array.from(life.messages.values()).some(({ message }) => {
      const wanted = wantedLines(message, false);
      return wanted.length > surplus.length && surplus.every((line, index) => wanted[index]?.matches(line));
    });

  return {
    breaches,
    breach,
    onAppend,
    onSettle,
    onSave,
    onText,
    onSay,
    onUncertain: (userId, what) => {
      const counts = byName(userId)?.uncertain;
      counts?.set(what, (counts.get(what) ?? 0) + 1);
      deps.trace(`uncertain: ${userId} ${what}`);
    },
    leaves,
    deskLeaves,
    deskArrives,
    deskServed,
    onAcknowledged,
    owed,
    atRest,
    conversationOf: (user) => lifeOf(user).now?.conversation,
    accepted: () => Array.from(chats.values()).filter(({ chat }) => chat.acceptedAt !== undefined).length,
  };
};

const nameOf = (stored: StoredConversation | undefined): string | undefined =>
  stored?.owner._tag === 'Some' ? stored.owner.value : undefined;

/** Longest common subsequence, by the places in both. */
const longestCommon = (
  lines: ReadonlyArray<string>,
  wanted: ReadonlyArray<{ readonly matches: (line: string) => boolean }>,
): { readonly lines: ReadonlySet<number>; readonly wanted: ReadonlySet<number> } => {
  const width = wanted.length + 1;
  const best = new Int32Array((lines.length + 1) * width);
  const at = (row: number, column: number): number => best[row * width + column] ?? 0;
  for (let row = lines.length - 1; row >= 0; row -= 1)
    for (let column = wanted.length - 1; column >= 0; column -= 1)
      best[row * width + column] =
        wanted[column]?.matches(lines[row] ?? '') === true
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const found = { lines: new Set<number>(), wanted: new Set<number>() };
  for (let row = 0, column = 0; row < lines.length && column < wanted.length;) {
    if (
      wanted[column]?.matches(lines[row] ?? '') === true &&
      at(row, column) === at(row + 1, column + 1) + 1
    ) {
      found.lines.add(row++);
      found.wanted.add(column++);
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return found;
};
