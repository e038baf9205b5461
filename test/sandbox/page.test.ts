import { request } from 'node:http';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import type { Sandbox } from '../../sandbox/index.ts';
import { mediaFiles } from '../../sandbox/yalo/media-files.ts';
import { browserPath, noBrowser, openPage, warnWithoutBrowser } from '../e2e/support/browser.ts';
import { PageTalk } from '../e2e/support/page-talk.ts';
import { withFakeService } from './fake-service.ts';
import { withSandbox } from './with-sandbox.ts';

const json = { 'Content-Type': 'application/json' };

const control = async (sandbox: Sandbox, path: string, body: object = {}): Promise<Response> =>
  fetch(`${sandbox.pageUrl}/control/${path}`, { method: 'POST', headers: json, body: JSON.stringify(body) });

/** fetch sets Host itself. */
const withHost = (url: string, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const outgoing = request(url, { headers: { Host: host } }, (incoming) => {
      incoming.resume();
      resolve(incoming.statusCode);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });

interface Told {
  readonly event: string;
  readonly data: Record<string, ReadonlyArray<Record<string, unknown>>>;
}

/** Reads server-sent events until one is as wanted. */
const listen = async (
  t: ExecutionContext<unknown>,
  sandbox: Sandbox,
): Promise<(matches: (told: Told) => boolean) => Promise<Told>> => {
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(10_000)]);
  const response = await fetch(`${sandbox.pageUrl}/control/events`, { signal });
  t.is(response.headers.get('content-type'), 'text/event-stream');
  const chunks = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  return async (matches) => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end < 0) {
        text += decoder.decode((await chunks.read()).value, { stream: true });
        continue;
      }
      const fields = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (name: string): string | undefined =>
        fields.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const [event, data] = [field('event'), field('data')];
      if (event === undefined || data === undefined) continue;
      const told = { event, data: JSON.parse(data) as Told['data'] };
      if (matches(told)) return told;
    }
  };
};

test('the page › allows nothing from elsewhere and no inline script', async (t) => {
  const sandbox = await withSandbox(t);
  const response = await fetch(sandbox.pageUrl);
  t.is(response.headers.get('content-type'), 'text/html; charset=utf-8');
  t.regex(response.headers.get('content-security-policy') ?? '', /^default-src 'self';/u);
  const html = await response.text();
  t.notRegex(html, /<script(?![^>]*\bsrc=)|\son[a-z]+=|style=|https?:/iu);
  for (const [, path] of html.matchAll(/(?:src|href)="(?<path>[^"]+)"/gu)) {
    t.is((await fetch(sandbox.pageUrl + (path ?? ''))).status, 200, path);
  }
});

for (const [host, status] of [
  ['localhost:1', 200],
  ['127.0.0.1', 200],
  ['[::1]:80', 200],
  ['sandbox.example.com', 421],
  ['127.0.0.1.example.com', 421],
  ['10.0.0.1', 421],
] as const) {
  test(`the page › answers a request to the host ${host} with ${status}`, async (t) => {
    const { pageUrl } = await withSandbox(t);
    t.is(await withHost(`${pageUrl}/`, host), status);
    t.is(await withHost(`${pageUrl}/control/chats`, host), status);
  });
}

test('the page › takes JSON alone, and gives out no file of the sandbox but its own', async (t) => {
  const sandbox = await withSandbox(t);
  const url = `${sandbox.pageUrl}/control/phone/text`;
  const body = '{"provider":"whatsapp","userId":"5215550001001","text":"Hola"}';
  for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
    t.is((await fetch(url, { method: 'POST', headers: { 'Content-Type': type }, body })).status, 415);
  }
  t.is((await fetch(`${sandbox.pageUrl}/server.ts`)).status, 404);
  t.is(await withHost(`${sandbox.pageUrl}/../index.ts`, 'localhost'), 404);
});

test('an upload › comes back as a picture only when it is one', async (t) => {
  const sandbox = await withSandbox(t);
  await withFakeService(t, sandbox);
  const upload = async (fileName: string, mimeType: string): Promise<number> => {
    const speaker = { provider: 'whatsapp', userId: '5215550001001' };
    const data = Buffer.from('alert(1)').toString('base64');
    t.is((await control(sandbox, 'phone/upload', { ...speaker, fileName, mimeType, data })).status, 200);
    const name = Array.from(sandbox.yalo.uploads.files.keys()).at(-1) ?? '';
    return (await fetch(`${sandbox.pageUrl}/pictures/uploads/${name}`)).status;
  };
  t.is(await upload('a.png', 'image/png'), 200);
  t.is(await upload('a.js', 'text/javascript'), 404);
  t.is(await upload('a.svg', 'image/svg+xml'), 404);
});

test('what no HTTP answer can carry › is refused when it is asked for', async (t) => {
  const sandbox = await withSandbox(t);
  await withFakeService(t, sandbox);
  const fault = { kind: 'status', status: 503 };
  for (const wrong of [
    { status: 99 },
    { status: 503.5 },
    { headers: { a: '写' } },
    { headers: { 'a b': 'c' } },
  ])
    t.is((await control(sandbox, 'faults/yalo', { ...fault, ...wrong })).status, 400, JSON.stringify(wrong));
  t.is((await control(sandbox, 'faults/yalo', { ...fault, headers: { 'Retry-After': 7 } })).status, 200);
  const upload = { provider: 'whatsapp', userId: '5215550001001', fileName: 'a.png', data: 'AA==' };
  t.is((await control(sandbox, 'phone/upload', { ...upload, mimeType: 'image/写' })).status, 400);
  t.is(sandbox.yalo.uploads.files.size, 0);
});

