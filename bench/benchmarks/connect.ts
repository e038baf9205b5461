import { userOf } from '../load/webhooks.ts';
import { openApiClient, type ApiClient } from '../people/api-client.ts';
import { knownPrefix } from '../stand-ins/crm.ts';
import { startStandIns, type StandIns } from '../stand-ins/stand-ins.ts';
import { entries } from '../subjects/entries.ts';
import { serviceEnvironment, servicePlan } from '../subjects/service.ts';
import { startSubject, type Subject, type SubjectPlan } from '../subjects/subject.ts';
import { makeFolder } from '../support/folder.ts';
import type { Options } from '../support/options.ts';
import { cpuSeconds, needOpenFiles } from '../support/process-figures.ts';
import { progress, type Benchmark } from '../support/report.ts';
import { withScope, type Scope } from '../support/scope.ts';
import { medianOf, percentile } from '../support/statistics.ts';
import { micros, ms, ratio, type Table } from '../support/table.ts';

type Contact = 'known' | 'new';

interface Round {
  readonly p50: number;
  readonly p99: number;
  readonly cpuMicros: number;
  readonly calls: number;
  /** Median with every answer of a remote held back. */
  readonly heldP50: number;
}

interface Side {
  readonly label: string;
  readonly subject: Subject;
  readonly standIns: StandIns;
  readonly client: ApiClient;
  readonly rounds: Record<Contact, Round[]>;
  users: number;
}

const usualConnects = 200;
/** With held answers: each takes several times as long. */
const heldConnects = 20;
const holdMs = 30;
const contacts: ReadonlyArray<Contact> = ['known', 'new'];

const startSide = async (
  scope: Scope,
  label: string,
  makePlan: (standIns: StandIns) => SubjectPlan,
  options: Options,
): Promise<Side> => {
  // nobody joins: what follows a connect is not to stand in the way of the next
  const standIns = scope.add(await startStandIns({ holdSeconds: options.hold, agents: false }));
  const subject = scope.add(await startSubject(makePlan(standIns)));
  const client = scope.add(await openApiClient(subject.url, 1));
  return { label, subject, standIns, client, rounds: { known: [], new: [] }, users: 0 };
};

/** One after the other, so that nothing waits for anything but its own remotes. */
const connectAll = async (side: Side, contact: Contact, count: number): Promise<number[]> => {
  const times: number[] = [];
  for (let done = 0; done < count; done += 1) {
    const user = userOf((side.users += 1));
    const email = contact === 'known' ? `${knownPrefix}${user}@example.com` : `${user}@example.com`;
    times.push(await side.client.connect({ user, email }));
  }
  return times;
};

const measure = async (side: Side, contact: Contact, count: number): Promise<void> => {
  const { standIns, subject } = side;
  const before = cpuSeconds(subject.pid);
  const calls = standIns.calls();
  const times = await connectAll(side, contact, count);
  const cpuMicros = ((cpuSeconds(subject.pid) - before) / count) * 1e6;
  const callsEach = (standIns.calls() - calls) / count;
  standIns.delayBy(holdMs);
  const held = await connectAll(side, contact, Math.min(count, heldConnects));
  standIns.delayBy(0);
  side.rounds[contact].push({
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    cpuMicros,
    calls: callsEach,
    heldP50: percentile(held, 0.5),
  });
};

/** What one more ms of every remote adds to a connect, in ms. */
const tripsOf = (rounds: ReadonlyArray<Round>): number =>
  (medianOf(rounds, ({ heldP50 }) => heldP50) - medianOf(rounds, ({ p50 }) => p50)) / holdMs;

const tableOf = (sides: ReadonlyArray<Side>): Table => ({
  title: 'connect: one after the other, warm login, remotes that answer at once (medians of the rounds)',
  head: ['', 'p50', 'p99', 'CPU each', 'calls each', 'round trips in a row'],
  rows: contacts.flatMap((contact) =>
    sides.map(({ label, rounds }) => [
      `${label}, ${contact} contact`,
      ms(medianOf(rounds[contact], ({ p50 }) => p50)),
      ms(medianOf(rounds[contact], ({ p99 }) => p99)),
      micros(medianOf(rounds[contact], ({ cpuMicros }) => cpuMicros)),
      medianOf(rounds[contact], ({ calls }) => calls).toFixed(1),
      tripsOf(rounds[contact]).toFixed(2),
    ]),
  ),
});

export const connect: Benchmark = (options) =>
  withScope(async (scope) => {
    const { rounds, chats: count = usualConnects } = options;
    needOpenFiles(4 * rounds * (count + heldConnects));
    const folder = scope.add(makeFolder()).path;
    const bare = await startSide(
      scope,
      'bare bridge',
      ({ environment }) => ({ name: 'bare bridge', entry: entries.bridge, env: environment }),
      options,
    );
    const service = await startSide(
      scope,
      'service',
      (standIns) => servicePlan(serviceEnvironment(folder, standIns), { profile: options.profile }),
      options,
    );
    const sides = [bare, service];
    for (const side of sides) for (const contact of contacts) await connectAll(side, contact, heldConnects);
    for (let round = 1; round <= rounds; round += 1) {
      for (const side of sides) for (const contact of contacts) await measure(side, contact, count);
      progress(`round ${round}`);
    }
    const p50 = ({ rounds: all }: Side, contact: Contact): number =>
      medianOf(all[contact], (round) => round.p50);
    const ratios = Object.fromEntries(
      contacts.map((contact) => [
        `median, ${contact} contact, service to bare bridge`,
        p50(service, contact) / p50(bare, contact),
      ]),
    );
    return {
      tables: [
        tableOf(sides),
        {
          title: 'connect: compared within this run',
          head: ['', 'beyond the bare bridge', 'ratio'],
          rows: contacts.map((contact) => [
            `${contact} contact`,
            ms(p50(service, contact) - p50(bare, contact)),
            ratio(p50(service, contact) / p50(bare, contact)),
          ]),
        },
      ],
      ratios,
      notes: [
        `round trips in a row: what is added when every remote holds its answer back by ${holdMs} ms, in such times`,
        'the bare bridge makes the same calls on kept connections and stores nothing: the rest of the time is the remotes',
      ],
    };
  });
