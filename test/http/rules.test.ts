import test from 'ava';
import { connectBody, error, facebookPath, start, whatsAppPath, whatsAppText } from './support.ts';

test('every answer › carries a request id: the caller’s when it is sane, else a new one', async (t) => {
  const { call } = await start(t);
  const idOf = async (given?: string): Promise<unknown> => {
    const answer = await call({
      path: '/v1/welcome',
      ...(given === undefined ? {} : { headers: { 'X-Request-Id': given } }),
    });
    return answer.headers['x-request-id'];
  };
  t.is(await idOf('req-1.A_b'), 'req-1.A_b');
  t.is(await idOf('x'.repeat(128)), 'x'.repeat(128));
  const made = await Promise.all([
    idOf(),
    idOf(),
    idOf('x'.repeat(129)),
    idOf('a b'),
    idOf('a,b'),
    idOf('ñ'),
  ]);
  t.is(new Set(made).size, made.length);
  for (const id of made) t.regex(String(id), /^[A-Za-z0-9._-]{1,128}$/u);
});

test('every answer › is JSON, without a banner, not to be cached or sniffed', async (t) => {
  const { call } = await start(t);
  for (const path of ['/v1/welcome', '/nowhere', '/v1/tokens/check', '/health/live']) {
    const { headers } = await call({ path });
    t.is(headers['content-type'], 'application/json', path);
    t.is(headers['x-content-type-options'], 'nosniff');
    t.is(headers['cache-control'], 'no-store');
    t.is(headers.server, undefined);
    t.is(headers['x-powered-by'], undefined);
  }
});

test('welcome › greets', async (t) => {
  const { call } = await start(t);
  const answer = await call({ path: '/v1/welcome' });
  t.is(answer.status, 200);
  t.is(answer.text, '{"Message":"Welcome to API!"}');
});

test('unknown paths › 404 with one member', async (t) => {
  const { call } = await start(t);
  const paths = [
    ...['/', '/v1', '/v2/welcome', '/v1/context/', '/v1/context/a/b', '/v1/chats/'],
    ...[
      '//',
      '/v1/welcome/',
      '/V1/WELCOME',
      `/v1/context/${'a'.repeat(513)}`,
      '/<script>',
      '/v1/x?token=secret',
    ],
  ];
  for (const path of paths) {
    const answer = await call({ path, headers: { Authorization: 'Bearer yalo-token' } });
    t.is(answer.status, 404, path);
    t.deepEqual(answer.json, error('Not found.'), path);
    t.truthy(answer.headers['x-request-id']);
  }
});

test('a path that cannot be decoded › 404, and nothing is looked up', async (t) => {
  const { call, asked } = await start(t);
  for (const path of ['/v1/context/%zz', '/v1/context/%', '/v1/context/%ff', '/v1/context/%c3%28', '/%']) {
    const answer = await call({ path, headers: { Authorization: 'Bearer yalo-token' } });
    t.is(answer.status, 404, path);
    t.deepEqual(Object.keys(answer.json as object), ['ErrorDescription']);
  }
  t.deepEqual(asked, []);
});

test('a Host no URL can be made of › 400, and the process lives on', async (t) => {
  const { call } = await start(t);
  for (const host of ['a b', '[', 'x:99999999']) {
    const answer = await call({ path: '/v1/welcome', headers: { Host: host } });
    t.is(answer.status, 400, host);
    t.deepEqual(answer.json, error('Bad request.'));
  }
  t.is((await call({ path: '/v1/welcome' })).status, 200);
});

test('wrong methods › 405 with Allow', async (t) => {
  const { call } = await start(t);
  const cases = [
    ['GET', '/v1/authenticate', 'POST'],
    ['GET', whatsAppPath, 'POST'],
    ['PUT', facebookPath, 'POST'],
    ['DELETE', '/v1/chats/connect', 'GET, HEAD, POST'],
    ['POST', '/v1/tokens/check', 'GET, HEAD'],
    ['POST', '/v1/chat/finish/5217', 'DELETE'],
    ['GET', '/v1/integrations/webhook/register/whatsapp', 'POST'],
    ['POST', '/v1/integrations/webhook/remove/whatsapp', 'DELETE'],
    ['PATCH', '/v1/context/5217', 'DELETE, GET, HEAD'],
    ['PROPFIND', '/health/live', 'GET, HEAD'],
    ['HEAD', '/v1/authenticate', 'POST'],
  ] as const;
  for (const [method, path, allow] of cases) {
    const answer = await call({ method, path });
    t.is(answer.status, 405, `${method} ${path}`);
    t.deepEqual(answer.headers.allow?.split(', ').sort().join(', '), allow, path);
    if (method !== 'HEAD') t.deepEqual(answer.json, error('Method not allowed.'));
  }
});

