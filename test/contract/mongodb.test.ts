import test from 'ava';
import type { StoreUnavailable } from '../../src/application/ports/errors.ts';
import { openMongo, type MongoStores } from '../../src/adapters/mongodb/open-mongo.ts';
import type { Stores } from '../../src/adapters/shared/stores.ts';
import type { TaskEither } from '../../src/domain/fp.ts';
import { findEngine, withEngine } from '../support/mongo.ts';
import { makeDatabases, type Database, type Databases } from '../support/mongo-databases.ts';
import { chatStoreContract } from './chat-store.suite.ts';
import { contextStoreContract } from './context-store.suite.ts';
import {
  minute,
  type ContractCase,
  type MakeStore,
  type StoreSettings,
  type StoreSetup,
} from './contract.ts';
import { instancesContract } from './instances.suite.ts';
import { runContract } from './register.ts';

const nothing = (): void => undefined;
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const metrics = { count: nothing, gauge: nothing, observe: nothing };

type Method = (...args: ReadonlyArray<never>) => TaskEither<StoreUnavailable, unknown>;

/** Each call waits until the sweeps that are due by the test's clock are over, as if they took no time. */
const after = <Store extends object>(sweeps: () => Promise<void>, store: Store): Store =>
  Object.fromEntries(
    Object.entries(store).map(([name, method]: [string, Method]) => [
      name,
      (...args: ReadonlyArray<never>) => {
        const call = method(...args);
        return async () => {
          await sweeps();
          return call();
        };
      },
    ]),
  ) as Store;

const setUp = async <Store extends object>(
  { uri, name, sweep }: Database,
  settings: StoreSettings,
  pick: (stores: Stores) => Store,
): Promise<StoreSetup<Store>> => {
  const { clock } = settings;
  let sweeping = Promise.resolve();
  const sweepLater = (): (() => void) =>
    clock.after(minute, () => {
      const now = clock.now();
      sweeping = sweeping.then(() => sweep(now));
      cancel = sweepLater();
    });
  let cancel = sweepLater();

  const opened: MongoStores[] = [];
  const open = async (): Promise<Store> => {
    const stores = openMongo({ uri, database: name, maxPoolSize: 8 }, { ...settings, log, metrics });
    opened.push(stores);
    await stores.ready();
    return after(() => sweeping, pick(stores));
  };
  const closeAll = async (): Promise<void> => {
    for (const stores of opened) await stores.close();
  };
  return {
    store: await open(),
    reopen: async () => {
      await closeAll();
      return open();
    },
    another: open,
    cutOff: closeAll,
    dispose: async () => {
      cancel();
      await sweeping;
      await closeAll();
    },
  };
};

/** Each case has a database of its own from its first store to its end. */
const inOneDatabase = <Store extends object>(
  databases: Databases,
  contract: ReadonlyArray<ContractCase<Store>>,
  pick: (stores: Stores) => Store,
): ReadonlyArray<ContractCase<Store>> =>
  contract.map((one) => ({
    ...one,
    run: () => databases.with((database) => one.run((settings) => setUp(database, settings, pick))),
  }));

const notAsked: MakeStore<never> = () => Promise.reject(new Error('each case makes its own'));
const abilities = ['reopen', 'another', 'cut-off'] as const;

withEngine('mongodb contracts', await findEngine(), (engine) => {
  const databases = makeDatabases(engine);
  test.after.always(() => databases.close());
  runContract(
    'mongodb context store',
    inOneDatabase(databases, contextStoreContract, ({ contextStore }) => contextStore),
    notAsked,
    abilities,
  );
  runContract(
    'mongodb chat store',
    inOneDatabase(databases, chatStoreContract, ({ chatStore }) => chatStore),
    notAsked,
    abilities,
  );
  runContract(
    'mongodb instances',
    inOneDatabase(databases, instancesContract, ({ instances }) => instances),
    notAsked,
    abilities,
  );
});
