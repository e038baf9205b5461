import type { Clock } from '../../src/application/ports/clock.port.ts';

/** A clock that stands still until it is told otherwise. */
export interface TestClock extends Clock {
  /** Time passes: both clocks go on, what is due is called, and what that set going is given turns to settle. */
  readonly advance: (ms: number) => Promise<void>;
  /** The wall clock alone is set to another time, back or forth; no time has passed. */
  readonly jump: (ms: number) => void;
}

interface Timer {
  readonly due: number;
  readonly call: () => void;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const settle = async (): Promise<void> => {
  for (let turns = 0; turns < 4; turns += 1) await turn();
};

/** Begins on 1 March 2026, 12:00 UTC. */
export const makeTestClock = (): TestClock => {
  let monotonic = 1_000_000;
  let offset = Date.UTC(2026, 2, 1, 12) - monotonic;
  const timers = new Set<Timer>();

  const nextDue = (): Timer | undefined =>
    [...timers].filter(({ due }) => due <= monotonic).sort((a, b) => a.due - b.due)[0];

  return {
    now: () => monotonic + offset,
    monotonic: () => monotonic,
    after: (ms, call) => {
      const timer = { due: monotonic + ms, call };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    advance: async (ms) => {
      monotonic += ms;
      for (let timer = nextDue(); timer !== undefined; timer = nextDue()) {
        timers.delete(timer);
        timer.call();
        await settle();
      }
      await settle();
    },
    jump: (ms) => {
      offset += ms;
    },
  };
};
