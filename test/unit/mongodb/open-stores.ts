import type { ExecutionContext } from 'ava';
import { openMongo, type MongoStores } from '../../../src/adapters/mongodb/open-mongo.ts';
import type { MongoSettings } from '../../../src/adapters/mongodb/client.ts';
import type { StoreOptions } from '../../../src/adapters/shared/stores.ts';
import { makeSystemClock } from '../../../src/adapters/system/clock.ts';
import { day } from '../../contract/contract.ts';
import { databaseName } from '../../support/mongo.ts';

const nothing = (): void => undefined;

export interface Opened extends MongoStores {
  readonly database: string;
  /** Events logged as warnings and errors, in order. */
  readonly told: string[];
}

/** Stores on a database of their own, or on the one that is named, by the clock of this machine; closed after the test. */
export const openStores = async (
  t: ExecutionContext,
  settings: Partial<MongoSettings> & { readonly uri: string },
  options: Partial<StoreOptions> = {},
): Promise<Opened> => {
  const { database = databaseName() } = settings;
  const told: string[] = [];
  const tell = (event: string): void => void told.push(event);
  const stores = openMongo(
    { ...settings, database },
    {
      clock: makeSystemClock(),
      contextTtlMs: day,
      deliveryDeadlineMs: day,
      chatRetentionMs: 30 * day,
      log: { debug: nothing, info: nothing, warn: tell, error: tell },
      metrics: { count: nothing, gauge: nothing, observe: nothing },
      ...options,
    },
  );
  t.teardown(() => stores.close());
  await stores.ready();
  return { ...stores, database, told };
};
