import test from 'ava';
import { E } from '../../../src/domain/fp.ts';
import type { DeskPost } from '../../../src/application/ports/agent-desk.port.ts';
import type { SessionState } from '../../../src/adapters/live-agent/state.ts';
import { digest } from '../../../src/adapters/live-agent/transcript.ts';
import { end, never, samples, scriptedDesk, session, text } from './samples.ts';

type Answers = Parameters<typeof scriptedDesk>[0];

/** Binds, sends and settles once. */
const post = async (before: SessionState, what: DeskPost, answers: Answers) => {
  const { desk, calls } = scriptedDesk(answers);
  const bound = desk.prepare(before, [what], 0);
  if (!bound.ready) throw new Error('not ready');
  const settled = desk.settle(bound.state, await desk.send(bound.state, never()), 0);
  return { ...settled, state: settled.state as SessionState, bound: bound.state as SessionState, calls };
};

test('a post › is stored under its number before it is sent', async (t) => {
  const { bound, calls, state, outcome } = await post(session(), text('hola'), [{ status: 200 }]);
  t.deepEqual(bound, session({ head: text('hola') }));
  t.is(calls[0]?.via, 'texts');
  t.is(calls[0]?.url, 'https://d.la1-c1-example.salesforceliveagent.com/chat/rest/Chasitor/ChatMessage');
  t.is(calls[0]?.body, '{"text":"hola"}');
  t.like(calls[0]?.headers, { 'X-LIVEAGENT-SEQUENCE': '2', 'Content-Type': 'application/json' });
  t.deepEqual(outcome, { outcome: 'delivered' });
  t.deepEqual(state, session({ next: 3, posted: [digest('hola')], postedCount: 1 }));
});

test('a post › one leaves at a time, and a bound one stays bound', (t) => {
  const { desk } = scriptedDesk([]);
  t.deepEqual(desk.prepare(session(), [], 0), { ready: false });
  const first = desk.prepare(session(), [text('uno'), text('dos')], 0);
  t.like(first, { ready: true, covers: 1, state: { head: text('uno') } });
  t.deepEqual(desk.prepare(session({ head: text('uno') }), [text('dos')], 0), first);
});

test('a post › without an outcome is sent again under the same number', async (t) => {
  for (const answer of [
    { status: 500 },
    { status: 502, body: '<html>' },
    { status: 409 },
    { status: 408 },
    { _tag: 'RemoteTimeout', certain: false, detail: 'late' },
    { _tag: 'RemoteUnreachable', certain: false, detail: 'cut' },
  ] as const) {
    const { state, outcome, bound } = await post(session(), text('hola'), [answer]);
    t.is(outcome.outcome, 'unknown');
    t.is(state, bound);
  }
});

test('a post › that surely did not arrive is sent again', async (t) => {
  for (const answer of [
    { status: 429 },
    { status: 401 },
    { _tag: 'RemoteUnreachable', certain: true, detail: 'no connection' },
    { _tag: 'RemoteBusy', certain: true, retryAfterMs: 700, detail: 'limit' },
  ] as const) {
    const { state, outcome, bound } = await post(session(), text('hola'), [answer]);
    t.is(outcome.outcome, 'again');
    t.is(state, bound);
  }
});

test('a post › that the desk refuses keeps its number to itself', async (t) => {
  const body = '{"message":"no","details":[{"property":"text","message":"hola"}]}';
  const { state, outcome } = await post(session(), text('hola'), [{ status: 400, body }]);
  t.deepEqual(outcome, { outcome: 'refused', detail: 'text to the agent: 400 (text)' });
  const given = scriptedDesk([]).desk.drop(state) as SessionState;
  t.deepEqual(given, session({ next: 3, posted: [`?${digest('hola')}`], postedCount: 1 }));
  t.is(scriptedDesk([]).desk.drop(given), given);
});

for (const [last, next, outcome] of [
  [2, 3, { outcome: 'delivered' }],
  [0, 1, { outcome: 'again', detail: 'text to the agent: 409', pauseMs: 0 }],
  [4, 5, { outcome: 'delivered', uncertain: true }],
  [1, 2, { outcome: 'again', detail: 'text to the agent: 409' }],
] as const) {
  test(`a post › number 2 after ${last}, says the desk: ${JSON.stringify(outcome)}`, async (t) => {
    const body = samples.outOfSync(2, last);
    const settled = await post(session(), text('hola'), [{ status: 409, body }]);
    t.deepEqual(settled.outcome, outcome);
    t.is(settled.state.next, next);
    t.deepEqual(settled.state.head, outcome.outcome === 'again' ? text('hola') : undefined);
    t.deepEqual(
      settled.state.posted,
      {
        2: [digest('hola')],
        4: [`?${digest('hola')}`],
        0: [],
        1: [],
      }[last] as string[],
    );
  });
}

test('a post › after one that was given up takes the following number, and the desk repairs it', async (t) => {
  const { desk } = scriptedDesk([]);
  const given = desk.drop(session({ head: text('uno') })) as SessionState;
  const body = samples.outOfSync(3, 1);
  const { state, calls } = await post(given, text('dos'), [{ status: 409, body }]);
  t.is(calls[0]?.headers['X-LIVEAGENT-SEQUENCE'], '3');
  t.like(state, { next: 2, head: text('dos') });
});

