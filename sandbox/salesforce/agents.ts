import type { Feed } from '../support/feed.ts';
import { type ChatEvent, type ChatView, isOpen, type TranscriptLine } from './live-agent/chat.ts';
import type { Desk } from './live-agent/desk.ts';
import type { ButtonAvailability, ChatChange, ChatServer, Violation } from './live-agent/server.ts';
import type { Session } from './live-agent/session.ts';
import type { LiveAgentSettings } from './live-agent/settings.ts';
import type { Records } from './data/records.ts';

/** A chat, or its id. */
export type ChatRef = string | ChatView;

/** The agents' console of the sandbox: what people at the desk see and do. Throws for a chat that does not exist. */
export class Agents {
  readonly changes: Feed<ChatChange>;
  readonly violations: Feed<Violation>;
  /** May be changed at any time. */
  readonly settings: LiveAgentSettings;
  readonly #server: ChatServer;
  readonly #desk: Desk;
  readonly #records: Records;

  constructor(server: ChatServer, desk: Desk, records: Records) {
    this.#server = server;
    this.#desk = desk;
    this.#records = records;
    this.changes = server.changes;
    this.violations = server.violations;
    this.settings = server.settings;
  }

  /** Oldest first; sessions without a request are not among them. */
  chats(matches: (chat: ChatView) => boolean = () => true): ChatView[] {
    return Array.from(this.#server.sessions()).filter((chat) => chat.state !== 'new' && matches(chat));
  }

  /** Requests and queued chats that no agent took yet. */
  queue(): ChatView[] {
    return this.chats(({ state }) => state === 'requested' || state === 'queued');
  }

  active(): ChatView[] {
    return this.chats(({ state }) => state === 'established');
  }

  find(id: string): ChatView | undefined {
    return this.#server.find(id);
  }

  /** The first chat that matches, now or within the time. The predicate is asked again whenever a chat changes. */
  async waitForChat(
    matches: (chat: ChatView) => boolean = ({ state }) => isOpen(state),
    timeoutMs = 10_000,
  ): Promise<ChatView> {
    const now = this.chats(matches)[0];
    if (now !== undefined) return now;
    const change = await this.changes.waitForNext(({ chatId }) => {
      const chat = this.#server.find(chatId);
      return chat !== undefined && chat.state !== 'new' && matches(chat);
    }, timeoutMs);
    return this.#session(change.chatId);
  }

  /** Until the chat is as wanted: `waitFor(chat, ({ state }) => state === 'ended')`. */
  async waitFor(chat: ChatRef, matches: (chat: ChatView) => boolean, timeoutMs = 10_000): Promise<ChatView> {
    const session = this.#session(chat);
    if (matches(session)) return session;
    await this.changes.waitForNext(({ chatId }) => chatId === session.id && matches(session), timeoutMs);
    return session;
  }

  /** The first line of the visitor that matches, of those already said too. */
  async waitForText(chat: ChatRef, text: string | RegExp, timeoutMs = 10_000): Promise<TranscriptLine> {
    const find = ({ transcript }: ChatView): TranscriptLine | undefined =>
      transcript.find(
        (line) =>
          line.from === 'visitor' && (typeof text === 'string' ? line.text === text : text.test(line.text)),
      );
    const found = await this.waitFor(chat, (view) => find(view) !== undefined, timeoutMs);
    return find(found) as TranscriptLine;
  }

  /** Until a poll of that chat waits for events. */
  waitForPoll(chat: ChatRef, timeoutMs = 10_000): Promise<void> {
    const session = this.#session(chat);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nobody polled within ${timeoutMs} ms`)), timeoutMs);
      session.whenPolling(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** ChatRequestSuccess, for `queue: 'manual'`. */
  enqueue(chat: ChatRef): void {
    this.#desk.queue(this.#session(chat));
  }

  setPosition(chat: ChatRef, position: number, estimatedWaitTime?: number): void {
    this.#desk.setPosition(this.#session(chat), position, estimatedWaitTime);
  }

  accept(chat: ChatRef, name = 'Andrea', greeting?: string): void {
    this.#desk.accept(this.#session(chat), name, greeting);
  }

  /** Every agent declined. */
  decline(chat: ChatRef): void {
    this.fail(chat, 'Unavailable');
  }

  /** ChatRequestFail: `Unavailable`, `NoPost`, `InternalFailure`, `Blocked`, or any other word. */
  fail(chat: ChatRef, reason: string): void {
    this.#desk.fail(this.#session(chat), reason);
  }

  /** Several texts come in one batch. */
  say(chat: ChatRef, text: string | ReadonlyArray<string>): void {
    this.#desk.say(this.#session(chat), typeof text === 'string' ? [text] : text);
  }

  typing(chat: ChatRef, on = true): void {
    this.#desk.typing(this.#session(chat), on);
  }

  transfer(chat: ChatRef, name: string): void {
    this.#desk.transfer(this.#session(chat), name);
  }

  /** The agent's connection is lost; the chat lives. */
  disconnect(chat: ChatRef): void {
    this.#desk.loseAgent(this.#session(chat));
  }

  end(chat: ChatRef, reason = 'agent'): void {
    this.#desk.end(this.#session(chat), reason);
  }

  /** Any events, as they are, in one batch. */
  inject(chat: ChatRef, ...events: ReadonlyArray<ChatEvent>): void {
    this.#desk.inject(this.#session(chat), events);
  }

  /** The session dies without a word: 403 from now on. */
  expire(chat: ChatRef): void {
    this.#server.expire(this.#session(chat), 'expired by hand');
  }

  /** The chat hops to another server: 503 on every call until ReconnectSession. */
  failover(chat: ChatRef): void {
    const session = this.#session(chat);
    session.switchAffinity();
    this.#server.changed(session, 'failover');
  }

  failoverAll(): void {
    for (const chat of this.chats(({ state }) => isOpen(state))) this.failover(chat);
  }

  /** For a button (or agent) id; every well-formed id is available until told otherwise. */
  setAvailability(buttonId: string, availability: ButtonAvailability): void {
    this.#server.buttons.set(buttonId, availability);
  }

  /** Marks the chat's contact as blocked. */
  blockContact(chat: ChatRef, blocked = true): void {
    const { contactId } = this.#session(chat);
    if (contactId === undefined) throw new Error('that chat names no contact');
    this.#records.blockContact(contactId, blocked);
  }

  #session(chat: ChatRef): Session {
    const id = typeof chat === 'string' ? chat : chat.id;
    const session = this.#server.find(id);
    if (session === undefined) throw new Error(`no chat with the id ${id}`);
    return session;
  }
}
