import { MongoServerError, MongoServerSelectionError, type MongoClient } from 'mongodb';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { Log } from '../../application/ports/log.port.ts';
import type { Arrivals } from './arrivals.ts';
import { describe } from './client.ts';
import { MongoOpenError } from './open-error.ts';
import { indexes, type Collections } from './schema.ts';

interface MakeReadyOptions {
  readonly client: MongoClient;
  readonly collections: Collections;
  readonly arrivals: Arrivals;
  readonly clock: Clock;
  readonly log: Log;
  readonly deadlineMs: number;
}

/** Codes of a server's error: such an index stands already, with other options. */
const indexDiffers: ReadonlyArray<unknown> = [85, 86];

/**
 * Connects, and makes indexes and the counter of arrivals where they are missing. Rejects with `MongoOpenError`. An
 * index that an operator made otherwise stays as it is, and is told.
 */
export const makeReady = async (options: MakeReadyOptions): Promise<void> => {
  const { client, collections, arrivals, clock, log, deadlineMs } = options;

  const makeIndexes = async (): Promise<void> => {
    for (const { collection, key, expireAfterSeconds } of indexes) {
      const target = collections[collection];
      const wanted = expireAfterSeconds === undefined ? {} : { expireAfterSeconds };
      try {
        await target.createIndex(key, wanted);
      } catch (cause) {
        if (!(cause instanceof MongoServerError && indexDiffers.includes(cause.code))) throw cause;
        const detail = `an index of ${target.collectionName} on ${Object.keys(key).join(', ')} has other options`;
        log.warn('store-index-differs', { detail });
      }
    }
  };

  const prepare = async (): Promise<void> => {
    await client.connect();
    await makeIndexes();
    await arrivals.ensure();
  };

  try {
    await inTime(prepare(), clock, deadlineMs);
  } catch (cause) {
    if (cause instanceof MongoOpenError) throw cause;
    const isSilent = cause instanceof MongoServerSelectionError;
    throw new MongoOpenError(
      `the database ${isSilent ? 'cannot be reached' : 'cannot be used'}: ${describe(cause)}`,
      cause,
    );
  }
};

const inTime = (work: Promise<void>, clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new MongoOpenError('the database does not answer in time')));
    work.then(resolve, reject).finally(cancel);
  });
