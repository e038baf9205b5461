import type { ExecutionContext } from 'ava';
import { instanceCachingFactory } from 'tsyringe';
import type { ChatView } from '../../../sandbox/salesforce/live-agent/chat.ts';
import type { TimerSource } from '../../../sandbox/support/timers.ts';
import { makeHttpClient, type HttpClient } from '../../../src/adapters/shared/http-client.ts';
import { tokens } from '../../../src/main/tokens.ts';
import { makeVirtualClock, type VirtualClock } from '../../support/virtual-clock.ts';
import { startTestService, type Answer, type TestService } from './service.ts';

/** The service and the desk by a time that passes as the test wants it: hours in seconds. */
export interface HoursService extends TestService {
  readonly clock: VirtualClock;
  /** Lets time pass until it is so; fails after so much of it. */
  readonly passUntil: (what: string, isSo: () => boolean, atMostMs: number) => Promise<void>;
  /** Connected, accepted by Andrea, and introduced. */
  readonly talk: (changes?: Readonly<Record<string, unknown>>) => Promise<ChatView>;
  /** Connected, and queued. */
  readonly ask: (changes?: Readonly<Record<string, unknown>>) => Promise<ChatView>;
}

export const minute = 60_000;
export const hour = 60 * minute;

/** Steps in which time passes while something is waited for, ms. */
const step = 250;

const timersOf = (clock: VirtualClock): TimerSource => {
  const cancels = new Map<NodeJS.Timeout, () => void>();
  return {
    set: (work, ms) => {
      // nobody looks into it: it is but a name
      const timer = {} as NodeJS.Timeout;
      const run = (): void => {
        cancels.delete(timer);
        work();
      };
      cancels.set(timer, clock.after(ms, run));
      return timer;
    },
    clear: (timer) => {
      cancels.get(timer)?.();
      cancels.delete(timer);
    },
  };
};

/** A client that knows how many of its calls are not answered. */
const makeCountingClient = (clock: VirtualClock): HttpClient & { readonly inFlight: () => number } => {
  const client = makeHttpClient({ maxSockets: Infinity, maxAnswerBytes: 4 * 1024 * 1024, clock });
  let inFlight = 0;
  const counted = async <A>(call: Promise<A>): Promise<A> => {
    inFlight += 1;
    return call.finally(() => {
      inFlight -= 1;
    });
  };
  return {
    exchange: (...call) => counted(client.exchange(...call)),
    post: (...call) => counted(client.post(...call)),
    close: client.close,
    inFlight: () => inFlight,
  };
};

export const startHours = async (
  t: ExecutionContext,
  options: Parameters<typeof startTestService>[0] = {},
): Promise<HoursService> => {
  const running: { service?: TestService; calls?: () => number; polls?: () => number } = {};
  /** Calls are answered without any timer; polls wait at the desk for events or for its time. */
  const isQuiet = (): boolean => {
    const { service, calls, polls } = running;
    const waiting = service?.sandbox.salesforce.agents.chats(({ polling }) => polling).length ?? 0;
    return (calls?.() ?? 0) === 0 && (polls?.() ?? 0) === waiting;
  };
  const clock = makeVirtualClock(undefined, isQuiet);
  const service = await startTestService({
    ...options,
    sandbox: { ...options.sandbox, timers: timersOf(clock) },
    prepare: (container) => {
      container.registerInstance(tokens.clock, clock);
      const calls = makeCountingClient(clock);
      const polls = makeCountingClient(clock);
      running.calls = calls.inFlight;
      running.polls = polls.inFlight;
      container.register(tokens.calls, { useFactory: instanceCachingFactory(() => calls) });
      container.register(tokens.relay, { useFactory: instanceCachingFactory(() => calls) });
      container.register(tokens.polls, { useFactory: instanceCachingFactory(() => polls) });
      options.prepare?.(container);
    },
  });
  running.service = service;
  const { agents } = service.sandbox.salesforce;

  /** What is awaited may need some time to pass. */
  const meanwhile = async <A>(work: Promise<A>): Promise<A> => {
    let over = false;
    const done = work.finally(() => {
      over = true;
    });
    while (!over) await clock.advance(step);
    return done;
  };
  t.teardown(() => meanwhile(service.stop()));

  const passUntil = async (what: string, isSo: () => boolean, atMostMs: number): Promise<void> => {
    for (let passed = 0; !isSo(); passed += step) {
      if (passed > atMostMs) throw new Error(`not within ${atMostMs} ms: ${what}`);
      await clock.advance(step);
    }
  };

  const ask = async (changes: Readonly<Record<string, unknown>> = {}): Promise<ChatView> => {
    const before = new Set(agents.chats().map(({ id }) => id));
    const answer: Answer = await meanwhile(service.connect(changes));
    if (answer.status !== 200) throw new Error(`connect: ${answer.status} ${JSON.stringify(answer.body)}`);
    const [chat] = agents.chats(({ id }) => !before.has(id));
    if (chat === undefined) throw new Error('the desk has no chat');
    return chat;
  };

  return {
    ...service,
    clock,
    passUntil,
    ask,
    talk: async (changes) => {
      const chat = await ask(changes);
      await passUntil('the chat is queued', () => chat.state === 'queued', minute);
      agents.accept(chat, 'Andrea');
      const isIntroduced = (): boolean => chat.transcript.some(({ text }) => text.startsWith('Hola soy '));
      await passUntil('the agent is greeted', isIntroduced, minute);
      return chat;
    },
  };
};
