import type { OwnerId } from '../ports/chat-store.port.ts';
import type { Clock } from '../ports/clock.port.ts';
import type { Log } from '../ports/log.port.ts';
import type { Metrics } from '../ports/metrics.port.ts';
import { pause } from '../pause.ts';
import type { Keepers } from './keepers.ts';

export interface BalanceDeps {
  readonly given: OwnerId;
  readonly keepers: Keepers;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly mayBegin: () => boolean;
  readonly pollStartPerSecond: number;
  readonly stopping: AbortSignal;
}

/** A move costs a poll, so that few are made: far more is half again as much as the mean, and some. */
const farMore = 1.5;
const some = 20;

/** How many conversations to give away; `loads`: what the others keep. None while one of them does not say. */
export const surplus = (own: number, loads: ReadonlyArray<number | undefined>): number => {
  const known = loads.filter((load) => load !== undefined);
  if (known.length === 0 || known.length < loads.length) return 0;
  const mean = known.reduce((sum, load) => sum + load, own) / (known.length + 1);
  return own > mean * farMore + some ? Math.floor(own - mean) : 0;
};

/**
 * Gives away what this process keeps beyond the mean, when that is far more: idle conversations, one at a time, no faster
 * than the others begin their polls.
 */
export const balance = async (deps: BalanceDeps, loads: ReadonlyArray<number | undefined>): Promise<void> => {
  const { clock, keepers } = deps;
  const count = surplus(keepers.count(), loads);
  if (count > 0) deps.log.info('conversations-handed-over', { count, kept: keepers.count() });
  for (let moved = 0; moved < count && deps.mayBegin(); moved += 1) {
    if (!(await keepers.handOver(deps.given))) return;
    deps.metrics.count('handovers_total');
    await pause(clock, 1000 / deps.pollStartPerSecond, deps.stopping);
  }
};
