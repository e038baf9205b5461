import { makeMemoryStores } from '../../src/adapters/memory/memory-stores.ts';
import type { Stores } from '../../src/adapters/shared/stores.ts';
import { chatStoreContract } from './chat-store.suite.ts';
import { contextStoreContract } from './context-store.suite.ts';
import type { MakeStore } from './contract.ts';
import { instancesContract } from './instances.suite.ts';
import { runContract } from './register.ts';

const memory =
  <Store>(pick: (stores: Stores) => Store): MakeStore<Store> =>
  async (settings) => {
    const stores = makeMemoryStores(settings);
    return { store: pick(stores), cutOff: stores.close, dispose: stores.close };
  };

runContract(
  'memory context store',
  contextStoreContract,
  memory(({ contextStore }) => contextStore),
  ['cut-off'],
);
runContract(
  'memory chat store',
  chatStoreContract,
  memory(({ chatStore }) => chatStore),
  ['cut-off'],
);
runContract(
  'memory instances',
  instancesContract,
  memory(({ instances }) => instances),
  ['cut-off'],
);