test('GET /v1/chats/connect › asks for a user named connect', async (t) => {
  const { yalo, asked } = await start(t);
  t.is((await yalo('GET', '/v1/chats/connect')).status, 200);
  t.deepEqual(asked.at(-1)?.command, { userId: 'connect' });
});

test('HEAD › the head of GET, without a body', async (t) => {
  const { call } = await start(t);
  const answer = await call({ method: 'HEAD', path: '/v1/welcome' });
  t.is(answer.status, 200);
  t.is(answer.headers['content-length'], '29');
  t.is(answer.text, '');
  t.is((await call({ method: 'HEAD', path: '/v1/tokens/check' })).status, 401);
});

test('OPTIONS › is no method of any path: 405 with what it allows, 404 where there is none', async (t) => {
  const { call } = await start(t);
  const answer = await call({ method: 'OPTIONS', path: whatsAppPath });
  t.is(answer.status, 405);
  t.is(answer.headers.allow, 'POST');
  t.deepEqual(answer.json, error('Method not allowed.'));
  t.is((await call({ method: 'OPTIONS', path: '/nowhere' })).status, 404);
  const server = await call({ method: 'OPTIONS', path: '*' });
  t.is(server.status, 405);
  t.is(server.headers.allow, 'GET, HEAD, POST, DELETE');
  t.deepEqual(server.json, error('Method not allowed.'));
  t.truthy(server.headers['x-request-id']);
});

test('media type › JSON however it is spelled, and when it is missing', async (t) => {
  const { call } = await start(t);
  const types = [
    ...[
      'application/json',
      'APPLICATION/JSON',
      'application/json;charset=utf-8',
      'application/json ; charset=UTF8',
    ],
    ...['application/json; charset="utf-8"', 'application/json;charset=iso-8859-1', 'application/json;', ''],
  ];
  for (const type of [undefined, ...types]) {
    const headers = type === undefined ? {} : { 'Content-Type': type };
    for (const path of [whatsAppPath, '/v1/authenticate']) {
      const body = path === whatsAppPath ? whatsAppText() : { username: 'u', password: 'p' };
      const answer = await call({ method: 'POST', path, body, headers });
      t.is(answer.status, 200, `${type ?? 'none'} ${path}`);
    }
  }
});

test('media type › another one is 415', async (t) => {
  const { call, asked } = await start(t);
  const types = [
    ...['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/jsonp', 'json'],
    ...['application/problem+json', 'multipart/form-data; boundary=x', 'text/json; application/json'],
  ];
  for (const type of types) {
    const answer = await call({
      method: 'POST',
      path: whatsAppPath,
      body: whatsAppText(),
      headers: { 'Content-Type': type },
    });
    t.is(answer.status, 415, type);
    t.deepEqual(Object.keys(answer.json as object), ['ErrorDescription']);
  }
  const zipped = await call({
    method: 'POST',
    path: whatsAppPath,
    body: whatsAppText(),
    headers: { 'Content-Encoding': 'gzip' },
  });
  t.is(zipped.status, 415);
  t.deepEqual(asked, []);
});

const ofSize = (size: number): string => {
  const body = JSON.stringify(whatsAppText());
  return body + ' '.repeat(size - body.length);
};

test('body size › 256 KiB are taken, one byte more is 413, with a length or without', async (t) => {
  const { call } = await start(t);
  const limit = 256 * 1024;
  for (const chunked of [false, true]) {
    for (const [size, status] of [
      [limit - 1, 200],
      [limit, 200],
      [limit + 1, 413],
      [2 * limit, 413],
    ] as const) {
      const answer = await call({ method: 'POST', path: whatsAppPath, body: ofSize(size), chunked });
      t.is(answer.status, status, `${size} ${chunked}`);
      if (status === 413) t.deepEqual(Object.keys(answer.json as object), ['ErrorDescription']);
    }
  }
});

test('check order › token, role, media type, body size, decode, validation', async (t) => {
  const { call } = await start(t);
  const connect = async (token: string | undefined, type: string, body: unknown): Promise<number> =>
    (
      await call({
        method: 'POST',
        path: '/v1/chats/connect',
        body,
        headers: {
          'Content-Type': type,
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        },
      })
    ).status;
  const huge = ' '.repeat(300 * 1024);
  t.is(await connect(undefined, 'text/plain', huge), 401);
  t.is(await connect('forged', 'text/plain', huge), 403);
  t.is(await connect('sf-token', 'text/plain', huge), 403);
  t.is(await connect('yalo-token', 'text/plain', huge), 415);
  t.is(await connect('yalo-token', 'application/json', huge), 413);
  t.is(await connect('yalo-token', 'application/json', '{'), 400);
  t.is(await connect('yalo-token', 'application/json', {}), 400);
  t.is(await connect('yalo-token', 'application/json', connectBody()), 200);
  t.is((await call({ method: 'POST', path: '/v1/chats/connect/x', body: huge })).status, 404);
});

