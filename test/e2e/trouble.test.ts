import test from 'ava';
import { E } from '../../src/domain/fp.ts';
import { tokens } from '../../src/main/tokens.ts';
import {
  chatOf,
  facebookConnect,
  heardBy,
  shownTo,
  talk,
  until,
  user,
  welcome,
  withService,
} from './support/conversations.ts';

test('a failover of the desk › nothing lost, nothing twice, in order', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  const { agents } = salesforce;
  agents.say(chat, 'antes');
  await yalo.deliveries.waitForText(user, 'antes');
  await yalo.phone.sendText('whatsapp', user, 'uno');
  await agents.waitForText(chat, 'uno');
  agents.failover(chat);
  await yalo.phone.sendText('whatsapp', user, 'dos');
  agents.say(chat, 'durante');
  await yalo.deliveries.waitForText(user, 'durante', 10_000);
  await agents.waitForText(chat, 'dos', 10_000);
  agents.say(chat, 'después');
  await yalo.deliveries.waitForText(user, 'después');
  t.deepEqual(shownTo(service), ['Esperando un agente', 'antes', 'durante', 'después']);
  t.deepEqual(heardBy(chat), [welcome, 'uno', 'dos']);
  t.deepEqual(agents.violations.list(), []);
});

test('a failover that ends the chat › a post that the transcript lacks is context again, not in doubt', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  const { agents, faults, requests } = salesforce;
  faults.add({ kind: 'status', status: 503, server: 'chat', path: '*/ChatMessage' });
  faults.add({ kind: 'slow', delayMs: 500, server: 'chat', path: '*/ReconnectSession' });
  await yalo.phone.sendText('whatsapp', user, 'perdido');
  await requests.waitFor(({ path }) => path.endsWith('/ReconnectSession'));
  agents.failover(chat);
  faults.add({ kind: 'slow', delayMs: 500, server: 'chat', path: '*/Messages' });
  await requests.waitForNext(({ path, status }) => path.endsWith('/Messages') && status === undefined);
  agents.end(chat);
  await until(
    () => chatOf(service),
    ({ state }) => state === 'ended',
  );
  const context = async (): Promise<unknown> => (await service.call('GET', `/v1/context/${user}`)).body;
  t.like(await until(context, (entries) => (entries as ReadonlyArray<unknown>).length > 0), [
    { text: 'perdido', from: 'user' },
  ]);
  t.false(service.logged.some(({ event }) => event === 'delivery-uncertain'));
});

test('a message that the desk refuses for good › is set aside, the user is told, the next one goes on', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  salesforce.faults.add({
    kind: 'status',
    status: 400,
    server: 'chat',
    path: '*/ChatMessage',
    times: 'forever',
    when: ({ body }) => body.includes('veneno'),
  });
  await yalo.phone.sendText('whatsapp', user, 'veneno');
  await yalo.phone.sendText('whatsapp', user, 'bueno');
  await salesforce.agents.waitForText(chat, 'bueno');
  await yalo.deliveries.waitForText(user, 'Mensaje no enviado');
  t.deepEqual(shownTo(service), ['Esperando un agente', 'Mensaje no enviado']);
  t.deepEqual(heardBy(chat), [welcome, 'bueno']);
  t.like(await chatOf(service), { state: 'active', setAside: 1 });
});

test('Salesforce in trouble › is told by health, and the service stays ready', async (t) => {
  const service = await withService(t);
  const told = async (): Promise<Readonly<Record<string, string>>> => {
    const { status, body } = await service.call('GET', '/health/ready');
    t.is(status, 200);
    const { dependencies } = body as { dependencies: ReadonlyArray<{ name: string; status: string }> };
    return Object.fromEntries(dependencies.map((one) => [one.name, one.status]));
  };
  t.like(await told(), { 'salesforce login': 'up', 'salesforce data api': 'up' });
  service.sandbox.salesforce.faults.add({ kind: 'status', status: 500, server: 'data', path: '*/composite' });
  t.is((await service.connect()).status, 502);
  t.like(await told(), { 'salesforce login': 'up', 'salesforce data api': 'degraded' });
  t.is((await service.connect()).status, 200);
  t.like(await told(), { 'salesforce data api': 'up' });
});

