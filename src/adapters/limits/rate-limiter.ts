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

/**
 * At most `burst` turns within any `burst / perSecond` seconds (20 and 20: never more than 20 within any second, however
 * the second is laid), so that an idle limiter lets `burst` go at once and a busy one `perSecond`.
 *
 * `burst` places take turns, and each is free again that many seconds after it was used: the place whose turn it is next
 * is always the one that is free first, hence no polling.
 */
export const makeRateLimiter = (options: {
  readonly perSecond: number;
  readonly burst: number;
  /** Default 10 000. */
  readonly maxWaiting?: number;
}): RateLimiter => {
  const seconds = options.burst / options.perSecond;
  const places = new RateLimiterMemory({ points: 1, duration: seconds });
  const line = pLimit(1);
  const maxWaiting = options.maxWaiting ?? 10_000;
  let next = 0;

  const turn = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const wait = await msUntilFree(places, String(next));
      if (wait === 0) {
        next = (next + 1) % options.burst;
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