test('a byte order mark › is no part of the JSON', async (t) => {
  const { post } = await start(t);
  t.is((await post(whatsAppPath, `\ufeff${JSON.stringify(whatsAppText())}`)).status, 200);
});

test('a fault › 500 with a generic text and the request id, and the process lives on', async (t) => {
  const secret = 'the secret reason';
  const boom = (): never => {
    throw new Error(secret);
  };
  const { post, yalo, call, logs } = await start(t, {
    application: {
      authenticate: boom,
      ingestMessages: () => () => Promise.reject(new Error(secret)),
      getContext: () => boom,
      finishChat: () => async () => boom(),
      getChat: () => () => Promise.reject(new TypeError(secret)),
      checkToken: (token) =>
        token === 'boom'
          ? boom()
          : async () => ({ _tag: 'Right', right: { username: 'u', role: 'YALO_ROLE' } }),
    },
  });
  const answers = [
    await post('/v1/authenticate', { username: 'u', password: 'p' }),
    await post(whatsAppPath, whatsAppText(), { 'X-Request-Id': 'mine' }),
    await yalo('GET', '/v1/context/5'),
    await yalo('DELETE', '/v1/chat/finish/5'),
    await yalo('GET', '/v1/chats/5'),
    await call({ path: '/v1/tokens/check?token=boom' }),
  ];
  for (const answer of answers) {
    t.is(answer.status, 500);
    t.deepEqual(answer.json, error('Internal server error.'));
    t.truthy(answer.headers['x-request-id']);
  }
  t.is((await call({ path: '/v1/welcome' })).status, 200);
  const faults = logs.filter(({ level }) => level === 'error');
  t.is(faults.length, answers.length);
  t.true(faults.every(({ fields }) => String(fields.detail).includes(secret)));
  t.true(faults.some(({ fields }) => fields.requestId === 'mine'));
});

test('log lines › know a request by its route, and never hold a token or a path', async (t) => {
  const { call, logs, counts } = await start(t, { options: { accessLog: true } });
  await call({ path: '/v1/tokens/check?token=yalo-token' });
  await call({ path: '/v1/tokens/check?token=very-secret' });
  await call({ path: '/v1/context/5217331175599?token=very-secret', method: 'PUT' });
  await call({ path: '/elsewhere/5217331175599?token=very-secret' });
  await call({ path: '/metrics' });
  const written = JSON.stringify([logs, counts]);
  for (const secret of ['yalo-token', 'very-secret', '5217331175599', 'elsewhere']) {
    t.false(written.includes(secret), secret);
  }
  t.like(logs[0], { level: 'debug', fields: { method: 'GET', route: '/v1/tokens/check', status: 200 } });
  t.like(logs[1], {
    level: 'info',
    fields: { route: '/v1/tokens/check', status: 403, error: 'InvalidToken' },
  });
  t.true(logs.every(({ fields }) => typeof fields.requestId === 'string'));
  t.deepEqual(
    counts.filter(({ name }) => name === 'http_requests_total').map(({ labels, by }) => [labels, by]),
    [
      [{ route: '/v1/tokens/check', method: 'GET', status: '200' }, 1],
      [{ route: '/v1/tokens/check', method: 'GET', status: '403' }, 1],
      [{ route: 'unknown', method: '-', status: '405' }, 1],
      [{ route: 'unknown', method: '-', status: '404' }, 1],
    ],
  );
});

test('a request that went well › is not logged by default', async (t) => {
  const { post, logs } = await start(t);
  await post(whatsAppPath, whatsAppText());
  t.deepEqual(logs, []);
});

test('the request id › is at hand for whatever logs inside', async (t) => {
  const seen: string[] = [];
  let current = 'none';
  const { call } = await start(t, {
    application: {
      checkToken: () => async () => {
        seen.push(current);
        return { _tag: 'Right', right: { username: 'u', role: 'YALO_ROLE' } };
      },
    },
    deps: {
      withRequestId: (id, run) => {
        current = id;
        return run();
      },
    },
  });
  await call({ path: '/v1/tokens/check?token=x', headers: { 'X-Request-Id': 'abc' } });
  t.deepEqual(seen, ['abc']);
});
