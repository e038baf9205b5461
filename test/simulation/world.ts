import { makeLiveAgentDesk } from '../../src/adapters/live-agent/desk.adapter.ts';
import type { Application, ConnectChat } from '../../src/application/application.ts';
import { makeApplication, type Ports, type Workers } from '../../src/application/make-application.ts';
import type { SetAsideEntry } from '../../src/application/ports/chat-store.port.ts';
import type { CrashPoint } from '../../src/application/ports/probe.port.ts';
import { type User } from '../../src/domain/channel.ts';
import { isOpen } from '../../src/domain/conversation.ts';
import { E, O, type Either } from '../../src/domain/fp.ts';
import type { Content, Message } from '../../src/domain/message.ts';
import { isOver } from '../../sandbox/salesforce/live-agent/chat.ts';
import type { Session } from '../../sandbox/salesforce/live-agent/session.ts';
import { sampleOrg } from '../../sandbox/salesforce/org.ts';
import { allTexts, policyOf } from '../support/arbitraries/policy.ts';
import { noMetrics } from '../support/no-metrics.ts';
import { makeLaws, type Breach, type Laws } from './laws.ts';
import { breakConnections, callRemote, makeFates } from './network.ts';
import { stormMs, type Action, type Fault, type Plan } from './plan.ts';
import { randomOf } from './random.ts';
import { makeRemoteDesk } from './remote-desk.ts';
import { makeRemotes } from './remotes.ts';
import { makeProcess, makeScheduler, type Process } from './scheduler.ts';
import { makeSharedStores } from './stores.ts';

export interface Outcome {
  readonly breaches: ReadonlyArray<Breach>;
  /** Chats that the desk took. */
  readonly conversations: number;
  /** Calls that went wrong, by name. */
  readonly wrong: ReadonlyArray<string>;
  /** What happened, in order; empty unless asked for. */
  readonly trace: ReadonlyArray<string>;
  readonly steps: number;
}

/** A machine: one process at a time runs on it. */
interface Slot {
  readonly index: number;
  skewMs: number;
  running?: Running | undefined;
  /** It is to die when it comes to that place so many times more. */
  doom?: { readonly point: CrashPoint; left: number; readonly restartMs: number } | undefined;
  boots: number;
}

interface Running {
  readonly process: Process;
  readonly application: Application;
  readonly workers: Workers;
  isStopping: boolean;
  requests: number;
}

const leaseMs = 15_000;
/** After the last fault everything is at rest within this time. */
const restMs = 420_000;

const points: ReadonlyArray<CrashPoint> = [
  'message-stored',
  'reserved',
  'case-made',
  'session-stored',
  'chat-requested',
  'events-received',
  'events-stored',
  'post-bound',
  'post-sent',
  'post-ticked',
  'effect-due',
  'effect-sent',
  'set-aside-stored',
  'taken-over',
];

const userOf = (provider: User['provider'], index: number): User => ({ provider, id: `u${index + 1}` });

