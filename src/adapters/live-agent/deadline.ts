import { deadline } from '../../application/deadline.ts';
import type { Clock } from '../../application/ports/clock.port.ts';

/**
 * Calls with a signal that is aborted together with `outer`, and after `callTimeoutMs` at the latest (then with a
 * `TimeoutError`). Nothing is left behind on `outer`, which may live long.
 */
export const within = async <A>(
  limits: { readonly clock: Pick<Clock, 'after'>; readonly callTimeoutMs: number },
  outer: AbortSignal,
  call: (signal: AbortSignal) => Promise<A>,
): Promise<A> => {
  const until = deadline(limits.clock, limits.callTimeoutMs, outer);
  try {
    return await call(until.signal);
  } finally {
    until.release();
  }
};
