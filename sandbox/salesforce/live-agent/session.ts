import { randomBytes, randomUUID } from 'node:crypto';
import type { Answer } from '../../http/call.ts';
import type { JsonObject } from '../../support/json.ts';
import type { Timers } from '../../support/timers.ts';
import { affinityInvalid, nothingNew, outOfSync, secondPollRefused, sessionInvalid } from './answers.ts';
import { type ChatEvent, type ChatState, type ChatView, isOver, type TranscriptLine } from './chat.ts';
import { EventQueue } from './event-queue.ts';
import type { LiveAgentSettings } from './settings.ts';

/** What a session needs of the server it is on. */
interface Host {
  readonly timers: Timers;
  readonly settings: LiveAgentSettings;
  readonly expire: (session: Session, reason: string) => void;
  readonly violation: (session: Session, rule: string, detail: string) => void;
}

interface WaitingPoll {
  readonly answer: (answer: Answer) => void;
  readonly timer: NodeJS.Timeout;
}

/** Where a session is in the procedure after its affinity token changed (protocol notes §7). */
type Failover = 'none' | 'reconnect' | 'poll' | 'resync';

const keptLines = 2_000;

/** One visitor's session: the transport (polls, numbers, affinity) and the state of its chat. */
export class Session implements ChatView {
  readonly id = randomUUID();
  readonly key = `${this.id}!${Date.now()}!${randomBytes(20).toString('base64')}`;
  readonly createdAt = Date.now();
  readonly events = new EventQueue();
  readonly transcript: TranscriptLine[] = [];
  affinity = newAffinity();
  state: ChatState = 'new';
  init: JsonObject | undefined;
  caseId: string | undefined;
  contactId: string | undefined;
  queuePosition = 0;
  agent: string | undefined;
  agentUserId: string | undefined;
  agentConnected = false;
  visitorTyping = false;
  endReason: string | undefined;
  lastSequence = 0;
  duplicates = 0;
  failovers = 0;
  failover: Failover = 'none';
  readonly #server: Host;
  #waiting: WaitingPoll | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #lines = 0;
  #awaitsPoll: (() => void)[] | undefined;

  constructor(server: Host) {
    this.#server = server;
    this.#deadline = server.timers.after(server.settings.initTimeoutMs, () => this.#late());
  }

  get buttonId(): string | undefined {
    return typeof this.init?.buttonId === 'string' ? this.init.buttonId : undefined;
  }

  get visitorName(): string | undefined {
    return typeof this.init?.visitorName === 'string' ? this.init.visitorName : undefined;
  }

  get redelivered(): number {
    return this.events.redelivered;
  }

  get polling(): boolean {
    return this.#waiting !== undefined;
  }

  /** Gives events to the client: at once when its poll waits, else with its next one. */
  emit(...events: ReadonlyArray<ChatEvent>): void {
    this.events.add(events);
    const batch = this.#waiting === undefined ? undefined : this.events.take();
    if (batch !== undefined) this.#answerPoll(batch);
  }

  /** A poll, after its affinity was checked. `ack` is undefined when the client does not send one. */
  poll(ack: number | undefined, onGone: (listener: () => void) => void): Answer | Promise<Answer> {
    if (this.#waiting !== undefined) return this.#secondPoll();
    const { settings } = this.#server;
    if (ack !== undefined && ack > this.events.lastSequence) {
      this.#server.violation(
        this,
        'ack-unknown',
        `ack ${ack}, the last batch was ${this.events.lastSequence}`,
      );
    }
    this.events.acknowledge(ack, settings.redelivery);
    const batch = this.events.take();
    if (this.failover === 'poll') this.failover = 'resync';
    if (batch !== undefined) return this.#seen(batch);
    if (isOver(this.state))
      return settings.afterEnd === 204 && this.state !== 'expired' ? nothingNew : sessionInvalid;
    return this.#hold(settings.pollHoldMs, onGone);
  }

