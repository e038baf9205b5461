import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeIngest } from './benchmarks/ingest.ts';
import { relay } from './benchmarks/relay.ts';
import { makeStart } from './benchmarks/start.ts';
import { OptionError, readOptions, type Options } from './support/options.ts';
import { print, progress, say, type Benchmark } from './support/report.ts';
import { renderTable, ratio } from './support/table.ts';

/**
 * `npm run bench:quick`: short versions of three benchmarks, their ratios beside those kept in baseline.json. It reports,
 * and never fails: the machine of a build tells too little. `-- --keep` writes what it found to the file.
 */
type Baseline = Readonly<Record<string, Readonly<Record<string, number>>>>;

const baselineFile = fileURLToPath(new URL('./baseline.json', import.meta.url));

/** Further off than this, to the worse side, and it is worth a look. Tails vary more than all else. */
const toleranceOf = (name: string): number => (name.startsWith('p99') ? 1 : 0.25);

const short: Readonly<Record<string, { readonly benchmark: Benchmark; readonly options: Partial<Options> }>> =
  {
    ingest: {
      benchmark: makeIngest(['bare', 'before-router', 'service', 'insert-by-insert'], []),
      options: { seconds: 3 },
    },
    relay: { benchmark: relay, options: { seconds: 4, chats: 200 } },
    start: { benchmark: makeStart(0), options: {} },
  };

/** Rates are better the higher they are, all else the lower. */
const isWorse = (name: string, now: number, before: number): boolean =>
  name.startsWith('rate') ? now < before / (1 + toleranceOf(name)) : now > before * (1 + toleranceOf(name));

const readBaseline = (): Baseline => {
  try {
    return JSON.parse(readFileSync(baselineFile, 'utf8')) as Baseline;
  } catch {
    return {};
  }
};

const rounded = (ratios: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(ratios).map(([name, value]) => [name, Number(value.toPrecision(3))]));

const run = async (): Promise<void> => {
  const { names, options, on } = readOptions(process.argv.slice(2), ['keep']);
  const baseline = readBaseline();
  const found: Record<string, Readonly<Record<string, number>>> = { ...baseline };
  const rows: string[][] = [];
  for (const [name, { benchmark, options: shorter }] of Object.entries(short)) {
    if (names.length > 0 && !names.includes(name)) continue;
    progress(name);
    const report = await benchmark({ ...shorter, ...options });
    print(report);
    found[name] = rounded(report.ratios);
    for (const [what, now] of Object.entries(report.ratios)) {
      const before = baseline[name]?.[what];
      const verdict = before === undefined ? 'new' : isWorse(what, now, before) ? 'WORSE' : '';
      rows.push([`${name}: ${what}`, ratio(now), before === undefined ? '-' : ratio(before), verdict]);
    }
  }
  const title = 'beside baseline.json (marked when worse by a quarter, tails by the double)';
  say(`\n${renderTable({ title, head: ['', 'now', 'kept', ''], rows })}`);
  if (on.has('keep')) writeFileSync(baselineFile, `${JSON.stringify(found, null, 2)}\n`);
};

process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

try {
  await run();
} catch (thrown) {
  say(`bench:quick came to no end: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  if (thrown instanceof OptionError) process.exitCode = 64;
}