for (const fault of ['reset-before', 'reset-after', 'garbage'] as const) {
  test(`posts to the desk meet ${fault} › each arrives once, in order`, async (t) => {
    const service = await withService(t);
    const chat = await talk(service);
    const { salesforce, yalo } = service.sandbox;
    salesforce.faults.add({ kind: fault, server: 'chat', path: '*/ChatMessage', times: 2 });
    for (const text of ['uno', 'dos', 'tres']) await yalo.phone.sendText('whatsapp', user, text);
    await salesforce.agents.waitForText(chat, 'tres', 10_000);
    t.deepEqual(heardBy(chat), [welcome, 'uno', 'dos', 'tres']);
  });

  test(`polls meet ${fault} › every line reaches the user once`, async (t) => {
    const service = await withService(t);
    const chat = await talk(service);
    const { salesforce, yalo } = service.sandbox;
    salesforce.faults.add({ kind: fault, server: 'chat', path: '*/Messages', times: 3 });
    for (const text of ['uno', 'dos', 'tres']) salesforce.agents.say(chat, text);
    await yalo.deliveries.waitForText(user, 'tres', 15_000);
    t.deepEqual(shownTo(service).slice(1), ['uno', 'dos', 'tres']);
  });

  test(`texts to a WhatsApp user meet ${fault} › each is shown once, in order`, async (t) => {
    const service = await withService(t);
    const chat = await talk(service);
    const { salesforce, yalo } = service.sandbox;
    yalo.faults.add({ kind: fault, path: '*/messages', times: 2 });
    salesforce.agents.say(chat, ['uno', 'dos', 'tres']);
    await yalo.deliveries.waitForText(user, 'tres', 10_000);
    t.deepEqual(shownTo(service).slice(1), ['uno', 'dos', 'tres']);
  });
}

test('a number out of step › is repaired, and nothing is lost', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  salesforce.faults.add({
    kind: 'status',
    status: 409,
    body: 'Out of sync Ack. Expected 9. Actual 2',
    server: 'chat',
    path: '*/ChatMessage',
  });
  await yalo.phone.sendText('whatsapp', user, 'uno');
  await yalo.phone.sendText('whatsapp', user, 'dos');
  await salesforce.agents.waitForText(chat, 'dos', 10_000);
  t.true(heardBy(chat).includes('dos'));
});

test('a text that Yalo refuses for good › is set aside, the agent is told, the next one goes on', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  yalo.faults.add({
    kind: 'status',
    status: 400,
    path: '*/messages',
    times: 'forever',
    when: ({ body }) => body.includes('veneno'),
  });
  salesforce.agents.say(chat, ['veneno', 'bueno']);
  await yalo.deliveries.waitForText(user, 'bueno', 10_000);
  await salesforce.agents.waitForText(chat, '**No se pudo entregar al usuario:** veneno');
  t.deepEqual(shownTo(service), ['Esperando un agente', 'bueno']);
  t.like(await chatOf(service), { state: 'active', setAside: 1 });
});

test('Yalo down for everyone › nothing counts against the texts, and all arrive', async (t) => {
  const service = await withService(t, { env: { MAX_RETRIES: '2' } });
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  await yalo.deliveries.waitForText(user, 'Esperando un agente');
  const down = yalo.faults.add({ kind: 'status', status: 500, path: '*/messages', times: 'forever' });
  salesforce.agents.say(chat, ['uno', 'dos']);
  await until(
    async () => down.hits,
    (hits) => hits >= 4,
    15_000,
  );
  t.like(await chatOf(service), { setAside: 0, pending: { toUser: 2, toAgent: 0, files: 0, bot: 0 } });
  down.remove();
  await yalo.deliveries.waitForText(user, 'dos', 15_000);
  t.deepEqual(shownTo(service), ['Esperando un agente', 'uno', 'dos']);
});

