import { createRequire } from 'node:module';
import type * as Driver from 'mongodb';

/**
 * Whether the driver takes a connection string: its credentials, hosts, and options with their values. Nothing is
 * connected, and nothing is said of why not, for the driver's own words quote from it. The driver is loaded by the call
 * and not by the import: services on other stores go without.
 */
export const isUsableUri = (uri: string): boolean => {
  const { MongoClient } = createRequire(import.meta.url)('mongodb') as typeof Driver;
  try {
    void new MongoClient(uri);
    return true;
  } catch {
    return false;
  }
};
