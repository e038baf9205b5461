import { closeSync, fdatasync, openSync } from 'node:fs';
import { storeUnavailable } from '../../application/ports/errors.ts';
import { E } from '../../domain/fp.ts';

/** The write-ahead log on the disk, and the file that it is copied back into. */
export interface Disk {
  /** Resolves when all that was committed before is on the disk. Rejects when it cannot be, and ever after. */
  readonly sync: () => Promise<void>;
  /** Resolves when what was copied back into the file is on the disk, or the disk has failed. */
  readonly syncFile: () => Promise<void>;
  /** SQLite was told so by the system. */
  readonly fail: (error: Error) => void;
  /**
   * What the file holds on the disk is not known any more, and no later sync would tell: nothing is to be read or
   * written through this connection, and it is not to be closed, since SQLite would copy the log and remove it.
   */
  readonly hasFailed: () => boolean;
  /** After the last `sync` has ended, and SQLite has closed the file. */
  readonly close: () => void;
}

/** The answer to every call from then on. */
export const diskHasFailed = E.left(storeUnavailable('the disk has failed'));

/**
 * SQLite hands the log to the system (`synchronous = NORMAL`); this brings it to the disk, in a thread of the pool, while
 * the event loop goes on. What is answered after `sync` is as safe as after a commit with `synchronous = FULL` (ADR 12).
 */
export const openDisk = (path: string, failed: (error: Error) => void): Disk => {
  const log = openSync(`${path}-wal`, 'r+');
  const file = openFile(path, log);
  let failure: Error | undefined;

  const fail = (error: Error): void => {
    if (failure !== undefined) return;
    failure = error;
    failed(error);
  };

  return {
    sync: () =>
      new Promise((resolve, reject) => {
        fdatasync(log, (error) => {
          if (error !== null) fail(error);
          if (failure === undefined) resolve();
          else reject(failure);
        });
      }),
    syncFile: () =>
      new Promise((resolve) => {
        fdatasync(file, (error) => {
          if (error !== null) fail(error);
          resolve();
        });
      }),
    fail,
    hasFailed: () => failure !== undefined,
    close: () => [log, file].forEach(closeSync),
  };
};

/** Last, and closed last: the first descriptor of this file that is closed takes SQLite's lock along. */
const openFile = (path: string, log: number): number => {
  try {
    return openSync(path, 'r+');
  } catch (cause) {
    closeSync(log);
    throw cause;
  }
};
