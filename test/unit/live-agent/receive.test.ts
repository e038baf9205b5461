import test from 'ava';
import type { Signal } from '../../../src/adapters/live-agent/signal.ts';
import { never, samples, scriptedDesk, session } from './samples.ts';

const root = 'https://d.la1-c1-example.salesforceliveagent.com/chat/rest';

const signals = async (
  desk: ReturnType<typeof scriptedDesk>['desk'],
  times: number,
  before = session(),
): Promise<ReadonlyArray<Signal>> => {
  const told: Signal[] = [];
  for (let time = 0; time < times; time += 1) told.push((await desk.receive(before, never())) as Signal);
  return told;
};

test('a poll › acknowledges what is stored and has its own connections', async (t) => {
  const { desk, calls } = scriptedDesk([{ status: 204 }]);
  const before = session({ ack: 0 });
  await desk.receive(before, never());
  t.deepEqual(calls, [
    {
      via: 'polls',
      method: 'GET',
      url: `${root}/System/Messages?ack=0`,
      headers: {
        'X-LIVEAGENT-API-VERSION': '52',
        'X-LIVEAGENT-AFFINITY': 'efae1fa0',
        'X-LIVEAGENT-SESSION-KEY': before.key,
      },
    },
  ]);
});

test('a poll › a batch of events, the first of which is number 0', async (t) => {
  const { desk } = scriptedDesk([{ status: 200, body: samples.established }]);
  const told = await desk.receive(session(), never());
  t.like(told, { kind: 'batch', sequence: 0, offset: 1574190116, tookMs: 0 });
  const heard = desk.absorb(session(), told, 0);
  t.deepEqual(
    heard.events.map(({ type }) => type),
    ['agent-joined', 'agent-said'],
  );
});

for (const [body, kind] of [
  ['{"messages":[],"sequence":3}', 'batch'],
  ['{"messages":[],"sequence":"3"}', 'batch'],
  ['{"messages":[{}],"sequence":3,"offset":{"x":1}}', 'batch'],
  ['{"messages":[]}', 'trouble'],
  ['{"messages":[],"sequence":-1}', 'trouble'],
  ['{"messages":{},"sequence":1}', 'trouble'],
  ['{"sequence":1}', 'trouble'],
  ['null', 'trouble'],
  ['{"<html>', 'trouble'],
  ['', 'trouble'],
] as const) {
  test(`a poll › answered ${body === '' ? 'nothing' : body} is a ${kind}`, async (t) => {
    const [told] = await signals(scriptedDesk([{ status: 200, body }]).desk, 1);
    t.is(told?.kind, kind);
  });
}

test('a poll › trouble of the remote makes the pauses longer, to ten seconds', async (t) => {
  const { desk } = scriptedDesk([
    { status: 500 },
    { status: 409 },
    { _tag: 'RemoteTimeout', certain: false, detail: 'late' },
    { _tag: 'RemoteUnreachable', certain: false, detail: 'cut' },
    { status: 404 },
    { status: 200, body: '<html>' },
    { status: 429 },
    { status: 204 },
    { status: 500 },
  ]);
  const told = await signals(desk, 9);
  t.deepEqual(
    told.map((signal) => ('pauseMs' in signal ? signal.pauseMs : signal.kind)),
    [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 'nothing', 500],
  );
});

test('a poll › the pauses of one session are not those of another, and jitter shortens them', async (t) => {
  const { desk } = scriptedDesk([{ status: 500 }], { ids: { random: () => 0 } });
  await signals(desk, 3);
  const [told] = await signals(desk, 1, session({ sessionId: 'other' }));
  t.like(told, { pauseMs: 375 });
});

test('a poll › is given up three seconds after the desk should have answered', async (t) => {
  const { desk, clock } = scriptedDesk(['hang']);
  let told: unknown;
  void desk.receive(session({ pollTimeout: 40 }), never()).then((signal) => {
    told = signal;
  });
  await clock.advance(42_999);
  t.is(told, undefined);
  await clock.advance(1);
  t.like(told, { kind: 'trouble', detail: 'poll: no answer in time' });
});

test('a poll › that is told to stop stops, without a trace', async (t) => {
  const { desk, calls } = scriptedDesk(['hang']);
  const stop = new AbortController();
  const told = desk.receive(session(), stop.signal);
  stop.abort();
  t.deepEqual(await told, { kind: 'cut', generation: 0 } as never);
  t.deepEqual(await desk.receive(session(), stop.signal), { kind: 'cut', generation: 0 } as never);
  t.is(calls.length, 1);
});

