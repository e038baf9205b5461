import { E, type Either } from '../../../src/domain/fp.ts';
import type { RemoteFailure } from '../../../src/application/ports/errors.ts';
import type { Exchange } from '../../../src/adapters/live-agent/exchange.ts';
import { type LiveAgentOptions, makeLiveAgentDesk } from '../../../src/adapters/live-agent/desk.adapter.ts';
import type { Signal } from '../../../src/adapters/live-agent/signal.ts';
import type { SessionState } from '../../../src/adapters/live-agent/state.ts';
import { digest } from '../../../src/adapters/live-agent/transcript.ts';
import { makeTestClock, type TestClock } from '../../contract/clock.ts';

export const settings = {
  chatUrl: 'https://d.la1-c1-example.salesforceliveagent.com',
  apiVersion: 52,
  organizationId: '00D000000000001',
  deploymentId: '572000000000001',
};

/** Answers as they were seen on the wire (names invented). */
export const samples = {
  sessionId: JSON.stringify({
    id: '5503f854-0203-4324-8ed5-f793a367426f',
    key: '5503f854-0203-4324-8ed5-f793a367426f!1764090000000!dQw4w9WgXcQ/abc+def=',
    affinityToken: 'efae1fa0',
    clientPollTimeout: 40,
  }),
  established: JSON.stringify({
    messages: [
      {
        type: 'ChatEstablished',
        message: {
          name: 'Andrea L.',
          userId: '0050000000001AA',
          items: [],
          sneakPeekEnabled: false,
          chasitorIdleTimeout: { isEnabled: true, warningTime: 60, timeout: 120 },
        },
      },
      {
        type: 'ChatMessage',
        message: {
          text: 'Hola',
          name: 'Andrea L.',
          agentId: '0050000000001AA',
          schedule: { responseDelayMilliseconds: 0.0 },
        },
      },
    ],
    sequence: 0,
    offset: 1574190116,
  }),
  reconnected: JSON.stringify({
    messages: [{ type: 'ReconnectSession', message: { resetSequence: true, affinityToken: 'b0b0cafe' } }],
  }),
  available: JSON.stringify({
    messages: [
      { type: 'Availability', message: { results: [{ id: '573000000000001', isAvailable: true }] } },
    ],
  }),
  outOfSync: (sent: number, last: number): string => `Out of sync Ack. Expected ${sent}. Actual ${last}`,
};

/** A running session: ChasitorInit was number 1. */
export const session = (more: Partial<SessionState> = {}): SessionState => ({
  sessionId: '5503f854-0203-4324-8ed5-f793a367426f',
  key: '5503f854-0203-4324-8ed5-f793a367426f!1764090000000!secret',
  affinity: 'efae1fa0',
  pollTimeout: 40,
  requested: true,
  generation: 0,
  ack: -1,
  next: 2,
  got: [],
  gotCount: 0,
  gotLast: 0,
  posted: [],
  postedCount: 0,
  ...more,
});

/** As if these had been heard and posted. */
export const talked = (
  got: ReadonlyArray<string>,
  posted: ReadonlyArray<string>,
  more: Partial<SessionState> = {},
): SessionState =>
  session({
    got: got.map(digest).slice(-30),
    gotCount: got.length,
    posted: posted.map(digest).slice(-30),
    postedCount: posted.length,
    next: posted.length + 2,
    ...more,
  });

export const text = (words: string) => ({ kind: 'text', text: words }) as const;
export const end = { kind: 'end' } as const;

export const said = (words: string) => ({ type: 'ChatMessage', message: { text: words, name: 'Andrea L.' } });

export const batch = (
  messages: ReadonlyArray<unknown>,
  more: { readonly sequence?: number; readonly offset?: number; readonly generation?: number } = {},
): Signal => ({ kind: 'batch', generation: 0, sequence: 0, tookMs: 5, messages, ...more });

export const line = (type: 'Agent' | 'Chasitor' | 'OperatorTransferred', content: string) => ({
  type,
  name: 'x',
  content,
  timestamp: 1764090000000,
});

export const sessionData = (...chatMessages: ReadonlyArray<unknown>) => ({
  type: 'ChasitorSessionData',
  message: { queuePosition: 0, geoLocation: {}, url: '', sneakPeekEnabled: false, chatMessages },
});

/** In the step in which the transcript is awaited, one generation on. */
export const reached = (before: SessionState, renumbered = true): SessionState => ({
  ...before,
  generation: 1,
  ack: -1,
  affinity: 'b0b0cafe',
  next: renumbered ? 1 : before.next,
  recovery: { step: 'session-data', since: 0, renumbered },
});

type Scripted = { readonly status: number; readonly body?: string } | RemoteFailure | 'hang';

export interface World {
  readonly desk: ReturnType<typeof makeLiveAgentDesk>;
  readonly clock: TestClock;
  /** In the order in which they were sent; `via`: which exchange. */
  readonly calls: ReadonlyArray<{ readonly via: string } & Parameters<Exchange>[1]>;
  readonly logged: ReadonlyArray<string>;
}

const answered = (scripted: Scripted): ReturnType<Exchange> | undefined => {
  if (scripted === 'hang') return undefined;
  const answer: Either<RemoteFailure, { status: number; text: string }> =
    '_tag' in scripted ? E.left(scripted) : E.right({ status: scripted.status, text: scripted.body ?? '' });
  return Promise.resolve(answer);
};

/** A desk whose remote gives these answers, one after the other; the last one for ever. */
export const scriptedDesk = (
  answers: ReadonlyArray<Scripted>,
  more: Partial<LiveAgentOptions> = {},
): World => {
  const clock = makeTestClock();
  const calls: ({ via: string } & Parameters<Exchange>[1])[] = [];
  const logged: string[] = [];
  const exchange =
    (via: string): Exchange =>
    (what, request, deadline) => {
      const scripted = answers[Math.min(calls.length, answers.length - 1)] ?? 'hang';
      calls.push({ via, ...request });
      const late = (): ReturnType<Exchange> =>
        Promise.resolve(
          E.left({ _tag: 'RemoteTimeout', certain: false, detail: `${what}: no answer in time` }),
        );
      if (deadline.aborted) return late();
      return (
        answered(scripted) ??
        new Promise((resolve) => deadline.addEventListener('abort', () => resolve(late()), { once: true }))
      );
    };
  const desk = makeLiveAgentDesk({
    ...settings,
    exchange: exchange('calls'),
    textExchange: exchange('texts'),
    pollExchange: exchange('polls'),
    clock,
    ids: { random: () => 1 },
    log: {
      info: (event) => void logged.push(event),
      warn: (event) => void logged.push(event),
    },
    ...more,
  });
  return { desk, clock, calls, logged };
};

export const never = (): AbortSignal => new AbortController().signal;
