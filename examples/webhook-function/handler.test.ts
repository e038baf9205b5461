import assert from 'node:assert/strict';
import test from 'node:test';
import { makeMemoryStores } from 'relevo/adapters/memory';
import { makeSystemClock } from 'relevo/adapters/system';
import { makeHandler } from './handler.ts';

const day = 24 * 60 * 60_000;
const url = 'https://hooks.example.com/whatsapp';

const open = () => {
  const stores = makeMemoryStores({
    clock: makeSystemClock(),
    contextTtlMs: day,
    deliveryDeadlineMs: day,
    chatRetentionMs: day,
  });
  const handle = makeHandler(stores);
  const post = (body: unknown) => handle(new Request(url, { method: 'POST', body: JSON.stringify(body) }));
  /** What is in the store of the user. */
  const said = async () => {
    const listed = await stores.contextStore.list({ provider: 'whatsapp', id: '5215550000001' })();
    return listed._tag === 'Right' ? listed.right.map(({ content }) => content) : listed.left;
  };
  return { ...stores, post, said };
};

const webhook = {
  id: 'wamid-1',
  from: '5215550000001',
  type: 'text',
  timestamp: '1632367928574',
  text: { body: 'Hola' },
};

test('a webhook is stored once, however often it comes', async () => {
  const { post, said } = open();
  for (let times = 0; times < 3; times += 1) assert.equal((await post(webhook)).status, 200);
  assert.deepEqual(await said(), [{ type: 'text', text: 'Hola' }]);
});

test('whoever keeps the chat of the user is woken', async () => {
  const { contextStore } = open();
  const woken: string[] = [];
  const chatStore = {
    wake:
      ({ id }: { id: string }) =>
      async () => {
        woken.push(id);
        return { _tag: 'Right', right: undefined } as const;
      },
  };
  await makeHandler({ contextStore, chatStore })(
    new Request(url, { method: 'POST', body: JSON.stringify(webhook) }),
  );
  assert.deepEqual(woken, ['5215550000001']);
});

test('what cannot be stored is not answered 200, so that it comes again', async () => {
  const { post, close } = open();
  await close();
  assert.equal((await post(webhook)).status, 503);
});

test('what is no webhook is refused', async () => {
  const { post, said } = open();
  assert.equal((await post({ type: 'text' })).status, 400);
  assert.equal((await post('Hola')).status, 400);
  assert.deepEqual(await said(), []);
});
