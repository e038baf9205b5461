import type { DatabaseSync } from 'node:sqlite';
import { storeUnavailable, type StoreUnavailable } from '../../application/ports/errors.ts';
import type { Log } from '../../application/ports/log.port.ts';
import type { Metrics } from '../../application/ports/metrics.port.ts';
import { E, type TaskEither } from '../../domain/fp.ts';
import { diskHasFailed, type Disk } from './disk.ts';

/** Runs at once, between transactions: it sees every write that was answered. What `action` throws becomes the answer. */
export type Read = <A>(action: () => A) => TaskEither<StoreUnavailable, A>;

interface ReaderOptions {
  readonly db: DatabaseSync;
  readonly disk: Disk;
  readonly log: Log;
  readonly metrics: Metrics;
}

export const makeReader =
  ({ db, disk, log, metrics }: ReaderOptions): Read =>
  (action) =>
  () => {
    if (!db.isOpen) return Promise.resolve(E.left(storeUnavailable('the store is closed')));
    if (disk.hasFailed()) return Promise.resolve(diskHasFailed);
    try {
      return Promise.resolve(E.right(action()));
    } catch (cause) {
      const failure = storeUnavailable(cause);
      log.error('store-read-failed', { detail: failure.detail });
      metrics.count('store_read_failures');
      return Promise.resolve(E.left(failure));
    }
  };