test('a failover › met by a post waits for the reconnect', async (t) => {
  const { state, outcome, interrupt } = await post(session(), text('hola'), [
    { status: 503, body: 'Invalid Affinity Token' },
  ]);
  t.deepEqual(outcome, { outcome: 'again', detail: 'text to the agent: 503', pauseMs: 0 });
  t.true(interrupt);
  t.deepEqual(state, session({ head: text('hola'), recovery: { step: 'reconnect' } }));
  t.deepEqual(scriptedDesk([]).desk.prepare(state, [text('hola')], 0), { ready: false });
});

test('a failover › a 503 of another kind leaves the outcome open', async (t) => {
  const { state, outcome, interrupt } = await post(session(), text('hola'), [{ status: 503 }]);
  t.is(outcome.outcome, 'unknown');
  t.true(interrupt);
  t.deepEqual(state.recovery, { step: 'reconnect' });
});

test('a failover › is told once', async (t) => {
  const before = session({ head: text('hola') });
  const { desk } = scriptedDesk([{ status: 503, body: 'Invalid Affinity Token' }]);
  const known = { ...before, recovery: { step: 'reconnect' } } as const;
  const settled = desk.settle(known, await desk.send(before, never()), 0);
  t.false(settled.interrupt);
  t.is(settled.state, known);
});

test('a post › answered when its session has moved on changes nothing', async (t) => {
  const before = session({ head: text('hola') });
  const { desk } = scriptedDesk([{ status: 200 }]);
  const answer = await desk.send(before, never());
  for (const now of [
    session({ generation: 1, next: 2, head: text('hola') }),
    session({ generation: 1, next: 2, head: end }),
    session({ next: 3, head: text('otra') }),
    session({ next: 3 }),
  ]) {
    const settled = desk.settle(now, answer, 0);
    t.is(settled.state, now);
    t.is(settled.outcome.outcome, 'again');
  }
});

test('a post › that got a 403 before its session was reached anew, or while it is, is sent again', async (t) => {
  for (const head of [text('hola'), end]) {
    const { desk } = scriptedDesk([{ status: 403 }]);
    const answer = await desk.send(session({ head }), never());
    for (const now of [
      session({ generation: 1, next: 1, head }),
      session({ head, recovery: { step: 'reconnect' } }),
    ]) {
      const settled = desk.settle(now, answer, 0);
      t.is(settled.state, now);
      t.is(settled.outcome.outcome, 'again');
    }
  }
});

test('a post › over the limit of the org is no end of the session: it waits as asked, a minute at most, else as after any failure', async (t) => {
  const body = '[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]';
  const { outcome } = await post(session(), text('hola'), [{ status: 403, body }]);
  // no pause of its own: the lane's back-off
  t.deepEqual(outcome, { outcome: 'again', detail: 'text to the agent: 403' });
  const busy = { _tag: 'RemoteBusy', certain: true, retryAfterMs: 3_600_000, detail: 'limit' } as const;
  t.like((await post(session(), text('hola'), [busy])).outcome, { outcome: 'again', pauseMs: 60_000 });
});

test('a post › to a session that is gone', async (t) => {
  const { outcome } = await post(session(), text('hola'), [{ status: 403 }]);
  t.deepEqual(outcome, { outcome: 'session-over', detail: 'text to the agent: 403' });
});

test('the end › is posted with its reason, unlimited, and a 403 means that it is done', async (t) => {
  const { calls, state, outcome } = await post(session(), end, [{ status: 403 }]);
  t.is(calls[0]?.via, 'calls');
  t.regex(calls[0]?.url ?? '', /Chasitor\/ChatEnd$/u);
  t.is(calls[0]?.body, '{"reason":"client"}');
  t.is(calls[0]?.headers['X-LIVEAGENT-SEQUENCE'], '2');
  t.deepEqual(outcome, { outcome: 'delivered' });
  t.deepEqual(state, session({ next: 3 }));
});

const chat = 'https://d.la1-c1-example.salesforceliveagent.com/chat/rest';
const dropped = (key: string): string => `DELETE ${chat}/System/SessionId/${encodeURIComponent(key)}`;
const ended = `POST ${chat}/Chasitor/ChatEnd`;

test('the end › of a session that surely asked for nothing drops it', async (t) => {
  const bare = session({ requested: false, bare: true, next: 1 });
  for (const status of [200, 204, 403, 405]) {
    const { calls, outcome } = await post(bare, end, [{ status }]);
    t.deepEqual(
      calls.map(({ method, url }) => `${method} ${url}`),
      [dropped(bare.key)],
    );
    t.deepEqual(outcome, { outcome: 'delivered' });
  }
});

