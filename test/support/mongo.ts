import { randomBytes } from 'node:crypto';
import test from 'ava';
import { MongoClient } from 'mongodb';
import {
  sharedEngine,
  startEngine,
  type Engine,
  type EngineOptions,
  type Found,
  type OwnEngine,
} from './mongo-engine.ts';

/** The engine of this run: the one that MONGODB_TEST_URI names, else one that is started for all test files together. */
const findEngine = async (): Promise<Found> => {
  const uri = process.env.MONGODB_TEST_URI;
  return uri === undefined || uri === ''
    ? sharedEngine()
    : { uri, name: 'the engine that MONGODB_TEST_URI names' };
};

/**
 * Calls back with an engine to register tests for; where there is none, leaves a skipped test that says so, and why, and
 * what to do.
 */
export const withEngine = async (suite: string, register: (engine: Engine) => void): Promise<void> => {
  const found = await findEngine();
  if ('missing' in found) return leaveOut(suite, found.missing);
  test(`${suite}: engine › ${found.name}`, async (t) => {
    const client = new MongoClient(found.uri, { serverSelectionTimeoutMS: 10_000 });
    t.teardown(() => client.close());
    const { ok } = await client.db('admin').command({ ping: 1 });
    t.is(ok, 1);
  });
  register(found);
};

/** The same with an engine of this test file alone, that it may harm. Its tests are to be serial. */
export const withOwnEngine = async (
  suite: string,
  options: EngineOptions,
  register: (engine: OwnEngine) => void,
): Promise<void> => {
  const found = await startEngine(options).catch((cause: unknown) => String(cause));
  if (typeof found === 'string') return leaveOut(suite, found);
  test.after.always(`${suite}: its engine ends`, () => found.kill());
  register(found);
};

const leaveOut = (suite: string, why: string): void => {
  process.stderr.write(`\n*** NOT RUN: ${suite}: ${why}\n\n`);
  const register = test.skip;
  register(`${suite}: NOT RUN › ${why}`, (t) => t.fail());
};

/** A name for a database of this test file alone. */
export const databaseName = (): string => `relevo_test_${randomBytes(6).toString('hex')}`;
