import test from 'ava';
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

test('a conversation on WhatsApp › context, welcome, held messages, both ways, ended by the agent', async (t) => {
  const service = await withService(t);
  const { salesforce, yalo } = service.sandbox;
  const { agents } = salesforce;
  await yalo.phone.sendText('whatsapp', user, 'Hola');
  await yalo.phone.botSays('whatsapp', user, 'Soy el bot');

  const connected = await service.connect();
  t.is(connected.status, 200);
  t.deepEqual(connected.body, { Message: 'Chat created succefully' });

  const chat = await agents.waitForChat();
  await yalo.deliveries.waitForText(user, 'Esperando un agente');
  await yalo.phone.sendText('whatsapp', user, 'primero');
  await yalo.phone.sendText('whatsapp', user, 'segundo');
  agents.accept(chat, 'Andrea');
  await agents.waitForText(chat, 'segundo');
  const [context = '', ...others] = heardBy(chat);
  t.regex(
    context,
    /^Contexto:\nCliente \[\d\d-\d\d-\d{4} \d\d:\d\d:\d\d\]:Hola\n\nBot \[.*\]:Soy el bot\n\n$/u,
  );
  t.deepEqual(others, [welcome, 'primero', 'segundo']);

  agents.say(chat, ['¿En qué', 'puedo', 'ayudar?']);
  await yalo.deliveries.waitForText(user, 'ayudar?');
  t.deepEqual(shownTo(service), ['Esperando un agente', '¿En qué', 'puedo', 'ayudar?']);
  await yalo.phone.sendText('whatsapp', user, 'mi pedido');
  await agents.waitForText(chat, 'mi pedido');
  t.like(await chatOf(service), { userID: user, provider: 'whatsapp', state: 'active', agent: 'Andrea' });

  agents.end(chat);
  await yalo.botStates.waitFor(({ state }) => state === 'from-sf-success');
  const ended = await until(
    () => chatOf(service),
    ({ pending }) => JSON.stringify(pending) === '{"toUser":0,"toAgent":0,"files":0,"bot":0}',
  );
  t.like(ended, { state: 'ended', reason: 'agent', setAside: 0 });
  t.deepEqual((await service.call('GET', `/v1/context/${user}`)).body, []);
  t.deepEqual(agents.violations.list(), []);
});

test('a conversation on Facebook › the same over the passthrough channel', async (t) => {
  const service = await withService(t);
  const { salesforce, yalo } = service.sandbox;
  const id = facebookConnect.userID;
  await yalo.phone.sendText('facebook', id, 'Buenas');
  const chat = await talk(service, facebookConnect);
  t.is(chat.buttonId, salesforce.org.buttons.facebook);
  t.regex(heardBy(chat)[0] ?? '', /^Contexto:\nCliente \[.*\]:Buenas\n\n$/u);
  salesforce.agents.say(chat, 'Hola');
  await yalo.deliveries.waitForText(id, 'Hola');
  await yalo.phone.sendText('facebook', id, 'gracias');
  await salesforce.agents.waitForText(chat, 'gracias');
  t.is((await service.call('DELETE', `/v1/chat/finish/${id}`)).status, 200);
  await salesforce.agents.waitFor(chat, ({ state }) => state === 'ended');
  t.deepEqual(shownTo(service, id), ['Esperando un agente', 'Hola']);
  t.deepEqual(salesforce.agents.violations.list(), []);
});

test('fifteen messages of the agent in one batch › reach the user in order', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const texts = Array.from({ length: 15 }, (_, index) => `mensaje ${index + 1}`);
  service.sandbox.salesforce.agents.say(chat, texts);
  await service.sandbox.yalo.deliveries.waitForText(user, 'mensaje 15');
  t.deepEqual(shownTo(service).slice(1), texts);
});

test('many messages of the user at once › reach the agent in order, each once', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const texts = Array.from({ length: 30 }, (_, index) => `texto ${index + 1}`);
  for (const text of texts) await service.sandbox.yalo.phone.sendText('whatsapp', user, text);
  await service.sandbox.salesforce.agents.waitForText(chat, 'texto 30');
  t.deepEqual(heardBy(chat), [welcome, ...texts]);
});

test('a webhook that comes twice › is shown to the agent once', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { phone } = service.sandbox.yalo;
  const sent = await phone.sendText('whatsapp', user, 'una vez');
  t.is((await phone.resend(sent)).status, 200);
  await phone.sendText('whatsapp', user, 'fin');
  await service.sandbox.salesforce.agents.waitForText(chat, 'fin');
  t.deepEqual(heardBy(chat), [welcome, 'una vez', 'fin']);
});

