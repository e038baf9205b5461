import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stores } from '../../src/adapters/shared/stores.ts';
import type { KeySizes } from '../../src/adapters/sqlite/message-keys.ts';
import { openSqlite } from '../../src/adapters/sqlite/open-sqlite.ts';
import { chatStoreContract } from './chat-store.suite.ts';
import { contextStoreContract } from './context-store.suite.ts';
import type { MakeStore } from './contract.ts';
import { instancesContract } from './instances.suite.ts';
import { runContract } from './register.ts';

const nothing = (): void => undefined;
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const metrics = { count: nothing, gauge: nothing, observe: nothing };

const sqlite =
  <Store>(pick: (stores: Stores) => Store, keySizes?: KeySizes): MakeStore<Store> =>
  async (settings) => {
    const directory = await mkdtemp(join(tmpdir(), 'relevo-contract-'));
    const open = (): Stores =>
      openSqlite(join(directory, 'store.db'), { ...settings, log, metrics }, keySizes && { keySizes });
    let stores = open();
    return {
      store: pick(stores),
      reopen: async () => {
        await stores.close();
        stores = open();
        return pick(stores);
      },
      cutOff: () => stores.close(),
      dispose: async () => {
        await stores.close();
        await rm(directory, { recursive: true });
      },
    };
  };

runContract(
  'sqlite context store',
  contextStoreContract,
  sqlite(({ contextStore }) => contextStore),
  ['reopen', 'cut-off'],
);
runContract(
  'sqlite context store whose keys are moved all the time',
  contextStoreContract,
  sqlite(({ contextStore }) => contextStore, { recent: 2, step: 1 }),
  ['reopen', 'cut-off'],
);
runContract(
  'sqlite chat store',
  chatStoreContract,
  sqlite(({ chatStore }) => chatStore),
  ['reopen', 'cut-off'],
);
runContract(
  'sqlite instances',
  instancesContract,
  sqlite(({ instances }) => instances),
  ['cut-off'],
);
