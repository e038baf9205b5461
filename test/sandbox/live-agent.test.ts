import test from 'ava';
import { type Batch, types, Visitor } from './visitor.ts';
import { withSandbox } from './with-sandbox.ts';

test('a chat › goes from request to end, each batch with the next number from 0', async (t) => {
  const sandbox = await withSandbox(t);
  const { agents } = sandbox.salesforce;
  const visitor = new Visitor(sandbox);
  await visitor.request();
  const first = await visitor.batch(-1);
  t.deepEqual([types(first), first.sequence], [['ChatRequestSuccess'], 0]);
  agents.setPosition(visitor.id, 2, 90);
  agents.accept(visitor.id, 'Lucía', 'Bienvenida');
  const second = await visitor.batch(0);
  t.deepEqual(types(second), ['QueueUpdate', 'ChatEstablished', 'ChatMessage']);
  t.is(second.sequence, 1);
  t.true(second.offset > first.offset);
  t.is((await visitor.say('Buenas tardes')).status, 200);
  t.is((await agents.waitForText(visitor.id, 'Buenas tardes')).from, 'visitor');
  agents.end(visitor.id);
  const third = await visitor.batch(1);
  t.deepEqual(third.messages, [{ type: 'ChatEnded', message: { reason: 'agent' } }]);
  t.is((await visitor.poll(2)).status, 403);
  t.is((await visitor.say('¿Hola?')).status, 403);
  t.deepEqual(agents.violations.list(), []);
});

test('a poll › waits for an event and gets several texts in one batch', async (t) => {
  const sandbox = await withSandbox(t);
  const { agents } = sandbox.salesforce;
  const visitor = new Visitor(sandbox);
  await visitor.request();
  agents.accept(visitor.id);
  await visitor.batch(-1);
  const waiting = visitor.batch(0);
  await sandbox.salesforce.agents.waitForPoll(visitor.id);
  agents.say(visitor.id, ['uno', 'dos']);
  t.deepEqual(
    (await waiting).messages.map(({ message }) => message.text),
    ['uno', 'dos'],
  );
});

test('a poll › answers 204 after its hold time', async (t) => {
  const sandbox = await withSandbox(t, { liveAgent: { pollHoldMs: 30 } });
  const visitor = new Visitor(sandbox);
  await visitor.request();
  await visitor.batch(-1);
  t.is((await visitor.poll(0)).status, 204);
});

test('a batch › comes again, the same, until it is acknowledged', async (t) => {
  const sandbox = await withSandbox(t);
  const visitor = new Visitor(sandbox);
  await visitor.request();
  const first = await visitor.batch(-1);
  sandbox.salesforce.agents.accept(visitor.id);
  t.deepEqual(await visitor.batch(-1), first);
  t.is(sandbox.salesforce.agents.find(visitor.id)?.redelivered, 1);
  t.deepEqual(types(await visitor.batch(0)), ['ChatEstablished']);
});

test('a batch › that was lost on its way comes again', async (t) => {
  const sandbox = await withSandbox(t);
  const { agents, faults } = sandbox.salesforce;
  const visitor = new Visitor(sandbox);
  await visitor.request();
  faults.add({ path: '*/System/Messages', kind: 'reset-after' });
  await t.throwsAsync(visitor.poll(-1));
  t.deepEqual(types(await visitor.batch(-1)), ['ChatRequestSuccess']);
  t.is(agents.find(visitor.id)?.redelivered, 1);
});

test('a client without acks › gets each event once', async (t) => {
  const sandbox = await withSandbox(t, { liveAgent: { pollHoldMs: 20 } });
  const visitor = new Visitor(sandbox);
  await visitor.request();
  t.is((await visitor.poll()).status, 200);
  t.is((await visitor.poll()).status, 204);
});

test('an ack that was never given out › is noted as a violation', async (t) => {
  const sandbox = await withSandbox(t, { liveAgent: { pollHoldMs: 20 } });
  const visitor = new Visitor(sandbox);
  await visitor.request();
  await visitor.batch(-1);
  await visitor.poll(7);
  t.deepEqual(
    sandbox.salesforce.agents.violations.list().map(({ rule }) => rule),
    ['ack-unknown'],
  );
});

test('a second poll › is refused with 409 and the chat lives', async (t) => {
  const sandbox = await withSandbox(t, { liveAgent: { pollHoldMs: 1_500 } });
  const visitor = new Visitor(sandbox);
  await visitor.request();
  await visitor.batch(-1);
  const waiting = visitor.poll(0);
  await sandbox.salesforce.agents.waitForPoll(visitor.id);
  t.is((await visitor.poll(0)).status, 409);
  t.is((await waiting).status, 204);
  t.is(sandbox.salesforce.agents.find(visitor.id)?.state, 'queued');
});

