import { createHmac } from 'node:crypto';
import test from 'ava';
import type { Sandbox } from '../../sandbox/index.ts';
import { startReceiver } from './receiver.ts';
import { withSandbox } from './with-sandbox.ts';

type Provider = 'whatsapp' | 'facebook';

const post = async (
  { yalo }: Sandbox,
  provider: Provider,
  call: string,
  body: unknown,
  jwt = yalo.account.bots[provider].jwt,
): Promise<{ status: number; body: string }> => {
  const { channel, botId } = yalo.account.bots[provider];
  const response = await fetch(`${yalo.integrationsUrl}/api/${channel}/bots/${botId}/${call}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${jwt}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.text() };
};

const text = (id: string, body: string): object => ({
  id,
  type: 'text',
  userId: '5215550001111',
  text: { body },
});

const messenger = (said: string): object => ({
  messaging_type: 'RESPONSE',
  recipient: { id: '6199190013487246' },
  message: { text: said },
  metadata: 'YALOSOURCE:FIREHOSE',
});

test('WhatsApp › the same id is answered again and shown once', async (t) => {
  const sandbox = await withSandbox(t);
  for (const said of ['uno', 'dos', 'uno']) {
    const answer = await post(sandbox, 'whatsapp', 'messages', text(`id-${said}`, said));
    t.is(answer.status, 200);
    t.is(answer.body, JSON.stringify({ messages: [{ id: `id-${said}` }] }));
  }
  const { deliveries } = sandbox.yalo;
  t.deepEqual(
    deliveries.shownTo('5215550001111').map((delivery) => delivery.text),
    ['uno', 'dos'],
  );
  t.is(deliveries.duplicates, 1);
});

test('Facebook › the same text twice is shown twice', async (t) => {
  const sandbox = await withSandbox(t);
  await post(sandbox, 'facebook', 'messages', messenger('hola'));
  await post(sandbox, 'facebook', 'messages', messenger('hola'));
  t.is(sandbox.yalo.deliveries.shownTo('6199190013487246').length, 2);
});

test('WhatsApp › media come with their link and caption', async (t) => {
  const sandbox = await withSandbox(t);
  const image = { url: 'https://files.example.com/a.jpg', caption: 'mira' };
  await post(sandbox, 'whatsapp', 'messages', { id: 'm1', type: 'image', userId: '5215550001111', image });
  t.like(sandbox.yalo.deliveries.list()[0], { type: 'image', ...image });
});

for (const [title, provider, body] of [
  ['no id', 'whatsapp', { type: 'text', userId: '5215550001111', text: { body: 'a' } }],
  ['a plus before the number', 'whatsapp', { ...text('1', 'a'), userId: '+5215550001111' }],
  ['an empty text', 'whatsapp', text('1', '')],
  ['more than 4,096 characters', 'whatsapp', text('1', 'a'.repeat(4_097))],
  ['an unknown type', 'whatsapp', { id: '1', type: 'poll', userId: '5215550001111', poll: {} }],
  ['more than 2,000 characters', 'facebook', messenger('a'.repeat(2_001))],
  ['no metadata', 'facebook', { ...messenger('a'), metadata: undefined }],
  ['a WhatsApp body', 'facebook', text('1', 'a')],
] as const) {
  test(`a message with ${title} (${provider}) › is refused with 400`, async (t) => {
    const sandbox = await withSandbox(t);
    t.is((await post(sandbox, provider, 'messages', body)).status, 400);
    t.is(sandbox.yalo.deliveries.total, 0);
  });
}

test('the Integrations API › wants the token of that bot', async (t) => {
  const sandbox = await withSandbox(t);
  const { jwt } = sandbox.yalo.account.bots.facebook;
  t.is((await post(sandbox, 'whatsapp', 'messages', text('1', 'a'), jwt)).status, 401);
});

test('registration › keeps the webhook, and removal forgets it', async (t) => {
  const sandbox = await withSandbox(t);
  const { phone, botId, channel } = sandbox.yalo.account.bots.whatsapp;
  const webhook = 'https://relevo.example.com/v1/integrations/whatsapp/webhook';
  const body = { phone, webhook, provider: 'whatsapp', version: 0, media_token: 'm' };
  const answer = await post(sandbox, 'whatsapp', 'healthcheck', body);
  t.is(answer.status, 201);
  t.is(answer.body, JSON.stringify({ bot_id: botId, channel, webhook }));
  t.like(sandbox.yalo.registrations.get('whatsapp'), { webhook, version: 0, mediaToken: 'm' });
  t.is((await post(sandbox, 'whatsapp', 'healthcheck', { ...body, provider: 'facebook' })).status, 400);
  t.is((await post(sandbox, 'whatsapp', 'healthcheck', { ...body, webhook: 'nowhere' })).status, 400);
  t.is((await post(sandbox, 'whatsapp', 'remove', { phone, provider: 'whatsapp' })).status, 204);
  t.is(sandbox.yalo.registrations.size, 0);
});

test('bot states › are taken by Botrunner and by Studio, each with its own token', async (t) => {
  const sandbox = await withSandbox(t);
  const { botrunnerUrl, studioUrl, account, botStates } = sandbox.yalo;
  const send = async (url: string, headers: Record<string, string>, body: object): Promise<number> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return response.status;
  };
  const body = { userId: '5215550001111', state: 'from-sf-success', message: '' };
  t.is(await send(`${botrunnerUrl}/my%20bot/send-to?jwt=${account.botrunnerToken}`, {}, body), 200);
  t.is(await send(`${botrunnerUrl}/my%20bot/send-to?jwt=wrong`, {}, body), 401);
  const studio = `${studioUrl}/v1/triggers/from%2Fsf/webhook`;
  t.is(await send(studio, { Authorization: `Bearer ${account.studioToken}` }, { userId: 'u' }), 200);
  t.is(await send(studio, { Authorization: 'Bearer wrong' }, { userId: 'u' }), 401);
  t.deepEqual(
    botStates.list().map(({ via, state, slug }) => [via, state, slug]),
    [
      ['botrunner', 'from-sf-success', 'my bot'],
      ['studio', 'from/sf', undefined],
    ],
  );
});

test('the phone › sends the shapes of the two webhooks', async (t) => {
  const sandbox = await withSandbox(t);
  const receiver = await startReceiver(t);
  sandbox.connectTo(receiver.url);
  const { phone, mediaUrl, account } = sandbox.yalo;
  await phone.say('whatsapp', {
    userId: '5215573735001',
    text: 'Hola',
    id: 'w1',
    timestamp: 1_632_367_928_574,
  });
  await phone.sendMedia({
    provider: 'whatsapp',
    userId: '5215573735001',
    id: 'w2',
    timestamp: 1_630_107_882_351,
  });
  await phone.botSays('whatsapp', '5215573735001', '¿En qué te ayudo?');
  await phone.sendText('facebook', '5018811078134037', 'Hola', 'm_1');
  const bodies = receiver.received().map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  t.deepEqual(bodies[0], {
    from: '5215573735001',
    id: 'w1',
    text: { body: 'Hola' },
    timestamp: '1632367928574',
    type: 'text',
  });
  t.deepEqual(bodies[1], {
    from: '5215573735001',
    id: 'w2',
    image: { caption: '', mimeType: 'image/jpeg', url: `${mediaUrl}/media/photo.jpg` },
    timestamp: '1630107882351',
    type: 'image',
  });
  t.like(bodies[2], { to: '5215573735001', text: { body: '¿En qué te ayudo?' } });
  t.false('from' in (bodies[2] ?? {}));
  t.like(bodies[3], {
    authorRole: 'user',
    botId: account.bots.facebook.slug,
    provider: 'facebook',
    msgTracking: {},
    message: {
      object: 'page',
      entry: [{ messaging: [{ sender: { id: '5018811078134037' }, message: { mid: 'm_1', text: 'Hola' } }] }],
    },
  });
});

test('the phone › retries with the same bytes, and signs when it has a secret', async (t) => {
  const sandbox = await withSandbox(t, { signature: { secret: 'sample-secret', mode: 'hmac-sha256' } });
  const receiver = await startReceiver(t);
  sandbox.connectTo(receiver.url);
  const { phone } = sandbox.yalo;
  const sent = await phone.sendText('whatsapp', '5215573735001', 'Hola');
  t.is(sent.status, 200);
  await phone.resend(sent);
  phone.signature = { secret: 'sample-secret' };
  await phone.resend(sent);
  const [first, second, third] = receiver.received();
  t.is(second?.body, first?.body);
  const digest = createHmac('sha256', 'sample-secret').update(sent.body).digest('hex');
  t.is(first?.headers['x-yalochat-signature'], `sha256=${digest}`);
  t.is(third?.headers['x-yalochat-signature'], 'sample-secret');
});

test('the phone › uses the registered webhook when no service is connected', async (t) => {
  const sandbox = await withSandbox(t);
  const receiver = await startReceiver(t);
  await t.throwsAsync(sandbox.yalo.phone.sendText('whatsapp', '5215573735001', 'Hola'), {
    message: /registered/,
  });
  const { phone } = sandbox.yalo.account.bots.whatsapp;
  const webhook = `${receiver.url}/registered`;
  await post(sandbox, 'whatsapp', 'healthcheck', { phone, webhook, provider: 'whatsapp', version: 0 });
  await sandbox.yalo.phone.sendText('whatsapp', '5215573735001', 'Hola');
  t.is(receiver.received()[0]?.path, '/registered');
});

test('media › come by path, and so does what goes wrong with them', async (t) => {
  const sandbox = await withSandbox(t);
  const { mediaUrl, integrationsUrl, account } = sandbox.yalo;
  const photo = await fetch(`${mediaUrl}/media/photo.jpg`);
  t.is(photo.headers.get('content-type'), 'image/jpeg');
  t.true((await photo.arrayBuffer()).byteLength > 100);
  t.is((await fetch(`${mediaUrl}/media/any/gato.pdf`)).headers.get('content-type'), 'application/pdf');
  t.is((await fetch(`${mediaUrl}/status/403`)).status, 403);
  t.is((await fetch(`${mediaUrl}/media/nothing.jpg`)).status, 404);
  t.is((await (await fetch(`${mediaUrl}/huge/3000000`)).arrayBuffer()).byteLength, 3_000_000);
  await t.throwsAsync(fetch(`${mediaUrl}/cut/photo.png`).then((response) => response.arrayBuffer()));
  const proxied = `${integrationsUrl}/hooks-proxy/whatsapp/bot/media/photo.jpg`;
  t.is((await fetch(proxied)).status, 401);
  t.is((await fetch(proxied, { headers: { Authorization: `Bearer ${account.mediaToken}` } })).status, 200);
});

test('media › what no HTTP answer can carry is refused with 400, and the next one is served', async (t) => {
  const sandbox = await withSandbox(t);
  const { mediaUrl } = sandbox.yalo;
  for (const path of [
    `redirect?to=${encodeURIComponent('https://files.example.com/写真.jpg')}`,
    `redirect?to=${encodeURIComponent('https://files.example.com/\r\nSet-Cookie: a=b')}`,
    'status/99',
    'status/1000',
    'status/200.5',
    'status/often',
    'announced/many',
    'announced/-1',
    `announced/${encodeURIComponent('３０')}`,
    'huge/many',
    'slow/long/photo.jpg',
    'drip/long/photo.jpg',
  ]) {
    t.is((await fetch(`${mediaUrl}/${path}`, { redirect: 'manual' })).status, 400, path);
  }
  const redirect = await fetch(`${mediaUrl}/redirect?to=/media/photo.jpg`, { redirect: 'manual' });
  t.is(redirect.status, 302);
  t.is(redirect.headers.get('location'), '/media/photo.jpg');
});
