import type { Clock } from '../../application/ports/clock.port.ts';
import type { StoreUnavailable } from '../../application/ports/errors.ts';
import type { Metrics } from '../../application/ports/metrics.port.ts';
import { E, type Either } from '../../domain/fp.ts';
import type { Trouble } from './trouble.ts';

/** Requests of one group. */
export const groupMax = 256;
/** Requests that wait or are under way; a further one is refused at once. */
export const queueMax = 5_000;
/** Of one group, and of all that wait, in whatever `size` counts. */
export interface SizeBounds {
  readonly group: number;
  readonly queue: number;
}

/**
 * Requests of one turn of the event loop, and those that come while a group is under way, go to the database as one.
 * One group at a time, in the order of asking; each request is answered for itself, and within the deadline.
 */
export interface Grouper<Item, Answer> {
  readonly ask: (item: Item, size: number) => Promise<Either<StoreUnavailable, Answer>>;
  /** Takes no more; resolves when all was carried out. */
  readonly close: () => Promise<void>;
}

interface GrouperOptions<Item, Answer> {
  /** One answer for each item, in their order; what it throws is the answer to all. */
  readonly carryOut: (items: ReadonlyArray<Item>) => Promise<ReadonlyArray<Either<StoreUnavailable, Answer>>>;
  readonly sizes: SizeBounds;
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly metrics: Metrics;
  readonly trouble: Trouble;
}

interface Asked<Item, Answer> {
  readonly item: Item;
  readonly size: number;
  /** Monotonic, ms. */
  readonly due: number;
  readonly answer: (outcome: Either<StoreUnavailable, Answer>) => void;
}

export const makeGrouper = <Item, Answer>(options: GrouperOptions<Item, Answer>): Grouper<Item, Answer> => {
  const { carryOut, sizes, clock, deadlineMs, metrics, trouble } = options;
  let waiting: Asked<Item, Answer>[] = [];
  let flying: ReadonlyArray<Asked<Item, Answer>> = [];
  let waitingSize = 0;
  let isBusy = false;
  let closed = false;
  let stopTimer: (() => void) | undefined;
  let idle: (() => void)[] = [];

  const nextGroup = (): ReadonlyArray<Asked<Item, Answer>> => {
    let count = 0;
    let size = 0;
    for (const asked of waiting) {
      if (count === groupMax || (count > 0 && size + asked.size > sizes.group)) break;
      size += asked.size;
      count += 1;
    }
    waitingSize -= size;
    return waiting.splice(0, count);
  };

  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      flying = nextGroup();
      const began = clock.monotonic();
      const outcomes = await outcomesOf(flying.map(({ item }) => item));
      metrics.observe('store_commit_seconds', (clock.monotonic() - began) / 1000);
      metrics.gauge('store_queue', waiting.length);
      flying.forEach(({ answer }, index) => answer(outcomes(index)));
      flying = [];
    }
    isBusy = false;
    stopTimer?.();
    stopTimer = undefined;
    for (const resolve of idle) resolve();
    idle = [];
  };

  const outcomesOf = async (
    items: ReadonlyArray<Item>,
  ): Promise<(index: number) => Either<StoreUnavailable, Answer>> => {
    try {
      const outcomes = await carryOut(items);
      trouble.answered();
      return (index) => outcomes[index] as Either<StoreUnavailable, Answer>;
    } catch (cause) {
      const failure = E.left(trouble.failed('write', cause));
      return () => failure;
    }
  };

  /** Answers those whose time is over; of a group under way nobody knows yet what became of it. */
  const expire = (): void => {
    stopTimer = undefined;
    const now = clock.monotonic();
    const isLate = ({ due }: Asked<Item, Answer>): boolean => due <= now;
    const late = [...flying.filter(isLate), ...waiting.filter(isLate)];
    waiting = waiting.filter((asked) => !isLate(asked));
    waitingSize = waiting.reduce((sum, { size }) => sum + size, 0);
    if (late.length > 0) {
      const failure = trouble.failed('write', new Error('the database does not answer in time'));
      for (const { answer } of late) answer(E.left(failure));
    }
    watch();
  };

  /** One timer for all: they are due in the order of asking. */
  const watch = (): void => {
    const oldest = [...flying, ...waiting].find(({ due }) => due > clock.monotonic());
    if (oldest !== undefined) stopTimer = clock.after(oldest.due - clock.monotonic(), expire);
  };

  const start = (): void => {
    isBusy = true;
    setImmediate(() => void work());
  };

  return {
    ask: (item, size) => {
      if (closed) return Promise.resolve(E.left(trouble.refused('the store is closed')));
      if (waiting.length + flying.length >= queueMax || waitingSize + size > sizes.queue)
        return Promise.resolve(E.left(trouble.refused('too many writes are waiting')));
      return new Promise((answer) => {
        waiting.push({ item, size, due: clock.monotonic() + deadlineMs, answer });
        waitingSize += size;
        if (!isBusy) start();
        if (stopTimer === undefined) watch();
      });
    },
    close: () => {
      closed = true;
      return isBusy ? new Promise((resolve) => void idle.push(resolve)) : Promise.resolve();
    },
  };
};
