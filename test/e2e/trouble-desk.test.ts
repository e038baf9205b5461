import test from 'ava';
import { startSandbox } from '../../sandbox/index.ts';
import {
  chatOf,
  heardBy,
  shownTo,
  talk,
  until,
  user,
  welcome,
  withService,
} from './support/conversations.ts';

/** What can go wrong at the desk, over the wire (protocols/live-agent-rest.md §4 to §8). */

test('a restart › goes on with the acknowledgement and the offset it had', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  const { agents, requests } = salesforce;
  agents.say(chat, ['uno', 'dos']);
  await yalo.deliveries.waitForText(user, 'dos');
  await agents.waitForPoll(chat);
  const polls = (): ReadonlyArray<string> => requests.to('chat', 'System/Messages').map(({ query }) => query);
  const ackOf = (query: string): string | null => new URLSearchParams(query).get('ack');
  t.is(ackOf(polls()[0] ?? ''), '-1', 'the first poll of a session');
  t.true(
    polls().some((query) => ackOf(query) === '0'),
    'the first batch has the number 0',
  );
  const before = ackOf(polls().at(-1) ?? '');
  const count = polls().length;
  await service.restart();
  await until(
    async () => polls().length,
    (length) => length > count,
  );
  t.is(ackOf(polls()[count] ?? ''), before);
  // the desk hops while the service is down: only who kept the offset can reconnect without a breach
  agents.say(chat, 'tres');
  await yalo.deliveries.waitForText(user, 'tres');
  const stopping = service.restart();
  agents.failover(chat);
  await stopping;
  agents.say(chat, 'cuatro');
  await yalo.deliveries.waitForText(user, 'cuatro');
  await yalo.phone.sendText('whatsapp', user, 'eco');
  await agents.waitForText(chat, 'eco');
  t.deepEqual(shownTo(service).slice(1), ['uno', 'dos', 'tres', 'cuatro']);
  t.deepEqual(agents.violations.list(), []);
});

test('a batch that comes again › is told once', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  salesforce.faults.add({ kind: 'cut', server: 'chat', path: '*/Messages', times: 2 });
  // told by the poll that waits already; those after it are cut
  salesforce.agents.say(chat, 'cero');
  await yalo.deliveries.waitForText(user, 'cero');
  salesforce.agents.say(chat, ['uno', 'uno', 'dos']);
  await yalo.deliveries.waitForText(user, 'dos', 15_000);
  salesforce.agents.say(chat, 'tres');
  await yalo.deliveries.waitForText(user, 'tres', 15_000);
  t.is(chat.redelivered, 2);
  t.deepEqual(
    shownTo(service).slice(1),
    ['cero', 'uno', 'uno', 'dos', 'tres'],
    'the same words twice are two texts',
  );
});

for (const status of [409, 500, 502] as const) {
  test(`polls meet ${status} › the chat lives, and every line is shown once`, async (t) => {
    const service = await withService(t);
    const chat = await talk(service);
    const { salesforce, yalo } = service.sandbox;
    salesforce.faults.add({ kind: 'status', status, server: 'chat', path: '*/Messages', times: 3 });
    for (const text of ['uno', 'dos', 'tres']) salesforce.agents.say(chat, text);
    await yalo.deliveries.waitForText(user, 'tres', 15_000);
    t.deepEqual(shownTo(service).slice(1), ['uno', 'dos', 'tres']);
    t.like(await chatOf(service), { state: 'active' });
  });
}

test('posts meet 500 › each arrives once, in order', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  salesforce.faults.add({ kind: 'status', status: 500, server: 'chat', path: '*/ChatMessage', times: 2 });
  salesforce.faults.add({
    kind: 'status',
    status: 500,
    afterCommit: true,
    server: 'chat',
    path: '*/ChatMessage',
  });
  for (const text of ['uno', 'dos', 'tres']) await yalo.phone.sendText('whatsapp', user, text);
  await salesforce.agents.waitForText(chat, 'tres', 15_000);
  t.deepEqual(heardBy(chat), [welcome, 'uno', 'dos', 'tres']);
  t.is(chat.duplicates, 1, 'the repeat carried the number of the first');
  t.deepEqual(salesforce.agents.violations.list(), []);
});

for (const [what, actual, uncertain] of [
  ['its own', 3, 0],
  ['a later one', 9, 1],
] as const) {
  test(`a 409 that names ${what} as the last number taken › the post is done with, the next goes on`, async (t) => {
    const service = await withService(t);
    const chat = await talk(service);
    const { salesforce, yalo } = service.sandbox;
    // ChasitorInit was 1, the welcome 2
    salesforce.faults.add({
      kind: 'status',
      status: 409,
      afterCommit: true,
      body: `Out of sync Ack. Expected 3. Actual ${actual}`,
      server: 'chat',
      path: '*/ChatMessage',
    });
    await yalo.phone.sendText('whatsapp', user, 'uno');
    await yalo.phone.sendText('whatsapp', user, 'dos');
    await salesforce.agents.waitForText(chat, 'dos', 10_000);
    t.deepEqual(heardBy(chat), [welcome, 'uno', 'dos']);
    t.is(service.logged.filter(({ event }) => event === 'delivery-uncertain').length, uncertain);
  });
}

