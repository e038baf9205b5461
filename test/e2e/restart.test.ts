import test from 'ava';
import { chatOf, heardBy, shownTo, talk, user, welcome, withService } from './support/conversations.ts';

test('stopped and started between any two steps › the conversation goes on', async (t) => {
  const service = await withService(t);
  const { salesforce, yalo } = service.sandbox;
  const { agents } = salesforce;
  await yalo.phone.sendText('whatsapp', user, 'Hola');
  await service.restart();
  t.is((await service.connect()).status, 200);
  await service.restart();
  const chat = await agents.waitForChat(({ state }) => state === 'queued');
  await yalo.deliveries.waitForText(user, 'Esperando un agente');
  await yalo.phone.sendText('whatsapp', user, 'sigo esperando');
  await service.restart();
  agents.accept(chat, 'Andrea');
  await agents.waitForText(chat, 'sigo esperando');
  await service.restart();
  agents.say(chat, 'Buenas tardes');
  await yalo.deliveries.waitForText(user, 'Buenas tardes');
  await service.restart();
  await yalo.phone.sendText('whatsapp', user, 'mi pedido');
  await agents.waitForText(chat, 'mi pedido');
  await service.restart();
  t.is((await service.call('DELETE', `/v1/chat/finish/${user}`)).status, 200);
  await service.restart();
  await agents.waitFor(chat, ({ state }) => state === 'ended');
  await yalo.botStates.waitFor(({ state }) => state === 'from-sf-success');
  t.deepEqual(heardBy(chat).slice(1), [welcome, 'sigo esperando', 'mi pedido']);
  t.deepEqual(shownTo(service), ['Esperando un agente', 'Buenas tardes']);
  t.is(yalo.deliveries.duplicates, 0);
  t.like(await chatOf(service), { state: 'ended', reason: 'finished' });
  t.deepEqual(agents.violations.list(), []);
});

test('what a user writes while the service is down for the desk › comes when it is up again', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  const down = salesforce.faults.add({ kind: 'reset-before', server: 'chat', times: 'forever' });
  for (const text of ['uno', 'dos', 'tres']) await yalo.phone.sendText('whatsapp', user, text);
  await service.restart();
  down.remove();
  await salesforce.agents.waitForText(chat, 'tres', 15_000);
  t.deepEqual(heardBy(chat), [welcome, 'uno', 'dos', 'tres']);
});
