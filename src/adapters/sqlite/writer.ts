import type { DatabaseSync } from 'node:sqlite';
import type { Log } from '../../application/ports/log.port.ts';
import type { Metrics } from '../../application/ports/metrics.port.ts';
import { storeUnavailable, type StoreUnavailable } from '../../application/ports/errors.ts';
import { E, type Either, type TaskEither } from '../../domain/fp.ts';

/** Operations of one transaction. */
const groupMax = 256;
/** Text of one transaction, in UTF-16 units: the event loop stands still while it is written. */
const groupTextMax = 2 * 1024 * 1024;
/** Operations that wait; a further one is refused at once. */
export const queueMax = 5_000;
/** Text that waits, in UTF-16 units. */
const queueTextMax = 64 * 1024 * 1024;

/**
 * The only way to write. All writes asked for in one turn of the event loop (and while it was writing) share a
 * transaction, in the order of asking; their answers come after its commit. One that fails takes none of its
 * neighbours along; a commit that fails fails them all.
 */
export interface Writer {
  /**
   * `action` runs synchronously, once or twice, only ever inside a transaction; what it throws becomes the answer.
   * `size`: length of the text it writes.
   */
  readonly write: <A>(action: () => A, size?: number) => TaskEither<StoreUnavailable, A>;
  readonly waiting: () => number;
  /** Carries out what waits and takes no more. */
  readonly close: () => void;
}

interface Operation {
  readonly action: () => unknown;
  readonly size: number;
  readonly answer: (outcome: Either<StoreUnavailable, never>) => void;
}

interface WriterOptions {
  readonly db: DatabaseSync;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Monotonic, ms. */
  readonly monotonic: () => number;
  /** Actions whose effects were undone will run again, or have failed: forget what they noted in memory. */
  readonly undone: () => void;
}

type Outcome = Either<StoreUnavailable, unknown>;

export const makeWriter = ({ db, log, metrics, monotonic, undone }: WriterOptions): Writer => {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const savepoint = db.prepare('SAVEPOINT operation');
  const release = db.prepare('RELEASE operation');
  const back = db.prepare('ROLLBACK TO operation');
  let queue: Operation[] = [];
  let queuedText = 0;
  let scheduled = false;
  let closed = false;

  const failed = (cause: unknown): Outcome => {
    const failure = storeUnavailable(cause);
    log.error('store-write-failed', { detail: failure.detail });
    metrics.count('store_write_failures');
    return E.left(failure);
  };

  const rollback = (): void => {
    undone();
    if (db.isTransaction) db.exec('ROLLBACK');
  };

  /** The common case, in which nothing fails. `undefined`: something did, and all of it is undone. */
  const together = (group: ReadonlyArray<Operation>): ReadonlyArray<Outcome> | undefined => {
    try {
      const outcomes = group.map(({ action }) => E.right(action()));
      commit.run();
      return outcomes;
    } catch {
      rollback();
      return undefined;
    }
  };

  const alone = ({ action }: Operation): Outcome => {
    savepoint.run();
    try {
      const outcome = E.right(action());
      release.run();
      return outcome;
    } catch (cause) {
      undone();
      // a full disk and its like end the whole transaction: then there is no savepoint to go back to
      if (!db.isTransaction) throw cause;
      back.run();
      release.run();
      return failed(cause);
    }
  };

  const carryOut = (group: ReadonlyArray<Operation>): ReadonlyArray<Outcome> => {
    try {
      begin.run();
      const outcomes = together(group);
      if (outcomes !== undefined) return outcomes;
      begin.run();
      const apart = group.map(alone);
      commit.run();
      return apart;
    } catch (cause) {
      try {
        rollback();
      } catch (again) {
        log.error('store-rollback-failed', { detail: storeUnavailable(again).detail });
      }
      const outcome = failed(cause);
      return group.map(() => outcome);
    }
  };

  const nextGroup = (): Operation[] => {
    let count = 0;
    let text = 0;
    for (const { size } of queue) {
      if (count === groupMax || (count > 0 && text + size > groupTextMax)) break;
      text += size;
      count++;
    }
    queuedText -= text;
    const group = queue;
    queue = group.splice(count);
    return group;
  };

  const flush = (): void => {
    scheduled = false;
    if (queue.length === 0) return;
    const group = nextGroup();
    const started = monotonic();
    const outcomes = carryOut(group);
    metrics.observe('store_commit_seconds', (monotonic() - started) / 1000);
    metrics.gauge('store_queue', queue.length);
    schedule();
    group.forEach(({ answer }, index) => answer(outcomes[index] as Either<StoreUnavailable, never>));
  };

  const schedule = (): void => {
    if (scheduled || queue.length === 0) return;
    scheduled = true;
    setImmediate(flush);
  };

  const refuse = (detail: string): Promise<Either<StoreUnavailable, never>> => {
    metrics.count('store_refused');
    return Promise.resolve(E.left(storeUnavailable(detail)));
  };

  return {
    write:
      (action, size = 0) =>
      () => {
        if (closed) return refuse('the store is closed');
        if (queue.length >= queueMax || queuedText + size > queueTextMax)
          return refuse('too many writes are waiting');
        return new Promise((answer) => {
          queue.push({ action, size, answer });
          queuedText += size;
          schedule();
        });
      },
    waiting: () => queue.length,
    close: () => {
      closed = true;
      while (queue.length > 0) flush();
    },
  };
};
