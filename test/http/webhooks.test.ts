import { createHmac } from 'node:crypto';
import test from 'ava';
import { TE } from '../../src/domain/fp.ts';
import {
  error,
  facebookPath,
  facebookText,
  facebookWith,
  gated,
  said,
  start,
  whatsAppPath,
  whatsAppText,
} from './support.ts';

const undecodable = error('invalid pauload received : error decode body request');
const inserted = said('insert success');
const notStored = error('There was an error inserting integration message');

const invalid = (struct: string, ...failures: ReadonlyArray<readonly [string, string]>): object => {
  const lines = failures.map(
    ([field, tag]) =>
      `Key: '${struct}.${field}' Error:Field validation for '${field}' failed on the '${tag}' tag`,
  );
  return error(`Error validating payload : ${lines.join('\n')}`);
};

test('both routes › what is no JSON object, or has the wrong types, is undecodable', async (t) => {
  const { post, asked } = await start(t);
  const nobody = ['', ' ', '{', 'null', '[]', '"x"', '1', 'true', '{"id":"1",}', '\ud800', '{}}'];
  const whatsApp = [
    ...[
      { id: 1 },
      { id: ['1'] },
      { timestamp: true },
      { timestamp: {} },
      { type: 5 },
      { from: 5 },
      { to: {} },
    ],
    ...[{ text: 'Hola' }, { text: { body: 1 } }, { text: [] }, { image: 'x' }, { image: { url: 1 } }],
    ...[
      { audio: { mimeType: 1 } },
      { voice: [] },
      { document: { caption: {} } },
      { video: 1 },
      { sticker: true },
    ],
  ].map(whatsAppText);
  const facebook = [
    ...[
      { authorRole: 1 },
      { botId: {} },
      { provider: 1 },
      { timestamp: true },
      { timestamp: {} },
      { timestamp: 'ayer' },
      { msgTracking: 'x' },
      { msgTracking: [] },
      { msgTracking: 1 },
      { message: 'x' },
      { message: [] },
    ],
    ...[{ message: { entry: {} } }, { message: { entry: 'x' } }, { message: { entry: [{ messaging: {} }] } }],
    ...[{ message: { entry: [{ messaging: [] }, { messaging: 'x' }] } }],
  ].map((more) => facebookWith([facebookText()], more));
  for (const [path, bodies] of [
    [whatsAppPath, [...nobody, ...whatsApp]],
    [facebookPath, [...nobody, ...facebook]],
  ] as const) {
    for (const body of bodies) {
      const answer = await post(path, body);
      t.is(answer.status, 400, JSON.stringify(body));
      t.deepEqual(answer.json, undecodable, JSON.stringify(body));
    }
  }
  t.deepEqual(asked, []);
});

test('WhatsApp › validation, in the order of the fields', async (t) => {
  const { post } = await start(t);
  const struct = 'IntegrationsRequest';
  for (const [member, field] of [
    ['id', 'ID'],
    ['timestamp', 'Timestamp'],
    ['type', 'Type'],
  ] as const) {
    for (const value of [undefined, null, '']) {
      const answer = await post(whatsAppPath, whatsAppText({ [member]: value }));
      t.is(answer.status, 400);
      t.deepEqual(answer.json, invalid(struct, [field, 'required']), member);
    }
  }
  t.deepEqual(
    (await post(whatsAppPath, {})).json,
    invalid(struct, ['ID', 'required'], ['Timestamp', 'required'], ['Type', 'required']),
  );
  for (const timestamp of ['abc', '1.5', '-1', '+1', '1e3', ' 1', '0x10', '१', 1.5, -1]) {
    const answer = await post(whatsAppPath, whatsAppText({ timestamp }));
    t.deepEqual(answer.json, invalid(struct, ['Timestamp', 'number']), String(timestamp));
  }
  const long = { id: '😀'.repeat(257), type: 't'.repeat(65), from: '1'.repeat(129), to: '1'.repeat(129) };
  t.deepEqual(
    (await post(whatsAppPath, whatsAppText(long))).json,
    invalid(struct, ['ID', 'max'], ['Type', 'max'], ['From', 'max'], ['To', 'max']),
  );
  const fits = {
    id: '😀'.repeat(256),
    type: 't'.repeat(64),
    from: '1'.repeat(128),
    to: `+${'1'.repeat(127)}`,
  };
  t.is((await post(whatsAppPath, whatsAppText(fits))).status, 200);
});

