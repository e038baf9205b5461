import test from 'ava';
import { E } from '../../../src/domain/fp.ts';
import { makePods } from '../../../src/adapters/live-agent/pods.ts';
import { never, samples, scriptedDesk, session, settings } from './samples.ts';

const button = '573000000000001';
const results = (...items: ReadonlyArray<unknown>): string =>
  JSON.stringify({ messages: [{ type: 'Availability', message: { results: items } }] });
const switchTo = (newUrl: unknown): string =>
  JSON.stringify({ messages: [{ type: 'SwitchServer', message: { newUrl } }] });

test('availability › needs no session, and ids of 15 characters', async (t) => {
  const { desk, calls } = scriptedDesk([{ status: 200, body: samples.available }], {
    organizationId: '00D000000000001AAA',
  });
  t.deepEqual(await desk.available(button, never())(), E.right(true));
  t.deepEqual(calls, [
    {
      via: 'calls',
      method: 'GET',
      url: `${settings.chatUrl}/chat/rest/Visitor/Availability?org_id=00D000000000001&deployment_id=572000000000001&Availability.ids=${button}`,
      headers: { 'X-LIVEAGENT-API-VERSION': '52' },
    },
  ]);
});

for (const [body, expected] of [
  [results({ id: button, isAvailable: true, estimatedWaitTime: 6 }), E.right(true)],
  [results({ id: button }), E.right(false)],
  [results({ id: button, isAvailable: 'true' }), E.right(false)],
  [results({ id: '573000000000002', isAvailable: true }), E.right(false)],
  [results('x', null, { id: `${button}AAA`, isAvailable: true }), E.right(true)],
  [results(), E.right(false)],
] as const) {
  test(`availability › ${body.slice(57, -4)}`, async (t) => {
    const { desk } = scriptedDesk([{ status: 200, body }]);
    t.deepEqual(await desk.available(button, never())(), expected);
  });
}

for (const body of ['', '{}', '{"messages":[]}', '{"messages":[{"type":"Settings","message":{}}]}']) {
  test(`availability › nothing can be said by ${body === '' ? 'an empty answer' : body}`, async (t) => {
    const { desk } = scriptedDesk([{ status: 200, body }]);
    t.like(await desk.available(button, never())(), { left: { _tag: 'RemoteError', status: 200 } });
  });
}

test('SwitchServer › the question is repeated there, and sessions are opened there from then on', async (t) => {
  const { desk, calls } = scriptedDesk([
    { status: 200, body: switchTo('https://d.la9-c2-example.salesforceliveagent.com/chat/rest/') },
    { status: 200, body: samples.available },
    { status: 200, body: samples.sessionId },
    { status: 204 },
  ]);
  t.deepEqual(await desk.available(button, never())(), E.right(true));
  const opened = await desk.openSession(never())();
  t.like(opened, { right: { pod: 'https://d.la9-c2-example.salesforceliveagent.com' } });
  if (E.isRight(opened)) await desk.receive(opened.right, never());
  t.deepEqual(
    calls.slice(1).map(({ url }) => new URL(url).host),
    Array(3).fill('d.la9-c2-example.salesforceliveagent.com'),
  );
});

test('SwitchServer › a running session stays on its pod', async (t) => {
  const { desk, calls } = scriptedDesk([
    { status: 200, body: switchTo('https://d.la9-c2-example.salesforceliveagent.com') },
    { status: 200, body: samples.available },
    { status: 204 },
  ]);
  await desk.available(button, never())();
  await desk.receive(session(), never());
  t.is(calls[2]?.url, `${settings.chatUrl}/chat/rest/System/Messages?ack=-1`);
});

test('SwitchServer › to a foreign host is refused and logged', async (t) => {
  const { desk, calls, logged } = scriptedDesk([{ status: 200, body: switchTo('https://evil.example.net') }]);
  t.like(await desk.available(button, never())(), { left: { _tag: 'RemoteError' } });
  t.is(calls.length, 1);
  t.deepEqual(logged, ['live-agent-pod-refused']);
});

test('SwitchServer › pods that send from one to the other are left', async (t) => {
  const to = (pod: number) => ({
    status: 200,
    body: switchTo(`https://d.la${pod}.salesforceliveagent.com`),
  });
  const { desk, calls } = scriptedDesk([to(1), to(2), to(1), to(2), to(1)]);
  t.like(await desk.available(button, never())(), { left: { _tag: 'RemoteError' } });
  t.is(calls.length, 3);
});

for (const [home, target, allowed] of [
  ['https://d.la1.salesforceliveagent.com', 'https://d.la2.salesforceliveagent.com/chat', true],
  ['https://d.la1.salesforceliveagent.com', 'http://d.la2.salesforceliveagent.com', false],
  ['https://d.la1.salesforceliveagent.com', 'https://salesforceliveagent.com.evil.example', false],
  ['https://d.la1.salesforceliveagent.com', 'https://notsalesforceliveagent.com', false],
  ['https://chat1.desk.example.com', 'https://chat2.desk.example.com', true],
  ['https://chat1.desk.example.com', 'https://d.la2.salesforceliveagent.com', true],
  ['https://chat1.desk.example.com', 'https://example.com', false],
  ['https://example.com', 'https://other.com', false],
  ['http://127.0.0.1:4001', 'http://127.0.0.1:4002/chat/rest', true],
  ['http://127.0.0.1:4001', 'http://8.0.0.1:4002', false],
  ['https://chat1.desk.example.com', 'https://user:word@chat2.desk.example.com', false],
  ['https://chat1.desk.example.com', 'nonsense', false],
] as const) {
  test(`SwitchServer › from ${home} to ${target} is ${allowed ? 'followed' : 'refused'}`, (t) => {
    const pods = makePods(home, { info: () => undefined, warn: () => undefined });
    t.is(pods.moveTo(target) !== undefined, allowed);
    t.is(pods.current() !== home, allowed);
    t.is(pods.of(target) !== home, allowed);
  });
}