test('a poll › 403 is the end of the session', async (t) => {
  const [told] = await signals(scriptedDesk([{ status: 403 }]).desk, 1);
  t.like(told, { kind: 'session-over', detail: 'poll: 403' });
});

test('a failover › is followed by the reconnect at once, unless one follows the other', async (t) => {
  const { desk } = scriptedDesk([
    { status: 503 },
    { status: 503 },
    { status: 204 },
    { status: 503, body: 'Invalid Affinity Token' },
  ]);
  const told = await signals(desk, 4);
  t.deepEqual(
    told.map((signal) => ('pauseMs' in signal ? signal.pauseMs : signal.kind)),
    [0, 1_000, 'nothing', 0],
  );
});

test('a reconnect › names the last offset and no affinity', async (t) => {
  const { desk, calls } = scriptedDesk([{ status: 200, body: samples.reconnected }]);
  const before = session({ offset: 54647226, recovery: { step: 'reconnect' } });
  const told = await desk.receive(before, never());
  t.deepEqual(calls, [
    {
      via: 'calls',
      method: 'GET',
      url: `${root}/System/ReconnectSession?ReconnectSession.offset=54647226`,
      headers: {
        'X-LIVEAGENT-API-VERSION': '52',
        'X-LIVEAGENT-AFFINITY': 'null',
        'X-LIVEAGENT-SESSION-KEY': before.key,
      },
    },
  ]);
  t.deepEqual(told, { kind: 'reconnected', generation: 0, affinity: 'b0b0cafe', resets: true } as never);
});

const reconnect = (message: unknown): string =>
  JSON.stringify({ messages: [{ type: 'ReconnectSession', message }] });

for (const [status, body, expected] of [
  [
    200,
    reconnect({ affinityToken: 'x', resetSequence: false }),
    { kind: 'reconnected', affinity: 'x', resets: false },
  ],
  [200, reconnect({ affinityToken: 'x' }), { kind: 'reconnected', resets: true }],
  [200, reconnect({ resetSequence: true }), { kind: 'trouble', pauseMs: 500 }],
  [200, '{"affinityToken":"x"}', { kind: 'trouble' }],
  [200, '<html>', { kind: 'trouble' }],
  [405, '', { kind: 'no-failover', pauseMs: 500 }],
  [403, '', { kind: 'session-over' }],
  [503, '', { kind: 'trouble', pauseMs: 500 }],
  [500, '', { kind: 'trouble', pauseMs: 500 }],
] as const) {
  test(`a reconnect › answered ${status} ${body} is ${JSON.stringify(expected)}`, async (t) => {
    const { desk } = scriptedDesk([{ status, body }]);
    const [told] = await signals(desk, 1, session({ recovery: { step: 'reconnect' } }));
    t.like(told, expected);
  });
}

test('a reconnect › that hangs is tried again', async (t) => {
  const { desk, clock } = scriptedDesk(['hang'], { callTimeoutMs: 5_000 });
  const told = desk.receive(session({ recovery: { step: 'reconnect' } }), never());
  await clock.advance(5_000);
  t.like(await told, { kind: 'trouble', pauseMs: 500 });
});

test('the session data › is polled for from the beginning', async (t) => {
  const { desk, calls } = scriptedDesk([{ status: 204 }]);
  const recovery = { step: 'session-data', since: 0, renumbered: true } as const;
  await desk.receive(session({ affinity: 'b0b0cafe', recovery }), never());
  t.is(calls[0]?.url, `${root}/System/Messages?ack=-1`);
  t.is(calls[0]?.headers['X-LIVEAGENT-AFFINITY'], 'b0b0cafe');
});

test('a resync › names the organization and carries no number', async (t) => {
  const { desk, calls } = scriptedDesk([{ status: 200 }, { status: 503 }, { status: 400 }]);
  const before = session({ recovery: { step: 'resync' } });
  const told = await signals(desk, 3, before);
  t.deepEqual(
    told.map(({ kind }) => kind),
    ['resynced', 'affinity-lost', 'out-of-step'],
  );
  t.is(calls[0]?.url, `${root}/Chasitor/ChasitorResyncState`);
  t.is(calls[0]?.method, 'POST');
  t.is(calls[0]?.body, '{"organizationId":"00D000000000001"}');
  t.is(calls[0]?.headers['X-LIVEAGENT-SEQUENCE'], undefined);
  t.is(calls[0]?.headers['Content-Type'], 'application/json');
});