test('Facebook › validation', async (t) => {
  const { post } = await start(t);
  const struct = 'IntegrationsFacebook';
  const missing = [undefined, null, ''];
  for (const value of missing) {
    const role = await post(facebookPath, facebookWith([], { authorRole: value }));
    t.deepEqual(role.json, invalid(struct, ['AuthorRole', 'required']));
    const bot = await post(facebookPath, facebookWith([], { botId: value }));
    t.deepEqual(bot.json, invalid(struct, ['BotID', 'required']));
  }
  t.deepEqual(
    (await post(facebookPath, {})).json,
    invalid(struct, ['AuthorRole', 'required'], ['BotID', 'required']),
  );
});

test('Facebook › a body without messages is taken, and nothing is stored', async (t) => {
  const { post, messages } = await start(t);
  for (const more of [
    { message: null },
    { message: undefined },
    { message: {} },
    { message: { entry: null } },
    { message: { entry: [] } },
    { message: { entry: [{}] } },
    { message: { entry: [{ messaging: null }] } },
    { message: { entry: [{ messaging: [] }] } },
  ]) {
    const answer = await post(facebookPath, facebookWith([], more));
    t.is(answer.status, 200);
    t.deepEqual(answer.json, inserted);
  }
  t.deepEqual(messages(), []);
});

test('ignored types › are skipped before validation, after decoding, compared exactly', async (t) => {
  const { post, messages } = await start(t);
  const skipped = await post(whatsAppPath, { type: 'status' });
  t.is(skipped.status, 200);
  t.deepEqual(skipped.json, said('message type: status was skipped'));
  const other = await post(whatsAppPath, whatsAppText({ type: 'notification-status' }));
  t.deepEqual(other.json, said('message type: notification-status was skipped'));
  t.is((await post(whatsAppPath, { type: 'status', id: 5 })).status, 400);
  t.is((await post(whatsAppPath, { type: 'Status' })).status, 400);
  t.deepEqual(messages(), []);
  t.is((await post(whatsAppPath, whatsAppText({ type: 'STATUS' }))).status, 200);
  t.is(messages().length, 1);
});

test('WhatsApp › `to` means that the bot speaks; neither `from` nor `to` is counted and not stored', async (t) => {
  const { post, messages, counts } = await start(t);
  await post(whatsAppPath, whatsAppText({ id: '1', from: '', to: '+5217' }));
  await post(whatsAppPath, whatsAppText({ id: '2', from: '9999', to: '5217' }));
  await post(whatsAppPath, whatsAppText({ id: '3', from: '+5217', to: '' }));
  t.deepEqual(
    messages().map(({ id, user, from }) => [id, user.id, from]),
    [
      ['1', '5217', 'bot'],
      ['2', '5217', 'bot'],
      ['3', '5217', 'user'],
    ],
  );
  for (const from of ['', null, undefined, '+', '\0']) {
    const answer = await post(whatsAppPath, whatsAppText({ from }));
    t.is(answer.status, 200);
    t.deepEqual(answer.json, inserted);
  }
  t.is(messages().length, 3);
  t.is(counts.filter(({ labels }) => labels?.outcome === 'nobody').length, 5);
});

test('our own texts › are dropped and counted when they come back', async (t) => {
  const { post, messages, counts } = await start(t);
  const own = '01J9ZC3V8N5YQ4T7M2K6W1X0AB-3';
  const bodies = [
    [whatsAppPath, whatsAppText({ id: own, from: '', to: '5217' })],
    [whatsAppPath, whatsAppText({ id: `${own}.2`, from: '', to: '5217' })],
    [facebookPath, facebookWith([facebookText({ is_echo: true, metadata: 'YALOSOURCE:FIREHOSE' })])],
    [facebookPath, facebookWith([facebookText({}, { metadata: 'YALOSOURCE:FIREHOSE' })])],
    [facebookPath, facebookWith([facebookText()], { authorRole: 'bot', metadata: 'YALOSOURCE:FIREHOSE' })],
    [facebookPath, facebookWith([facebookText({ mid: own })])],
  ] as const;
  for (const [path, body] of bodies) t.deepEqual((await post(path, body)).json, inserted);
  t.deepEqual(messages(), []);
  t.is(counts.filter(({ labels }) => labels?.outcome === 'own').length, bodies.length);
});

