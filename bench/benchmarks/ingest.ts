import { chooseFullLoad } from '../load/full-load.ts';
import { runFullLoad, runPacedLoad, type LoadResult } from '../load/load.ts';
import { makeWebhooks } from '../load/webhooks.ts';
import { startStandIns } from '../stand-ins/stand-ins.ts';
import { startSubject, type Subject } from '../subjects/subject.ts';
import { makeFolder } from '../support/folder.ts';
import type { Options } from '../support/options.ts';
import { cpuSeconds, residentBytes } from '../support/process-figures.ts';
import { progress, type Benchmark } from '../support/report.ts';
import { withScope, type Scope } from '../support/scope.ts';
import { medianOf } from '../support/statistics.ts';
import { mebibytes, micros, ms, ratio, whole, type Table } from '../support/table.ts';
import { ingestSubjects, type IngestKind, type IngestSubject } from './ingest-subjects.ts';

interface Round extends LoadResult {
  readonly cpuMicros: number;
}

interface Measured extends IngestSubject {
  readonly subject: Subject;
  readonly full: Round[];
  readonly paced: LoadResult[];
}

const usualSeconds = 10;
const warmUpSeconds = 2;
/** Of its own highest rate, for the tail. */
const pacedShare = 0.7;

const rateOf = ({ requests, seconds }: LoadResult): number => requests / seconds;

/** Each by itself, with what it costs; what the others do meanwhile is nothing. */
const measured = async (pid: number, load: () => Promise<LoadResult>): Promise<Round> => {
  const before = cpuSeconds(pid);
  const result = await load();
  return { ...result, cpuMicros: ((cpuSeconds(pid) - before) / result.requests) * 1e6 };
};

const startAll = async (
  scope: Scope,
  kinds: ReadonlySet<IngestKind>,
  options: Options,
): Promise<{ readonly all: ReadonlyArray<Measured>; readonly folder: string }> => {
  const folder = scope.add(makeFolder()).path;
  const standIns = scope.add(await startStandIns({ holdSeconds: options.hold, agents: false }));
  const chosen = ingestSubjects(folder, standIns, options.profile).filter(({ kind }) => kinds.has(kind));
  const all: Measured[] = [];
  for (const one of chosen) {
    all.push({ ...one, subject: scope.add(await startSubject(one.plan)), full: [], paced: [] });
  }
  return { all, folder };
};

const runRounds = async (all: ReadonlyArray<Measured>, folder: string, options: Options): Promise<string> => {
  const { connections, users, seconds = usualSeconds } = options;
  const { tool, run } = chooseFullLoad();
  const load = ({ subject, secret }: Measured, length: number): Promise<LoadResult> =>
    run({ url: subject.url, connections, seconds: length, users, secret, folder });
  for (const one of all) await load(one, warmUpSeconds);
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const one of all) {
      const result = await measured(one.subject.pid, () => load(one, seconds));
      one.full.push(result);
      progress(`round ${round}, ${one.label}: ${whole(rateOf(result))}/s`);
    }
  }
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const one of all) {
      const next = makeWebhooks(users, one.secret).next;
      const rate = pacedShare * medianOf(one.full, rateOf);
      one.paced.push(await runPacedLoad({ url: one.subject.url, connections, next, end: { seconds } }, rate));
    }
  }
  return tool;
};

const tableOf = (all: ReadonlyArray<Measured>, { connections }: Options): Table => {
  const bare = all.find(({ kind }) => kind === 'bare');
  const bareRate = medianOf(bare?.full ?? [], rateOf);
  return {
    title: `ingest: webhooks that are answered 200, ${connections} connections (medians of the rounds)`,
    head: ['', 'per second', 'to bare', 'CPU each', 'p50', 'p99', 'p50 at 70 %', 'p99 at 70 %', 'failed'],
    rows: all.map(({ label, full, paced }) => [
      label,
      whole(medianOf(full, rateOf)),
      ratio(medianOf(full, rateOf) / bareRate),
      micros(medianOf(full, ({ cpuMicros }) => cpuMicros)),
      ms(medianOf(full, ({ p50Ms }) => p50Ms)),
      ms(medianOf(full, ({ p99Ms }) => p99Ms)),
      ms(medianOf(paced, ({ p50Ms }) => p50Ms)),
      ms(medianOf(paced, ({ p99Ms }) => p99Ms)),
      whole([...full, ...paced].reduce((sum, { failed }) => sum + failed, 0)),
    ]),
  };
};

