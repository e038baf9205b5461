import type { Clock } from './ports/clock.port.ts';

/** A signal that aborts after `ms`, or with its parent. `release` when the work is done: it frees timer and listener. */
export const deadline = (
  clock: Pick<Clock, 'after'>,
  ms: number,
  parent?: AbortSignal,
): { readonly signal: AbortSignal; readonly release: () => void } => {
  const controller = new AbortController();
  const abort = (): void => controller.abort(parent?.reason);
  // the reason tells a call that took too long from one that nobody wants any more
  const cancel = clock.after(ms, () =>
    controller.abort(new DOMException('no answer in time', 'TimeoutError')),
  );
  if (parent?.aborted) abort();
  else parent?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      cancel();
      parent?.removeEventListener('abort', abort);
    },
  };
};
