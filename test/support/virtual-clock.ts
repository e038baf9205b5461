import type { Clock } from '../../src/application/ports/clock.port.ts';

/** Time that stands still until a test moves it. */
export interface VirtualClock extends Clock {
  /**
   * Lets so much time pass: timers run in the order in which they are due (equal ones as they were set), each at its own
   * time, and what they set off is carried on before the next one; timers set on the way run too if they are due by then.
   */
  readonly advance: (ms: number) => Promise<void>;
  /** Sets the wall clock forward or back; monotonic time and timers do not notice. */
  readonly jump: (ms: number) => void;
  /** Lets everything go on that waits for no timer. */
  readonly flush: () => Promise<void>;
  /** Timers that are set, as ms until they are due, the next first. */
  readonly timers: () => ReadonlyArray<number>;
}

interface Timer {
  readonly due: number;
  readonly call: () => void;
}

/** Chains of promises run dry within one turn of the event loop; some more for what streams and sockets defer. */
const turnsOfTheLoop = 5;

/** `isQuiet`: nothing goes on that needs no timer; more of it is waited for before time passes. */
export const makeVirtualClock = (
  startsAt = Date.UTC(2026, 10, 2, 12),
  isQuiet = (): boolean => true,
): VirtualClock => {
  let wall = startsAt;
  // no process is up for exactly 0 ms, and some libraries take 0 for no time at all
  let elapsed = 1000;
  let timers: ReadonlyArray<Timer> = [];

  const flush = async (): Promise<void> => {
    do {
      for (let turn = 0; turn < turnsOfTheLoop; turn += 1) {
        await new Promise<void>((done) => setImmediate(done));
      }
    } while (!isQuiet());
  };

  const moveTo = (time: number): void => {
    wall += time - elapsed;
    elapsed = time;
  };

  return {
    // as every wall clock tells it
    now: () => Math.floor(wall),
    monotonic: () => elapsed,
    after: (ms, call) => {
      const timer = { due: elapsed + Math.max(0, ms), call };
      timers = [...timers, timer].sort((a, b) => a.due - b.due);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance: async (ms) => {
      const end = elapsed + ms;
      await flush();
      for (let next = timers[0]; next !== undefined && next.due <= end; next = timers[0]) {
        timers = timers.slice(1);
        moveTo(Math.max(elapsed, next.due));
        next.call();
        await flush();
      }
      moveTo(end);
    },
    jump: (ms) => {
      wall += ms;
    },
    flush,
    timers: () => timers.map(({ due }) => due - elapsed),
  };
};