/** Runs one world to its end, or to its first breach. The same plan gives the same run. */
export const runWorld = async (
  plan: Plan,
  options: {
    readonly traced?: boolean;
    /** Puts a defect between the application and what it is made of. */
    readonly sabotage?: (ports: Ports) => Ports;
  } = {},
): Promise<Outcome> => {
  const scheduler = makeScheduler();
  const { deployment, rates, seed } = plan;
  const fates = makeFates(scheduler, { seed, rates, only: plan.wrong });
  const users = plan.users.map(userOf);
  const trace: string[] = [];
  const note = (line: string): void => {
    if (options.traced) trace.push(`${String(scheduler.now() - 1_000).padStart(7)} ${line}`);
  };
  const policy = policyOf(
    {
      agentTextMax: deployment.agentTextMax,
      waitTimeoutMs: deployment.waitTimeoutMs,
      sendImageName: true,
    },
    deployment.allTexts ? allTexts : {},
  );
  let aside: ReadonlyArray<SetAsideEntry> = [];

  // -- the outside
  const laws: Laws = makeLaws({
    scheduler,
    policy,
    leaseMs,
    users,
    remotes: () => remotes,
    server: () => remoteDesk.server,
    setAside: () => aside,
    clocksJump: plan.faults.some((fault) => fault.do === 'jump'),
    hearsAll:
      plan.rates.poll === 0 &&
      plan.faults.length === 0 &&
      plan.actions.every((action) => action.do !== 'failover'),
    trace: note,
  });
  const remoteDesk = makeRemoteDesk(scheduler, fates, deployment, {
    leaves: (process, session, request) => {
      note(
        `${process.name}: ${request.method} ${request.url.slice(34, 90)} ${request.headers['X-LIVEAGENT-SEQUENCE'] ?? ''}`,
      );
      laws.deskLeaves(process, session, request);
    },
    arrives: laws.deskArrives,
    served: (session, request, answer) => {
      note(`desk: ${request.url.slice(34, 90)} → ${answer.status} ${answer.text.slice(0, 200)}`);
      laws.deskServed(session, request, answer);
    },
  });
  const remotes = makeRemotes(scheduler, fates, {
    leaves: laws.leaves,
    onText: laws.onText,
    trace: note,
    breach: laws.breach,
  });
  const stores = makeSharedStores(
    scheduler,
    fates,
    { seed, slow: rates.slowStore },
    {
      onAppend: laws.onAppend,
      onSettle: laws.onSettle,
      onSave: laws.onSave,
      onSetAside: (all) => {
        aside = all;
      },
      trace: note,
    },
  );

  // -- processes
  const slots: Slot[] = Array.from({ length: plan.slots }, (_, index) => ({ index, skewMs: 0, boots: 0 }));
  const flows = new Map(
    [['default', 'Help'] as const, ['sales', 'Sales'] as const].map(([key, subject]) => [
      key,
      {
        subject,
        providers: {
          whatsapp: { buttonId: sampleOrg.buttons.whatsapp },
          facebook: { buttonId: sampleOrg.buttons.facebook },
        },
      },
    ]),
  );

  const boot = (slot: Slot): void => {
    slot.boots += 1;
    const process = makeProcess(`i${slot.index}-${slot.boots}`);
    process.skewMs = slot.skewMs;
    const clock = scheduler.clockOf(process);
    const random = randomOf(seed, process.name);
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: (event: string, fields: Readonly<Record<string, unknown>> = {}) => {
        note(`${process.name}: ${event} ${JSON.stringify(fields)}`);
        if (event === 'delivery-uncertain')
          laws.onUncertain(String(fields.user), String(fields.lane ?? fields.what));
      },
      error: (event: string, fields: Readonly<Record<string, unknown>> = {}) => {
        note(`${process.name}: ${event} ${JSON.stringify(fields)}`);
        if (fields.error instanceof Error) laws.breach('nothing is thrown', fields.error.stack ?? event);
      },
    };
    const exchange = remoteDesk.exchangeOf(process);
    const desk = makeLiveAgentDesk({
      chatUrl: 'https://desk.example.com',
      apiVersion: 52,
      organizationId: sampleOrg.organizationId,
      deploymentId: sampleOrg.deploymentId,
      exchange,
      pollExchange: exchange,
      clock,
      ids: { random: random.next },
      log,
    });
    const turns = { take: async (abort: AbortSignal) => !abort.aborted };
    let ids = 0;
    const ports: Ports = {
      ...stores.portsFor(process),
      ...remotes.portsFor(process),
      desks: new Map([[desk.kind, desk]]),
      tokens: { issue: () => unused, verify: () => unused },
      credentials: { check: () => unused, knows: () => false },
      loginThrottle: { judge: async () => O.none },
      turns: { channel: turns, desk: turns },
      clock,
      ids: {
        chatId: () =>
          `${ulidTime(clock.now())}${String((ids += 1)).padStart(8, '0')}${process.name
            .toUpperCase()
            .replace(/[^0-9A-H]/gu, '')
            .padStart(8, '0')}`,
        writeId: () => `${process.name}-${(ids += 1)}`,
        random: random.next,
      },
      log,
      metrics: noMetrics,
      probe: { reached: (point) => reached(slot, process, point) },
    };
    const { application, workers } = makeApplication(options.sabotage?.(ports) ?? ports, {
      self: process.name,
      policy,
      connect: {
        flows,
        sourceFlowField: 'flow',
        phoneCodes: [],
        checkAvailability: deployment.checkAvailability,
        defaultDesk: desk.kind,
      },
      leaseMs,
      pollStartPerSecond: 500,
    });
    slot.running = { process, application, workers, isStopping: false, requests: 0 };
    note(`${process.name} starts`);
    scheduler.after(0, () => void workers.start(), process);
  };

  const kill = (slot: Slot, process: Process, restartMs: number): void => {
    if (process.state === 'dead') return;
    note(`${process.name} dies`);
    process.state = 'dead';
    breakConnections(process);
    if (slot.running?.process === process) slot.running = undefined;
    scheduler.after(restartMs, () => {
      if (slot.running === undefined) boot(slot);
    });
  };

  const reached = (slot: Slot, process: Process, point: CrashPoint): void => {
    const { doom } = slot;
    if (doom?.point !== point || process.state === 'dead' || slot.running?.process !== process) return;
    doom.left -= 1;
    if (doom.left > 0) return;
    note(`${process.name} at ${point}`);
    slot.doom = undefined;
    kill(slot, process, doom.restartMs);
  };

  const stop = async (slot: Slot, restartMs: number): Promise<void> => {
    const { running } = slot;
    if (running === undefined || running.isStopping) return;
    const { process, workers } = running;
    running.isStopping = true;
    note(`${process.name} stops`);
    const until = scheduler.now() + 5_000;
    const clock = scheduler.clockOf(process);
    while (running.requests > 0 && scheduler.now() < until)
      await new Promise<void>((done) => void clock.after(50, done));
    await workers.stop(15_000);
    kill(slot, process, restartMs);
  };

  // -- requests from outside
  let pending = 0;
  const background = (work: () => Promise<void>): void => {
    pending += 1;
    void work().finally(() => {
      pending -= 1;
    });
  };
  const wait = (ms: number): Promise<void> => new Promise((done) => void scheduler.after(ms, done));

  /** Undefined: there was no answer. */
  const request = async <A>(
    slotIndex: number,
    key: string,
    patienceMs: number,
    run: (application: Application) => Promise<A>,
  ): Promise<A | undefined> => {
    const slot = slots[slotIndex % slots.length];
    const running = slot?.running;
    if (running === undefined || running.isStopping) return wait(10).then(() => undefined);
    const { process, application } = running;
    const { fate } = fates.of('webhook', key);
    const outside = makeProcess('outside');
    const patience = new AbortController();
    const cancel = scheduler.after(patienceMs, () => patience.abort());
    const answer = await callRemote<A | undefined>(scheduler, {
      process: outside,
      fate,
      signal: patience.signal,
      fail: () => undefined,
      serve: () =>
        new Promise((resolve) => {
          const handle = async (): Promise<void> => {
            running.requests += 1;
            const done = await run(application);
            running.requests -= 1;
            // an answer that a dead process gave was none
            if (process.state !== 'dead') resolve(done);
          };
          scheduler.after(0, () => void handle(), process);
        }),
    });
    cancel();
    return answer;
  };

  const connect = (user: User, flow: string, slot: number): void =>
    background(async () => {
      const command: ConnectChat = {
        user,
        profile: {
          name: user.id,
          email: `${user.id}@example.com`,
          phoneNumber: '',
          botSlug: 'bot',
          botId: 'bot',
        },
        extraData: { flow },
      };
      for (let tries = 0; tries < 3; tries += 1) {
        const outcome = await request(slot + tries, `connect ${user.id}`, 40_000, (application) =>
          application.connectChat(command)(),
        );
        note(`${user.id} connects: ${JSON.stringify(outcome)}`);
        if (outcome !== undefined && (E.isRight(outcome) || isFinal(outcome.left._tag))) return;
        await wait(2_500);
      }
    });

  const finish = (user: User, slot: number): void =>
    background(async () => {
      for (let tries = 0; tries < 20; tries += 1) {
        const outcome: Either<{ readonly _tag: string }, void> | undefined = await request(
          slot + tries,
          `finish ${user.id}`,
          10_000,
          (application) => application.finishChat({ userId: user.id, provider: user.provider })(),
        );
        note(`${user.id} finishes: ${JSON.stringify(outcome)}`);
        if (outcome !== undefined && (E.isRight(outcome) || outcome.left._tag === 'NoOpenChat')) return;
        await wait(1_000);
      }
    });

  let written = 0;
  const write = (user: User, slot: number, kinds: Extract<Action, { do: 'write' }>['messages']): void => {
    const messages = kinds.map((kind): Message => {
      written += 1;
      const id = `${user.id}-m${String(written).padStart(4, '0')}`;
      return {
        user,
        id,
        from: kind === 'bot' ? 'bot' : 'user',
        timestamp: scheduler.wall(),
        content: contentOf(kind, id, written),
      };
    });
    background(async () => {
      for (let tries = 0; tries < 60; tries += 1) {
        const outcome = await request(slot + tries, `write ${user.id}`, 10_000, (application) =>
          application.ingestMessages(messages)(),
        );
        if (outcome !== undefined && E.isRight(outcome)) return laws.onAcknowledged(messages);
        await wait(1_500);
      }
    });
  };

  // -- the desk's side
  const lines = new Map<string, number>();
  const labels = new Map<string, string>();
  const say = (session: Session, kinds: Extract<Action, { do: 'say' }>['lines']): void => {
    if (session.state !== 'established') return;
    const label = labels.get(session.id) ?? `${session.visitorName ?? ''}|s${labels.size}|`;
    labels.set(session.id, label);
    const texts = kinds.map((kind) => {
      const count = (lines.get(session.id) ?? 0) + 1;
      lines.set(session.id, count);
      const word = `${label}a${count}`;
      if (kind === 'same') return `${label}ok`;
      if (kind === 'long') return Array.from({ length: 400 }, (_, index) => `${word}.${index}`).join(' ');
      return count % 23 === 0 ? `${word} forbidden` : word;
    });
    laws.onSay(session, texts);
    remoteDesk.desk.say(session, texts);
  };

  const sessionsOf = (user: User): ReadonlyArray<Session> =>
    Array.from(remoteDesk.server.sessions()).filter(
      ({ visitorName, state }) => visitorName === user.id && !isOver(state),
    );

  const act = (action: Action): void => {
    const user = users[action.user];
    if (user === undefined) return;
    note(`${user.id}: ${JSON.stringify(action)}`);
    if (action.do === 'connect') return connect(user, action.flow, action.slot);
    if (action.do === 'finish') return finish(user, action.slot);
    if (action.do === 'write') return write(user, action.slot, action.messages);
    const session = sessionsOf(user).at(-1);
    if (session === undefined) return;
    const { desk, server } = remoteDesk;
    switch (action.do) {
      case 'accept':
        if (session.state === 'established') return;
        desk.accept(session, 'Andrea');
        return action.greeting ? say(session, ['text']) : undefined;
      case 'say':
        return say(session, action.lines);
      case 'transfer':
        return desk.transfer(session, 'Bruno');
      case 'lose-agent':
        return desk.loseAgent(session);
      case 'typing':
        return desk.typing(session, true);
      case 'position':
        return desk.setPosition(session, session.queuePosition + 1, 70);
      case 'end':
        return desk.end(session, 'agent');
      case 'decline':
        return desk.fail(session, 'Unavailable');
      case 'expire':
        return server.expire(session, 'expired by hand');
      case 'failover':
        return failover(session);
    }
  };

  const failover = (session: Session): void => {
    session.switchAffinity();
    note(`desk: session of ${session.visitorName ?? ''} moves`);
  };

  const strike = (fault: Fault): void => {
    note(`fault: ${JSON.stringify(fault)}`);
    switch (fault.do) {
      case 'crash': {
        const slot = slots[fault.slot];
        if (slot?.running !== undefined) kill(slot, slot.running.process, fault.restartMs);
        return;
      }
      case 'crash-at': {
        const slot = slots[fault.slot];
        const point = points[fault.point];
        if (slot !== undefined && point !== undefined)
          slot.doom = { point, left: fault.nth, restartMs: fault.restartMs };
        return;
      }
      case 'stop': {
        const slot = slots[fault.slot];
        if (slot !== undefined) void stop(slot, fault.restartMs);
        return;
      }
      case 'freeze': {
        const process = slots[fault.slot]?.running?.process;
        if (process?.state !== 'running') return;
        process.state = 'frozen';
        scheduler.after(fault.forMs, () => scheduler.thaw(process));
        return;
      }
      case 'outage':
        return fates.outage(fault.of, scheduler.now() + fault.forMs);
      case 'jump':
        for (const slot of slots) {
          if (fault.slot !== 'all' && slot.index !== fault.slot) continue;
          slot.skewMs += fault.byMs;
          if (slot.running !== undefined) slot.running.process.skewMs = slot.skewMs;
        }
        return;
      case 'desk-closed': {
        const buttons = Object.values(sampleOrg.buttons);
        for (const id of buttons) remoteDesk.server.buttons.set(id, { isAvailable: false });
        scheduler.after(fault.forMs, () => remoteDesk.server.buttons.clear());
        return;
      }
      case 'block': {
        const contact = remotes.contacts.get(`u${fault.user + 1}@example.com`);
        if (contact !== undefined) contact.blocked = true;
        return;
      }
      case 'failover-all':
        for (const session of remoteDesk.server.sessions())
          if (session.init !== undefined && !isOver(session.state)) failover(session);
        return;
    }
  };

  const calm = (): void => {
    note('calm');
    fates.calm();
    for (const slot of slots) {
      slot.doom = undefined;
      if (slot.running !== undefined) scheduler.thaw(slot.running.process);
    }
  };

  // -- the run
  const isBroken = (): boolean => laws.breaches.length > 0;
  const rest = async (limitMs: number): Promise<void> => {
    const until = scheduler.now() + limitMs;
    const isAtRest = (): boolean => pending === 0 && laws.owed().length === 0;
    while (!isBroken() && scheduler.now() < until && !isAtRest())
      await scheduler.run(scheduler.now() + 1_000, isBroken);
    if (!isBroken() && !isAtRest())
      laws.breach('all comes to rest', [`pending ${pending}`, ...laws.owed()].join('; '));
  };

  // a stored time may be off by what two clocks differ
  const jumpedMs = plan.faults.reduce(
    (sum, fault) => sum + (fault.do === 'jump' ? Math.abs(fault.byMs) : 0),
    0,
  );
  for (const slot of slots) boot(slot);
  for (const action of plan.actions) scheduler.after(action.at, () => act(action));
  for (const fault of plan.faults) scheduler.after(fault.at, () => strike(fault));
  scheduler.after(stormMs, calm);
  await scheduler.run(stormMs + 1_000, isBroken);
  const limitMs = restMs + jumpedMs;
  if (!isBroken()) await rest(limitMs);
  if (!isBroken()) laws.atRest();
  for (const user of users) if (isOpen(laws.conversationOf(user)?.chat)) finish(user, 0);
  if (!isBroken()) await rest(limitMs);
  if (!isBroken()) laws.atRest();
  for (const slot of slots) if (slot.running !== undefined) slot.running.process.state = 'dead';
  remoteDesk.server.close();
  return {
    breaches: laws.breaches,
    conversations: laws.accepted(),
    wrong: fates.wrong(),
    trace,
    steps: scheduler.steps(),
  };
};