for (const [what, answers, calls, outcome] of [
  ['was taken', [{ status: 200 }], 1, 'delivered'],
  ['was taken, and the session is gone', [{ status: 403 }], 1, 'delivered'],
  ['was not taken', [{ status: 409, body: samples.outOfSync(2, 0) }, { status: 200 }], 2, 'delivered'],
  ['was not taken, says another desk', [{ status: 400 }, { status: 404 }], 2, 'delivered'],
  ['cannot be told in a failover', [{ status: 503, body: 'Invalid Affinity Token' }], 2, 'unknown'],
  ['cannot be told', [{ status: 500 }], 1, 'unknown'],
  [
    'cannot be told by a conflict',
    [{ status: 409, body: samples.outOfSync(2, 0) }, { status: 409 }],
    2,
    'unknown',
  ],
] as const) {
  test(`the end › of a session whose request ${what}`, async (t) => {
    const doubtful = session({ requested: false, next: 1 });
    const done = await post(doubtful, end, answers);
    t.deepEqual(
      done.calls.map(({ method, url }) => `${method} ${url}`),
      [ended, dropped(doubtful.key)].slice(0, calls),
    );
    t.is(done.calls[0]?.headers['X-LIVEAGENT-SEQUENCE'], '2');
    t.is(done.calls[0]?.body, '{"reason":"client"}');
    t.is(done.outcome.outcome, outcome);
  });
}

test('the end › of a session waits for the answer to its request', async (t) => {
  const { desk, calls, clock } = scriptedDesk(['hang', { status: 200 }], { callTimeoutMs: 1_000 });
  const doubtful = session({ requested: false, next: 1, head: end });
  const chat = {
    provider: 'whatsapp',
    buttonId: 'b',
    visitorName: 'Ana',
    caseId: 'c',
    contactId: 'd',
  } as const;
  const asked = desk.requestChat(doubtful, chat, never())();
  const ending = desk.send(doubtful, never());
  const hasty = new AbortController();
  const hurried = desk.send(doubtful, hasty.signal);
  await clock.advance(500);
  hasty.abort();
  t.like(await hurried, { result: { kind: 'not-taken' } });
  t.is(calls.length, 1);
  await clock.advance(500);
  await asked;
  t.like(await ending, { result: { kind: 'not-taken', pauseMs: 0 } }, 'the caller decides anew');
  t.is(calls.length, 1);
  t.like(await desk.send(doubtful, never()), { result: { kind: 'taken' } });
  t.regex(calls[1]?.url ?? '', /Chasitor\/ChatEnd$/u);
});

test('posts › keep a distance in which the console cannot mix them up', async (t) => {
  const { desk, clock, calls } = scriptedDesk([{ status: 200 }]);
  await desk.send(session({ head: text('uno') }), never());
  const second = desk.send(session({ next: 3, head: text('dos') }), never());
  t.is(calls.length, 1);
  await desk.send(session({ sessionId: 'other', head: text('x') }), never());
  t.is(calls.length, 2);
  await clock.advance(15);
  await second;
  t.is(calls.length, 3);
});

test('posts › end by the deadline of a call, or when they are told to stop', async (t) => {
  const { desk, clock, calls } = scriptedDesk(['hang'], { callTimeoutMs: 1_000 });
  const late = desk.send(session({ head: text('uno') }), never());
  await clock.advance(0);
  await clock.advance(1_000);
  t.like(await late, { result: { kind: 'unknown' } });
  const stop = new AbortController();
  const stopped = desk.send(session({ sessionId: 'other', head: text('uno') }), stop.signal);
  await clock.advance(1);
  stop.abort();
  t.like(await stopped, { result: { kind: 'unknown' } });
  t.like(await desk.send(session({ head: text('uno') }), stop.signal), { result: { kind: 'not-taken' } });
  t.is(calls.length, 2);
});

test('a stored state › is taken back, and one that is none is not', (t) => {
  const { desk } = scriptedDesk([]);
  const full = session({
    head: text('hola'),
    offset: 5,
    recovery: { step: 'reconnect', resume: { step: 'session-data', since: 1, renumbered: true } },
    told: { lines: ['a'], until: 2 },
  });
  t.deepEqual(desk.restore(JSON.parse(JSON.stringify({ ...full, more: 1 }))), E.right(full));
  for (const wrong of [undefined, null, 'x', {}, { ...full, next: 'x' }, { ...full, key: 'a\nb' }]) {
    const restored = desk.restore(wrong);
    t.true(E.isLeft(restored));
    if (E.isLeft(restored)) t.false(restored.left.includes('secret'));
  }
});

test('a stored state › is small however long the talk was', (t) => {
  const { desk } = scriptedDesk([]);
  let state = session({ head: text('x'.repeat(4_000)) });
  for (let posts = 0; posts < 100; posts += 1) {
    const settled = desk.settle(state, { generation: 0, number: state.next, result: { kind: 'taken' } }, 0);
    state = { ...(settled.state as SessionState), head: text('x'.repeat(4_000)) };
  }
  const heard = desk.absorb(
    state,
    {
      kind: 'batch',
      generation: 0,
      sequence: 0,
      tookMs: 1,
      messages: Array(100).fill({ type: 'ChatMessage', message: { text: 'y'.repeat(9_000) } }),
    },
    0,
  );
  t.true(JSON.stringify(heard.state).length < 6 * 1024);
});
