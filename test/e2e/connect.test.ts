import test from 'ava';
import { E, O } from '../../src/domain/fp.ts';
import { tokens } from '../../src/main/tokens.ts';
import { chatOf, facebookConnect, talk, until, user, withService } from './support/conversations.ts';

test('two connects at the same instant › one case, one session, one 200, one 409', async (t) => {
  const service = await withService(t);
  const { salesforce } = service.sandbox;
  const answers = await Promise.all([service.connect(), service.connect()]);
  t.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
  t.deepEqual(answers.find(({ status }) => status === 409)?.body, {
    ErrorDescription: 'could not create chat in salesforce : session exists with this userID',
  });
  t.is(salesforce.records.list('Case').length, 1);
  t.is(salesforce.requests.to('chat', 'System/SessionId').length, 1);
});

test('a new person › a contact and a case are made as the document says', async (t) => {
  const service = await withService(t, {
    env: {
      SFC_CUSTOM_FIELDS_CASE: 'address:Address__c,order_traking_id:Order__c',
      SFC_CUSTOM_FIELDS_CONTACT: 'address:Address__c',
    },
  });
  const { records, org } = service.sandbox.salesforce;
  t.is((await service.connect()).status, 200);
  const [contact] = records.list('Contact');
  t.like(contact, {
    FirstName: 'Contacto Bot - ',
    LastName: 'Eduardo Ochoa',
    Email: 'ochoa@example.com',
    MobilePhone: '7331175599',
    Address__c: 'Calle Andres Figueroa 10 B, col. 20 de Noviembre',
  });
  const [made] = records.list('Case');
  t.like(made, {
    ContactId: contact?.Id,
    Subject: 'Pedido en línea',
    Description: 'Caso levantado por el Bot : Pedido en línea',
    Origin: 'whatsapp',
    Priority: 'Medium',
    Status: 'Nuevo',
    OwnerId: org.queueId,
    Order__c: '1225222565',
  });
});

test('a known person › is found by email, and no contact is made', async (t) => {
  const service = await withService(t);
  const { records } = service.sandbox.salesforce;
  records.addContact({ LastName: 'Ochoa', Email: 'ochoa@example.com' });
  t.is((await service.connect()).status, 200);
  t.is(records.list('Contact').length, 1);
});

