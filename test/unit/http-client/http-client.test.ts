import { execFile, fork } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setDefaultCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { E } from '../../../src/domain/fp.ts';
import type { RemoteFailure } from '../../../src/application/ports/errors.ts';
import type { Exchange } from '../../../src/adapters/salesforce-data/exchange.ts';
import {
  type HttpClient,
  type HttpRequest,
  makeHttpClient,
} from '../../../src/adapters/shared/http-client.ts';
import type { YaloOptions } from '../../../src/adapters/yalo/bot-channel.adapter.ts';
import { makeLeanClient, type LeanClientOptions } from '../../../src/adapters/shared/lean-client.ts';
import { serve, serveRaw } from './servers.ts';

const now = Date.UTC(2026, 10, 2, 12);
const secret = 'hunter2-hunter2';

const clients = { 'over node-fetch': makeHttpClient, lean: makeLeanClient };

const get = (url: string): HttpRequest => ({
  method: 'GET',
  url: `${url}?token=${secret}`,
  headers: { Authorization: secret },
});
const post = (url: string): HttpRequest => ({ ...get(url), method: 'POST', body: `{"text":"${secret}"}` });
const soon = (ms = 5000): AbortSignal => AbortSignal.timeout(ms);

const failureOf = (t: ExecutionContext, outcome: E.Either<RemoteFailure, unknown>): RemoteFailure => {
  if (E.isRight(outcome)) throw new Error(`answered ${JSON.stringify(outcome.right)}`);
  t.false(outcome.left.detail.includes(secret), 'no secret');
  t.false(outcome.left.detail.includes('127.0.0.1'), 'no address');
  return outcome.left;
};

const head = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n';
const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n';
const last = (answer: string): string => answer.replace('\r\n', '\r\nConnection: close\r\n');

