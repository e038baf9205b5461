import test from 'ava';
import type { AgentDesk } from '../../src/application/ports/agent-desk.port.ts';
import { E } from '../../src/domain/fp.ts';
import { agentDeskContract } from './agent-desk.suite.ts';
import { checkContract } from './check.ts';
import { joiningDesk, type JoiningState } from './joining-desk.ts';
import { wind } from './wind.ts';

type Change = (desk: AgentDesk) => Partial<AgentDesk>;

/** What is said of that desk; nothing: it keeps these promises. */
const complaint = (change: Change, only = ''): Promise<string> =>
  checkContract(
    agentDeskContract.filter(({ title }) => title.includes(only)),
    joiningDesk(change),
  ).then(
    () => '',
    ({ message }: AggregateError) => message,
  );

test.serial('desk contract › passes a desk that joins posts', async (t) => {
  t.is(await complaint(() => ({})), '');
});

const broken: Readonly<Record<string, readonly [Change, RegExp]>> = {
  'covers more than it says': [
    ({ prepare }) => ({
      prepare: (...args) => {
        const prepared = prepare(...args);
        return prepared.ready ? { ...prepared, covers: 1 } : prepared;
      },
    }),
    /posts arrive in their order/u,
  ],
  'gives the number of what was given up to the next post': [
    () => ({
      drop: (state) => {
        const { head: _gone, ...rest } = state as JoiningState;
        return rest;
      },
    }),
    /the next one is not taken for a repeat of it/u,
  ],
  'calls every session the same': [
    () => ({ sessionId: () => 'session' }),
    /two sessions do not share an id/u,
  ],
  'requests a chat by a session that is gone': [
    ({ requestChat }) => ({
      requestChat:
        (...args) =>
        async () => {
          await requestChat(...args)();
          return E.right(undefined);
        },
    }),
    /not requested by a session that the desk does not know/u,
  ],
  'rejects in receive': [
    () => ({ receive: () => Promise.reject(new Error('fetch failed')) }),
    /receive: never rejects: .*; it threw: fetch failed/u,
  ],
  'rejects in send': [
    () => ({ send: () => Promise.reject(new Error('fetch failed')) }),
    /send: never rejects: .*; it threw: fetch failed/u,
  ],
  'rejects in openSession': [
    () => ({ openSession: () => () => Promise.reject(new Error('fetch failed')) }),
    /openSession: failures are answered as data: .*; it threw: fetch failed/u,
  ],
};

for (const [title, [change, said]] of Object.entries(broken))
  test.serial(`desk contract › fails a desk that ${title}`, async (t) => {
    t.regex(await complaint(change), said);
  });

const never = (): Promise<never> => new Promise(() => undefined);
const talk = 'hearing › the request is accepted';

// these take their time: by a clock that is wound
const slow: Readonly<Record<string, readonly [Change, string, RegExp]>> = {
  'never answers a receive': [() => ({ receive: never }), talk, /receive: no answer within 30 s/u],
  'never answers a send': [() => ({ send: never }), 'saying › posts arrive', /send: no answer within 30 s/u],
  'never answers a request': [
    () => ({ requestChat: () => never }),
    talk,
    /requestChat: no answer within 30/u,
  ],
  'goes on after an abort': [
    ({ receive }) => ({ receive: (state) => receive(state, new AbortController().signal) }),
    'a receive that is told to stop',
    /receive ends within 5 s of its abort/u,
  ],
  'loses an event': [
    ({ absorb }) => ({
      absorb: (...args) => {
        const absorbed = absorb(...args);
        return { ...absorbed, events: absorbed.events.slice(0, 1) };
      },
    }),
    talk,
    /never told: agent-said; only request-accepted/u,
  ],
};

for (const [title, [change, only, said]] of Object.entries(slow))
  test.serial(`desk contract › within a minute fails a desk that ${title}`, async (t) => {
    const { answer, seconds } = await wind(() => complaint(change, only));
    t.regex(answer ?? '', said);
    t.true(seconds <= 60, `after ${seconds} s`);
  });
