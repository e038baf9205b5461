/** Stores that any number of processes share. Needs the package `mongodb`. */
export { openMongo, type MongoStores } from './open-mongo.ts';
export { MongoOpenError } from './open-error.ts';
export type { MongoSettings } from './client.ts';
export type { StoreOptions, Stores } from '../shared/stores.ts';
