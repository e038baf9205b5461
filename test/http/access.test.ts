import test from 'ava';
import { TE } from '../../src/domain/fp.ts';
import { error, start, type Setup } from './support.ts';

const missing = error('An Authorization header or an Query Param with name token is required.');
const badHeader = error('Invalid Authorization token, header invalid.');
const badToken = error('Invalid Authorization token.');

test('token › none is 401, from either source', async (t) => {
  const { call, asked } = await start(t);
  for (const path of ['/v1/tokens/check', '/v1/tokens/check?token=', '/v1/tokens/check?Token=yalo-token']) {
    for (const headers of [{}, { Authorization: '' }]) {
      const answer = await call({ path, headers });
      t.is(answer.status, 401, path);
      t.deepEqual(answer.json, missing);
    }
  }
  t.deepEqual(asked, []);
});

test('token › a header that is not exactly `Bearer <token>` is 401, whatever the query says', async (t) => {
  const { call } = await start(t);
  const headers = [
    ...['Bearer', 'Bearer ', 'bearer yalo-token', 'BEARER yalo-token', 'Bearer  yalo-token', 'yalo-token'],
    ...['Basic yalo-token', 'Bearer yalo-token extra', 'Bearer\tyalo-token', 'Beareryalo-token', ','],
  ];
  for (const header of headers) {
    const answer = await call({
      path: '/v1/tokens/check?token=yalo-token',
      headers: { Authorization: header },
    });
    t.is(answer.status, 401, header);
    t.deepEqual(answer.json, badHeader);
  }
});

test('token › the header is the only source when there is one', async (t) => {
  const { call } = await start(t);
  const answer = await call({
    path: '/v1/tokens/check?token=yalo-token',
    headers: { Authorization: 'Bearer forged' },
  });
  t.is(answer.status, 403);
  t.deepEqual(answer.json, badToken);
  const empty = await call({ path: '/v1/tokens/check?token=yalo-token', headers: { Authorization: '' } });
  t.is(empty.status, 200);
});

test('roles › tokens/check takes both, every other protected route YALO_ROLE alone', async (t) => {
  const { call } = await start(t);
  const headers = { Authorization: 'Bearer sf-token' };
  const both = await call({ path: '/v1/tokens/check', headers });
  t.deepEqual(both.json, { username: 'salesforceUser', role: 'SALESFORCE_ROLE' });
  const routes = [
    ['POST', '/v1/chats/connect'],
    ['POST', '/v1/integrations/webhook/register/whatsapp'],
    ['POST', '/v1/integrations/webhook/register/sms'],
    ['DELETE', '/v1/integrations/webhook/remove/facebook'],
    ['GET', '/v1/context/5217'],
    ['DELETE', '/v1/chat/finish/5217'],
    ['GET', '/v1/chats/5217'],
  ] as const;
  for (const [method, path] of routes) {
    const other = await call({ method, path, headers });
    t.is(other.status, 403, path);
    t.deepEqual(other.json, badToken, path);
    const none = await call({ method, path });
    t.is(none.status, 401, path);
    t.deepEqual(none.json, missing, path);
  }
});

test('authenticate › public, and tells nothing but the token', async (t) => {
  const { post, asked } = await start(t);
  const answer = await post('/v1/authenticate', { username: 'yaloUser', password: 'pass', more: 1 });
  t.is(answer.text, '{"token":"new-token"}');
  t.deepEqual(asked, [
    {
      useCase: 'authenticate',
      command: { username: 'yaloUser', password: 'pass', address: '127.0.0.1' },
    },
  ]);
});

test('authenticate › what is no JSON object of texts is 400', async (t) => {
  const { post, asked } = await start(t);
  const bodies = [
    ...['', ' ', '{', 'null', '[]', '"text"', '1', 'true', '{"username":1,"password":"p"}'],
    ...[
      '{"username":"u","password":["p"]}',
      '{"username":{},"password":"p"}',
      '{"username":"u"} x',
      "{'a':1}",
    ],
  ];
  for (const body of bodies) {
    const answer = await post('/v1/authenticate', body);
    t.is(answer.status, 400, body);
    const { ErrorDescription: text, ...more } = answer.json as { ErrorDescription: string };
    t.regex(text, /^Invalid payload received : ./u, body);
    t.deepEqual(more, {});
  }
  t.deepEqual(asked, []);
});

test('authenticate › a missing or empty member is a wrong one, known only after the usual time', async (t) => {
  const setup: Setup = { application: { authenticate: () => TE.left({ _tag: 'InvalidCredentials' }) } };
  const refusing = await start(t, setup);
  const { post, asked } = await start(t);
  const bodies = [
    {},
    { username: 'u' },
    { password: 'p' },
    { username: '', password: '' },
    { username: null, password: null },
    { username: 'x'.repeat(2000), password: 'p' },
  ];
  for (const body of bodies) {
    const answer = await refusing.post('/v1/authenticate', body);
    t.is(answer.status, 401);
    t.deepEqual(answer.json, error('Invalid credentials.'));
    await post('/v1/authenticate', body);
  }
  t.is(asked.length, bodies.length);
});

test('authenticate › member names without regard to case, the exact spelling wins', async (t) => {
  const { post, asked } = await start(t);
  await post('/v1/authenticate', '{"USERNAME":"loose","UserName":"looser","Password":"p"}');
  t.like(asked.at(-1)?.command, { username: 'looser', password: 'p' });
  await post('/v1/authenticate', '{"username":"exact","USERNAME":"loose","password":"p"}');
  t.like(asked.at(-1)?.command, { username: 'exact' });
  await post('/v1/authenticate', '{"username":null,"USERNAME":"loose","password":"p"}');
  t.like(asked.at(-1)?.command, { username: '' });
});

test('authenticate › too many failures are 429 with Retry-After', async (t) => {
  const { post } = await start(t, {
    application: { authenticate: () => TE.left({ _tag: 'TooManyAttempts', retryAfterMs: 41_200 }) },
  });
  const answer = await post('/v1/authenticate', { username: 'u', password: 'p' });
  t.is(answer.status, 429);
  t.is(answer.headers['retry-after'], '42');
  t.deepEqual(Object.keys(answer.json as object), ['ErrorDescription']);
});

test('the client’s address › from X-Forwarded-For only behind a trusted proxy', async (t) => {
  const headers = { 'X-Forwarded-For': '203.0.113.9' };
  const body = { username: 'u', password: 'p' };
  const direct = await start(t);
  await direct.post('/v1/authenticate', body, headers);
  t.like(direct.asked.at(-1)?.command, { address: '127.0.0.1' });
  const behind = await start(t, { options: { trustProxy: true } });
  await behind.post('/v1/authenticate', body, headers);
  t.like(behind.asked.at(-1)?.command, { address: '203.0.113.9' });
});