test('finish while active › what came before goes first, then ChatEnd; success for the bot', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  for (const text of ['a', 'b', 'c']) await yalo.phone.sendText('whatsapp', user, text);
  const finished = await service.call('DELETE', `/v1/chat/finish/${user}`);
  t.is(finished.status, 200);
  t.deepEqual(finished.body, { Message: 'Chat finished successfully' });
  await salesforce.agents.waitFor(chat, ({ state }) => state === 'ended');
  t.deepEqual(heardBy(chat), [welcome, 'a', 'b', 'c']);
  t.is(chat.endReason, 'client');
  await yalo.botStates.waitFor(({ state }) => state === 'from-sf-success');
  const again = await service.call('DELETE', `/v1/chat/finish/${user}`);
  t.is(again.status, 404);
  t.deepEqual(again.body, {
    ErrorDescription: 'could not finish chat in salesforce : this contact does not have an interconnection',
  });
  t.is((await service.connect()).status, 200, 'a new one may begin');
});

test('finish while waiting › ends the chat, and what was written stays context', async (t) => {
  const service = await withService(t);
  const { salesforce, yalo } = service.sandbox;
  await service.connect();
  const chat = await salesforce.agents.waitForChat(({ state }) => state === 'queued');
  await yalo.phone.sendText('whatsapp', user, 'me arrepentí');
  t.is((await service.call('DELETE', `/v1/chat/finish/${user}`)).status, 200);
  await salesforce.agents.waitFor(chat, ({ state }) => state === 'ended');
  t.like(await chatOf(service), { state: 'ended', reason: 'finished' });
  const context = (await service.call('GET', `/v1/context/${user}`)).body as ReadonlyArray<{ text: string }>;
  t.deepEqual(
    context.map(({ text }) => text),
    ['me arrepentí'],
  );
});

test('no agent takes it › the chat fails and the bot goes on in its timeout state', async (t) => {
  const service = await withService(t);
  const { salesforce, yalo } = service.sandbox;
  await service.connect();
  const chat = await salesforce.agents.waitForChat(({ state }) => state === 'queued');
  salesforce.agents.fail(chat, 'Unavailable');
  await yalo.botStates.waitFor(({ state }) => state === 'from-sf-timeout');
  t.like(await chatOf(service), { state: 'failed', reason: 'request-failed' });
});

test('a restart keyword › ends the chat on both sides and is context itself', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  await yalo.phone.sendText('whatsapp', user, 'antes');
  await yalo.phone.sendText('whatsapp', user, '  Reiniciar ');
  await salesforce.agents.waitFor(chat, ({ state }) => state === 'ended');
  t.deepEqual(heardBy(chat), [welcome, 'antes']);
  t.like(await chatOf(service), { state: 'ended', reason: 'restart' });
  const context = (await service.call('GET', `/v1/context/${user}`)).body as ReadonlyArray<{ text: string }>;
  t.deepEqual(
    context.map(({ text }) => text),
    ['  Reiniciar '],
  );
  t.deepEqual(yalo.botStates.of(user), []);
});

test('a transfer › keeps the chat, shows nothing again, and names the new agent', async (t) => {
  const service = await withService(t, {
    env: { MESSAGES: JSON.stringify({ transferred: 'Le atiende %s', agentJoined: 'Hola, soy %s' }) },
  });
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  salesforce.agents.transfer(chat, 'Bruno');
  await yalo.deliveries.waitForText(user, 'Le atiende Bruno');
  await yalo.phone.sendText('whatsapp', user, 'sigo aquí');
  await salesforce.agents.waitForText(chat, 'sigo aquí');
  t.deepEqual(heardBy(chat), [welcome, 'sigo aquí']);
  t.like(await chatOf(service), { state: 'active', agent: 'Bruno' });
  t.deepEqual(shownTo(service), ['Esperando un agente', 'Hola, soy Andrea', 'Le atiende Bruno']);
});

test('an agent who loses the connection › the chat stays open', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { agents } = service.sandbox.salesforce;
  agents.disconnect(chat);
  await service.sandbox.yalo.phone.sendText('whatsapp', user, '¿sigue ahí?');
  await agents.waitForText(chat, '¿sigue ahí?');
  agents.accept(chat, 'Carla');
  agents.say(chat, 'Aquí estoy');
  await service.sandbox.yalo.deliveries.waitForText(user, 'Aquí estoy');
  t.like(await chatOf(service), { state: 'active', agent: 'Carla' });
  t.deepEqual(heardBy(chat), [welcome, '¿sigue ahí?']);
});

test('a long answer of the agent › is split for the channel and stays whole', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const long = Array.from({ length: 900 }, (_, index) => `palabra${index}`).join(' ');
  service.sandbox.salesforce.agents.say(chat, long);
  await service.sandbox.yalo.deliveries.waitForText(user, /palabra899$/u);
  const shown = shownTo(service).slice(1);
  t.true(shown.length > 1);
  t.is(shown.join(''), long);
});

test('the session dies without a word › the chat ends as lost, and what was not posted is context', async (t) => {
  const service = await withService(t, {
    env: { MESSAGES: JSON.stringify({ sessionLost: 'Se perdió la conexión' }) },
  });
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  salesforce.agents.expire(chat);
  await yalo.deliveries.waitForText(user, 'Se perdió la conexión');
  await yalo.botStates.waitFor(({ state }) => state === 'from-sf-timeout');
  t.like(await chatOf(service), { state: 'ended', reason: 'session-lost' });
});
