import type { Answer } from '../../http/call.ts';
import type { ChatEvent } from './chat.ts';

interface Batch {
  readonly sequence: number;
  readonly body: {
    readonly messages: ReadonlyArray<ChatEvent>;
    readonly sequence: number;
    readonly offset: number;
  };
}

const maxPending = 10_000;

/**
 * What a session has to say to its client: events that wait, and the batch that was given but not acknowledged yet.
 * Batches are numbered from 0 (protocol notes §4).
 */
export class EventQueue {
  #pending: ChatEvent[] = [];
  #unacknowledged: Batch | undefined;
  #next = 0;
  #offset = 1_574_190_000 + Math.floor(Math.random() * 100_000);
  redelivered = 0;

  /** The number of the last batch, -1 before the first. */
  get lastSequence(): number {
    return this.#next - 1;
  }

  /** The newest offset that was given out; undefined before the first. */
  lastOffset: number | undefined;

  get isEmpty(): boolean {
    return this.#pending.length === 0 && this.#unacknowledged === undefined;
  }

  add(events: ReadonlyArray<ChatEvent>): void {
    for (const event of events) if (this.#pending.length < maxPending) this.#pending.push(event);
  }

  /** `undefined`: the client does not say what it has, so that everything given counts as taken. */
  acknowledge(ack: number | undefined, redelivery: boolean): void {
    if (this.#unacknowledged === undefined) return;
    if (ack === undefined || ack >= this.#unacknowledged.sequence || !redelivery)
      this.#unacknowledged = undefined;
  }

  /** The batch to give now, the same again while it is not acknowledged. */
  take(): Answer | undefined {
    if (this.#unacknowledged !== undefined) {
      this.redelivered += 1;
      return { status: 200, body: this.#unacknowledged.body };
    }
    if (this.#pending.length === 0) return undefined;
    this.#offset += 1 + Math.floor(Math.random() * 50);
    this.lastOffset = this.#offset;
    const body = { messages: this.#pending, sequence: this.#next, offset: this.#offset };
    this.#pending = [];
    this.#unacknowledged = { sequence: this.#next, body };
    this.#next += 1;
    return { status: 200, body };
  }

  /** Nothing will be given any more. */
  drop(): void {
    this.#pending = [];
    this.#unacknowledged = undefined;
  }

  /** Another server took over: numbers begin again; `first` goes before what was not acknowledged and passes `keep`. */
  restart(first: ChatEvent, keep: (event: ChatEvent) => boolean): void {
    const waiting = [...(this.#unacknowledged?.body.messages ?? []), ...this.#pending];
    this.#pending = [first, ...waiting.filter(keep)];
    this.#unacknowledged = undefined;
    this.#next = 0;
  }
}
