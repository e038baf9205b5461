/** Stores in one file that one process owns (`node:sqlite`). */
export { openSqlite } from './open-sqlite.ts';
export { SqliteOpenError, type OpenProblem } from './open-error.ts';
export type { StoreOptions, Stores } from '../shared/stores.ts';
