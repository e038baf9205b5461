import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { O } from '../../domain/fp.ts';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { LoginThrottle } from '../../application/ports/login-throttle.port.ts';
import { sourceOf } from './source.ts';

const failuresAllowed = 10;
const windowMs = 60_000;
const rememberedMs = 24 * 3_600_000;
const defaultEntries = 10_000;

/**
 * In memory, per process. Of each address the times of the last ten failures are kept: while the first of them is less
 * than a minute old, tries are refused. So no minute has more than ten, however it is laid (rate-limiter-flexible counts
 * in fixed minutes, which lets eighteen through across their border, and knows no bound for its memory). Ten failures of
 * one user name from one address are ten from that address: the same count holds both limits.
 *
 * Both memories keep the `entries` last used ones; keys are digests, whatever length a user name has.
 */
export const makeLoginThrottle = (deps: {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Default 10 000. */
  readonly entries?: number;
}): LoginThrottle => {
  const limits = {
    max: deps.entries ?? defaultEntries,
    ttlResolution: 0,
    perf: { now: deps.clock.monotonic },
  };
  const failures = new LRUCache<string, ReadonlyArray<number>>({ ...limits, ttl: windowMs });
  const passedBefore = new LRUCache<string, true>({ ...limits, ttl: rememberedMs });

  const waitAt = (place: string): number => {
    const first = failures.get(place)?.at(-failuresAllowed);
    return first === undefined ? 0 : Math.max(0, first + windowMs - deps.clock.monotonic());
  };

  const countAt = (place: string): void => {
    failures.set(place, [...(failures.get(place) ?? []), deps.clock.monotonic()].slice(-failuresAllowed));
  };

  return {
    judge: async ({ address, username, right }) => {
      const source = sourceOf(address);
      const place = digest(source);
      const user = digest(JSON.stringify([source, username]));
      const wait = waitAt(place);
      if (right && (wait === 0 || passedBefore.has(user))) {
        passedBefore.set(user, true);
        return O.none;
      }
      if (wait > 0) return O.some(Math.ceil(wait));
      countAt(place);
      return O.none;
    },
  };
};

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');