test('the events › begin with what was, and go on with what happens', async (t) => {
  const sandbox = await withSandbox(t);
  await withFakeService(t, sandbox);
  const speaker = { provider: 'whatsapp', userId: '5215550001001' };
  await control(sandbox, 'phone/text', { ...speaker, text: 'antes' });
  const next = await listen(t, sandbox);
  const first = await next(() => true);
  t.is(first.event, 'state');
  t.like(first.data.phone?.[0], { ...speaker, from: 'customer', text: 'antes', status: 200 });
  await control(sandbox, 'phone/text', { ...speaker, text: 'después' });
  const changes = await next(({ event, data }) => event === 'changes' && (data.phone?.length ?? 0) > 0);
  t.deepEqual(
    changes.data.phone?.map(({ text }) => text),
    ['después'],
  );
  t.like(changes.data.events?.[0], { group: 'webhook', status: 200 });
});

test('asking for a human › calls the service as Yalo does, and the console shows case and contact', async (t) => {
  const sandbox = await withSandbox(t);
  await withFakeService(t, sandbox);
  const next = await listen(t, sandbox);
  const person = {
    provider: 'facebook',
    userId: '6199190013480001',
    name: 'Diego Luna',
    email: 'd@example.com',
  };
  const answer = await control(sandbox, 'phone/connect', person);
  t.deepEqual(await answer.json(), { status: 200, answer: '{"Message":"Chat created succefully"}' });
  const { data } = await next(
    ({ data: { chats } }) => chats?.some(({ state }) => state === 'queued') === true,
  );
  t.like(data.chats?.[0], {
    provider: 'facebook',
    visitorName: 'Diego Luna',
    case: { Subject: 'Atención a clientes' },
    contact: { Email: 'd@example.com' },
  });
});

test('asking for a human › without a service is refused with 502', async (t) => {
  const sandbox = await withSandbox(t);
  const answer = await control(sandbox, 'phone/connect', { provider: 'whatsapp', userId: '5215550001001' });
  t.is(answer.status, 502);
});

test('a named fault › stands in the way while it is on', async (t) => {
  const sandbox = await withSandbox(t);
  const isOn = async (): Promise<unknown> => {
    const response = await fetch(`${sandbox.pageUrl}/control/presets`);
    const presets = (await response.json()) as ReadonlyArray<{ name: string; on: boolean }>;
    return presets.find(({ name }) => name === 'yalo-down')?.on;
  };
  const status = async (): Promise<number> =>
    (await fetch(sandbox.yalo.integrationsUrl, { method: 'POST' })).status;
  await control(sandbox, 'presets/yalo-down');
  t.is(await status(), 503);
  t.true(await isOn());
  await control(sandbox, 'presets/yalo-down', { on: false });
  t.is(await status(), 404);
  t.false(await isOn());
  t.is((await control(sandbox, 'presets/nothing')).status, 400);
});

test('a setting › is changed only when it exists and the value is of its type', async (t) => {
  const sandbox = await withSandbox(t);
  const { settings } = sandbox.salesforce.agents;
  t.is((await control(sandbox, 'settings', { queue: 'manual', pollHoldMs: 5 })).status, 200);
  t.like(settings, { queue: 'manual', pollHoldMs: 5 });
  t.is((await control(sandbox, 'settings', { queue: 'automatic', pollHoldMs: '5' })).status, 400);
  t.is((await control(sandbox, 'settings', { unknown: 1 })).status, 400);
  t.like(settings, { queue: 'manual', pollHoldMs: 5 });
});

warnWithoutBrowser('the page in a browser');
test.before((t) => {
  if (browserPath === undefined) t.log(noBrowser);
});
const inBrowser = browserPath === undefined ? test.skip : test;

inBrowser('the page in a browser › carries a conversation, and shows markup as text', async (t) => {
  const sandbox = await withSandbox(t);
  await withFakeService(t, sandbox);
  const { page, complaints, close } = await openPage(sandbox.pageUrl, { width: 1280, height: 860 });
  t.teardown(close);
  const talk = new PageTalk(page);
  await talk.live();
  await talk.channel('Facebook');
  await talk.say('<img src=x onerror=alert(1)>');
  await talk.say('¿En qué te ayudo?', 'Bot');
  await talk.sendPicture('foto.png', mediaFiles.get('photo.png')?.bytes ?? Buffer.alloc(0));
  await talk.askForHuman();
  await talk.deskState('in the queue, 0 ahead');
  await talk.accept();
  await talk.inTranscript('<img src=x onerror=alert(1)>');
  await talk.answer('Hola, soy <b>Andrea</b>');
  await talk.onPhone('Hola, soy <b>Andrea</b>');
  await talk.say('Gracias');
  await talk.inTranscript('Gracias');
  await talk.transfer('Beatriz');
  await talk.end();
  await talk.onPhone('The bot goes on: from-sf-success');
  await talk.events.getByText('POST /v1/chats/connect').waitFor();
  t.deepEqual(complaints, []);
});

inBrowser('the page in a browser › fits a small window', async (t) => {
  const sandbox = await withSandbox(t);
  const { page, close } = await openPage(sandbox.pageUrl, { width: 360, height: 740 });
  t.teardown(close);
  await new PageTalk(page).live();
  t.true(Number(await page.evaluate('document.documentElement.scrollWidth')) <= 360);
});
