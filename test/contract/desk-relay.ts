import { isDeepStrictEqual } from 'node:util';
import type {
  Absorbed,
  AgentDesk,
  ChatRequest,
  DeskPost,
} from '../../src/application/ports/agent-desk.port.ts';
import type { DeskEvent } from '../../src/domain/desk-event.ts';

/**
 * The plainest owner of one chat: what the service does with a desk, without a store. Whatever the desk wants kept goes
 * through JSON and `restore` each time, as after a restart.
 */
export class DeskRelay {
  readonly desk: AgentDesk;
  state: unknown;
  /** Everything heard so far. */
  readonly events: DeskEvent[] = [];
  /** Posts that are done with, in order. */
  readonly done: DeskPost[] = [];
  #waiting: DeskPost[] = [];

  constructor(desk: AgentDesk) {
    this.desk = desk;
  }

  async open(request: ChatRequest): Promise<void> {
    const opened = await this.desk.openSession(soon())();
    if (opened._tag === 'Left') throw new Error(`no session: ${opened.left.detail}`);
    this.keep(opened.right);
    const taken = await this.desk.requestChat(this.state, request, soon())();
    if (taken._tag === 'Left') throw new Error(`no chat: ${taken.left.detail}`);
    this.keep(this.desk.requested(this.state));
  }

  /** One `receive` and what it tells. */
  async hear(abort: AbortSignal = soon()): Promise<Absorbed> {
    return this.absorb(await this.desk.receive(this.state, abort));
  }

  absorb(signal: unknown): Absorbed {
    const absorbed = this.desk.absorb(this.state, signal, Date.now());
    this.keep(absorbed.state);
    this.events.push(...absorbed.events);
    if (absorbed.head === 'delivered') this.#settle();
    return absorbed;
  }

  /** Hears until something of that kind was told. */
  async hearUntil(type: DeskEvent['type'], times = 1): Promise<void> {
    const count = (): number => this.events.filter((event) => event.type === type).length;
    for (let round = 0; count() < times; round += 1) {
      if (round === 40) throw new Error(`never told: ${type}; only ${this.types().join(', ')}`);
      const { pauseMs } = await this.hear();
      await patience(round, pauseMs);
    }
  }

  /** Hears until nothing stands in the way of posts any more. */
  async recover(): Promise<void> {
    for (let round = 0; !this.desk.prepare(this.state, [{ kind: 'end' }], Date.now()).ready; round += 1) {
      if (round === 40) throw new Error('the session does not recover');
      const { pauseMs } = await this.hear();
      await patience(round, pauseMs);
    }
  }

  /** Binds the next post and sends it; undefined: not now, or nothing waits. */
  async send(): Promise<unknown> {
    const bound = this.desk.prepare(this.state, this.#waiting, Date.now());
    if (!bound.ready) return undefined;
    this.keep(bound.state);
    return this.desk.send(this.state, soon());
  }

  settle(answer: unknown): string {
    const { state, outcome } = this.desk.settle(this.state, answer, Date.now());
    this.keep(state);
    if (outcome.outcome === 'delivered') this.#settle();
    return outcome.outcome;
  }

  queue(...posts: ReadonlyArray<DeskPost>): void {
    this.#waiting.push(...posts);
  }

  /** Posts until all are delivered, hearing where the desk needs that first. Answers every outcome on the way. */
  async post(...posts: ReadonlyArray<DeskPost>): Promise<ReadonlyArray<string>> {
    this.queue(...posts);
    const outcomes: string[] = [];
    for (let round = 0; this.#waiting.length > 0; round += 1) {
      if (round === 40) throw new Error(`not delivered: ${outcomes.join(', ')}`);
      const answer = await this.send();
      if (answer === undefined) {
        await this.recover();
        continue;
      }
      const outcome = this.settle(answer);
      outcomes.push(outcome);
      if (outcome === 'session-over' || outcome === 'refused') return outcomes;
    }
    return outcomes;
  }

  types(): ReadonlyArray<DeskEvent['type']> {
    return this.events.map(({ type }) => type);
  }

  /** What agents said. */
  texts(): ReadonlyArray<string> {
    return this.events.flatMap((event) => (event.type === 'agent-said' ? [event.text] : []));
  }

  keep(state: unknown): void {
    const restored = this.desk.restore(JSON.parse(JSON.stringify(state)));
    if (restored._tag === 'Left') throw new Error(`a state that cannot be restored: ${restored.left}`);
    if (!isDeepStrictEqual(restored.right, state)) throw new Error('a state that changes by being stored');
    this.state = restored.right;
  }

  #settle(): void {
    const [head, ...rest] = this.#waiting;
    if (head !== undefined) this.done.push(head);
    this.#waiting = rest;
  }
}

export const soon = (): AbortSignal => AbortSignal.timeout(10_000);

/** A desk in trouble may need a moment: after some rounds a little of the pause is waited for. */
const patience = (round: number, pauseMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, round < 5 ? 0 : Math.min(pauseMs, 50)));