test('Facebook › a bad item is skipped, counted and logged, and hides no neighbour', async (t) => {
  const { post, messages, counts, logs } = await start(t);
  const bad = [
    ...[null, 1, 'text', [], {}, { sender: { id: 'u' } }, { message: { mid: 'x', text: 'nobody' } }],
    ...[facebookText({}, { sender: { id: {} } }), facebookText({}, { sender: 'u' })],
    ...[facebookText({}, { message: 'x' }), facebookText({}, { message: {} })],
    facebookText({}, { sender: { id: '9'.repeat(129) } }),
  ];
  const body = facebookWith([facebookText({ mid: 'a' }), ...bad, facebookText({ mid: 'b' })]) as {
    message: { entry: unknown[] };
  };
  body.message.entry.unshift(null, 'entry', 7);
  body.message.entry.push({ id: 'page-1', messaging: [facebookText({ mid: 'c' })] });
  const answer = await post(facebookPath, body);
  t.is(answer.status, 200);
  t.deepEqual(
    messages().map(({ id }) => id),
    ['a', 'b', 'c'],
  );
  const badItems = bad.length + 3;
  t.deepEqual(
    counts.filter(({ labels }) => labels?.outcome === 'bad').map(({ by }) => by),
    [badItems],
  );
  const [warning, ...more] = logs.filter(({ level }) => level === 'warn');
  t.like(warning?.fields, { provider: 'facebook', bad: badItems });
  t.truthy(warning?.fields.requestId);
  t.deepEqual(more, []);
});

test('Facebook › read and delivery are counted only', async (t) => {
  const { post, messages, counts, logs } = await start(t);
  const item = { sender: { id: 'u' }, recipient: { id: 'page-1' }, timestamp: 1 };
  await post(
    facebookPath,
    facebookWith([
      { ...item, read: { watermark: 1 } },
      { ...item, delivery: { mids: ['m'], watermark: 1 } },
    ]),
  );
  t.deepEqual(messages(), []);
  t.deepEqual(
    counts.map(({ labels }) => labels?.outcome),
    ['read', 'delivery'],
  );
  t.deepEqual(logs, []);
});

test('Facebook › all messages of a body go to the store in one call, in their order', async (t) => {
  const { post, asked } = await start(t);
  const text = (mid: string) => facebookText({ mid });
  await post(
    facebookPath,
    facebookWith([], {
      message: {
        entry: [
          { id: 'page-1', messaging: [text('1'), text('2')] },
          { id: 'page-1', messaging: [text('3')] },
        ],
      },
    }),
  );
  t.is(asked.length, 1);
  t.deepEqual(
    (asked[0]?.command as ReadonlyArray<{ id: string }>).map(({ id }) => id),
    ['1', '2', '3'],
  );
});

test('the store › down is 503 with Retry-After', async (t) => {
  const { post, logs } = await start(t, {
    application: { ingestMessages: () => TE.left({ _tag: 'StoreUnavailable', detail: 'disk full' }) },
  });
  for (const [path, body] of [
    [whatsAppPath, whatsAppText()],
    [facebookPath, facebookWith([facebookText()])],
  ] as const) {
    const answer = await post(path, body);
    t.is(answer.status, 503);
    t.deepEqual(answer.json, notStored);
    t.is(answer.headers['retry-after'], '1');
  }
  t.like(logs[0], { level: 'warn', fields: { detail: 'disk full', error: 'MessageNotStored' } });
});

test('the store › silent for 5 s is 503, and its late answer is nobody’s', async (t) => {
  const slow = gated<void>(undefined);
  const { post, clock } = await start(t, { application: { ingestMessages: slow.run } });
  const answer = post(whatsAppPath, whatsAppText());
  await slow.entered;
  clock.advance(4_900);
  clock.advance(400);
  t.is((await answer).status, 503);
  t.deepEqual((await answer).json, notStored);
  slow.leave();
  t.is((await post(whatsAppPath, whatsAppText())).status, 200);
});

const secret = 'sécret key';

const hmac = (body: string | object, encoding: 'hex' | 'base64' | 'base64url'): string =>
  createHmac('sha256', secret)
    .update(typeof body === 'string' ? body : JSON.stringify(body))
    .digest(encoding);

const signature = (value: string) => ({ 'x-yalochat-signature': Buffer.from(value).toString('latin1') });

test('signature, equal › the header is the secret, or 403 whatever else is wrong', async (t) => {
  const { post, messages } = await start(t, { options: { webhookSignature: { mode: 'equal', secret } } });
  for (const path of [whatsAppPath, facebookPath]) {
    for (const headers of [
      {},
      signature(''),
      signature('secret key'),
      signature(`${secret}x`),
      signature(`sha256=${secret}`),
    ]) {
      const answer = await post(path, 'no json', headers);
      t.is(answer.status, 403);
      t.deepEqual(answer.json, error('Invalid signature.'));
    }
  }
  t.deepEqual(messages(), []);
  const good = signature(secret);
  t.is((await post(whatsAppPath, whatsAppText(), good)).status, 200);
  t.is((await post(facebookPath, facebookWith([facebookText()]), good)).status, 200);
});

