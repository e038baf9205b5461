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
  const controller = new AbortController();
  const follow = (): void => controller.abort(outer.reason);
  if (outer.aborted) follow();
  else outer.addEventListener('abort', follow, { once: true });
  const cancel = limits.clock.after(limits.callTimeoutMs, () =>
    controller.abort(new DOMException('the deadline has passed', 'TimeoutError')),
  );
  try {
    return await call(controller.signal);
  } finally {
    cancel();
    outer.removeEventListener('abort', follow);
  }
};
