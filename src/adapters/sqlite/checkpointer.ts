import { extname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../application/ports/clock.port.ts';
import { storeUnavailable } from '../../application/ports/errors.ts';
import type { Log } from '../../application/ports/log.port.ts';
import type { Ask, Pass } from './checkpoint-thread.ts';
import type { Disk } from './disk.ts';
import { pragma } from './schema.ts';

/** Between two looks at how much was written, ms. */
const lookMs = 100;
/**
 * Changes that are copied at once; fewer wait. Little by little: while the file is brought to the disk, what is written to
 * the log takes ten times as long to get there.
 */
const many = 500;
/** Pages of a log that is begun anew; below that they are only copied. */
const longLog = 8_000;
/** Pages that the event loop copies itself: it stands still for some ms. */
const restMax = 250;
/** In a row. What is written meanwhile is left to the next, so each has less to do. */
const passesMax = 4;

/**
 * Copies the log back into the file, in a thread of its own: what some ten thousand messages wrote would hold up the
 * event loop for a tenth of a second, most of it for the disk (ADR 13).
 */
export interface Checkpointer {
  /** Empties the log, after the pass that runs. Rejects while another process reads the file. */
  readonly cut: () => Promise<void>;
  /** Ends the thread, after the pass that runs. */
  readonly close: () => Promise<void>;
}

interface CheckpointerOptions {
  readonly path: string;
  readonly db: DatabaseSync;
  readonly disk: Disk;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Log;
}

export const startCheckpointer = ({ path, db, disk, clock, log }: CheckpointerOptions): Checkpointer => {
  const changes = db.prepare('SELECT total_changes() AS made');
  const changesMade = (): number => (changes.get() as { readonly made: number }).made;
  const passive = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  let thread: Worker | undefined;
  let running: Promise<void> | undefined;
  let copied = changesMade();
  let closed = false;

  const checkpoint = async (): Promise<void> => {
    thread ??= startThread(path, () => {
      thread = undefined;
    });
    for (let passes = 0; passes < passesMax; passes += 1) {
      const pass = await ask(thread);
      if (closed || disk.hasFailed()) return;
      if ('failed' in pass) return failed(pass.failed);
      // SQLite does it only with the last page of the log
      if (passes === 0) await disk.syncFile();
      if (pass.log < longLog) return;
      if (passes > 0 && pass.log - pass.checkpointed <= restMax) break;
    }
    // only while nothing is written is there a last page, and after it the log begins anew
    if (!closed && !disk.hasFailed()) passive.get();
  };

  const failed = (cause: unknown): void => {
    // it is tried again with what is written next; SQLite itself copies a log that has become too long
    log.error('store-checkpoint-failed', { detail: storeUnavailable(cause).detail });
  };

  const look = (): void => {
    if (running !== undefined || disk.hasFailed()) return;
    const made = changesMade();
    if (made - copied < many) return;
    copied = made;
    running = checkpoint()
      .catch(failed)
      .finally(() => {
        running = undefined;
      });
  };

  let cancel: () => void;
  const wait = (): void => {
    cancel = clock.after(lookMs, () => {
      wait();
      look();
    });
  };
  wait();

  return {
    cut: async () => {
      await running;
      if (closed) return;
      if (pragma(db, 'wal_checkpoint(TRUNCATE)', 'busy') !== 0) throw new Error('somebody reads the log');
    },
    close: async () => {
      closed = true;
      cancel();
      // nothing else may keep the process alive by now
      thread?.ref();
      await running;
      if (thread !== undefined) await ended(thread);
    },
  };
};

const startThread = (path: string, gone: () => void): Worker => {
  // as it is run from the sources, or built
  const entry = new URL(`./checkpoint-thread${extname(import.meta.filename)}`, import.meta.url);
  const thread = new Worker(entry, {
    workerData: path,
    // it holds next to nothing
    resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 },
  });
  thread.unref();
  // its error is told to whoever asks
  thread.on('error', () => undefined).once('exit', gone);
  return thread;
};

const ask = (thread: Worker): Promise<Pass> =>
  new Promise((resolve, reject) => {
    const settled = (): void => {
      thread.off('message', answered).off('error', broken).off('exit', gone);
    };
    const answered = (pass: Pass): void => {
      settled();
      resolve(pass);
    };
    const broken = (cause: Error): void => {
      settled();
      reject(cause);
    };
    const gone = (): void => broken(new Error('the thread has ended'));
    thread.once('message', answered).once('error', broken).once('exit', gone);
    thread.postMessage('pass' satisfies Ask);
  });

const ended = (thread: Worker): Promise<void> =>
  new Promise((resolve) => {
    thread.once('exit', () => resolve());
    thread.postMessage('close' satisfies Ask);
  });
