import type { Clock } from '../../application/ports/clock.port.ts';

export interface Deadline {
  /** On the monotonic clock, ms. */
  readonly at: number;
  readonly passed: () => void;
}

/** One span of time for many waits at once, looked at by one timer: a timer for each would cost more than the rest. */
export interface Deadlines {
  readonly start: (passed: () => void) => Deadline;
  readonly end: (deadline: Deadline) => void;
}

export const makeDeadlines = (clock: Pick<Clock, 'monotonic' | 'after'>, ms: number): Deadlines => {
  const waiting = new Set<Deadline>();
  const step = Math.max(1, Math.min(250, ms / 4));
  let looking = false;

  const look = (): void => {
    looking = false;
    const now = clock.monotonic();
    // in the order of their ends, as all last equally long
    for (const deadline of waiting) {
      if (deadline.at > now) break;
      waiting.delete(deadline);
      deadline.passed();
    }
    if (waiting.size > 0) lookSoon();
  };

  const lookSoon = (): void => {
    if (looking) return;
    looking = true;
    clock.after(step, look);
  };

  return {
    start: (passed) => {
      const deadline = { at: clock.monotonic() + ms, passed };
      waiting.add(deadline);
      lookSoon();
      return deadline;
    },
    end: (deadline) => {
      waiting.delete(deadline);
    },
  };
};
