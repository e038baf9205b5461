import type { Clock } from '../../src/application/ports/clock.port.ts';

/** A process of the operating system, as far as time is concerned. */
export interface Process {
  readonly name: string;
  /** Its wall clock stands off the true one by so much, ms. */
  skewMs: number;
  state: 'running' | 'frozen' | 'dead';
  /** What came while it was frozen. */
  readonly backlog: (() => void)[];
}

export const makeProcess = (name: string): Process => ({ name, skewMs: 0, state: 'running', backlog: [] });

/**
 * One line of virtual time for everything that happens in a world, so that the same plan gives the same run: what is due
 * at the same instant happens in the order of its making, and everything that it sets off is carried on before the next.
 */
export interface Scheduler {
  /** Monotonic, ms. */
  readonly now: () => number;
  /** The true wall clock, ms since 1970. */
  readonly wall: () => number;
  /** Nothing reaches a process that is dead, and what reaches a frozen one waits until it goes on. */
  readonly after: (ms: number, call: () => void, process?: Process) => () => void;
  /** Until the time, or until the condition holds after a step. */
  readonly run: (until: number, isDone?: () => boolean) => Promise<void>;
  /** Lets a frozen process go on. */
  readonly thaw: (process: Process) => void;
  readonly clockOf: (process: Process) => Clock;
  readonly steps: () => number;
}

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly process: Process | undefined;
  call: (() => void) | undefined;
}

const startsAt = Date.UTC(2026, 10, 2, 12);

const isBefore = (a: Timer, b: Timer): boolean => a.due < b.due || (a.due === b.due && a.order < b.order);

/** Chains of promises run dry within one turn of the event loop. */
const turnOfTheLoop = (): Promise<void> => new Promise((done) => setImmediate(done));

export const makeScheduler = (): Scheduler => {
  const heap: Timer[] = [];
  let time = 1_000;
  let orders = 0;
  let steps = 0;

  const push = (timer: Timer): void => {
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(timer, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = timer;
  };

  const pop = (): Timer | undefined => {
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && isBefore(right, left)) child += 1;
      const below = heap[child];
      if (below === undefined || !isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return first;
  };

  const after = (ms: number, call: () => void, process?: Process): (() => void) => {
    const timer: Timer = { due: Math.ceil(time + Math.max(0, ms)), order: (orders += 1), process, call };
    push(timer);
    return () => {
      timer.call = undefined;
    };
  };

  const step = async (timer: Timer): Promise<void> => {
    const { process } = timer;
    if (timer.call === undefined || process?.state === 'dead') return;
    if (process?.state === 'frozen') {
      process.backlog.push(() => timer.call?.());
      return;
    }
    steps += 1;
    timer.call();
    await turnOfTheLoop();
  };

  return {
    now: () => time,
    wall: () => startsAt + time,
    after,
    steps: () => steps,
    run: async (until, isDone = () => false) => {
      await turnOfTheLoop();
      for (let next = heap[0]; next !== undefined && next.due <= until; next = heap[0]) {
        pop();
        time = Math.max(time, next.due);
        await step(next);
        if (isDone()) return;
      }
      time = Math.max(time, until);
    },
    thaw: (process) => {
      if (process.state !== 'frozen') return;
      process.state = 'running';
      for (const call of process.backlog.splice(0)) after(0, call, process);
    },
    clockOf: (process) => ({
      now: () => startsAt + time + process.skewMs,
      monotonic: () => time,
      after: (ms, call) => after(ms, call, process),
    }),
  };
};
