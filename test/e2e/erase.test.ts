import test from 'ava';
import { heardBy, talk, user, withService } from './support/conversations.ts';

const said = (description: string): object => ({ ErrorDescription: description });

test('a user who wants to be forgotten › is, once the chat is over, and no repeat brings a word back', async (t) => {
  const service = await withService(t);
  const { salesforce, yalo } = service.sandbox;
  const message = {
    from: user,
    id: 'sample-message-1',
    text: { body: 'mi secreto' },
    timestamp: '1632367928574',
    type: 'text',
  };
  const webhook = () => service.call('POST', '/v1/integrations/whatsapp/webhook', message);
  await webhook();
  const chat = await talk(service);
  t.true(heardBy(chat)[0]?.includes('mi secreto'));
  const refused = await service.call('DELETE', `/v1/context/${user}`);
  t.is(refused.status, 409);
  t.deepEqual(refused.body, said('could not erase context : session exists with this userID'));

  t.is((await service.call('DELETE', `/v1/chat/finish/${user}`)).status, 200);
  await yalo.phone.sendText('whatsapp', user, 'una cosa más');
  // at once: what the end still sends is waited for
  const erased = await service.call('DELETE', `/v1/context/${user}`);
  t.is(erased.status, 200);
  t.deepEqual(erased.body, { Message: 'Context erased successfully' });
  await salesforce.agents.waitFor(chat, ({ state }) => state === 'ended');
  t.deepEqual((await service.call('GET', `/v1/context/${user}`)).body, []);
  t.is((await service.call('GET', `/v1/chats/${user}`)).status, 404);

  await service.restart();
  t.is((await webhook()).status, 200);
  t.deepEqual((await service.call('GET', `/v1/context/${user}`)).body, []);

  const again = await talk(service);
  t.false(JSON.stringify(heardBy(again)).includes('secreto'));
  t.false(JSON.stringify(heardBy(again)).includes('una cosa más'));
});
