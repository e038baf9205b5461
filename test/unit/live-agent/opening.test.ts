import test from 'ava';
import { E } from '../../../src/domain/fp.ts';
import { scriptedDesk, never, samples, session } from './samples.ts';

const chat = {
  provider: 'whatsapp',
  buttonId: '573000000000001',
  visitorName: 'Ana P.',
  caseId: '500000000000001',
  contactId: '003000000000001',
} as const;

const overLimit = '[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"too many"}]';

test('a session › is asked for without a session, and begins before the first batch and post', async (t) => {
  const { desk, calls } = scriptedDesk([{ status: 200, body: samples.sessionId }]);
  const opened = await desk.openSession(never())();
  t.deepEqual(calls, [
    {
      via: 'calls',
      method: 'GET',
      url: 'https://d.la1-c1-example.salesforceliveagent.com/chat/rest/System/SessionId',
      headers: { 'X-LIVEAGENT-API-VERSION': '52', 'X-LIVEAGENT-AFFINITY': 'null' },
    },
  ]);
  t.deepEqual(
    opened,
    E.right(
      session({
        key: '5503f854-0203-4324-8ed5-f793a367426f!1764090000000!dQw4w9WgXcQ/abc+def=',
        requested: false,
        bare: true,
        next: 1,
      }),
    ),
  );
});

for (const [told, pollTimeout] of [
  [undefined, 40],
  ['50', 50],
  [0, 40],
  [100_000, 300],
] as const) {
  test(`a session › a clientPollTimeout of ${told} is taken as ${pollTimeout} s`, async (t) => {
    const body = JSON.stringify({ id: 'i', key: 'k', affinityToken: 'a', clientPollTimeout: told });
    const opened = await scriptedDesk([{ status: 200, body }]).desk.openSession(never())();
    t.like(opened, { right: { pollTimeout } });
  });
}

test('a session › whose secrets could not be sent back is no session', async (t) => {
  const body = JSON.stringify({ id: 'i', key: 'k\r\nX-Evil: 1', affinityToken: 'a' });
  t.like(await scriptedDesk([{ status: 200, body }]).desk.openSession(never())(), {
    left: { _tag: 'RemoteError', status: 200 },
  });
});

test('a session › nobody waits for it longer than the deadline of a call', async (t) => {
  const { desk, clock } = scriptedDesk(['hang'], { callTimeoutMs: 5_000 });
  const opened = desk.openSession(never())();
  await clock.advance(5_000);
  t.like(await opened, { left: { _tag: 'RemoteTimeout' } });
});

test('a chat request › has exactly the body of the earlier integration, and is the first post', async (t) => {
  const { desk, calls } = scriptedDesk([{ status: 200, body: 'OK' }]);
  const bare = session({ requested: false, next: 1 });
  const taken = await desk.requestChat(bare, chat, never())();
  const detail = (label: string, value: string) => ({
    label,
    value,
    displayToAgent: true,
    transcriptFields: [label],
  });
  const entity = (entityName: string, label: string) => ({
    entityName,
    linkToEntityName: entityName,
    linkToEntityField: 'Id',
    saveToTranscript: entityName,
    showOnCreate: true,
    entityFieldsMaps: [{ fieldName: 'Id', label, doFind: true, isExactMatch: true, doCreate: false }],
  });
  t.is(calls.length, 1);
  t.deepEqual(calls[0]?.headers, {
    'X-LIVEAGENT-API-VERSION': '52',
    'X-LIVEAGENT-AFFINITY': bare.affinity,
    'X-LIVEAGENT-SESSION-KEY': bare.key,
    'X-LIVEAGENT-SEQUENCE': '1',
    'Content-Type': 'application/json',
  });
  t.deepEqual(JSON.parse(calls[0]?.body ?? ''), {
    organizationId: '00D000000000001',
    deploymentId: '572000000000001',
    buttonId: '573000000000001',
    sessionId: bare.sessionId,
    userAgent: 'Yalo Bot',
    language: 'es-MX',
    screenResolution: '1900x1080',
    visitorName: 'Ana P.',
    prechatDetails: [detail('CaseId', chat.caseId), detail('ContactId', chat.contactId)],
    prechatEntities: [entity('Case', 'CaseId'), entity('Contact', 'ContactId')],
    buttonOverrides: [],
    receiveQueueUpdates: true,
    isPost: true,
  });
  t.deepEqual(taken, E.right(undefined));
  t.deepEqual(desk.requested(bare), { ...bare, requested: true, next: 2 });
});

test('a chat request › taken after the end of its session was bound leaves the end bound, to the number after it', (t) => {
  const { desk } = scriptedDesk([]);
  const bare = session({ requested: false, next: 1 });
  const prepared = desk.prepare(bare, [{ kind: 'end' }], 0);
  if (!prepared.ready) return t.fail('not bound');
  const taken = desk.requested(prepared.state);
  t.deepEqual(taken, { ...bare, requested: true, next: 2, head: { kind: 'end' } });
  t.is(desk.requested(taken), taken);
});

for (const [status, body, expected] of [
  [202, '', { _tag: 'Right' }],
  [409, samples.outOfSync(1, 1), { _tag: 'Right' }],
  [403, 'Session required but was invalid or not found', { left: { _tag: 'SessionExpired' } }],
  [503, 'Invalid Affinity Token', { left: { _tag: 'RemoteBusy', certain: true } }],
  [
    400,
    '{"message":"no","details":[{"property":"visitorName","message":"Ana"}]}',
    { left: { _tag: 'RemoteRefused', detail: 'chat request: 400 (visitorName)' } },
  ],
  [500, '', { left: { _tag: 'RemoteError', certain: false } }],
  [408, '', { left: { _tag: 'RemoteError', certain: false, status: 408 } }],
  [403, overLimit, { left: { _tag: 'RemoteBusy', certain: true } }],
] as const) {
  test(`a chat request › answered ${status} ${body.slice(0, 12)}`, async (t) => {
    const { desk } = scriptedDesk([{ status, body }]);
    t.like(await desk.requestChat(session({ requested: false, next: 1 }), chat, never())(), expected);
  });
}

test('opening › a session has its name at the desk, and may have a chat once its request may leave', async (t) => {
  const { desk } = scriptedDesk([{ status: 200, body: samples.sessionId }]);
  const opened = await desk.openSession(never())();
  if (E.isLeft(opened)) return t.fail(opened.left.detail);
  t.is(desk.sessionId(opened.right), '5503f854-0203-4324-8ed5-f793a367426f');
  t.like(opened.right, { bare: true });
  t.false('bare' in (desk.requesting(opened.right) as object));
  t.false('bare' in (desk.requested(opened.right) as object));
});

test('opening › the limit of the org is a failure of its step', async (t) => {
  const { desk } = scriptedDesk([{ status: 403, body: overLimit }]);
  t.like(await desk.openSession(never())(), { left: { _tag: 'RemoteBusy', certain: true } });
  t.like(await desk.available('573', never())(), { left: { _tag: 'RemoteBusy', certain: true } });
});

test('opening › a 503 is a failure of its step, with what the desk says of the time', async (t) => {
  const { desk } = scriptedDesk([{ status: 503 }]);
  t.like(await desk.openSession(never())(), { left: { _tag: 'RemoteBusy', certain: true } });
});
