import test, { type ExecutionContext } from 'ava';
import { E } from '../../../src/domain/fp.ts';
import { createTextRequest, type YaloBot, type YaloRequest } from '../../../src/adapters/yalo/api.ts';
import { makeYaloChannel, type YaloOptions } from '../../../src/adapters/yalo/bot-channel.adapter.ts';
import { startSandbox } from '../../../sandbox/index.ts';
import { post } from '../test-exchange.ts';

const soon = AbortSignal.timeout(30_000);

const bot = (more: Partial<YaloBot> = {}): YaloBot => ({
  channel: 'outgoing_webhook',
  botId: 'bot-1',
  jwt: 'bot-token',
  phone: '+5215511223344',
  version: 0,
  ...more,
});

const recording = (
  more: Partial<YaloOptions> = {},
): { channel: ReturnType<typeof makeYaloChannel>; sent: YaloRequest[]; warned: unknown[] } => {
  const sent: YaloRequest[] = [];
  const warned: unknown[] = [];
  const channel = makeYaloChannel({
    baseUrl: 'https://api.example.com/integrations/',
    webhookBaseUrl: 'https://relevo.example.com/',
    mediaToken: 'media-token',
    bots: {
      whatsapp: bot(),
      facebook: bot({ channel: 'passthrough', botId: 'page/1', version: 3, phone: '' }),
    },
    post: async (_what, request) => {
      sent.push(request);
      return E.right(undefined);
    },
    log: { warn: (event, fields) => void warned.push({ event, ...fields }) },
    ...more,
  });
  return { channel, sent, warned };
};

const body = (request: YaloRequest | undefined): unknown => JSON.parse(request?.body ?? 'null');

test('a text on WhatsApp › carries our id', async (t) => {
  const { channel, sent } = recording();
  await channel.sendText({ provider: 'whatsapp', id: '5215511' }, { id: 'C-1', text: 'Hola' }, soon)();
  t.like(sent[0], {
    method: 'POST',
    url: 'https://api.example.com/integrations/api/outgoing_webhook/bots/bot-1/messages',
    headers: { Authorization: 'Bearer bot-token', 'Content-Type': 'application/json' },
  });
  t.deepEqual(body(sent[0]), { id: 'C-1', type: 'text', userId: '5215511', text: { body: 'Hola' } });
});

test('a text on Facebook › carries the mark by which its echo is known', async (t) => {
  const { channel, sent } = recording();
  await channel.sendText({ provider: 'facebook', id: '619' }, { id: 'C-1', text: 'Hola' }, soon)();
  t.is(sent[0]?.url, 'https://api.example.com/integrations/api/passthrough/bots/page%2F1/messages');
  t.deepEqual(body(sent[0]), {
    messaging_type: 'RESPONSE',
    recipient: { id: '619' },
    message: { text: 'Hola' },
    metadata: 'YALOSOURCE:FIREHOSE',
  });
});

test('repeats › are recognised on WhatsApp alone, and are the same request', (t) => {
  const { channel } = recording();
  t.true(channel.recognisesRepeats('whatsapp'));
  t.false(channel.recognisesRepeats('facebook'));
  const text = { userId: '521', id: 'C-1', text: 'Hola' };
  t.deepEqual(
    createTextRequest('https://x', bot(), 'whatsapp', text),
    createTextRequest('https://x', bot(), 'whatsapp', text),
  );
});

test('webhooks › are registered and removed for their provider', async (t) => {
  const { channel, sent } = recording();
  await channel.registerWebhook('whatsapp', soon)();
  await channel.registerWebhook('facebook', soon)();
  await channel.removeWebhook('facebook', soon)();
  t.deepEqual(
    sent.map(({ url }) => url.split('/').at(-1)),
    ['healthcheck', 'healthcheck', 'remove'],
  );
  t.deepEqual(sent.map(body), [
    {
      phone: '+5215511223344',
      webhook: 'https://relevo.example.com/v1/integrations/whatsapp/webhook',
      provider: 'whatsapp',
      version: 0,
      media_token: 'media-token',
    },
    {
      phone: '',
      webhook: 'https://relevo.example.com/v1/integrations/facebook/webhook',
      provider: 'facebook',
      version: 3,
      media_token: 'media-token',
    },
    { phone: '', provider: 'facebook' },
  ]);
});

