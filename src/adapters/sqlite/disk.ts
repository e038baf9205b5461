import { closeSync, fdatasync, openSync } from 'node:fs';
import { storeUnavailable } from '../../application/ports/errors.ts';
import { E } from '../../domain/fp.ts';

/** The write-ahead log on the disk. */
export interface Disk {
  /** Resolves when all that was committed before is on the disk. Rejects when it cannot be, and ever after. */
  readonly sync: () => Promise<void>;
  /**
   * What the file holds on the disk is not known any more, and no later sync would tell: nothing is to be read or
   * written through this connection.
   */
  readonly hasFailed: () => boolean;
  /** After the last `sync` has ended. */
  readonly close: () => void;
}

/** The answer to every call from then on. */
export const diskHasFailed = E.left(storeUnavailable('the disk has failed'));

/**
 * SQLite hands the log to the system (`synchronous = NORMAL`); this brings it to the disk, in a thread of the pool, while
 * the event loop goes on. What is answered after `sync` is as safe as after a commit with `synchronous = FULL` (ADR 12).
 */
export const openDisk = (path: string, failed: (error: Error) => void): Disk => {
  // SQLite holds no lock on this file: a second descriptor of one that it does would take the lock along when it is closed
  const log = openSync(`${path}-wal`, 'r+');
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
    hasFailed: () => failure !== undefined,
    close: () => closeSync(log),
  };
};
