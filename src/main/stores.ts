import type { StoreOptions, Stores } from '../adapters/shared/stores.ts';
import type { StoreConfig } from './config.ts';

/** Opens the store of the configuration; throws what its adapter throws. */
export type OpenStores = (options: StoreOptions) => Stores;

/** Whoever restarts it finds out what the disk holds. */
const endProcess = (error: Error): void => {
  setImmediate(() => {
    throw error;
  });
};

/** Only what is used is loaded: a database driver takes its share of the memory and of the start. */
export const loadStores = async (store: StoreConfig): Promise<OpenStores> => {
  switch (store.kind) {
    case 'memory':
      return (await import('../adapters/memory/memory-stores.ts')).makeMemoryStores;
    case 'sqlite': {
      const { openSqlite } = await import('../adapters/sqlite/open-sqlite.ts');
      return (options) => openSqlite(store.path, { ...options, onDiskFailed: endProcess });
    }
    case 'mongodb': {
      const { openMongo } = await import('../adapters/mongodb/open-mongo.ts');
      return (options) => openMongo({ uri: store.uri.reveal(), database: store.database }, options);
    }
  }
};