test('a provider without a bot › fails by itself, and the log says why', async (t) => {
  const { channel, sent, warned } = recording({ bots: { whatsapp: bot() } });
  const user = { provider: 'facebook', id: '619' } as const;
  t.like(await channel.sendText(user, { id: 'C-1', text: 'Hola' }, soon)(), {
    left: { _tag: 'NotConfigured' },
  });
  t.like(await channel.registerWebhook('facebook', soon)(), { left: { _tag: 'NotConfigured' } });
  t.like(await channel.removeWebhook('facebook', soon)(), { left: { _tag: 'NotConfigured' } });
  t.is(sent.length, 0);
  t.like(warned[0], { provider: 'facebook', missing: 'bot id and JWT' });
  t.is(warned.length, 3);
  t.true(E.isRight(await channel.removeWebhook('whatsapp', soon)()));
});

test('without a public address › nothing is registered', async (t) => {
  const { webhookBaseUrl: _, ...rest } = {
    webhookBaseUrl: '',
    baseUrl: 'https://api.example.com',
    bots: { whatsapp: bot() },
    post,
    log: { warn: () => undefined },
  };
  t.like(await makeYaloChannel(rest).registerWebhook('whatsapp', soon)(), {
    left: { _tag: 'NotConfigured', detail: 'webhook registration: no WEBHOOK_BASE_URL for whatsapp' },
  });
});

const overTheWire = async (
  t: ExecutionContext,
): Promise<{
  sandbox: Awaited<ReturnType<typeof startSandbox>>;
  channel: ReturnType<typeof makeYaloChannel>;
}> => {
  const sandbox = await startSandbox();
  t.teardown(() => sandbox.stop());
  const { bots } = sandbox.yalo.account;
  const channel = makeYaloChannel({
    baseUrl: sandbox.yalo.integrationsUrl,
    webhookBaseUrl: 'http://127.0.0.1:9',
    bots: { whatsapp: { ...bots.whatsapp, version: 0 }, facebook: { ...bots.facebook, version: 3 } },
    post,
    log: { warn: () => undefined },
  });
  return { sandbox, channel };
};

test('over the wire › a text arrives once, however often it is sent with its id', async (t) => {
  const { sandbox, channel } = await overTheWire(t);
  const user = { provider: 'whatsapp', id: '5215511' } as const;
  const send = channel.sendText(user, { id: 'C-1', text: 'Hola' }, soon);
  sandbox.yalo.faults.add({ kind: 'reset-after', server: 'integrations' });
  t.true(E.isLeft(await send()));
  t.true(E.isRight(await send()));
  t.deepEqual(
    sandbox.yalo.deliveries.shownTo('5215511').map(({ text }) => text),
    ['Hola'],
  );
  t.true(
    E.isRight(await channel.sendText({ provider: 'facebook', id: '619' }, { id: 'C-2', text: 'Hi' }, soon)()),
  );
  t.is(sandbox.yalo.deliveries.shownTo('619')[0]?.text, 'Hi');
});

test('over the wire › a webhook is registered and removed', async (t) => {
  const { sandbox, channel } = await overTheWire(t);
  t.deepEqual(await channel.registerWebhook('facebook', soon)(), E.right(undefined));
  t.true(sandbox.yalo.registrations.has('facebook'));
  t.deepEqual(await channel.removeWebhook('facebook', soon)(), E.right(undefined));
  t.false(sandbox.yalo.registrations.has('facebook'));
});
