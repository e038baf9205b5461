import type { Talks } from '../people/talks.ts';
import type { Subject } from '../subjects/subject.ts';
import { residentBytes } from '../support/process-figures.ts';
import { medianOf } from '../support/statistics.ts';
import { mebibytes, micros, ms, ratio, whole, type Table } from '../support/table.ts';

export type Way = 'toAgent' | 'toUser';

export interface Delays {
  readonly p50: number;
  readonly p99: number;
}

/** One of those that are compared, with what was measured in each round. */
export interface Side {
  readonly label: string;
  readonly subject: Subject;
  readonly talks: Talks;
  readonly steady: Record<Way, Delays[]>;
  readonly burst: Record<Way, Delays[]>;
  readonly cpuMicros: number[];
  said: number;
  arrived: number;
  disordered: number;
}

export const ways: ReadonlyArray<Way> = ['toUser', 'toAgent'];
const wayNames: Readonly<Record<Way, string>> = { toUser: 'agent to user', toAgent: 'user to agent' };

const rowsOf = ({ label, steady, burst }: Side): ReadonlyArray<ReadonlyArray<string>> =>
  ways.map((way) => [
    `${label}, ${wayNames[way]}`,
    ms(medianOf(steady[way], ({ p50 }) => p50)),
    ms(medianOf(steady[way], ({ p99 }) => p99)),
    ms(medianOf(burst[way], ({ p50 }) => p50)),
    ms(medianOf(burst[way], ({ p99 }) => p99)),
  ]);

export const ratiosOf = (service: Side, bare: Side): Readonly<Record<string, number>> =>
  Object.fromEntries(
    ways.flatMap((way) => {
      const compare = (kind: 'steady' | 'burst', figure: keyof Delays): number =>
        medianOf(service[kind][way], (delays) => delays[figure]) /
        medianOf(bare[kind][way], (delays) => delays[figure]);
      return [
        [`median, ${wayNames[way]}, service to bare bridge`, compare('steady', 'p50')],
        [`p99, ${wayNames[way]}, service to bare bridge`, compare('steady', 'p99')],
        [`p99 of a burst, ${wayNames[way]}, service to bare bridge`, compare('burst', 'p99')],
      ];
    }),
  );

export const tablesOf = (
  sides: ReadonlyArray<Side>,
  ratios: Readonly<Record<string, number>>,
): ReadonlyArray<Table> => [
  {
    title: 'relay: from leaving one side to arriving at the other (medians of the rounds)',
    head: ['', 'median', 'p99', 'burst median', 'burst p99'],
    rows: sides.flatMap(rowsOf),
  },
  {
    title: 'relay: what it takes, and what became of it',
    head: ['', 'CPU each', 'memory', 'said', 'missing', 'out of order'],
    rows: sides.map(({ label, subject, cpuMicros, said, arrived, disordered }) => [
      label,
      micros(medianOf(cpuMicros, (value) => value)),
      mebibytes(residentBytes(subject.pid)),
      whole(said),
      whole(said - arrived),
      whole(disordered),
    ]),
  },
  {
    title: 'relay: compared within this run',
    head: ['', 'ratio'],
    rows: Object.entries(ratios).map(([name, value]) => [name, ratio(value)]),
  },
];
