import { E, type Either } from '../../domain/fp.ts';
import pLimit from 'p-limit';
import type { CaseFiles } from '../../application/ports/case-files.port.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import type { Turns } from '../../application/ports/turns.port.ts';
import { LimitWait, type RateLimiter } from './rate-limiter.ts';

/** Our own bound, told like a remote's: nothing was done. */
const busy = (detail: string): RemoteFailure => ({ _tag: 'RemoteBusy', certain: true, own: true, detail });

/** Waits for a turn, then does it; without a turn in time it is not done. */
const afterTurn = async <L, A>(
  limiter: RateLimiter,
  deadline: AbortSignal,
  call: () => Promise<Either<L, A>>,
): Promise<Either<L | RemoteFailure, A>> => {
  try {
    await limiter.take(deadline);
  } catch (thrown) {
    if (thrown instanceof LimitWait) return E.left(busy(thrown.message));
    throw thrown;
  }
  return call();
};

/** The same line for those who wait before they decide what to send. */
export const turnsOf = (limiter: RateLimiter): Turns => ({
  take: async (abort) => {
    try {
      await limiter.take(abort);
      return true;
    } catch (thrown) {
      if (thrown instanceof LimitWait) return false;
      throw thrown;
    }
  },
});

/** Any call of a remote whose last argument is its deadline: an `Exchange` of the data API, say. */
export const limitCalls =
  <Before extends ReadonlyArray<unknown>, L, A>(
    limiter: RateLimiter,
    call: (...args: readonly [...Before, AbortSignal]) => Promise<Either<L, A>>,
  ): ((...args: readonly [...Before, AbortSignal]) => Promise<Either<L | RemoteFailure, A>>) =>
  (...args) =>
    afterTurn(limiter, args[args.length - 1] as AbortSignal, () => call(...args));

/** So many uploads at once in this process (relay.md §3 says three); `maxWaiting` more may wait, default 1000. */
export const limitCaseFiles = (
  files: CaseFiles,
  options: { readonly concurrency: number; readonly maxWaiting?: number },
): CaseFiles => {
  const limit = pLimit(options.concurrency);
  const maxWaiting = options.maxWaiting ?? 1000;
  return {
    attach: (upload, deadline) => async () => {
      const tooLong = E.left(busy('case file: the uploads before it took too long'));
      if (limit.pendingCount >= maxWaiting) return E.left(busy('case file: too many uploads wait'));
      let begun = false;
      const outcome = limit(() => {
        begun = true;
        return deadline.aborted ? tooLong : files.attach(upload, deadline)();
      });
      return Promise.race([outcome, aborted(deadline, () => (begun ? outcome : tooLong))]);
    },
  };
};

/** What to answer at the deadline. */
const aborted = <A>(deadline: AbortSignal, answer: () => A | Promise<A>): Promise<A> =>
  new Promise((resolve) => {
    const settle = (): void => resolve(answer());
    if (deadline.aborted) settle();
    else deadline.addEventListener('abort', settle, { once: true });
  });