test('a post meets 403 › the session is over, and what was not posted is context', async (t) => {
  const service = await withService(t, {
    env: { MESSAGES: JSON.stringify({ sessionLost: 'Se perdió la conexión' }) },
  });
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  salesforce.faults.add({
    kind: 'trigger',
    trigger: 'expire-session',
    server: 'chat',
    path: '*/Chasitor/ChatMessage',
  });
  await yalo.phone.sendText('whatsapp', user, 'uno');
  await yalo.phone.sendText('whatsapp', user, 'dos');
  await yalo.deliveries.waitForText(user, 'Se perdió la conexión');
  await yalo.botStates.waitFor(({ state }) => state === 'from-sf-timeout');
  t.like(await chatOf(service), { state: 'ended', reason: 'session-lost' });
  t.deepEqual(heardBy(chat), [welcome]);
  const context = async (): Promise<unknown> => (await service.call('GET', `/v1/context/${user}`)).body;
  t.like(await until(context, (entries) => (entries as ReadonlyArray<unknown>).length === 2), [
    { text: 'uno' },
    { text: 'dos' },
  ]);
});

test('a post meets 403 › what the agent said and how the chat ended are heard first', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  const { agents, faults, requests } = salesforce;
  const broken = faults.add({ kind: 'status', status: 500, server: 'chat', path: '*/Messages', times: 1 });
  // told by the poll that waits already; the one after it breaks
  agents.say(chat, 'cero');
  await until(
    async () => broken.hits,
    (hits) => hits === 1,
  );
  agents.say(chat, 'adiós');
  agents.end(chat);
  await yalo.phone.sendText('whatsapp', user, 'uno');
  await yalo.botStates.waitFor(({ state }) => state !== 'from-sf');
  t.true(
    requests.to('chat', 'Chasitor/ChatMessage').some(({ status }) => status === 403),
    'the post came before the poll',
  );
  t.like(await chatOf(service), { state: 'ended', reason: 'agent' });
  t.deepEqual(shownTo(service).slice(1), ['cero', 'adiós']);
  t.is(yalo.botStates.of(user).at(-1)?.state, 'from-sf-success');
  const context = async (): Promise<unknown> => (await service.call('GET', `/v1/context/${user}`)).body;
  t.like(await until(context, (entries) => (entries as ReadonlyArray<unknown>).length === 1), [
    { text: 'uno' },
  ]);
});

test('events and members that nobody knows › are counted, and hide nothing', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  const { agents } = salesforce;
  agents.inject(
    chat,
    { type: 'Hologram', message: { anything: [1, 2] } },
    { type: 'ChatMessage', message: { text: 42, name: ['x'] } },
    { type: 'AgentTyping', message: null },
    { type: 'QueueUpdate', message: { position: 'three' } },
    { type: 'ChatTransferred', message: { name: { first: 'Ana' } } },
    { type: 'ChatMessage', message: { text: 'sigo aquí', name: 'Andrea', colour: 'red', schedule: null } },
  );
  await yalo.deliveries.waitForText(user, 'sigo aquí');
  agents.say(chat, '¿y usted?');
  await yalo.deliveries.waitForText(user, '¿y usted?');
  t.deepEqual(shownTo(service).slice(1), ['sigo aquí', '¿y usted?']);
  t.like(await chatOf(service), { state: 'active' });
  const kinds = service.logged.filter(({ event }) => event === 'desk-event-unrecognised');
  t.deepEqual(
    kinds.map(({ fields }) => fields.kind),
    ['Hologram', 'ChatMessage', 'QueueUpdate'],
  );
  const { body } = await service.call('GET', '/metrics');
  t.regex(String(body), /^relevo_ignored_events_total\{what="unrecognised"\} 3$/mu);
});

