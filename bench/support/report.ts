import type { Options } from './options.ts';
import { renderTable, type Table } from './table.ts';

/** What a benchmark found. */
export interface Report {
  readonly tables: ReadonlyArray<Table>;
  /** By name, to be compared with an earlier run: of two figures of this one, so that the machine falls out. */
  readonly ratios: Readonly<Record<string, number>>;
  /** How the figures came about, and what may be wrong with them. */
  readonly notes: ReadonlyArray<string>;
}

export type Benchmark = (options: Options) => Promise<Report>;

export const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** What is going on, for whoever waits: not part of the report. */
export const progress = (text: string): void => {
  process.stderr.write(`  ${text}\n`);
};

export const print = ({ tables, notes }: Report): void => {
  for (const table of tables) say(`\n${renderTable(table)}`);
  if (notes.length > 0) say(`\n${notes.map((note) => `* ${note}`).join('\n')}`);
};
