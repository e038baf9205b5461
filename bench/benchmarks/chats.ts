import { openChats } from '../people/open-chats.ts';
import { startStandIns, type StandIns } from '../stand-ins/stand-ins.ts';
import { entries } from '../subjects/entries.ts';
import { serviceEnvironment, servicePlan } from '../subjects/service.ts';
import { startSubject, type Subject, type SubjectPlan } from '../subjects/subject.ts';
import { makeFolder } from '../support/folder.ts';
import type { Options } from '../support/options.ts';
import { cpuSeconds, needOpenFiles, residentBytes } from '../support/process-figures.ts';
import { progress, type Benchmark } from '../support/report.ts';
import { withScope } from '../support/scope.ts';
import { medianOf } from '../support/statistics.ts';
import { kibibytes, mebibytes, micros, ratio, seconds, share, whole } from '../support/table.ts';
import { pause, until } from '../support/waiting.ts';

interface Waiting {
  readonly openSeconds: number;
  /** Resident memory beyond that of the same process with next to no chats. */
  readonly bytesPerChat: number;
  readonly resident: number;
  /** Of one core, over all of the windows' polls. */
  readonly cpuShare: number;
  /** NaN: it forgets its chats. */
  readonly recoverySeconds: number;
}

const usualChats = 10_000;
/** Opened before the first look at memory, so that code is loaded and compiled by then. */
const warmUpChats = 200;
const recoveryMs = 120_000;

/** The polls of all chats twice, so that each window holds the same work. */
const windowSeconds = ({ seconds: given, hold }: Options): number => given ?? 2 * hold;

const cpuShareOf = async ({ pid }: Subject, length: number): Promise<number> => {
  const before = cpuSeconds(pid);
  const begun = performance.now();
  await pause(length * 1000);
  return (cpuSeconds(pid) - before) / ((performance.now() - begun) / 1000);
};

/** `kill -9`, and the same again on the same file and port: until every chat polls. */
const recover = async (
  subject: Subject,
  plan: SubjectPlan,
  { chat }: StandIns,
  count: number,
): Promise<{ readonly subject: Subject; readonly seconds: number }> => {
  await subject.kill();
  await until('no poll is left', () => chat.waiting() === 0, recoveryMs);
  chat.forgetPolls();
  const begun = performance.now();
  const again = await startSubject({ ...plan, port: Number(new URL(subject.url).port) });
  await until('all chats poll again', () => chat.polled() >= count, recoveryMs);
  return { subject: again, seconds: (performance.now() - begun) / 1000 };
};

const measure = (
  options: Options,
  makePlan: (folder: string, standIns: StandIns) => SubjectPlan,
  remembers: boolean,
): Promise<Waiting> =>
  withScope(async (scope) => {
    const count = options.chats ?? usualChats;
    const folder = scope.add(makeFolder()).path;
    const standIns = scope.add(await startStandIns({ holdSeconds: options.hold, agents: true }));
    const plan = makePlan(folder, standIns);
    let subject = await startSubject(plan);
    scope.add({ close: () => subject.close() });
    await openChats(subject.url, standIns, { count: warmUpChats, first: count });
    await pause(1_000);
    const before = residentBytes(subject.pid);
    const opened = await openChats(subject.url, standIns, { count });
    progress(`${plan.name}: ${whole(count)} chats open in ${seconds(opened.seconds)}`);
    const cpuShare = await cpuShareOf(subject, windowSeconds(options));
    const resident = residentBytes(subject.pid);
    let recoverySeconds = NaN;
    if (remembers) {
      const recovered = await recover(subject, plan, standIns, count + warmUpChats);
      subject = recovered.subject;
      recoverySeconds = recovered.seconds;
    }
    return {
      openSeconds: opened.seconds,
      bytesPerChat: (resident - before) / count,
      resident,
      cpuShare,
      recoverySeconds,
    };
  });

const rowOf = (label: string, rounds: ReadonlyArray<Waiting>, count: number): ReadonlyArray<string> => {
  const openSeconds = medianOf(rounds, (round) => round.openSeconds);
  const cpuShare = medianOf(rounds, (round) => round.cpuShare);
  return [
    label,
    seconds(openSeconds),
    kibibytes(medianOf(rounds, (round) => round.bytesPerChat)),
    mebibytes(medianOf(rounds, (round) => round.resident)),
    share(cpuShare),
    micros(((cpuShare * 60) / count) * 1e6),
    seconds(medianOf(rounds, (round) => round.recoverySeconds)),
  ];
};

export const chats: Benchmark = async (options) => {
  const { chats: count = usualChats, rounds } = options;
  needOpenFiles(count + warmUpChats);
  const bare: Waiting[] = [];
  const service: Waiting[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    progress(`round ${round}`);
    bare.push(
      await measure(
        options,
        (_, { environment }) => ({ name: 'bare bridge', entry: entries.bridge, env: environment }),
        false,
      ),
    );
    service.push(
      await measure(
        options,
        (folder, standIns) => servicePlan(serviceEnvironment(folder, standIns), { profile: options.profile }),
        true,
      ),
    );
  }
  const compare = (figure: (round: Waiting) => number): number =>
    medianOf(service, figure) / medianOf(bare, figure);
  const ratios = {
    'time to open, service to bare bridge': compare(({ openSeconds }) => openSeconds),
    'memory per chat, service to bare bridge': compare(({ bytesPerChat }) => bytesPerChat),
    'CPU while they wait, service to bare bridge': compare(({ cpuShare }) => cpuShare),
  };
  return {
    tables: [
      {
        title: `chats: ${whole(count)} open chats, polls of ${options.hold} s (medians of the rounds)`,
        head: ['', 'to open', 'memory each', 'memory', 'CPU', 'CPU each a minute', 'all polls after kill -9'],
        rows: [rowOf('bare bridge', bare, count), rowOf('service', service, count)],
      },
      {
        title: 'chats: compared within this run',
        head: ['', 'ratio'],
        rows: Object.entries(ratios).map(([name, value]) => [name, ratio(value)]),
      },
    ],
    ratios,
    notes: [
      `memory each: beyond the same process with ${warmUpChats} chats; CPU: of one core, over ${windowSeconds(options)} s`,
      'all polls after kill -9: from the start of the process; POLL_START_RATE (500 a second) sets the pace',
      'the bare bridge holds the same polls on plain node:http, and forgets them when it ends',
    ],
  };
};
