import { Feed } from '../../support/feed.ts';
import { Timers } from '../../support/timers.ts';
import type { Org } from '../org.ts';
import { isOver } from './chat.ts';
import { Session } from './session.ts';
import { defaultSettings, type LiveAgentSettings } from './settings.ts';

/** Something happened in a chat. */
export interface ChatChange {
  readonly at: number;
  readonly chatId: string;
  readonly kind:
    | 'session'
    | 'requested'
    | 'queued'
    | 'position'
    | 'accepted'
    | 'visitor-said'
    | 'visitor-typing'
    | 'visitor-event'
    | 'agent-said'
    | 'agent-typing'
    | 'transferred'
    | 'agent-lost'
    | 'injected'
    | 'failover'
    | 'reconnected'
    | 'resynced'
    | 'ended'
    | 'failed'
    | 'expired';
  readonly detail?: string;
}

/** The client did what the protocol does not allow, or what costs messages on the real wire. */
export interface Violation {
  readonly at: number;
  readonly chatId: string;
  readonly rule: string;
  readonly detail: string;
}

export interface ButtonAvailability {
  readonly isAvailable: boolean;
  /** Seconds; -1: unknown. */
  readonly estimatedWaitTime?: number;
}

const keptOver = 20_000;
const maxSessions = 200_000;

/** All sessions of one chat pod. */
export class ChatServer {
  readonly org: Org;
  readonly settings: LiveAgentSettings;
  readonly changes = new Feed<ChatChange>('chat changes');
  readonly violations = new Feed<Violation>('violations');
  readonly timers: Timers;
  readonly buttons = new Map<string, ButtonAvailability>();
  readonly #sessions = new Map<string, Session>();
  readonly #over: string[] = [];

  constructor(org: Org, settings: Partial<LiveAgentSettings> = {}, timers = new Timers()) {
    this.org = org;
    this.timers = timers;
    this.settings = { ...defaultSettings, ...settings };
  }

  /** `undefined`: too many. */
  open(): Session | undefined {
    if (this.#sessions.size >= maxSessions) return undefined;
    const session = new Session(this);
    this.#sessions.set(session.id, session);
    this.changed(session, 'session');
    return session;
  }

  find(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** The id is the part of the key before the first `!`; the whole key must be right. */
  findByKey(key: string): Session | undefined {
    const session = this.#sessions.get(key.split('!', 1)[0] ?? '');
    return session?.key === key ? session : undefined;
  }

  /** In the order in which they were opened. */
  sessions(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  /** Nobody ends it: it dies, and every later call gets 403. */
  expire(session: Session, reason: string): void {
    if (isOver(session.state)) return;
    session.finish('expired', reason);
    this.over(session, 'expired', reason);
  }

  over(session: Session, kind: 'ended' | 'failed' | 'expired', reason: string): void {
    this.changed(session, kind, reason);
    this.#over.push(session.id);
    if (this.#over.length > keptOver) this.#sessions.delete(this.#over.shift() ?? '');
  }

  changed(session: Session, kind: ChatChange['kind'], detail?: string): void {
    this.changes.push({
      at: Date.now(),
      chatId: session.id,
      kind,
      ...(detail === undefined ? {} : { detail }),
    });
  }

  violation(session: Session, rule: string, detail: string): void {
    this.violations.push({ at: Date.now(), chatId: session.id, rule, detail });
  }

  isAvailable(buttonId: string): boolean {
    return this.buttons.get(buttonId)?.isAvailable ?? true;
  }

  close(): void {
    this.timers.close();
    this.changes.close();
    this.violations.close();
  }
}