test('signature, equal › of other letters than ASCII, as UTF-8 or as Latin-1', async (t) => {
  const latin = 'contraseña-única';
  const { post } = await start(t, { options: { webhookSignature: { mode: 'equal', secret: latin } } });
  const status = async (value: string): Promise<number> =>
    (await post(whatsAppPath, whatsAppText(), { 'x-yalochat-signature': value })).status;
  t.is(await status(Buffer.from(latin).toString('latin1')), 200);
  t.is(await status(latin), 200);
  t.is(await status('contrasena-unica'), 403);
  const wide = await start(t, { options: { webhookSignature: { mode: 'equal', secret: 'ключ' } } });
  const answer = await wide.post(whatsAppPath, whatsAppText(), signature('ключ'));
  t.is(answer.status, 200);
  const cut = Buffer.from('ключ', 'latin1').toString('latin1');
  t.is((await wide.post(whatsAppPath, whatsAppText(), { 'x-yalochat-signature': cut })).status, 403);
});

test('signature, hmac › hex and base64, with sha256= and without', async (t) => {
  const { post } = await start(t, { options: { webhookSignature: { mode: 'hmac-sha256', secret } } });
  const body = whatsAppText({ text: { body: 'ñandú 😀' } });
  const right = [
    ...[hmac(body, 'hex'), hmac(body, 'hex').toUpperCase(), `sha256=${hmac(body, 'hex')}`],
    ...[hmac(body, 'base64'), `sha256=${hmac(body, 'base64')}`, hmac(body, 'base64url')],
  ];
  for (const value of right) t.is((await post(whatsAppPath, body, signature(value))).status, 200, value);
  const wrong = [
    ...['', 'sha256=', secret, hmac('other', 'hex'), `sha1=${hmac(body, 'hex')}`, hmac(body, 'hex').slice(1)],
    ...[`${hmac(body, 'hex')}0`, hmac(`${JSON.stringify(body)} `, 'base64')],
  ];
  for (const value of wrong) {
    const answer = await post(whatsAppPath, body, signature(value));
    t.is(answer.status, 403, value);
    t.deepEqual(answer.json, error('Invalid signature.'));
  }
  t.is((await post(whatsAppPath, body)).status, 403);
});

test('signature, hmac › is over the bytes, not over what they mean', async (t) => {
  const { post } = await start(t, { options: { webhookSignature: { mode: 'hmac-sha256', secret } } });
  const spaced = JSON.stringify(whatsAppText(), null, 2);
  t.is((await post(whatsAppPath, spaced, signature(hmac(spaced, 'hex')))).status, 200);
  t.is(
    (await post(whatsAppPath, spaced, signature(hmac(JSON.stringify(whatsAppText()), 'hex')))).status,
    403,
  );
});

test('check order › signature, media type, size, decode, skip, validation', async (t) => {
  const huge = ' '.repeat(300 * 1024);
  const text = { 'Content-Type': 'text/plain' };
  const equal = await start(t, { options: { webhookSignature: { mode: 'equal', secret } } });
  t.is((await equal.post(whatsAppPath, huge, text)).status, 403);
  t.is((await equal.post(whatsAppPath, huge, { ...text, ...signature(secret) })).status, 415);
  t.is((await equal.post(whatsAppPath, huge, signature(secret))).status, 413);
  const mac = await start(t, { options: { webhookSignature: { mode: 'hmac-sha256', secret } } });
  t.is((await mac.post(whatsAppPath, huge, text)).status, 413);
  t.is((await mac.post(whatsAppPath, '{', text)).status, 403);
  t.is((await mac.post(whatsAppPath, '{', { ...text, ...signature(hmac('{', 'hex')) })).status, 415);
  t.is((await mac.post(whatsAppPath, '{', signature(hmac('{', 'hex')))).status, 400);
  const open = await start(t);
  t.is((await open.post(whatsAppPath, huge, text)).status, 415);
  t.is((await open.post(whatsAppPath, huge)).status, 413);
});

test('a path with a query › is the same webhook', async (t) => {
  const { post, messages } = await start(t, { options: { webhookSignature: { mode: 'equal', secret } } });
  t.is((await post(`${whatsAppPath}?a=b`, whatsAppText())).status, 403);
  t.is((await post(`${whatsAppPath}?a=b`, whatsAppText(), signature(secret))).status, 200);
  t.is(messages().length, 1);
});
