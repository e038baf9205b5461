import { MongoClient } from 'mongodb';
import pLimit from 'p-limit';
import { collectionsOf, indexes } from '../../src/adapters/mongodb/schema.ts';
import type { Engine } from './mongo-engine.ts';
import { databaseName } from './mongo.ts';

export interface Database {
  readonly uri: string;
  readonly name: string;
  /** What the engine's own sweeps would have taken by then. */
  readonly sweep: (now: number) => Promise<void>;
  readonly client: MongoClient;
}

export interface Databases {
  /** Runs with an empty database that nobody else has meanwhile. */
  readonly with: (work: (database: Database) => Promise<void>) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Databases in use at once. */
const atOnce = 4;

/** Seconds: 68 years. */
const never = 2 ** 31 - 1;

/**
 * Test clocks stand still at some day, and the engine sweeps by its own. So the indexes that sweep are made before the
 * stores make them, for a time that never comes, and a test sweeps itself, by its own clock.
 */
export const makeDatabases = ({ uri }: Engine): Databases => {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 10_000 });
  const limit = pLimit(atOnce);
  const free: Database[] = [];
  const all: Database[] = [];

  const make = async (): Promise<Database> => {
    const name = databaseName();
    const collections = collectionsOf(client.db(name));
    const sweeping = indexes.flatMap(({ collection, key, expireAfterSeconds }) =>
      expireAfterSeconds === undefined ? [] : [{ collection, key, expireAfterSeconds }],
    );
    for (const { collection, key } of sweeping)
      await collections[collection].createIndex(key, { expireAfterSeconds: never });
    const database: Database = {
      uri,
      name,
      client,
      sweep: async (now) => {
        for (const { collection, expireAfterSeconds } of sweeping)
          await client
            .db(name)
            .collection(collections[collection].collectionName)
            .deleteMany({ expireAt: { $lte: new Date(now - expireAfterSeconds * 1000) } });
      },
    };
    all.push(database);
    return database;
  };

  const empty = async ({ name }: Database): Promise<void> => {
    const collections = await client.db(name).collections();
    for (const collection of collections) await collection.deleteMany({});
  };

  return {
    with: (work) =>
      limit(async () => {
        const database = free.pop() ?? (await make());
        await work(database);
        await empty(database);
        free.push(database);
      }),
    close: async () => {
      for (const { name } of all) await client.db(name).dropDatabase();
      await client.close();
    },
  };
};
