import { openSender } from '../load/connection.ts';
import { openChats } from '../people/open-chats.ts';
import { makeTalks, type Direction, type Talks } from '../people/talks.ts';
import { startStandIns } from '../stand-ins/stand-ins.ts';
import { entries } from '../subjects/entries.ts';
import { serviceEnvironment, servicePlan } from '../subjects/service.ts';
import { startSubject, type SubjectPlan } from '../subjects/subject.ts';
import { makeFolder } from '../support/folder.ts';
import type { Options } from '../support/options.ts';
import { cpuSeconds, needOpenFiles } from '../support/process-figures.ts';
import { progress, type Benchmark } from '../support/report.ts';
import { withScope, type Scope } from '../support/scope.ts';
import { percentile } from '../support/statistics.ts';
import { whole } from '../support/table.ts';
import { pause, until } from '../support/waiting.ts';
import { ratiosOf, tablesOf, ways, type Delays, type Side, type Way } from './relay-tables.ts';

const usualChats = 1_000;
const usualSeconds = 10;
/** Every so many texts the agent's come as a batch of three. */
const batchEvery = 10;
const batchSize = 3;
const settleMs = 30_000;

const delaysOf = ({ delays }: Direction): Delays => ({
  p50: percentile(delays, 0.5),
  p99: percentile(delays, 0.99),
});

const startSide = async (
  scope: Scope,
  label: string,
  planOf: (environment: Readonly<Record<string, string>>) => SubjectPlan,
  options: Options,
): Promise<Side> => {
  const standIns = scope.add(await startStandIns({ holdSeconds: options.hold, agents: true }));
  const subject = scope.add(await startSubject(planOf(standIns.environment)));
  const { users } = await openChats(subject.url, standIns, { count: options.chats ?? usualChats });
  const sender = scope.add(await openSender(subject.url, 256));
  return {
    label,
    subject,
    talks: makeTalks(users, standIns, sender),
    steady: { toAgent: [], toUser: [] },
    burst: { toAgent: [], toUser: [] },
    cpuMicros: [],
    said: 0,
    arrived: 0,
    disordered: 0,
  };
};

/** Waits for the last of them, and adds up what became of all. */
const settle = async (side: Side): Promise<ReturnType<Talks['figures']>> => {
  const { talks } = side;
  // what is missing shows in the figures
  await until('all has arrived', talks.isQuiet, settleMs).catch(() => undefined);
  const figures = talks.figures();
  for (const way of ways) {
    side.said += figures[way].said;
    side.arrived += figures[way].arrived;
    side.disordered += figures[way].disordered;
  }
  talks.reset();
  return figures;
};

/** So many a second, evenly spread, users and agents by turns, over all chats. */
const talkSteadily = async ({ talks }: Side, rate: number, seconds: number): Promise<void> => {
  const begun = performance.now();
  const troubles: unknown[] = [];
  const speak = (turn: number): void => {
    const index = Math.floor(turn / 2);
    if (turn % 2 === 0) talks.write(index).catch((thrown: unknown) => troubles.push(thrown));
    // far from the one who writes at about the same time
    else talks.say(index + Math.floor(talks.count / 2), index % batchEvery === 0 ? batchSize : 1);
  };
  let done = 0;
  for (const total = Math.floor(rate * seconds); done < total && troubles.length === 0; await pause(1)) {
    const shouldBe = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * rate));
    for (; done < shouldBe; done += 1) speak(done);
  }
  if (troubles.length > 0) throw troubles[0] as Error;
};

const runSteady = async (side: Side, { rate, seconds = usualSeconds }: Options): Promise<void> => {
  side.talks.reset();
  const before = cpuSeconds(side.subject.pid);
  await talkSteadily(side, rate, seconds);
  const figures = await settle(side);
  const messages = figures.toAgent.arrived + figures.toUser.arrived;
  side.cpuMicros.push(((cpuSeconds(side.subject.pid) - before) / messages) * 1e6);
  for (const way of ways) side.steady[way].push(delaysOf(figures[way]));
};

const runBurst = async (side: Side, way: Way): Promise<void> => {
  const all = Array.from({ length: side.talks.count }, (_, index) => index);
  side.talks.reset();
  if (way === 'toUser') all.forEach((index) => side.talks.say(index, 1));
  else await Promise.all(all.map((index) => side.talks.write(index)));
  side.burst[way].push(delaysOf((await settle(side))[way]));
};

export const relay: Benchmark = (options) =>
  withScope(async (scope) => {
    const { chats = usualChats, rate, rounds } = options;
    needOpenFiles(2 * (2 * chats + 256));
    const folder = scope.add(makeFolder()).path;
    const bare = await startSide(
      scope,
      'bare bridge',
      (env) => ({ name: 'bare bridge', entry: entries.bridge, env }),
      options,
    );
    const service = await startSide(
      scope,
      'service',
      (environment) => servicePlan(serviceEnvironment(folder, { environment }), { profile: options.profile }),
      options,
    );
    const sides = [bare, service];
    for (const side of sides) await talkSteadily(side, rate, 2).then(() => settle(side));
    for (let round = 1; round <= rounds; round += 1) {
      for (const side of sides) {
        await runSteady(side, options);
        for (const way of ways) await runBurst(side, way);
        progress(`round ${round}, ${side.label}`);
      }
    }
    const ratios = ratiosOf(service, bare);
    return {
      tables: tablesOf(sides, ratios),
      ratios,
      notes: [
        `${whole(chats)} active chats, ${whole(rate)} times a second somebody writes, users and agents by turns; every ` +
          `${batchEvery}th time an agent writes it is a batch of ${batchSize}, of which the first is timed`,
        'burst: all chats at once, one way; the stand-ins work through it too, see the bare bridge',
        'the bare bridge makes the same calls in the same order, and stores nothing',
      ],
    };
  });