const unused = async (): Promise<never> => Promise.reject(new Error('not part of this world'));

const isFinal = (tag: string): boolean =>
  tag === 'ChatExists' || tag === 'ContactBlocked' || tag === 'ChatFinished';

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The first ten characters of a ULID. */
const ulidTime = (ms: number): string => {
  let text = '';
  for (let left = ms, place = 0; place < 10; place += 1) {
    text = (digits[left % 32] ?? '0') + text;
    left = Math.floor(left / 32);
  }
  return text;
};

const contentOf = (
  kind: Extract<Action, { do: 'write' }>['messages'][number],
  id: string,
  count: number,
): Content => {
  switch (kind) {
    case 'text':
    case 'bot':
      return { type: 'text', text: `${id}.0` };
    case 'same':
      return { type: 'text', text: 'sí' };
    case 'restart':
      return { type: 'text', text: 'restart' };
    case 'long':
      return { type: 'text', text: Array.from({ length: 60 }, (_, word) => `${id}.${word}`).join(' ') };
    case 'image':
      return {
        type: 'media',
        media: 'image',
        url: `https://media.example.com/${count % 5 === 0 ? 'gone' : 'pictures'}/${id}/`,
        ...(count % 2 === 0 ? { caption: `caption of ${id}.0` } : {}),
      };
  }
};
