import { randomBytes } from 'node:crypto';
import test from 'ava';
import {
  sharedEngine,
  startEngine,
  type Engine,
  type EngineOptions,
  type OwnEngine,
} from './mongo-engine.ts';

export interface Missing {
  readonly missing: string;
}

/** The engine of this run: the one that MONGODB_TEST_URI names, else one that is started for all test files together. */
export const findEngine = async (): Promise<Engine | Missing> => {
  const uri = process.env.MONGODB_TEST_URI;
  return uri === undefined || uri === ''
    ? sharedEngine()
    : { uri, name: 'the engine that MONGODB_TEST_URI names' };
};

/** An engine of this test file alone, that it may harm; it ends with the tests, which are to be serial. */
export const findOwnEngine = (options: EngineOptions = {}): Promise<OwnEngine | Missing> =>
  startEngine(options).catch((cause: unknown) => ({
    missing: cause instanceof Error ? cause.message : String(cause),
  }));

/**
 * Calls back to register the tests of a suite. Without an engine there is one skipped test instead, which says so, and
 * why, and what to do.
 */
export const withEngine = <Found extends Engine>(
  suite: string,
  found: Found | Missing,
  register: (engine: Found) => void,
): void => {
  if ('missing' in found) {
    process.stderr.write(`\n*** NOT RUN: ${suite}: ${found.missing}\n\n`);
    const leaveOut = test.skip;
    leaveOut(`${suite}: NOT RUN › ${found.missing}`, (t) => t.fail());
    return;
  }
  test(`${suite}: runs on › ${found.name}`, (t) => t.pass());
  register(found);
};

/** A name for a database that no other test uses. */
export const databaseName = (): string => `relevo_test_${randomBytes(6).toString('hex')}`;
