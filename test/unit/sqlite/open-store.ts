import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { StoreOptions } from '../../../src/adapters/shared/stores.ts';
import { makeTestClock, type TestClock } from '../../contract/clock.ts';

const nothing = (): void => undefined;

export interface Bench {
  readonly path: string;
  readonly clock: TestClock;
  readonly options: StoreOptions;
  /** Events logged as errors. */
  readonly errors: string[];
}

/** A place for a store file, gone after the test. */
export const bench = async (t: ExecutionContext, settings: Partial<StoreOptions> = {}): Promise<Bench> => {
  const directory = await mkdtemp(join(tmpdir(), 'relevo-sqlite-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const clock = makeTestClock();
  const errors: string[] = [];
  const options: StoreOptions = {
    clock,
    contextTtlMs: 24 * 60 * 60_000,
    deliveryDeadlineMs: 24 * 60 * 60_000,
    chatRetentionMs: 30 * 24 * 60 * 60_000,
    log: { debug: nothing, info: nothing, warn: nothing, error: (event) => errors.push(event) },
    metrics: { count: nothing, gauge: nothing, observe: nothing },
    ...settings,
  };
  return { path: join(directory, 'data', 'store.db'), clock, options, errors };
};

/** The file with its log, as a crash would leave it now; where the copy lies. */
export const copyWithLog = async (path: string, name = 'copy'): Promise<string> => {
  for (const end of ['', '-wal']) await copyFile(`${path}${end}`, `${path}.${name}${end}`);
  return `${path}.${name}`;
};