test('one user in trouble › does not hold up another', async (t) => {
  const service = await withService(t);
  const first = await talk(service);
  const second = await talk(service, facebookConnect);
  const { salesforce, yalo } = service.sandbox;
  yalo.faults.add({
    kind: 'status',
    status: 500,
    path: '*/messages',
    times: 'forever',
    when: ({ body }) => body.includes('atascado'),
  });
  salesforce.agents.say(first, 'atascado');
  for (const text of ['a', 'b', 'c']) salesforce.agents.say(second, text);
  await yalo.deliveries.waitForText(facebookConnect.userID, 'c', 15_000);
  t.deepEqual(shownTo(service, facebookConnect.userID), ['Esperando un agente', 'a', 'b', 'c']);
});

test('nobody takes the chat in time › a text where one is set, timeout state, and the session ends', async (t) => {
  const service = await withService(t, {
    env: { WAIT_TIMEOUT: '300ms', MESSAGES: JSON.stringify({ waitTimeout: 'Nadie está libre' }) },
  });
  const { salesforce, yalo } = service.sandbox;
  await service.connect();
  const chat = await salesforce.agents.waitForChat(({ state }) => state === 'queued');
  await yalo.deliveries.waitForText(user, 'Nadie está libre');
  await salesforce.agents.waitFor(chat, ({ state }) => state === 'ended');
  t.like(await chatOf(service), { state: 'failed', reason: 'wait-timeout' });
});

test('the desk never answers the request › request-timeout', async (t) => {
  const service = await withService(t, {
    env: { REQUEST_TIMEOUT: '300ms' },
    sandbox: { liveAgent: { queue: 'manual' } },
  });
  await service.connect();
  await service.sandbox.yalo.botStates.waitFor(({ state }) => state === 'from-sf-timeout');
  t.like(await chatOf(service), { state: 'failed', reason: 'request-timeout' });
});

test('the user falls silent after the agent wrote › a warning, then the end', async (t) => {
  const service = await withService(t, {
    env: { MESSAGES: JSON.stringify({ idleWarning: '¿Sigue ahí?', idleTimeout: 'Terminamos' }) },
    sandbox: { liveAgent: { chasitorIdleTimeout: { isEnabled: true, warningTime: 1, timeout: 2 } } },
  });
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  salesforce.agents.say(chat, 'Dígame');
  await yalo.deliveries.waitForText(user, 'Terminamos', 6_000);
  await salesforce.agents.waitFor(chat, ({ state }) => state === 'ended');
  t.deepEqual(shownTo(service).slice(1), ['Dígame', '¿Sigue ahí?', 'Terminamos']);
  t.like(await chatOf(service), { state: 'ended', reason: 'idle' });
});

test('set aside › an operator lists it, retries it, discards it', async (t) => {
  const service = await withService(t, { env: { MAX_RETRIES: '2' } });
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  const refusal = yalo.faults.add({
    kind: 'status',
    status: 400,
    path: '*/messages',
    times: 'forever',
    when: ({ body }) => body.includes('veneno'),
  });
  salesforce.agents.say(chat, ['veneno uno', 'veneno dos']);
  const { application } = service.container().resolve(tokens.made);
  const whose = { provider: 'whatsapp', id: user } as const;
  const listed = async () => {
    const entries = await application.listSetAside({ user: whose, limit: 10 })();
    return E.isRight(entries) ? entries.right : [];
  };
  const entries = await until(listed, ({ length }) => length === 2);
  refusal.remove();
  const [first, second] = entries;
  if (first === undefined || second === undefined) return t.fail('nothing is set aside');
  t.deepEqual(await application.retrySetAside({ user: whose, id: first.effect.id })(), E.right(undefined));
  await yalo.deliveries.waitForText(user, 'veneno uno');
  t.deepEqual(await application.discardSetAside({ user: whose, id: second.effect.id })(), E.right(undefined));
  t.deepEqual(await listed(), []);
  t.like(await application.retrySetAside({ user: whose, id: second.effect.id })(), {
    left: { _tag: 'NoSetAside' },
  });
  t.false(shownTo(service).includes('veneno dos'));
});
