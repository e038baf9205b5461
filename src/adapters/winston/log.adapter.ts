import type { Writable } from 'node:stream';
import winston from 'winston';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { Log, LogFields } from '../../application/ports/log.port.ts';
import { makePlain } from './plain.ts';

type Level = keyof Log;

export interface LogOptions {
  /** LOG_LEVEL: this one and graver ones are written. */
  readonly level: Level;
  /** `json`: one JSON object per line, `{time, level, event, …fields}`. `pretty`: one line for people. */
  readonly format: 'json' | 'pretty';
  readonly clock: Pick<Clock, 'now'>;
  /** The secrets of the configuration: masked even where neither name nor look gives them away. */
  readonly secrets?: ReadonlyArray<string>;
  /** Default: standard output. */
  readonly stream?: Writable;
}

const levels: Readonly<Record<Level, number>> = { error: 0, warn: 1, info: 2, debug: 3 };
const own = new Set(['time', 'level', 'event']);

/** Masks, bounds and writes; whatever it is handed, it never throws, and one call is one line. */
export const makeLog = (options: LogOptions): Log => {
  const plain = makePlain(options.secrets ?? []);
  const stream = options.stream ?? process.stdout;
  // whoever reads our output may have gone; that ends no chat
  stream.on('error', () => undefined);
  const logger = winston.createLogger({
    level: options.level,
    levels,
    format: winston.format.printf(({ message }) => String(message)),
    transports: [new winston.transports.Stream({ stream, eol: '\n' })],
  });
  const render = options.format === 'json' ? renderJson : renderPretty;

  const write =
    (level: Level) =>
    (event: string, fields: LogFields = {}): void => {
      if (levels[level] > levels[options.level]) return;
      const time = new Date(options.clock.now()).toISOString();
      logger.log(level, render({ time, level, event: plain.text(event) }, plain.fields(fields)));
    };

  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
};

interface Line {
  readonly time: string;
  readonly level: Level;
  readonly event: string;
}

type Members = Readonly<Record<string, unknown>>;

/** A field cannot pass itself off as the line's own time, level or event. */
const renderJson = (line: Line, fields: Members): string => {
  const renamed = Object.entries(fields).map(([name, value]) => [own.has(name) ? `${name}_` : name, value]);
  return JSON.stringify({ ...line, ...(Object.fromEntries(renamed) as Members) });
};

const renderPretty = (line: Line, fields: Members): string => {
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  return `${line.time} ${line.level.toUpperCase().padEnd(5)} ${line.event}${shown.join('')}`;
};
