import { MongoServerSelectionError } from 'mongodb';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { StoreUnavailable } from '../../application/ports/errors.ts';
import { E, type Either, type TaskEither } from '../../domain/fp.ts';
import type { Trouble } from './trouble.ts';

/** Operations under way at once; a further one is refused. The driver queues what its pool cannot take. */
const pendingMax = 5_000;

type Call = <A>(work: () => Promise<A>) => TaskEither<StoreUnavailable, A>;

/** Single operations, each answered within the deadline; what the work throws becomes the answer. */
export interface Calls {
  readonly read: Call;
  readonly write: Call;
  /** Takes no more; resolves when nothing is under way any more. */
  readonly close: () => Promise<void>;
}

interface CallsOptions {
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly trouble: Trouble;
}

export const makeCalls = ({ clock, deadlineMs, trouble }: CallsOptions): Calls => {
  const pending = new Set<Promise<unknown>>();
  let closed = false;

  const call =
    (what: 'read' | 'write'): Call =>
    <A>(work: () => Promise<A>) =>
    async (): Promise<Either<StoreUnavailable, A>> => {
      if (closed) return E.left(trouble.refused('the store is closed'));
      if (pending.size >= pendingMax) return E.left(trouble.refused('too many operations are under way'));
      const working = work().then(
        (value): Either<StoreUnavailable, A> => {
          trouble.answered();
          return E.right(value);
        },
        (cause: unknown) => E.left(trouble.failed(what, cause)),
      );
      // one that is late still counts as under way, until the driver gives it up
      pending.add(working);
      void working.finally(() => pending.delete(working));
      return inTime(working, what);
    };

  const inTime = <A>(
    working: Promise<Either<StoreUnavailable, A>>,
    what: 'read' | 'write',
  ): Promise<Either<StoreUnavailable, A>> =>
    new Promise((resolve) => {
      const cancel = clock.after(deadlineMs, () =>
        resolve(E.left(trouble.failed(what, new Error('the database does not answer in time')))),
      );
      void working.then((answer) => {
        cancel();
        resolve(answer);
      });
    });

  return {
    read: call('read'),
    write: call('write'),
    close: async () => {
      closed = true;
      await Promise.all(pending);
    },
  };
};

/**
 * For what may be done twice. The driver itself repeats no write of many documents; when the answer to one is lost, the
 * second try finds out. With nobody there to ask there is none.
 */
export const twice = async <A>(work: () => Promise<A>): Promise<A> => {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof MongoServerSelectionError) throw cause;
    return work();
  }
};
