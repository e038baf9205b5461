import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

export interface RateLimiter {
  /**
   * Waits for its turn; first come, first served. Rejects with `LimitWait` when the signal ends the wait or too many
   * wait already; who gave up has taken nothing.
   */
  readonly take: (signal: AbortSignal) => Promise<void>;
  /** How many wait, for a gauge. */
  readonly waiting: () => number;
}

/** A turn that did not come: nothing was done. */
export class LimitWait extends Error {
  readonly why: 'aborted' | 'full';
  constructor(why: 'aborted' | 'full') {
    super(why === 'full' ? 'too many calls wait for the rate limit' : 'the rate limit took too long');
    this.name = 'LimitWait';
    this.why = why;
  }
}

const mostPlaces = 1000;

/**
 * At most `burst` turns within any `burst / perSecond` seconds (20 and 20: never more than 20 within any second, however
 * the second is laid), so that an idle limiter lets `burst` go at once and a busy one `perSecond`.
 *
 * Places take turns, each with one turn to give, and free again that many seconds after it was used: the place whose turn
 * it is next is always the one that is free first, hence no polling. With a burst beyond `mostPlaces` each place gives
 * several turns, so that memory does not grow with the rate. A window may then begin within one place's turns and reach
 * into those of the same place's next use, hence one place less than the burst would fill: at most 0.4 % are given away.
 */
export const makeRateLimiter = (options: {
  readonly perSecond: number;
  readonly burst: number;
  /** Default 10 000. */
  readonly maxWaiting?: number;
}): RateLimiter => {
  const seconds = options.burst / options.perSecond;
  const turnsEach = Math.ceil(options.burst / mostPlaces);
  const count = turnsEach === 1 ? options.burst : Math.floor(options.burst / turnsEach) - 1;
  const places = new RateLimiterMemory({ points: turnsEach, duration: seconds });
  const line = pLimit(1);
  const maxWaiting = options.maxWaiting ?? 10_000;
  let taken = 0;

  const turn = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const wait = await msUntilFree(places, String(Math.floor(taken / turnsEach)));
      if (wait === 0) {
        taken = (taken + 1) % (count * turnsEach);
        return;
      }
      await pause(Math.min(wait, seconds * 1000), undefined, { signal }).catch(() => undefined);
    }
    throw new LimitWait('aborted');
  };

  return {
    take: async (signal) => {
      if (signal.aborted) throw new LimitWait('aborted');
      if (line.pendingCount >= maxWaiting) throw new LimitWait('full');
      await unlessAborted(
        line(() => turn(signal)),
        signal,
      );
    },
    waiting: () => line.pendingCount + line.activeCount,
  };
};

/** Takes the place when it is free (0), else says how long it is not. */
const msUntilFree = async (places: RateLimiterMemory, place: string): Promise<number> => {
  try {
    await places.consume(place);
    return 0;
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return Math.max(refused.msBeforeNext, 1);
    throw refused;
  }
};

/** Whoever gives up does not wait for those in front; the line passes over it later. */
const unlessAborted = (turn: Promise<void>, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new LimitWait('aborted'));
    signal.addEventListener('abort', giveUp, { once: true });
    turn.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
