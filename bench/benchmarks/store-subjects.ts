import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { makeMemoryStores } from '../../src/adapters/memory/memory-stores.ts';
import { openMongo } from '../../src/adapters/mongodb/open-mongo.ts';
import type { StoreOptions, Stores } from '../../src/adapters/shared/stores.ts';
import { openSqlite } from '../../src/adapters/sqlite/open-sqlite.ts';
import { makeSystemClock } from '../../src/adapters/system/clock.ts';
import { startEngine } from '../../test/support/mongo-engine.ts';
import { runId } from '../load/webhooks.ts';
import type { Scope } from '../support/scope.ts';

export interface StoreSubject {
  /** With the name of its engine. */
  readonly label: string;
  readonly stores: Stores;
  /** The plainest insert that there is, as safe as the store's own. */
  readonly insertOne?: (id: string) => Promise<void>;
}

const nothing = (): void => undefined;
const dayMs = 86_400_000;

const options: StoreOptions = {
  clock: makeSystemClock(),
  contextTtlMs: dayMs,
  deliveryDeadlineMs: dayMs,
  chatRetentionMs: dayMs,
  log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  metrics: { count: nothing, gauge: nothing, observe: nothing },
};

const openMongodb = async (scope: Scope): Promise<StoreSubject> => {
  const given = process.env.MONGODB_TEST_URI ?? '';
  let engine = { uri: given, name: 'the engine that MONGODB_TEST_URI names' };
  if (given === '') {
    const started = await startEngine();
    scope.add({ close: started.kill });
    engine = started;
  }
  const database = `bench-${runId()}`;
  const client = new MongoClient(engine.uri, {
    writeConcern: { w: 'majority', journal: true },
    maxPoolSize: 20,
  });
  scope.add({
    close: async () => {
      await client.db(database).dropDatabase();
      await client.close();
    },
  });
  const plain = client.db(database).collection<{ _id: string; text: string }>('plain');
  const stores = openMongo({ uri: engine.uri, database }, options);
  scope.add(stores);
  await stores.ready();
  return {
    label: `mongodb (${engine.name})`,
    stores,
    insertOne: async (id) => {
      await plain.insertOne({ _id: id, text: 'Hola, quiero saber de mi pedido' });
    },
  };
};

/** `missing`: why there is no mongodb. */
export const openStores = async (
  scope: Scope,
  folder: string,
): Promise<{ readonly subjects: ReadonlyArray<StoreSubject>; readonly missing?: string }> => {
  const subjects: StoreSubject[] = [
    { label: 'memory', stores: scope.add(makeMemoryStores(options)) },
    { label: 'sqlite', stores: scope.add(openSqlite(join(folder, 'relevo.db'), options)) },
  ];
  try {
    return { subjects: [...subjects, await openMongodb(scope)] };
  } catch (thrown) {
    return { subjects, missing: thrown instanceof Error ? thrown.message : String(thrown) };
  }
};