test('a known person with a warm login › three round trips, case and session at the same time', async (t) => {
  const service = await withService(t);
  const { salesforce } = service.sandbox;
  const chat = await talk(service);
  salesforce.agents.end(chat);
  await until(
    () => chatOf(service),
    ({ state }) => state === 'ended',
  );
  const before = salesforce.requests.total;
  t.is((await service.connect()).status, 200);
  const calls = salesforce.requests
    .list()
    .slice(before)
    .map(({ path }) => path.replace(/^.*\//u, ''))
    .filter((name) => name !== 'Messages');
  t.is(calls[0], 'composite');
  t.deepEqual(calls.slice(1, 3).sort(), ['Case', 'SessionId']);
  t.deepEqual(calls.slice(3), ['ChasitorInit']);
});

test('a blocked contact › 422, nothing created, the bot goes on in its blocked state', async (t) => {
  const service = await withService(t, { env: { SFC_BLOCKED_CHAT_FIELD: 'true' } });
  const { records } = service.sandbox.salesforce;
  const { id } = records.addContact({ LastName: 'Ochoa', Email: 'ochoa@example.com' }) as { id?: string };
  records.blockContact(id ?? (records.list('Contact')[0]?.Id as string));
  const answer = await service.connect();
  t.is(answer.status, 422);
  t.deepEqual(answer.body, {
    ErrorDescription: 'could not create chat in salesforce: this contact is blocked',
  });
  t.is(records.list('Case').length, 0);
  await service.sandbox.yalo.botStates.waitFor(({ state }) => state === 'from-sf-blocked');
  t.like(await chatOf(service), { state: 'failed', reason: 'blocked' });
});

test('nobody available, asked first › 503, nothing created', async (t) => {
  const service = await withService(t, { env: { SFC_CHECK_AVAILABILITY: 'true' } });
  const { agents, org, records } = service.sandbox.salesforce;
  agents.setAvailability(org.buttons.whatsapp, { isAvailable: false });
  const answer = await service.connect();
  t.is(answer.status, 503);
  t.deepEqual(answer.body, { ErrorDescription: 'could not create chat in salesforce : no agents available' });
  t.deepEqual([records.list('Contact').length, records.list('Case').length], [0, 0]);
  t.like(await chatOf(service), { state: 'failed', reason: 'no-agents' });
});

test('a connect that fails after its case › the next one uses that case', async (t) => {
  const service = await withService(t);
  const { faults, records } = service.sandbox.salesforce;
  faults.add({ kind: 'status', status: 500, server: 'chat', path: '*/System/SessionId' });
  const failed = await service.connect();
  t.is(failed.status, 502);
  t.deepEqual(failed.body, { ErrorDescription: 'could not create chat in salesforce : chat session' });
  t.like(await chatOf(service), { state: 'failed', reason: 'connect-failed' });
  t.is((await service.connect()).status, 200);
  t.is(records.list('Case').length, 1);
  t.is(service.sandbox.salesforce.agents.chats()[0]?.caseId, records.list('Case')[0]?.Id);
});

test('the answer to the case is lost › the next connect finds it, and makes no other', async (t) => {
  const service = await withService(t);
  const { faults, records } = service.sandbox.salesforce;
  faults.add({ kind: 'reset-after', server: 'data', path: '*/sobjects/Case' });
  const failed = await service.connect();
  t.is(failed.status, 503);
  t.deepEqual(failed.body, { ErrorDescription: 'could not create chat in salesforce : case creation' });
  t.is((await service.connect()).status, 200);
  t.is(records.list('Case').length, 1);
});

test('the session expires before it is used › one new one, once', async (t) => {
  const service = await withService(t);
  const { faults, requests } = service.sandbox.salesforce;
  faults.add({ kind: 'status', status: 403, server: 'chat', path: '*/Chasitor/ChasitorInit' });
  t.is((await service.connect()).status, 200);
  t.is(requests.to('chat', 'System/SessionId').length, 2);
  faults.add({ kind: 'status', status: 403, server: 'chat', path: '*/Chasitor/ChasitorInit', times: 2 });
  const answer = await service.connect(facebookConnect);
  t.is(answer.status, 502);
  t.deepEqual(answer.body, { ErrorDescription: 'could not create chat in salesforce : chat request' });
});

test('finished while it is being created › 409, the case stays, no session is left', async (t) => {
  const service = await withService(t);
  const { faults, records, agents, requests } = service.sandbox.salesforce;
  faults.add({ kind: 'slow', delayMs: 1000, server: 'data', path: '*/sobjects/Case' });
  const connecting = service.connect();
  await requests.waitFor(({ path }) => path.endsWith('/sobjects/Case'));
  t.is((await service.call('DELETE', `/v1/chat/finish/${user}`)).status, 200);
  const answer = await connecting;
  t.is(answer.status, 409);
  t.deepEqual(answer.body, { ErrorDescription: 'could not create chat in salesforce : chat was finished' });
  t.is(requests.to('chat', 'Chasitor/ChasitorInit').length, 0);
  t.is((await service.connect()).status, 200);
  t.is(records.list('Case').length, 1);
  t.is(agents.chats(({ state }) => state === 'queued' || state === 'requested').length, 1);
});

test('finished while the chat is being asked for › ChatEnd, 409, and no other session', async (t) => {
  const service = await withService(t);
  const { faults, agents, requests } = service.sandbox.salesforce;
  faults.add({ kind: 'slow', delayMs: 2_000, server: 'chat', path: '*/ChasitorInit' });
  const connecting = service.connect();
  await requests.waitFor(({ path }) => path.endsWith('/ChasitorInit'));
  t.is((await service.call('DELETE', `/v1/chat/finish/${user}`)).status, 200);
  const answer = await connecting;
  t.is(answer.status, 409);
  t.deepEqual(answer.body, { ErrorDescription: 'could not create chat in salesforce : chat was finished' });
  await agents.waitFor(await agents.waitForChat(() => true), ({ state }) => state === 'ended');
  t.is(requests.to('chat', 'System/SessionId').length, 1);
  t.deepEqual(
    agents.chats().map(({ state, endReason }) => [state, endReason]),
    [['ended', 'client']],
  );
  t.deepEqual(agents.violations.list(), []);
});

test('finished, and the desk refuses the session then › 409, and no other session', async (t) => {
  const service = await withService(t);
  const { faults, requests } = service.sandbox.salesforce;
  faults.add({ kind: 'status', status: 403, delayMs: 2_000, server: 'chat', path: '*/ChasitorInit' });
  const connecting = service.connect();
  await requests.waitFor(({ path }) => path.endsWith('/ChasitorInit'));
  t.is((await service.call('DELETE', `/v1/chat/finish/${user}`)).status, 200);
  t.is((await connecting).status, 409);
  t.is(requests.to('chat', 'System/SessionId').length, 1);
});

test('the answer to the chat request is lost › the chat is ended, not forgotten', async (t) => {
  const service = await withService(t);
  const { faults, agents } = service.sandbox.salesforce;
  faults.add({ kind: 'reset-after', server: 'chat', path: '*/ChasitorInit' });
  t.is((await service.connect()).status, 503);
  const chat = await agents.waitForChat(() => true);
  await agents.waitFor(chat, ({ state }) => state === 'ended');
  t.is(chat.endReason, 'client');
});

test('the session of a chat › is known by its name, for the titles of files', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { chatStore } = service.container().resolve(tokens.stores);
  const stored = await chatStore.load({ provider: 'whatsapp', id: user })();
  if (E.isLeft(stored) || O.isNone(stored.right)) return t.fail('nothing is stored');
  const [lanes] = Object.values(stored.right.value.conversation.lanes.chats);
  t.is(lanes?.desk?.sessionId, chat.id);
});

test('a login that asks for patience › 503 with as much', async (t) => {
  const service = await withService(t);
  const { faults } = service.sandbox.salesforce;
  faults.add({ kind: 'status', status: 429, server: 'login', headers: { 'Retry-After': '17' } });
  const answer = await service.connect();
  t.is(answer.status, 503);
  t.is(answer.headers.get('retry-after'), '17');
  t.deepEqual(answer.body, { ErrorDescription: 'could not create chat in salesforce : login' });
});

const overLimit = {
  kind: 'status',
  status: 403,
  body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
} as const;

for (const [what, fault, status, step] of [
  ['the limit of the org at the login', { ...overLimit, server: 'login' }, 503, 'login'],
  [
    'the limit of the org at the case',
    { ...overLimit, server: 'data', path: '*/Case' },
    503,
    'case creation',
  ],
  [
    'the limit of the org at the session',
    { ...overLimit, server: 'chat', path: '*/System/SessionId' },
    503,
    'chat session',
  ],
  [
    'the limit of the org at the request',
    { ...overLimit, server: 'chat', path: '*/ChasitorInit' },
    503,
    'chat request',
  ],
  [
    'a wrong login',
    { kind: 'status', status: 400, server: 'login', body: { error: 'invalid_grant' } },
    502,
    'login',
  ],
  [
    'a search that fails',
    { kind: 'status', status: 500, server: 'data', path: '*/composite' },
    502,
    'contact search',
  ],
  [
    'a full desk',
    { kind: 'status', status: 503, server: 'chat', path: '*/System/SessionId' },
    503,
    'chat session',
  ],
  [
    'an overloaded org',
    { kind: 'status', status: 429, server: 'data', path: '*/sobjects/Case' },
    503,
    'case creation',
  ],
  [
    'a broken connection',
    { kind: 'reset-before', server: 'chat', path: '*/ChasitorInit' },
    503,
    'chat request',
  ],
  ['garbage', { kind: 'garbage', server: 'data', path: '*/sobjects/Contact' }, 502, 'contact creation'],
] as const) {
  test(`connect against ${what} › ${status} ${step}`, async (t) => {
    const service = await withService(t);
    service.sandbox.salesforce.faults.add({ ...fault, times: 'forever' });
    const answer = await service.connect();
    t.is(answer.status, status);
    t.deepEqual(answer.body, { ErrorDescription: `could not create chat in salesforce : ${step}` });
    if (status === 503) t.truthy(answer.headers.get('retry-after'));
    t.like(await chatOf(service), { state: 'failed', reason: 'connect-failed' });
    await service.sandbox.yalo.botStates.waitFor(({ state }) => state === 'from-sf-timeout');
  });
}

test('a step that hangs › 504 when the time is over', async (t) => {
  const service = await withService(t, { env: { CONNECT_TIMEOUT: '5s' } });
  t.is((await service.connect(facebookConnect)).status, 200, 'the login is warm');
  service.sandbox.salesforce.faults.add({
    kind: 'hang',
    server: 'data',
    path: '*/composite',
    times: 'forever',
  });
  const answer = await service.connect();
  t.is(answer.status, 504);
  t.deepEqual(answer.body, { ErrorDescription: 'could not create chat in salesforce : contact search' });
  t.like(await chatOf(service), { state: 'failed', reason: 'connect-timeout' });
});

test('an expired token › is renewed once, and nobody notices', async (t) => {
  const service = await withService(t);
  const { faults, requests } = service.sandbox.salesforce;
  t.is((await service.connect()).status, 200);
  faults.add({ kind: 'trigger', trigger: 'expire-tokens', server: 'data', path: '*/composite' });
  t.is((await service.connect(facebookConnect)).status, 200);
  t.is(requests.to('login').length, 2);
});

test('a flow without a button for that channel › the chat fails at once, and the bot goes on', async (t) => {
  const flows = 'default={"subject":"Help","providers":{"whatsapp":{"button_id":"573000000000001"}}}';
  const service = await withService(t, { env: { SFC_SOURCE_FLOW_BOT: flows } });
  const { connect, sandbox } = service;
  const answer = await connect({ ...facebookConnect });
  t.is(answer.status, 502);
  t.deepEqual(answer.body, { ErrorDescription: 'could not create chat in salesforce : chat session' });
  t.like(await chatOf(service, facebookConnect.userID), { state: 'failed', reason: 'connect-failed' });
  t.is(sandbox.salesforce.agents.chats().length, 0);
});

test('finished four times at once › one 200', async (t) => {
  const service = await withService(t);
  await talk(service);
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => service.call('DELETE', `/v1/chat/finish/${user}`)),
  );
  t.deepEqual(answers.map(({ status }) => status).sort(), [200, 404, 404, 404]);
});