test('a second poll › ends the chat where the desk is strict', async (t) => {
  const sandbox = await withSandbox(t, { liveAgent: { secondPoll: 'end-chat' } });
  const visitor = new Visitor(sandbox);
  await visitor.request();
  await visitor.batch(-1);
  const waiting = visitor.poll(0);
  await sandbox.salesforce.agents.waitForPoll(visitor.id);
  t.is((await visitor.poll(0)).status, 409);
  t.is((await waiting).status, 403);
  t.is((await visitor.poll(0)).status, 403);
});

test('a poll whose caller hangs up › makes room for the next one, and loses nothing', async (t) => {
  const sandbox = await withSandbox(t);
  const { agents, requests } = sandbox.salesforce;
  const visitor = new Visitor(sandbox);
  await visitor.request();
  await visitor.batch(-1);
  const abort = new AbortController();
  const hungUp = visitor.poll(0, abort.signal);
  await agents.waitForPoll(visitor.id);
  abort.abort();
  await t.throwsAsync(hungUp);
  await requests.waitFor(({ gone }) => gone === true);
  agents.accept(visitor.id);
  t.deepEqual(types(await visitor.batch(0)), ['ChatEstablished']);
});

test('a number › must be the next one; the same again is swallowed', async (t) => {
  const sandbox = await withSandbox(t);
  const { agents } = sandbox.salesforce;
  const visitor = new Visitor(sandbox);
  await visitor.request();
  agents.accept(visitor.id);
  await visitor.say('uno');
  t.is((await visitor.post('Chasitor/ChatMessage', { text: 'uno' }, 2)).status, 200);
  const ahead = await visitor.post('Chasitor/ChatMessage', { text: 'tres' }, 9);
  t.is(ahead.status, 409);
  t.is(await ahead.text(), 'Out of sync Ack. Expected 9. Actual 2');
  const chat = agents.find(visitor.id);
  t.is(chat?.duplicates, 1);
  t.deepEqual(
    chat?.transcript.map(({ text }) => text),
    ['uno'],
  );
});

test('ChasitorInit › must have the number 1', async (t) => {
  const sandbox = await withSandbox(t);
  const visitor = new Visitor(sandbox);
  await visitor.open();
  const response = await visitor.post('Chasitor/ChasitorInit', visitor.initBody(), 2);
  t.is(await response.text(), 'Out of sync Ack. Expected 2. Actual 0');
  t.is((await visitor.post('Chasitor/ChasitorInit', visitor.initBody(), 1)).status, 200);
});

for (const [title, change] of [
  ['another organization', { organizationId: '00D000000000009' }],
  ['no list of details', { prechatDetails: null }],
  ['a detail without a value', { prechatDetails: [{ label: 'CaseId', value: '', transcriptFields: [] }] }],
  ['an entity map that names no detail', { prechatDetails: [] }],
  ['no visitor', { visitorName: '' }],
  ['another session', { sessionId: 'other' }],
  ['a button that is none', { buttonId: '500000000000001' }],
] as const) {
  test(`ChasitorInit › with ${title} gets 400 with details, and takes no number`, async (t) => {
    const sandbox = await withSandbox(t);
    const visitor = new Visitor(sandbox);
    await visitor.open();
    const response = await visitor.post('Chasitor/ChasitorInit', { ...visitor.initBody(), ...change });
    t.is(response.status, 400);
    const body = (await response.json()) as { details: ReadonlyArray<{ property: string }> };
    t.true(body.details.length > 0);
    t.is((await visitor.post('Chasitor/ChasitorInit', visitor.initBody(), 1)).status, 200);
  });
}

test('ChasitorInit › that is late finds its session gone', async (t) => {
  const sandbox = await withSandbox(t, { liveAgent: { initTimeoutMs: 20 } });
  const visitor = new Visitor(sandbox);
  await visitor.open();
  await sandbox.salesforce.agents.changes.waitFor(({ kind }) => kind === 'expired');
  t.is((await visitor.post('Chasitor/ChasitorInit', visitor.initBody())).status, 403);
});

test('ChatEnd › needs its reason, and is answered by one more event', async (t) => {
  const sandbox = await withSandbox(t);
  const visitor = new Visitor(sandbox);
  await visitor.request();
  await visitor.batch(-1);
  t.is((await visitor.post('Chasitor/ChatEnd', {})).status, 400);
  t.is((await visitor.post('Chasitor/ChatEnd', { reason: 'clienttimeout' })).status, 400);
  t.is((await visitor.post('Chasitor/ChatEnd', { reason: 'client' })).status, 200);
  t.deepEqual((await visitor.batch(0)).messages, [{ type: 'ChatEnded', message: { reason: 'client' } }]);
  t.is((await visitor.poll(1)).status, 403);
});

test('a body without a JSON media type › is refused', async (t) => {
  const sandbox = await withSandbox(t);
  const visitor = new Visitor(sandbox);
  await visitor.request();
  const response = await visitor.call('POST', 'Chasitor/ChasitorTyping', {
    body: '{}',
    contentType: 'text/plain',
    sequence: 2,
  });
  t.is(response.status, 400);
});