/** A new process, and so many messages twice: what it holds afterwards, and whether that grows. */
const measureMemory = async (options: Options, kinds: ReadonlyArray<IngestKind>): Promise<Table> =>
  withScope(async (scope) => {
    const { profile: _, ...unprofiled } = options;
    const { all } = await startAll(scope, new Set(kinds), unprofiled);
    const rows: string[][] = [];
    for (const { label, subject, secret } of all) {
      const at = [residentBytes(subject.pid)];
      for (let time = 1; time <= 2; time += 1) {
        await runFullLoad({
          url: subject.url,
          connections: options.connections,
          next: makeWebhooks(options.users, secret).next,
          end: { requests: options.messages },
        });
        at.push(residentBytes(subject.pid));
      }
      rows.push([label, ...at.map(mebibytes), ratio((at[2] ?? NaN) / (at[1] ?? NaN))]);
    }
    const { messages } = options;
    return {
      title: 'ingest: resident memory',
      head: ['', 'at the start', `after ${whole(messages)}`, `after ${whole(2 * messages)}`, 'growth'],
      rows,
    };
  });

const ratiosOf = (all: ReadonlyArray<Measured>): Readonly<Record<string, number>> => {
  const figure = (kind: IngestKind, read: (one: Measured) => number): number => {
    const one = all.find((each) => each.kind === kind);
    return one === undefined ? NaN : read(one);
  };
  const rate = (kind: IngestKind): number => figure(kind, ({ full }) => medianOf(full, rateOf));
  const cpu = (kind: IngestKind): number => figure(kind, ({ full }) => medianOf(full, (r) => r.cpuMicros));
  const tail = (kind: IngestKind): number => figure(kind, ({ paced }) => medianOf(paced, (r) => r.p99Ms));
  const ratios = {
    'rate, service to bare route': rate('service') / rate('bare'),
    'rate, service to bare route before the router': rate('service') / rate('before-router'),
    'rate, signed to unsigned': rate('signed') / rate('service'),
    'rate, grouped to one transaction each': rate('service') / rate('insert-by-insert'),
    'CPU each, service to bare route': cpu('service') / cpu('bare'),
    'p99 at 70 %, service to bare route': tail('service') / tail('bare'),
  };
  return Object.fromEntries(Object.entries(ratios).filter(([, value]) => Number.isFinite(value)));
};

const everything: ReadonlyArray<IngestKind> = [
  'bare',
  'before-router',
  'service',
  'signed',
  'insert-by-insert',
];

/** `kinds`: what takes part; `memory`: what memory is read of, in processes of their own. */
export const makeIngest =
  (
    kinds: ReadonlyArray<IngestKind> = everything,
    memory: ReadonlyArray<IngestKind> = ['bare', 'service'],
  ): Benchmark =>
  (options) =>
    withScope(async (scope) => {
      const { all, folder } = await startAll(scope, new Set(kinds), options);
      const tool = await runRounds(all, folder, options);
      const ratios = ratiosOf(all);
      const compared: Table = {
        title: 'ingest: compared within this run',
        head: ['', 'ratio'],
        rows: Object.entries(ratios).map(([name, value]) => [name, ratio(value)]),
      };
      const tables = [tableOf(all, options), compared];
      return {
        tables: memory.length === 0 ? tables : [...tables, await measureMemory(options, memory)],
        ratios,
        notes: [
          `highest rate: ${tool}; 70 % of it and memory: own load, at a fixed rate and by count`,
          `every message has a new id, from ${whole(options.users)} users by turns; sqlite, on the disk before each answer`,
        ],
      };
    });
