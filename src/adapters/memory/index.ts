/** Stores of one process that nothing outlives: for trials and tests. */
export { makeMemoryStores } from './memory-stores.ts';
export type { StoreOptions, Stores } from '../shared/stores.ts';