test('headers › a wrong key is 403, a wrong affinity 503, no version 400', async (t) => {
  const sandbox = await withSandbox(t);
  const visitor = new Visitor(sandbox);
  await visitor.request();
  t.is((await visitor.call('GET', 'System/Messages?ack=-1', { affinity: 'feedbeef' })).status, 503);
  visitor.key = `${visitor.id}!0!forged`;
  t.is((await visitor.poll(-1)).status, 403);
  t.is((await fetch(`${sandbox.salesforce.chatUrl}/chat/rest/System/SessionId`)).status, 400);
});

test('a chat that nobody polls › expires, and is 403 from then on', async (t) => {
  const sandbox = await withSandbox(t, { liveAgent: { connectionTimeoutMs: 40 } });
  const visitor = new Visitor(sandbox);
  await visitor.open();
  await visitor.post('Chasitor/ChasitorInit', visitor.initBody());
  await sandbox.salesforce.agents.waitFor(visitor.id, ({ state }) => state === 'expired');
  t.is((await visitor.poll(-1)).status, 403);
});

test('a chat whose poll waits › does not expire', async (t) => {
  const sandbox = await withSandbox(t, { liveAgent: { connectionTimeoutMs: 1_000, pollHoldMs: 1_500 } });
  const visitor = new Visitor(sandbox);
  await visitor.request();
  await visitor.batch(-1);
  t.is((await visitor.poll(0)).status, 204);
  t.is(sandbox.salesforce.agents.find(visitor.id)?.state, 'queued');
});

test('a desk without agents › fails the request by an event, after the 200', async (t) => {
  const sandbox = await withSandbox(t);
  sandbox.salesforce.agents.setAvailability(sandbox.salesforce.org.buttons.whatsapp, { isAvailable: false });
  const visitor = new Visitor(sandbox);
  await visitor.open();
  t.is((await visitor.post('Chasitor/ChasitorInit', visitor.initBody())).status, 200);
  const batch: Batch = await visitor.batch(-1);
  t.like(batch.messages[0], { type: 'ChatRequestFail', message: { reason: 'Unavailable' } });
});

test('Availability › leaves isAvailable out when it is false', async (t) => {
  const sandbox = await withSandbox(t);
  const { org, agents, chatUrl } = sandbox.salesforce;
  agents.setAvailability(org.buttons.facebook, { isAvailable: false, estimatedWaitTime: 40 });
  const ids = encodeURIComponent(`[${org.buttons.whatsapp},${org.buttons.facebook}]`);
  const query = `org_id=${org.organizationId}&deployment_id=${org.deploymentId}&Availability.ids=${ids}`;
  const response = await fetch(
    `${chatUrl}/chat/rest/Visitor/Availability?${query}&Availability.needEstimatedWaitTime=1`,
    { headers: { 'X-LIVEAGENT-API-VERSION': '52' } },
  );
  t.deepEqual(((await response.json()) as Batch).messages[0]?.message.results, [
    { id: org.buttons.whatsapp, isAvailable: true, estimatedWaitTime: -1 },
    { id: org.buttons.facebook, estimatedWaitTime: 40 },
  ]);
});

test('Visitor calls › are sent to another pod when asked to', async (t) => {
  const sandbox = await withSandbox(t, {
    liveAgent: { switchServer: 'https://other.example.com/chat/rest' },
  });
  const { org, chatUrl } = sandbox.salesforce;
  const response = await fetch(
    `${chatUrl}/chat/rest/Visitor/Availability?org_id=${org.organizationId}&deployment_id=${org.deploymentId}&Availability.ids=x`,
    { headers: { 'X-LIVEAGENT-API-VERSION': '52' } },
  );
  t.is(((await response.json()) as Batch).messages[0]?.type, 'SwitchServer');
});

test('MultiNoun › takes several nouns under one number, in either spelling', async (t) => {
  const sandbox = await withSandbox(t);
  const { agents } = sandbox.salesforce;
  const visitor = new Visitor(sandbox);
  await visitor.request();
  agents.accept(visitor.id);
  const nouns = [
    { prefix: 'Chasitor', noun: 'ChatMessage', object: { text: 'a' } },
    { prefix: 'Chasitor', noun: 'ChatMessage', data: '{"text":"b"}' },
  ];
  t.is((await visitor.post('System/MultiNoun', { nouns })).status, 200);
  t.deepEqual(
    agents.find(visitor.id)?.transcript.map(({ text }) => text),
    ['a', 'b'],
  );
  t.is(agents.find(visitor.id)?.lastSequence, 2);
});

test('a text before an agent joined › is taken, and noted as a violation', async (t) => {
  const sandbox = await withSandbox(t);
  const visitor = new Visitor(sandbox);
  await visitor.request();
  t.is((await visitor.say('¿hay alguien?')).status, 200);
  t.is(sandbox.salesforce.agents.violations.list()[0]?.rule, 'message-before-agent');
});
