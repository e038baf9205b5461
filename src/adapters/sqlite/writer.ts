import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { Log } from '../../application/ports/log.port.ts';
import type { Metrics } from '../../application/ports/metrics.port.ts';
import { storeUnavailable, type StoreUnavailable } from '../../application/ports/errors.ts';
import { E, type Either, type TaskEither } from '../../domain/fp.ts';
import { diskHasFailed, type Disk } from './disk.ts';

/** Operations of one transaction. */
const groupMax = 256;
/** Text of one transaction, in UTF-16 units: the event loop stands still while it is written. */
const groupTextMax = 2 * 1024 * 1024;
/** Operations that wait; a further one is refused at once. */
export const queueMax = 5_000;
/** Text that waits, in UTF-16 units. */
const queueTextMax = 64 * 1024 * 1024;

/**
 * The only way to write. All writes asked for in one turn of the event loop, and while the disk was waited for, share a
 * transaction, in the order of asking; their answers come when it is on the disk. One that fails takes none of its
 * neighbours along; a commit that fails fails them all, and a disk that fails ends all writing.
 */
export interface Writer {
  /**
   * `action` runs synchronously, once or twice, only ever inside a transaction; what it throws becomes the answer.
   * `size`: length of the text it writes. `committed`: called when reads see it, before it is on the disk.
   */
  readonly write: <A>(
    action: () => A,
    size?: number,
    committed?: (outcome: A) => void,
  ) => TaskEither<StoreUnavailable, A>;
  readonly waiting: () => number;
  /** Carries out what waits and takes no more. */
  readonly close: () => Promise<void>;
}

interface Operation {
  readonly action: () => unknown;
  readonly size: number;
  readonly committed: ((outcome: never) => void) | undefined;
  readonly answer: (outcome: Either<StoreUnavailable, never>) => void;
}

interface WriterOptions {
  readonly db: DatabaseSync;
  readonly disk: Disk;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Monotonic, ms. */
  readonly monotonic: () => number;
  /** Actions whose effects were undone will run again, or have failed: forget what they noted in memory. */
  readonly undone: () => void;
  /**
   * Called between two transactions, when the answers of the first are on their way. Never throws. `text`: all that was
   * taken to be written so far, in UTF-16 units.
   */
  readonly between: (text: number) => void;
}

type Outcome = Either<StoreUnavailable, unknown>;

interface Written {
  readonly operation: Operation;
  readonly outcome: Outcome;
}

/** When all that has come to be known meanwhile was heard by those who wait for it. */
const nextTick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

export const makeWriter = ({ db, disk, log, metrics, monotonic, undone, between }: WriterOptions): Writer => {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const savepoint = db.prepare('SAVEPOINT operation');
  const release = db.prepare('RELEASE operation');
  const back = db.prepare('ROLLBACK TO operation');
  let queue: Operation[] = [];
  let queuedText = 0;
  let takenText = 0;
  let working: Promise<void> | undefined;
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
    if (disk.hasFailed()) return group.map(() => diskHasFailed);
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
    takenText += text;
    const group = queue;
    queue = group.splice(count);
    return group;
  };

  const commitAll = (group: ReadonlyArray<Operation>): Written[] => {
    const outcomes = carryOut(group);
    return group.map((operation, index) => ({ operation, outcome: outcomes[index] as Outcome }));
  };

  /** Whether anybody was told. */
  const tellCommitted = (written: ReadonlyArray<Written>): boolean => {
    let told = false;
    for (const { operation, outcome } of written) {
      if (operation.committed === undefined || E.isLeft(outcome)) continue;
      told = true;
      try {
        operation.committed(outcome.right as never);
      } catch (error) {
        // what is committed is committed, whatever is made of it
        log.error('store-follower-failed', { error });
      }
    }
    return told;
  };

  /** What was committed is answered only once it is on the disk. */
  const confirmed = async (written: ReadonlyArray<Written>): Promise<ReadonlyArray<Written>> => {
    if (!written.some(({ outcome }) => E.isRight(outcome))) return written;
    try {
      await disk.sync();
      return written;
    } catch (cause) {
      const outcome = failed(cause);
      return written.map(({ operation }) => ({ operation, outcome }));
    }
  };

  const flush = async (): Promise<void> => {
    const started = monotonic();
    const written = commitAll(nextGroup());
    if (tellCommitted(written)) {
      // what they ask for goes the same way to the disk
      await nextTick();
      if (queue.length > 0) written.push(...commitAll(nextGroup()));
    }
    const answers = await confirmed(written);
    metrics.observe('store_commit_seconds', (monotonic() - started) / 1000);
    metrics.gauge('store_queue', queue.length);
    for (const { operation, outcome } of answers)
      operation.answer(outcome as Either<StoreUnavailable, never>);
  };

  const work = async (): Promise<void> => {
    // whatever is asked for at the same time shares the group
    await nextTick();
    while (queue.length > 0) {
      await flush();
      // and so does what came in meanwhile, or follows from the answers
      await setImmediate();
      between(takenText);
    }
    working = undefined;
  };

  const refuse = (detail: string): Promise<Either<StoreUnavailable, never>> => {
    metrics.count('store_refused');
    return Promise.resolve(E.left(storeUnavailable(detail)));
  };

  return {
    write:
      (action, size = 0, committed) =>
      () => {
        if (closed) return refuse('the store is closed');
        if (queue.length >= queueMax || queuedText + size > queueTextMax)
          return refuse('too many writes are waiting');
        return new Promise((answer) => {
          queue.push({ action, size, committed, answer });
          queuedText += size;
          working ??= work();
        });
      },
    waiting: () => queue.length,
    close: async () => {
      closed = true;
      await working;
    },
  };
};
