import type { DatabaseSync } from 'node:sqlite';
import { storeUnavailable } from '../../application/ports/errors.ts';
import type { Log } from '../../application/ports/log.port.ts';
import type { Disk } from './disk.ts';
import { hasCode, sqliteCode } from './error-code.ts';
import { pragma } from './schema.ts';

/**
 * Rows, transactions and pages of text between two copies. A page that was written again since the marker came to stand
 * is left out: so most of those that are written all the time are copied once for many times.
 */
const many = 2_000;
/** Before the log begins anew: what is left at last is copied, and brought to the disk, while the event loop stands still. */
const few = 250;
/** Copies of few before that. */
const lastCopies = 2;
/** UTF-16 units of text that fill one. */
const textOfPage = 4_096;
/** Pages of a log that is to begin anew: the longer it is, the longer a page is looked for. */
const longLog = 12_000;

/**
 * Copies the log back into the file. Left to itself SQLite would copy what some ten thousand messages wrote at the end of
 * a commit, and hold up the event loop for a tenth of a second, most of it for the disk. It waits for the disk only where it
 * copies the end of the log, which it does not pass a reader to get to; so a reader of ours, the marker, stands a little
 * before it, and the file is brought to the disk in a thread of the pool (ADR 13).
 */
export interface Checkpointer {
  /** Copies, if there is enough. To be called after each transaction; `text`: of all so far, in UTF-16 units. */
  readonly copy: (text: number) => void;
  /** Empties the log. Rejects while another process reads the file. */
  readonly cut: () => Promise<void>;
  /** Resolves when nothing is under way any more; then the file may be closed. */
  readonly settled: () => Promise<void>;
}

interface CheckpointerOptions {
  readonly db: DatabaseSync;
  /** A connection to the same file, of nobody else. */
  readonly marker: DatabaseSync;
  readonly disk: Disk;
  readonly log: Log;
  /** Changes of rows, as SQLite counts them, that wrote nothing. */
  readonly changesInMemory?: () => number;
}

export const makeCheckpointer = ({
  db,
  marker,
  disk,
  log,
  changesInMemory = () => 0,
}: CheckpointerOptions): Checkpointer => {
  const changes = db.prepare('SELECT total_changes() AS made');
  const changesMade = (): number => (changes.get() as { readonly made: number }).made - changesInMemory();
  const passive = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  const begin = marker.prepare('BEGIN');
  const read = marker.prepare('SELECT 1 FROM sqlite_schema');
  const end = marker.prepare('COMMIT');
  let transactions = 0;
  let copied = changesMade();
  /** Copies until the log begins anew; undefined: it is not long. */
  let copiesLeft: number | undefined;
  let syncing: Promise<void> | undefined;
  let cutting: Promise<void> | undefined;

  const standHere = (): void => {
    begin.run();
    read.get();
  };
  const stepAside = (): void => {
    if (marker.isTransaction) end.run();
  };

  const copyToMarker = (): void => {
    const { log: pages } = passive.get() as { readonly log: number };
    stepAside();
    standHere();
    if (copiesLeft !== undefined) copiesLeft = Math.max(copiesLeft - 1, 0);
    else if (pages >= longLog) copiesLeft = lastCopies;
  };

  /** SQLite brings the file to the disk itself, and begins the log anew with the next write. */
  const copyAll = (): void => {
    stepAside();
    passive.get();
    standHere();
    copiesLeft = undefined;
  };

  const truncate = (): void => {
    stepAside();
    try {
      // it does not wait, and nor does the event loop
      if (pragma(marker, 'wal_checkpoint(TRUNCATE)', 'busy') !== 0)
        throw new Error('another process reads the file');
    } finally {
      standHere();
    }
    copiesLeft = undefined;
  };

  /** Until it is on the disk nothing more is copied. */
  const step = (copy: () => void): void => {
    try {
      copy();
    } catch (cause) {
      if (hasCode(cause, sqliteCode.ioError)) disk.fail(cause);
      throw cause;
    }
    syncing = disk.syncFile().finally(() => {
      syncing = undefined;
    });
  };

  const cutInTurn = async (): Promise<void> => {
    // with little left at last, the event loop does not stand still for long
    for (const copy of [copyToMarker, copyToMarker, truncate]) {
      while (syncing !== undefined) await syncing;
      if (disk.hasFailed()) return;
      step(copy);
    }
  };

  standHere();
  return {
    copy: (text) => {
      // some change no row, and write all the same
      transactions += 1;
      if (syncing !== undefined || disk.hasFailed()) return;
      const made = changesMade() + transactions + text / textOfPage;
      if (made - copied < (copiesLeft === undefined ? many : few)) return;
      copied = made;
      try {
        step(copiesLeft === 0 ? copyAll : copyToMarker);
      } catch (cause) {
        // what was not copied is copied with what is written next
        log.error('store-checkpoint-failed', { detail: storeUnavailable(cause).detail });
      }
    },
    cut: () => {
      cutting = cutInTurn();
      return cutting;
    },
    settled: async () => {
      await Promise.allSettled([cutting]);
      await syncing;
    },
  };
};