/** Answers the first request on a connection, and resets it at the second; `asked` are the methods that came. */
const forgetful = async (
  t: ExecutionContext,
): Promise<{ readonly url: string; readonly asked: string[]; readonly connections: () => number }> => {
  const asked: string[] = [];
  let count = 0;
  const { url } = await serveRaw(t, (socket, connections) => {
    count = connections;
    let served = 0;
    socket.on('data', (data) => {
      asked.push(data.toString().split(' ')[0] ?? '');
      served += 1;
      if (served > 1) return void socket.resetAndDestroy();
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  return { url, asked, connections: () => count };
};

/** Clients of that kind, which end with their test. */
const clientsOf =
  (make: (options: LeanClientOptions) => HttpClient) =>
  (t: ExecutionContext, more: Partial<LeanClientOptions> = {}): HttpClient => {
    const clock = { now: () => now, monotonic: () => performance.now() };
    const made = make({ maxSockets: 10, maxAnswerBytes: 1000, clock, ...more });
    t.teardown(made.close);
    return made;
  };

for (const [name, make] of Object.entries(clients)) {
  const client = clientsOf(make);

  test(`${name} › fits where the adapters ask for one`, (t) => {
    const { exchange, post: send } = client(t);
    const fits: { exchange: Exchange; post: YaloOptions['post'] } = { exchange, post: send };
    t.truthy(fits);
  });

  test(`${name} › sends method, headers and body, and answers what came back`, async (t) => {
    const { url } = await serve(t, (request, response) => {
      request.setEncoding('utf8').on('data', (body: string) => {
        const { method, url: path, headers } = request;
        response
          .writeHead(201)
          .end(JSON.stringify([method, path, headers.accept, headers['user-agent'], body]));
      });
    });
    const outcome = await client(t).exchange(
      'a call',
      { method: 'POST', url: `${url}?a=1`, headers: { Accept: 'text/x' }, body: 'grüße' },
      soon(),
    );
    t.deepEqual(
      outcome,
      E.right({ status: 201, text: JSON.stringify(['POST', '/path?a=1', 'text/x', 'relevo', 'grüße']) }),
    );
  });

  for (const status of [200, 204, 301, 302, 304, 307, 400, 401, 403, 404, 409, 429, 500, 503]) {
    test(`${name} › ${status} is an answer`, async (t) => {
      let asked = 0;
      const { url } = await serve(t, (_request, response) => {
        asked += 1;
        response.writeHead(status, { Location: '/elsewhere' }).end();
      });
      t.like(await client(t).exchange('a call', get(url), soon()), { right: { status, text: '' } });
      t.is(asked, 1, 'no redirect is followed');
    });
  }

  for (const [shown, headers, ms] of [
    ['seconds', { 'Retry-After': '7' }, 7000],
    [
      'a date, by the answer’s own clock',
      { 'Retry-After': 'Mon, 02 Nov 2026 09:00:30 GMT', Date: 'Mon, 02 Nov 2026 09:00:00 GMT' },
      30_000,
    ],
    [
      'a date without a clock beside it',
      { 'Retry-After': 'Mon, 02 Nov 2026 12:01:00 GMT', Date: 'x' },
      60_000,
    ],
    [
      'a date that is past',
      { 'Retry-After': 'Mon, 02 Nov 2026 08:00:00 GMT', Date: 'Mon, 02 Nov 2026 09:00:00 GMT' },
      0,
    ],
    ['more than a day', { 'Retry-After': '99999999999999' }, 24 * 3_600_000],
    ['nonsense', { 'Retry-After': 'soon' }, undefined],
    ['a negative number', { 'Retry-After': '-1' }, undefined],
    ['nothing', {}, undefined],
  ] as const) {
    test(`${name} › Retry-After › ${shown}`, async (t) => {
      const { url } = await serve(t, (_request, response) => response.writeHead(503, headers).end('x'));
      const outcome = await client(t).exchange('a call', get(url), soon());
      t.is(E.isRight(outcome) ? outcome.right.retryAfterMs : -1, ms);
      const posted = failureOf(t, await client(t).post('a call', post(url), soon()));
      t.deepEqual(posted, {
        _tag: 'RemoteBusy',
        certain: true,
        detail: 'a call: 503',
        ...(ms === undefined ? {} : { retryAfterMs: ms }),
      });
    });
  }

  for (const [status, expected] of [
    [200, undefined],
    [201, undefined],
    [204, undefined],
    [302, { _tag: 'RemoteError', certain: false }],
    [400, { _tag: 'RemoteRefused', certain: true }],
    [401, { _tag: 'RemoteRefused', certain: true }],
    [403, { _tag: 'RemoteRefused', certain: true }],
    [404, { _tag: 'RemoteRefused', certain: true }],
    [408, { _tag: 'RemoteError', certain: false }],
    [409, { _tag: 'RemoteError', certain: false }],
    [422, { _tag: 'RemoteRefused', certain: true }],
    [429, { _tag: 'RemoteBusy', certain: true }],
    [500, { _tag: 'RemoteError', certain: false }],
    [502, { _tag: 'RemoteError', certain: false }],
    [503, { _tag: 'RemoteBusy', certain: true }],
  ] as const) {
    test(`${name} › post › ${status} means ${expected?._tag ?? 'done'}`, async (t) => {
      const { url } = await serve(t, (_request, response) => response.writeHead(status).end());
      const outcome = await client(t).post('a call', post(url), soon());
      if (expected === undefined) return void t.deepEqual(outcome, E.right(undefined));
      const busy = expected._tag === 'RemoteBusy';
      t.deepEqual(failureOf(t, outcome) as unknown, {
        ...expected,
        ...(busy ? {} : { status }),
        detail: `a call: ${status}`,
      });
    });
  }

  test(`${name} › body › one that is too long is no answer, unless the status alone says enough`, async (t) => {
    let status = 200;
    const { url } = await serve(t, (_request, response) => response.writeHead(status).end('x'.repeat(1001)));
    const { exchange, post: send } = client(t);
    t.deepEqual(failureOf(t, await exchange('a call', get(url), soon())) as unknown, {
      _tag: 'RemoteError',
      certain: false,
      status: 200,
      detail: 'a call: an answer that cannot be read',
    });
    t.deepEqual(await send('a call', post(url), soon()), E.right(undefined));
    status = 500;
    t.like(await exchange('a call', get(url), soon()), { right: { status: 500, text: '' } });
  });

  test(`${name} › body › is counted as it unpacks`, async (t) => {
    const { url } = await serve(t, (request, response) => {
      const size = request.url?.startsWith('/path?') === true ? 100_000 : 900;
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('x'.repeat(size)));
    });
    const { exchange } = client(t);
    const small = { ...get(url), url: url.replace('/path', '/small') };
    t.deepEqual(await exchange('a call', small, soon()), E.right({ status: 200, text: 'x'.repeat(900) }));
    t.like(failureOf(t, await exchange('a call', get(url), soon())), { _tag: 'RemoteError', status: 200 });
  });

  test(`${name} › body › of another compression than it says cannot be read`, async (t) => {
    const { url } = await serve(t, (_request, response) =>
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('no gzip at all'),
    );
    t.like(failureOf(t, await client(t).exchange('a call', get(url), soon())), {
      _tag: 'RemoteError',
      certain: false,
    });
  });

  test(`${name} › deadline › ends the wait for the head and for the body`, async (t) => {
    const { url } = await serve(t, (request, response) => {
      if (request.method === 'GET') response.writeHead(200).write('the first half');
    });
    const { exchange, post: send } = client(t);
    const late = { _tag: 'RemoteTimeout', certain: false, detail: 'a call: no answer in time' };
    t.deepEqual(failureOf(t, await exchange('a call', get(url), soon(1500))) as unknown, late);
    t.deepEqual(failureOf(t, await send('a call', post(url), soon(1500))) as unknown, late);
    t.like(await send('a call', get(url), soon(1500)), E.right(undefined), 'the head of a 2xx is enough');
  });

  test(`${name} › deadline › one that is past begins nothing; a call that was called off says so`, async (t) => {
    let asked = 0;
    const { url } = await serve(t, () => {
      asked += 1;
    });
    const { exchange } = client(t);
    t.like(failureOf(t, await exchange('a call', post(url), AbortSignal.abort())), {
      _tag: 'RemoteTimeout',
      certain: true,
    });
    t.is(asked, 0);
    const controller = new AbortController();
    const listens = await serve(t, () => controller.abort());
    t.like(failureOf(t, await exchange('a call', get(listens.url), controller.signal)), {
      detail: 'a call: called off before the answer',
      certain: false,
    });
  });

  test(`${name} › deadline › holds for those who wait for a connection too, who then begin nothing`, async (t) => {
    let asked = 0;
    const { url } = await serve(t, (_request, response) => {
      asked += 1;
      if (asked > 1) response.end('ok');
    });
    const { exchange } = client(t, { maxSockets: 1 });
    const [first, second] = await Promise.all([
      exchange('a call', get(url), soon(1500)),
      exchange('a call', get(url), soon(50)),
    ]);
    t.like(failureOf(t, first), { _tag: 'RemoteTimeout' });
    t.like(failureOf(t, second), { _tag: 'RemoteTimeout' });
    t.like(await exchange('a call', get(url), soon()), { right: { text: 'ok' } });
    t.is(asked, 2);
  });

  test(`${name} › no connection › is certain: nothing was sent`, async (t) => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    const plain = await serveRaw(t, (socket) => socket.end('no TLS here'));
    const hangsUp = await serveRaw(t, (socket) => socket.destroy());
    const { exchange } = client(t);
    for (const url of [
      `http://127.0.0.1:${port}/`,
      'http://nobody.invalid/',
      `https://127.0.0.1:${plain.port}/`,
      `https://127.0.0.1:${hangsUp.port}/`,
    ]) {
      const failure = failureOf(t, await exchange('a call', post(url), soon()));
      t.like(failure, { _tag: 'RemoteUnreachable', certain: true }, url);
      t.regex(failure.detail, /^a call: no connection \([A-Z_0-9]+\)$/u);
    }
  });

  test(`${name} › no connection › in time is certain as well`, async (t) => {
    const silent = await serveRaw(t, () => undefined);
    const { exchange } = client(t, { connectTimeoutMs: 50 });
    const failure = failureOf(t, await exchange('a call', post(`https://127.0.0.1:${silent.port}/`), soon()));
    t.deepEqual(failure as unknown, {
      _tag: 'RemoteUnreachable',
      certain: true,
      detail: 'a call: no connection (ETIMEDOUT)',
    });
  });

  for (const [shown, answer] of [
    ['before a word was said', ''],
    ['before the answer', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ['within the head', 'HTTP/1.1 200 OK\r\nConte'],
    ['within a body of known length', `${head}hello`],
    ['within a body in chunks', chunked],
    ['within a last body of known length', last(`${head}hello`)],
    ['within a last body in chunks', last(chunked)],
  ] as const) {
    test(`${name} › connection cut ${shown} › is uncertain, and nothing is repeated`, async (t) => {
      let asked = 0;
      const { url } = await serveRaw(t, (socket) => {
        socket.once('data', () => {
          asked += 1;
          socket.end(answer);
        });
      });
      const failure = failureOf(t, await client(t).exchange('a call', get(url), soon()));
      t.like(failure, { _tag: 'RemoteUnreachable', certain: false });
      t.is(asked, 1);
    });
  }

  test(`${name} › connection reset › is uncertain`, async (t) => {
    const { url } = await serveRaw(t, (socket) => void socket.once('data', () => socket.resetAndDestroy()));
    t.deepEqual(failureOf(t, await client(t).post('a call', post(url), soon())) as unknown, {
      _tag: 'RemoteUnreachable',
      certain: false,
      detail: 'a call: the connection broke (ECONNRESET)',
    });
  });

  test(`${name} › an answer that is no HTTP › is an error of the remote`, async (t) => {
    const { url } = await serveRaw(
      t,
      (socket) => void socket.once('data', () => socket.end('SSH-2.0-x\r\n\r\n')),
    );
    t.like(failureOf(t, await client(t).exchange('a call', get(url), soon())), {
      _tag: 'RemoteError',
      certain: false,
      status: 0,
    });
  });

  test(`${name} › a request that cannot be made › is told, not thrown`, async (t) => {
    const { exchange } = client(t);
    for (const request of [
      get('no address'),
      { ...get('http://127.0.0.1:1/'), headers: { Authorization: `${secret}\r\nX: y` } },
      { ...get('http://127.0.0.1:1/'), headers: { [`${secret} `]: 'x' } },
      get('file:///etc/passwd'),
    ]) {
      t.like(failureOf(t, await exchange('a call', request, soon())), {
        _tag: 'NotConfigured',
        certain: true,
      });
    }
  });

  test(`${name} › kept connection that the remote closed › a GET is repeated once, on a new one`, async (t) => {
    const { url, asked, connections } = await forgetful(t);
    const { exchange } = client(t);
    await Promise.all([exchange('a call', get(url), soon()), exchange('a call', get(url), soon())]);
    t.like(await exchange('a call', get(url), soon()), { right: { status: 200, text: 'ok' } });
    t.deepEqual(asked, ['GET', 'GET', 'GET', 'GET']);
    t.is(connections(), 3);
  });

  test(`${name} › kept connection that the remote closed › a POST is not repeated, and uncertain`, async (t) => {
    const { url, asked } = await forgetful(t);
    const { exchange } = client(t);
    await exchange('a call', get(url), soon());
    t.like(failureOf(t, await exchange('a call', post(url), soon())), {
      _tag: 'RemoteUnreachable',
      certain: false,
    });
    t.deepEqual(asked, ['GET', 'POST']);
  });

  test(`${name} › kept connection › a GET that had waited for long is not repeated`, async (t) => {
    const { url, asked } = await forgetful(t);
    let time = 0;
    const { exchange } = client(t, { clock: { now: () => now, monotonic: () => (time += 1000) } });
    await exchange('a call', get(url), soon());
    t.like(failureOf(t, await exchange('a call', get(url), soon())), { _tag: 'RemoteUnreachable' });
    t.deepEqual(asked, ['GET', 'GET']);
  });

  test(`${name} › connections › are kept, and a wait longer than the idle time is no end to a call`, async (t) => {
    const ports = new Set<number | undefined>();
    const { url } = await serve(t, (request, response) => {
      ports.add(request.socket.remotePort);
      setTimeout(() => response.end('ok'), 120);
    });
    const { exchange } = client(t, { idleMs: 30 });
    const outcomes = [await exchange('one', get(url), soon()), await exchange('two', get(url), soon())];
    t.deepEqual(outcomes.map(E.isRight), [true, true]);
    t.is(ports.size, 1);
  });

  test(`${name} › connections › those that are idle are closed`, async (t) => {
    const { url, server } = await serve(t, (_request, response) => response.end('ok'));
    server.keepAliveTimeout = 0;
    const closed = new Promise((done) =>
      server.once('connection', (socket: Socket) => socket.once('close', done)),
    );
    const { exchange } = client(t, { idleMs: 30 });
    await exchange('a call', get(url), soon());
    await t.notThrowsAsync(closed);
    t.like(await exchange('a call', post(url), soon()), { right: { text: 'ok' } }, 'then there is a new one');
  });

  test(`${name} › connections › a GET that dies on a new one is not repeated, whatever went before`, async (t) => {
    let asked = 0;
    let closed: Promise<unknown> | undefined;
    const { url } = await serveRaw(t, (socket, connections) => {
      closed ??= once(socket, 'close');
      socket.once('data', () => {
        asked += 1;
        if (connections > 1) socket.destroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    const { exchange } = client(t, { idleMs: 30 });
    await exchange('a call', get(url), soon());
    await closed;
    t.like(failureOf(t, await exchange('a call', get(url), soon())), { _tag: 'RemoteUnreachable' });
    t.is(asked, 2);
  });

  test(`${name} › connections › calls beyond the most wait for one, one after the other`, async (t) => {
    const held: ServerResponse[] = [];
    const ports = new Set<number | undefined>();
    const { url } = await serve(t, (request, response) => {
      ports.add(request.socket.remotePort);
      held.push(response);
      if (held.length === 2) held.splice(0).forEach((one) => one.end('ok'));
    });
    const { exchange } = client(t, { maxSockets: 2 });
    const calls = Array.from({ length: 6 }, () => exchange('a call', get(url), soon()));
    t.true((await Promise.all(calls)).every(E.isRight));
    t.is(ports.size, 2);
  });

  test(`${name} › connections › those to one host wait for no other`, async (t) => {
    const hanging = await serve(t, () => undefined);
    const { url } = await serve(t, (_request, response) => response.end('ok'));
    const { exchange } = client(t, { maxSockets: 1 });
    const controller = new AbortController();
    const hangs = exchange('a call', get(hanging.url), controller.signal);
    t.like(await exchange('a call', get(url), soon()), { right: { text: 'ok' } });
    controller.abort();
    t.like(failureOf(t, await hangs), { _tag: 'RemoteTimeout' });
  });

  test(`${name} › connections › one that is called off before it stands is closed at once`, async (t) => {
    const controller = new AbortController();
    let closed: Promise<unknown> | undefined;
    const silent = await serveRaw(t, (socket) => {
      closed = once(socket.resume(), 'close');
      controller.abort();
    });
    const { exchange } = client(t, { connectTimeoutMs: 600_000 });
    const outcome = await exchange('a call', post(`https://127.0.0.1:${silent.port}/`), controller.signal);
    t.like(failureOf(t, outcome), { _tag: 'RemoteTimeout' });
    await closed;
    t.pass();
  });

  test(`${name} › deadline › holds nobody once the call is over`, async (t) => {
    const { url } = await serve(t, (_request, response) => response.end('ok'));
    const { signal } = new AbortController();
    await client(t).exchange('a call', get(url), signal);
    t.deepEqual(getEventListeners(signal, 'abort'), []);
  });

  test(`${name} › body › with a byte order mark, or a coding that is none, is read`, async (t) => {
    const { url } = await serve(t, (_request, response) =>
      response.writeHead(200, { 'Content-Encoding': 'Identity' }).end('\ufeff{}'),
    );
    t.like(await client(t).exchange('a call', get(url), soon()), { right: { text: '{}' } });
  });

  test(`${name} › what comes before an answer is none`, async (t) => {
    const { url } = await serveRaw(t, (socket) => {
      socket.once('data', () => {
        const early = 'HTTP/1.1 103 Early Hints\r\nRetry-After: 7\r\n\r\n';
        socket.write(`${early}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`);
      });
    });
    t.deepEqual(await client(t).exchange('a call', get(url), soon()), E.right({ status: 200, text: 'ok' }));
  });

  test(`${name} › connections › close with the client, and calls in flight fail`, async (t) => {
    const { url, server } = await serve(t, (request, response) => {
      if (request.method === 'GET') response.end('ok');
      else close();
    });
    const { exchange, close } = client(t);
    await exchange('a call', get(url), soon());
    const closed = new Promise((done) => server.on('connection', done).close(done));
    t.like(failureOf(t, await exchange('a call', post(url), soon())), { _tag: 'RemoteUnreachable' });
    await t.notThrowsAsync(closed);
  });
}

const lean = clientsOf(makeLeanClient);

test('lean › kept connection that was reset before anything was sent › any call is made on a new one', async (t) => {
  const { exchange } = lean(t);
  for (const request of [get, post]) {
    const asked: string[] = [];
    let reset = (): void => undefined;
    const { url } = await serveRaw(t, (socket) => {
      reset = () => void socket.resetAndDestroy();
      socket.on('data', (data) => {
        asked.push(data.toString().split(' ')[0] ?? '');
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    await exchange('a call', get(url), soon());
    // in a timer, so that sockets are looked at before anything is sent
    const outcome = await new Promise((done) =>
      setTimeout(() => {
        reset();
        done(exchange('a call', request(url), soon()));
      }),
    );
    t.like(outcome, { right: { text: 'ok' } });
    t.deepEqual(asked, ['GET', request(url).method]);
  }
});

test('lean › kept connection that the remote closed › where GETs are not to be repeated, none is', async (t) => {
  const { url, asked } = await forgetful(t);
  const { exchange } = lean(t, { repeatsGets: false });
  await exchange('a call', get(url), soon());
  t.like(failureOf(t, await exchange('a call', get(url), soon())), {
    _tag: 'RemoteUnreachable',
    certain: false,
  });
  t.deepEqual(asked, ['GET', 'GET']);
});

test('lean › who never got a turn › has certainly sent nothing', async (t) => {
  const { url } = await serve(t, () => undefined);
  const { exchange } = lean(t, { maxSockets: 1 });
  const [, second] = await Promise.all([
    exchange('a call', post(url), soon(100)),
    exchange('a call', post(url), soon(50)),
  ]);
  t.like(failureOf(t, second), { _tag: 'RemoteTimeout', certain: true });
});

test('lean › a repeated GET that meets nobody › may have been read the first time', async (t) => {
  const { url } = await serveRaw(t, (socket, _connections, server) => {
    let served = 0;
    socket.on('data', () => {
      served += 1;
      if (served === 1) return void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      server.close();
      socket.resetAndDestroy();
    });
  });
  const { exchange } = lean(t);
  await exchange('a call', get(url), soon());
  t.like(failureOf(t, await exchange('a call', get(url), soon())), {
    _tag: 'RemoteUnreachable',
    certain: false,
  });
});

test('lean › kept connection › a GET that is answered with what is no HTTP is not repeated', async (t) => {
  let asked = 0;
  const { url } = await serveRaw(t, (socket) => {
    socket.on('data', () => {
      asked += 1;
      socket.write(asked === 1 ? 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok' : 'SSH-2.0-x\r\n\r\n');
    });
  });
  const { exchange } = lean(t);
  await exchange('a call', get(url), soon());
  t.like(failureOf(t, await exchange('a call', get(url), soon())), { _tag: 'RemoteError', certain: false });
  t.is(asked, 2);
});

test('lean › an answer to a request that was not read to its end › frees no connection', async (t) => {
  const { url, connections } = await serveRaw(t, (socket) => {
    socket.once('data', () => {
      socket.pause();
      socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n');
    });
  });
  const { exchange } = lean(t);
  const large = { ...post(url), body: 'x'.repeat(16 * 1024 * 1024) };
  for (const calls of [1, 2]) {
    t.like(await exchange('a call', large, soon()), { right: { status: 413 } });
    t.is(connections(), calls);
  }
});

test('lean › a client that is closed › sends nothing any more', async (t) => {
  let asked = 0;
  const { url } = await serve(t, (_request, response) => {
    asked += 1;
    response.end('ok');
  });
  const { exchange, close } = lean(t, { maxSockets: 1 });
  await exchange('a call', get(url), soon());
  const [first, waiting] = [exchange('a call', get(url), soon()), exchange('a call', get(url), soon())];
  close();
  for (const call of [first, waiting, exchange('a call', post(url), soon())]) {
    t.like(failureOf(t, await call), { _tag: 'RemoteUnreachable', certain: true });
  }
  t.is(asked, 1);
});

const openssl = (...args: ReadonlyArray<string>): Promise<unknown> => promisify(execFile)('openssl', args);

test('lean › over TLS › calls in turn share their connections', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-tls-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
    ...subject,
  );
  const isMade = await made.then(
    () => true,
    () => false,
  );
  if (!isMade) return void t.pass(`SKIPPED: ${t.title}: there is no openssl to make a certificate with`);
  setDefaultCACertificates([readFileSync(cert, 'utf8')]);
  const server = fork(new URL('./tls-server.ts', import.meta.url), [key, cert]);
  t.teardown(() => server.kill());
  const [port] = (await once(server, 'message')) as [number];
  const { exchange } = lean(t);
  let connections = 0;
  for (let calls = 0; calls < 100; calls += 1) {
    const answer = await exchange('a call', post(`https://127.0.0.1:${port}/`), soon());
    connections = E.isRight(answer) ? Number(answer.right.text) : Infinity;
  }
  // a call may begin before the connection of the one before is known to be free
  t.true(connections <= 5, `${connections} connections`);
});
