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

/** In a ring, in the order of their ends, as all last equally long. Alone: a ring of its own. */
class Waiting implements Deadline {
  readonly at: number;
  readonly passed: () => void;
  previous: Waiting = this;
  next: Waiting = this;

  constructor(at: number, passed: () => void) {
    this.at = at;
    this.passed = passed;
  }
}

/**
 * A ring and no `Set`: what V8 once moved to the old generation, it takes for alive until it next collects there, with all
 * that it leads to. When a set grows, its old table leads to the new one, and so on: all requests in a row were kept. Who
 * has left the ring leads to nobody.
 */
export const makeDeadlines = (clock: Pick<Clock, 'monotonic' | 'after'>, ms: number): Deadlines => {
  const ring = new Waiting(Infinity, () => undefined);
  const step = Math.max(1, Math.min(250, ms / 4));
  let looking = false;

  const end = (waiting: Waiting): void => {
    waiting.previous.next = waiting.next;
    waiting.next.previous = waiting.previous;
    waiting.previous = waiting;
    waiting.next = waiting;
  };

  const look = (): void => {
    looking = false;
    const now = clock.monotonic();
    for (let first = ring.next; first.at <= now; first = ring.next) {
      end(first);
      first.passed();
    }
    if (ring.next !== ring) lookSoon();
  };

  const lookSoon = (): void => {
    if (looking) return;
    looking = true;
    clock.after(step, look);
  };

  return {
    start: (passed) => {
      const waiting = new Waiting(clock.monotonic() + ms, passed);
      waiting.previous = ring.previous;
      waiting.next = ring;
      ring.previous.next = waiting;
      ring.previous = waiting;
      lookSoon();
      return waiting;
    },
    end: (deadline) => end(deadline as Waiting),
  };
};