  /** Calls back once, when a poll waits. */
  whenPolling(listener: () => void): void {
    if (this.polling) listener();
    else this.#awaitsPoll = [...(this.#awaitsPoll ?? []), listener];
  }

  /** The affinity token and the failover in progress, if any, decide before anything else. */
  wrongAffinity(affinity: string | undefined): Answer | undefined {
    return affinity === this.affinity && this.failover !== 'reconnect' ? undefined : affinityInvalid;
  }

  /**
   * A POST's number: the same one again gets what it got before and nothing happens twice, another than the next one
   * is refused (protocol notes §5). A number counts as taken only with `takeSequence`.
   */
  checkSequence(sequence: number | undefined): Answer | 'duplicate' | 'next' {
    if (sequence === undefined) {
      this.#server.violation(this, 'sequence-missing', 'a POST came without X-LIVEAGENT-SEQUENCE');
      return 'next';
    }
    if (sequence === this.lastSequence && sequence > 0) {
      this.duplicates += 1;
      return 'duplicate';
    }
    if (sequence === this.lastSequence + 1) return 'next';
    this.#server.violation(this, 'sequence-wrong', `number ${sequence} after ${this.lastSequence}`);
    return outOfSync(sequence, this.lastSequence);
  }

  takeSequence(sequence: number | undefined): void {
    this.lastSequence = sequence ?? this.lastSequence;
  }

  addLine(from: TranscriptLine['from'], name: string, text: string): void {
    this.#lines += 1;
    this.transcript.push({ from, name, text, at: Date.now(), sequence: this.#lines });
    if (this.transcript.length > keptLines) this.transcript.shift();
  }

  /** From ChasitorInit on the session lives as long as it is polled. */
  started(): void {
    this.#armDeadline();
  }

  /** The chat is over; what was said before still goes out. */
  finish(state: 'ended' | 'failed' | 'expired', reason: string): void {
    this.state = state;
    this.endReason = reason;
    this.visitorTyping = false;
    this.#server.timers.cancel(this.#deadline);
    this.#deadline = undefined;
    if (state === 'expired') this.events.drop();
    if (this.#waiting !== undefined) this.#answerPoll(sessionInvalid);
  }

  /** Another server takes over: the token of the client is no longer good, and a waiting poll learns it. */
  switchAffinity(): void {
    this.affinity = newAffinity();
    this.failover = 'reconnect';
    this.failovers += 1;
    if (this.#waiting !== undefined) this.#answerPoll(affinityInvalid);
  }

  #secondPoll(): Answer {
    const strict = this.#server.settings.secondPoll === 'end-chat';
    this.#server.violation(this, 'second-poll', strict ? 'the chat ends' : 'refused');
    if (strict) this.#server.expire(this, 'second poll');
    return secondPollRefused;
  }

  #hold(holdMs: number, onGone: (listener: () => void) => void): Promise<Answer> {
    return new Promise((resolve) => {
      const timer = this.#server.timers.after(holdMs, () => this.#answerPoll(nothingNew));
      const waiting: WaitingPoll = { answer: resolve, timer };
      this.#waiting = waiting;
      for (const listener of this.#awaitsPoll ?? []) listener();
      this.#awaitsPoll = undefined;
      onGone(() => {
        if (this.#waiting === waiting) this.#answerPoll(nothingNew);
      });
    });
  }

  #answerPoll(answer: Answer): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    this.#server.timers.cancel(waiting.timer);
    waiting.answer(this.#seen(answer));
  }

  #seen(answer: Answer): Answer {
    this.#armDeadline();
    return answer;
  }

  #armDeadline(): void {
    if (this.state === 'new' || isOver(this.state)) return;
    this.#server.timers.cancel(this.#deadline);
    this.#deadline = this.#server.timers.after(this.#server.settings.connectionTimeoutMs, () => this.#late());
  }

  #late(): void {
    if (this.state === 'new') return this.#server.expire(this, 'no ChasitorInit');
    if (this.#waiting === undefined) this.#server.expire(this, 'connection timeout');
  }
}

const newAffinity = (): string => randomBytes(4).toString('hex');