for (const resetSequence of [true, false, 'absent'] as const) {
  for (const repeatTranscriptLines of [true, false]) {
    const how = `numbers reset: ${resetSequence}, lines ${repeatTranscriptLines ? '' : 'not '}coming again`;
    test(`a failover in mid-traffic, ${how} › nothing lost, nothing twice, in order`, async (t) => {
      const service = await withService(t, {
        sandbox: { liveAgent: { resetSequence, repeatTranscriptLines } },
      });
      const chat = await talk(service);
      const { salesforce, yalo } = service.sandbox;
      const { agents, faults, requests } = salesforce;
      agents.say(chat, 'a1');
      await yalo.deliveries.waitForText(user, 'a1');
      await yalo.phone.sendText('whatsapp', user, 'u1');
      await agents.waitForText(chat, 'u1');
      // taken, the answer lost; then the desk hops, with lines on both sides under way
      faults.add({ kind: 'reset-after', server: 'chat', path: '*/ChatMessage' });
      await yalo.phone.sendText('whatsapp', user, 'u2');
      await agents.waitForText(chat, 'u2');
      agents.failover(chat);
      agents.say(chat, ['a2', 'a3']);
      await yalo.phone.sendText('whatsapp', user, 'u3');
      // each step of the procedure meets trouble once
      faults.add({ kind: 'reset-after', server: 'chat', path: '*/ReconnectSession' });
      faults.add({ kind: 'status', status: 500, server: 'chat', path: '*/ChasitorResyncState' });
      faults.add({ kind: 'status', status: 400, server: 'chat', path: '*/ChasitorResyncState' });
      faults.add({ kind: 'reset-after', server: 'chat', path: '*/ChasitorResyncState' });
      await yalo.deliveries.waitForText(user, 'a3', 20_000);
      await agents.waitForText(chat, 'u3', 20_000);
      agents.failover(chat);
      agents.say(chat, 'a4');
      await yalo.deliveries.waitForText(user, 'a4', 20_000);
      await yalo.phone.sendText('whatsapp', user, 'u4');
      await agents.waitForText(chat, 'u4', 20_000);
      t.deepEqual(shownTo(service).slice(1), ['a1', 'a2', 'a3', 'a4']);
      t.deepEqual(heardBy(chat), [welcome, 'u1', 'u2', 'u3', 'u4']);
      t.is(chat.failovers, 2);
      t.true(requests.to('chat', 'ChasitorResyncState').length >= 3);
      t.deepEqual(agents.violations.list(), []);
      t.false(service.logged.some(({ event }) => event === 'delivery-uncertain'));
    });
  }
}

test('a failover while the user waits › the place in the queue is kept, and an agent may join', async (t) => {
  const service = await withService(t);
  const { salesforce, yalo } = service.sandbox;
  const { agents } = salesforce;
  await service.connect();
  const chat = await agents.waitForChat(({ state }) => state === 'queued');
  await yalo.deliveries.waitForText(user, 'Esperando un agente');
  agents.failover(chat);
  await yalo.phone.sendText('whatsapp', user, 'sigo esperando');
  await agents.waitForPoll(chat);
  agents.accept(chat, 'Andrea');
  await agents.waitForText(chat, 'sigo esperando', 15_000);
  t.deepEqual(heardBy(chat), [welcome, 'sigo esperando']);
  t.deepEqual(shownTo(service), ['Esperando un agente']);
  t.deepEqual(agents.violations.list(), []);
});

test('SwitchServer › the chat is had on the pod that was named, over restarts too', async (t) => {
  const other = await startSandbox();
  t.teardown(() => other.stop());
  const service = await withService(t, {
    env: { SFC_CHECK_AVAILABILITY: 'true' },
    sandbox: { liveAgent: { switchServer: other.salesforce.chatUrl } },
  });
  const { salesforce, yalo } = service.sandbox;
  t.is((await service.connect()).status, 200);
  const { agents } = other.salesforce;
  const chat = await agents.waitForChat(({ state }) => state === 'queued');
  t.is(salesforce.agents.chats().length, 0);
  agents.accept(chat, 'Andrea');
  await agents.waitForText(chat, welcome);
  await service.restart();
  agents.say(chat, 'desde el otro');
  await yalo.deliveries.waitForText(user, 'desde el otro');
  await yalo.phone.sendText('whatsapp', user, 'hola');
  await agents.waitForText(chat, 'hola');
  t.deepEqual(heardBy(chat), [welcome, 'hola']);
  t.deepEqual(agents.violations.list(), []);
});

test('a finish whose ChatEnd takes long › what the agent says meanwhile still reaches the user', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  const { agents, faults } = salesforce;
  faults.add({ kind: 'slow', server: 'chat', path: '*/ChatEnd', delayMs: 1_500 });
  t.is((await service.call('DELETE', `/v1/chat/finish/${user}`)).status, 200);
  agents.say(chat, ['uno', 'dos']);
  await yalo.deliveries.waitForText(user, 'dos');
  // the poll that would bring the next one is cut, and its place is taken only after the desk has ended the chat
  faults.add({ kind: 'cut', server: 'chat', path: '*/Messages' });
  agents.say(chat, 'tres');
  await agents.waitFor(chat, ({ state }) => state === 'ended');
  await yalo.deliveries.waitForText(user, 'tres');
  t.deepEqual(shownTo(service).slice(1), ['uno', 'dos', 'tres']);
  t.is(chat.endReason, 'client');
});
