import { isDeepStrictEqual } from 'node:util';
import type {
  Absorbed,
  AgentDesk,
  ChatRequest,
  DeskPost,
} from '../../src/application/ports/agent-desk.port.ts';
import type { DeskEvent } from '../../src/domain/desk-event.ts';
import { called, inTime } from './contract.ts';

const signalled = 'never rejects: what happened comes back as a signal';
const asData = "failures are answered as data: { _tag: 'Left', left: { _tag: 'RemoteUnreachable', … } }";

/** The same desk, of which no call lasts for ever, and none rejects without a word about what it promised. */
export const guarded = (desk: AgentDesk): AgentDesk => ({
  kind: desk.kind,
  available:
    (...args) =>
    () =>
      called('available', asData, () => desk.available(...args)()),
  openSession:
    (...args) =>
    () =>
      called('openSession', asData, () => desk.openSession(...args)()),
  sessionId: (state) => desk.sessionId(state),
  requesting: (state) => desk.requesting(state),
  requestChat:
    (...args) =>
    () =>
      called('requestChat', asData, () => desk.requestChat(...args)()),
  requested: (state) => desk.requested(state),
  receive: (...args) => called('receive', signalled, () => desk.receive(...args)),
  absorb: (...args) => desk.absorb(...args),
  prepare: (...args) => desk.prepare(...args),
  send: (...args) => called('send', signalled, () => desk.send(...args)),
  settle: (...args) => desk.settle(...args),
  drop: (state) => desk.drop(state),
  restore: (stored) => desk.restore(stored),
});

/**
 * The plainest owner of one chat: what the service does with a desk, without a store. Whatever the desk wants kept goes
 * through JSON and `restore` each time, as after a restart.
 */
export class DeskRelay {
  readonly desk: AgentDesk;
  state: unknown;
  /** Its state before anything was asked for. */
  opened: unknown;
  /** Everything heard so far. */
  readonly events: DeskEvent[] = [];
  /** Posts that are done with, in order. */
  readonly done: DeskPost[] = [];
  #waiting: ReadonlyArray<DeskPost> = [];
  /** So many of those that wait are bound, and leave together. */
  #bound = 0;

  constructor(desk: AgentDesk) {
    this.desk = desk;
  }

  async open(request: ChatRequest): Promise<void> {
    const opened = await this.desk.openSession(soon())();
    if (opened._tag === 'Left') throw new Error(`no session: ${opened.left.detail}`);
    this.keep(opened.right);
    this.opened = this.state;
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
    if (absorbed.head === 'delivered') this.done.push(...this.#leave());
    return absorbed;
  }

  /** Hears until something of that kind was told. */
  async hearUntil(type: DeskEvent['type'], times = 1): Promise<void> {
    const told = (): boolean => this.events.filter((event) => event.type === type).length >= times;
    await this.#until(told, () => `never told: ${type}; only ${this.types().join(', ')}`);
  }

  /** Hears until nothing stands in the way of posts any more. */
  async recover(): Promise<void> {
    const ready = (): boolean => this.desk.prepare(this.state, [{ kind: 'end' }], Date.now()).ready;
    await this.#until(ready, () => 'the session does not recover');
  }

  async #until(reached: () => boolean, never: () => string): Promise<void> {
    await inTime(
      never,
      async (stop) => {
        for (let round = 0; !reached(); round += 1) {
          if (round === mostRounds || stop.aborted) throw new Error(never());
          const { pauseMs } = await this.hear(AbortSignal.any([stop, soon()]));
          await patience(round, pauseMs);
        }
      },
      roundsMs,
    );
  }

  /** Binds the next post and sends it; undefined: not now, or nothing waits. */
  async send(): Promise<unknown> {
    const bound = this.desk.prepare(this.state, this.#waiting, Date.now());
    if (!bound.ready) return undefined;
    if (this.#bound === 0) this.#bound = Math.min(bound.covers, this.#waiting.length);
    this.keep(bound.state);
    return this.desk.send(this.state, soon());
  }

  settle(answer: unknown): string {
    const { state, outcome } = this.desk.settle(this.state, answer, Date.now());
    this.keep(state);
    if (outcome.outcome === 'delivered') this.done.push(...this.#leave());
    return outcome.outcome;
  }

  queue(...posts: ReadonlyArray<DeskPost>): void {
    this.#waiting = [...this.#waiting, ...posts];
  }

  /** What is bound is tried no more. */
  giveUp(): void {
    this.keep(this.desk.drop(this.state));
    this.#leave();
  }

  /** Posts until all are delivered, hearing where the desk needs that first. Answers every outcome on the way. */
  async post(...posts: ReadonlyArray<DeskPost>): Promise<ReadonlyArray<string>> {
    this.queue(...posts);
    const outcomes: string[] = [];
    const never = (): string => `not delivered: ${outcomes.join(', ')}`;
    const work = async (stop: AbortSignal): Promise<void> => {
      for (let round = 0; this.#waiting.length > 0; round += 1) {
        if (round === mostRounds || stop.aborted) throw new Error(never());
        const answer = await this.send();
        if (answer === undefined) {
          await this.recover();
          continue;
        }
        const outcome = this.settle(answer);
        outcomes.push(outcome);
        if (outcome === 'session-over' || outcome === 'refused') return;
      }
    };
    await inTime(never, work, roundsMs);
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

  #leave(): ReadonlyArray<DeskPost> {
    const gone = this.#waiting.slice(0, this.#bound);
    this.#waiting = this.#waiting.slice(this.#bound);
    this.#bound = 0;
    return gone;
  }
}

/** So often, and so long at most (ms), is a desk asked for what it owes. */
const mostRounds = 40;
const roundsMs = 40_000;

/** A `receive` without an end of its own ends by this. */
export const soon = (): AbortSignal => AbortSignal.timeout(10_000);

/** A desk in trouble may need a moment: after some rounds a little of the pause is waited for. */
const patience = (round: number, pauseMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, round < 5 ? 0 : Math.min(pauseMs, 50)));
