import { openConnection } from '../load/connection.ts';
import { httpRequest, runId, userOf, webhookBody } from '../load/webhooks.ts';
import { openChats } from '../people/open-chats.ts';
import { startStandIns, type StandIns } from '../stand-ins/stand-ins.ts';
import { entries } from '../subjects/entries.ts';
import { serviceEnvironment, servicePlan } from '../subjects/service.ts';
import { freePort, launch, startSubject, type Subject, type SubjectPlan } from '../subjects/subject.ts';
import { makeFolder } from '../support/folder.ts';
import { needOpenFiles, cpuSeconds } from '../support/process-figures.ts';
import { progress, type Benchmark } from '../support/report.ts';
import { withScope } from '../support/scope.ts';
import { median, medianOf } from '../support/statistics.ts';
import { ms, ratio, seconds, whole } from '../support/table.ts';
import { pause, until } from '../support/waiting.ts';

interface Started {
  readonly subject: Subject;
  /** From the start of the process to the first webhook's 200. */
  readonly answeredMs: number;
  readonly cpuMs: number;
  /** When the process was started, on `performance`'s clock. */
  readonly at: number;
}

const usualChats = 10_000;
const startMs = 120_000;

/** A webhook of that user, as soon as somebody listens. */
const firstWebhook = async (url: string, user: string): Promise<void> => {
  const begun = performance.now();
  for (;;) {
    const connection = await openConnection(url).catch(() => undefined);
    if (connection !== undefined) {
      const body = webhookBody({ user, id: runId(), text: 'u1 Buenos dias' });
      const status = await new Promise<number>((resolve) => connection.send(httpRequest(body), resolve));
      connection.close();
      if (status === 200) return;
    }
    if (performance.now() - begun > startMs) throw new Error('no webhook is answered');
    await pause(2);
  }
};

const startOnce = async (plan: SubjectPlan, user: string): Promise<Started> => {
  const port = plan.port ?? (await freePort());
  const at = performance.now();
  const subject = await launch({ ...plan, port });
  await firstWebhook(subject.url, user);
  return { subject, answeredMs: performance.now() - at, cpuMs: cpuSeconds(subject.pid) * 1000, at };
};

interface EmptyRow {
  readonly label: string;
  readonly answeredMs: number[];
  readonly cpuMs: number[];
}

/** Alternating: each start is a new process, on a new file. */
const startEmpty = async (rounds: number, standIns: StandIns): Promise<ReadonlyArray<EmptyRow>> => {
  const rows: ReadonlyArray<EmptyRow> = ['bare Restify route', 'service, empty'].map((label) => ({
    label,
    answeredMs: [],
    cpuMs: [],
  }));
  for (let round = 0; round < rounds; round += 1) {
    const folder = makeFolder();
    const plans = [
      { name: 'bare route', entry: entries.bareRoute },
      servicePlan(serviceEnvironment(folder.path, standIns)),
    ];
    for (const [index, plan] of plans.entries()) {
      const { subject, answeredMs, cpuMs } = await startOnce(plan, userOf(round));
      await subject.kill();
      rows[index]?.answeredMs.push(answeredMs);
      rows[index]?.cpuMs.push(cpuMs);
    }
    folder.close();
  }
  return rows;
};

interface Crash {
  readonly answeredMs: number;
  readonly cpuMs: number;
  /** From the start of the process until a user's message is at the agent's desk: the chat that was opened first, and the last one. */
  readonly relayedMs: { readonly first: number; readonly last: number };
  readonly allPollsMs: number;
}

/** Chats are opened once; then `kill -9` and a new start on the same file, again and again. */
const startFull = (rounds: number, count: number, standIns: StandIns, profile?: string): Promise<Crash[]> =>
  withScope(async (scope) => {
    const plan = servicePlan(serviceEnvironment(scope.add(makeFolder()).path, standIns), {
      port: await freePort(),
    });
    let subject = await startSubject(plan);
    scope.add({ close: () => subject.close() });
    const { users } = await openChats(subject.url, standIns, { count });
    const crashes: Crash[] = [];
    for (let round = 0; round < rounds; round += 1) {
      progress(`kill -9 with ${whole(count)} open chats, round ${round + 1}`);
      await subject.kill();
      await until('no poll is left', () => standIns.chat.waiting() === 0, startMs);
      standIns.chat.forgetPolls();
      const relayed = new Map<string, number>();
      standIns.chat.listeners = {
        leaving: () => undefined,
        visitorSaid: ({ visitor }, _text, at) => relayed.set(visitor, at),
      };
      const [first = '', last = ''] = [users[0], users.at(-1)];
      const started = await startOnce(
        { ...plan, profile: round === rounds - 1 ? profile : undefined },
        first,
      );
      subject = started.subject;
      await firstWebhook(subject.url, last);
      await until('both messages are relayed', () => relayed.has(first) && relayed.has(last), startMs);
      await until('all chats poll again', () => standIns.chat.polled() >= count, startMs);
      crashes.push({
        answeredMs: started.answeredMs,
        cpuMs: started.cpuMs,
        relayedMs: {
          first: (relayed.get(first) ?? NaN) - started.at,
          last: (relayed.get(last) ?? NaN) - started.at,
        },
        allPollsMs: performance.now() - started.at,
      });
    }
    return crashes;
  });

/** `usual`: open chats when nothing else is asked for; 0: only empty starts. */
export const makeStart =
  (usual = usualChats): Benchmark =>
  (options) =>
    withScope(async (scope) => {
      const { rounds, chats: count = usual } = options;
      needOpenFiles(count);
      const standIns = scope.add(await startStandIns({ holdSeconds: options.hold, agents: true }));
      const empty = await startEmpty(rounds, standIns);
      const full = count === 0 ? [] : await startFull(rounds, count, standIns, options.profile);
      const [bare = NaN, service = NaN] = empty.map(({ answeredMs }) => median(answeredMs));
      const fullMs = medianOf(full, ({ answeredMs }) => answeredMs);
      const ratios = {
        'first webhook, empty service to bare route': service / bare,
        ...(count === 0 ? {} : { [`first webhook, ${count} open chats to empty`]: fullMs / service }),
      };
      return {
        tables: [
          {
            title: 'start: from the start of the process (medians of the rounds)',
            head: [
              '',
              'first webhook answered',
              'CPU by then',
              'relayed, first chat',
              'relayed, last chat',
              'all polls begun',
              'to bare',
            ],
            rows: [
              ...empty.map(({ label, answeredMs, cpuMs }) => [
                label,
                ms(median(answeredMs)),
                ms(median(cpuMs)),
                '-',
                '-',
                '-',
                ratio(median(answeredMs) / bare),
              ]),
              ...(count === 0
                ? []
                : [
                    [
                      `service, ${whole(count)} open chats after kill -9`,
                      ms(fullMs),
                      ms(medianOf(full, ({ cpuMs }) => cpuMs)),
                      ms(medianOf(full, ({ relayedMs }) => relayedMs.first)),
                      ms(medianOf(full, ({ relayedMs }) => relayedMs.last)),
                      seconds(medianOf(full, ({ allPollsMs }) => allPollsMs) / 1000),
                      ratio(fullMs / bare),
                    ],
                  ]),
            ],
          },
        ],
        ratios,
        notes: [
          'the webhook is sent as soon as the port takes connections, and is of a user with an open chat',
          ...(count === 0
            ? []
            : [
                'relayed: until a message written after the start is at the desk, in the chat opened first and last',
              ]),
        ],
      };
    });
