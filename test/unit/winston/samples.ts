import { Writable } from 'node:stream';
import type { Log } from '../../../src/application/ports/log.port.ts';
import { type LogOptions, makeLog } from '../../../src/adapters/winston/log.adapter.ts';

export interface Recorded {
  readonly log: Log;
  /** Everything that was written. */
  readonly output: () => string;
  /** The lines, parsed. */
  readonly lines: () => ReadonlyArray<Readonly<Record<string, unknown>>>;
}

export const record = (options: Partial<LogOptions> = {}): Recorded => {
  let written = '';
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      written += chunk;
      done();
    },
  });
  const log = makeLog({
    level: 'debug',
    format: 'json',
    clock: { now: () => Date.UTC(2026, 10, 2, 12) },
    stream,
    ...options,
  });
  return {
    log,
    output: () => written,
    lines: () =>
      written
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
};

/** The fields as they were written, without the line's own members. */
export const shown = (fields: Readonly<Record<string, unknown>>, options?: Partial<LogOptions>): unknown => {
  const { log, lines } = record(options);
  log.info('x', fields);
  const { time: _time, level: _level, event: _event, ...rest } = lines()[0] ?? {};
  return rest;
};
