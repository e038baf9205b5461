import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { E } from '../../../src/domain/fp.ts';
import type { RemoteFailure } from '../../../src/application/ports/errors.ts';
import type { HttpClientOptions, HttpRequest } from '../../../src/adapters/shared/http-client.ts';
import { makePollClient, type PollClient } from '../../../src/adapters/shared/poll-client.ts';
import { serve, serveRaw } from './servers.ts';

const now = Date.UTC(2026, 10, 2, 12);
const secret = 'hunter2-hunter2';

const client = (t: ExecutionContext, more: Partial<HttpClientOptions> = {}): PollClient => {
  const made = makePollClient({
    maxSockets: Infinity,
    maxAnswerBytes: 1000,
    clock: { now: () => now, monotonic: () => performance.now() },
    ...more,
  });
  t.teardown(made.close);
  return made;
};

const get = (url: string): HttpRequest => ({
  method: 'GET',
  url: `${url}?token=${secret}`,
  headers: { Authorization: secret },
});
const soon = (ms = 5000): AbortSignal => AbortSignal.timeout(ms);

const failureOf = (t: ExecutionContext, outcome: E.Either<RemoteFailure, unknown>): RemoteFailure => {
  if (E.isRight(outcome)) throw new Error(`answered ${JSON.stringify(outcome.right)}`);
  t.false(outcome.left.detail.includes(secret), 'no secret');
  t.false(outcome.left.detail.includes('127.0.0.1'), 'no address');
  return outcome.left;
};

test('poll client › sends method, host, headers and body, and answers what came back', async (t) => {
  const { url } = await serve(t, (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const { method, url: path, headers } = request;
      response
        .writeHead(201)
        .end(JSON.stringify([method, path, headers.host, headers['x-one'], headers['user-agent'], body]));
    });
  });
  const { exchange } = client(t);
  const { host } = new URL(url);
  const asked = { url: `${url}?a=1`, headers: { 'X-One': '1' } };
  const text = (method: string, body: string): string =>
    JSON.stringify([method, '/path?a=1', host, '1', 'relevo', body]);
  t.deepEqual(
    await exchange('a poll', { ...asked, method: 'GET' }, soon()),
    E.right({ status: 201, text: text('GET', '') }),
  );
  t.deepEqual(
    await exchange('a poll', { ...asked, method: 'POST', body: 'grüße' }, soon()),
    E.right({ status: 201, text: text('POST', 'grüße') }),
  );
});

for (const status of [200, 204, 302, 403, 409, 500, 503]) {
  test(`poll client › ${status} is an answer`, async (t) => {
    let asked = 0;
    const { url } = await serve(t, (_request, response) => {
      asked += 1;
      response.writeHead(status, { Location: '/elsewhere', 'Retry-After': '7' }).end();
    });
    t.deepEqual(
      await client(t).exchange('a poll', get(url), soon()),
      E.right({ status, text: '', retryAfterMs: 7000 }),
    );
    t.is(asked, 1, 'no redirect is followed');
  });
}

test('poll client › a body that is too long is no answer, unless the status alone says enough', async (t) => {
  let status = 200;
  const { url } = await serve(t, (_request, response) => response.writeHead(status).end('x'.repeat(1001)));
  const { exchange } = client(t);
  t.deepEqual(failureOf(t, await exchange('a poll', get(url), soon())) as unknown, {
    _tag: 'RemoteError',
    certain: false,
    status: 200,
    detail: 'a poll: an answer that cannot be read',
  });
  status = 500;
  t.like(await exchange('a poll', get(url), soon()), { right: { status: 500, text: '' } });
});

test('poll client › a body that was packed unasked is unpacked, and counted as it unpacks', async (t) => {
  let body = gzipSync('x'.repeat(900));
  const { url } = await serve(t, (_request, response) =>
    response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(body),
  );
  const { exchange } = client(t);
  t.deepEqual(await exchange('a poll', get(url), soon()), E.right({ status: 200, text: 'x'.repeat(900) }));
  for (const unreadable of [gzipSync('x'.repeat(100_000)), Buffer.from('no gzip at all')]) {
    body = unreadable;
    t.like(failureOf(t, await exchange('a poll', get(url), soon())), { _tag: 'RemoteError', status: 200 });
  }
});

test('poll client › the deadline ends the wait for the head and for the body', async (t) => {
  const { url } = await serve(t, (request, response) => {
    if (request.url?.startsWith('/path?') === true) response.writeHead(200).write('the first half');
  });
  const { exchange } = client(t);
  const late = { _tag: 'RemoteTimeout', certain: false, detail: 'a poll: no answer in time' };
  for (const asked of [get(url), get(url.replace('/path', '/silent'))])
    t.deepEqual(failureOf(t, await exchange('a poll', asked, soon(60))) as unknown, late);
});

test('poll client › a deadline that is past begins nothing; a poll that was called off says so', async (t) => {
  let asked = 0;
  const { url } = await serve(t, () => {
    asked += 1;
  });
  const { exchange } = client(t);
  t.like(failureOf(t, await exchange('a poll', get(url), AbortSignal.abort())), {
    _tag: 'RemoteTimeout',
    certain: true,
  });
  t.is(asked, 0);
  const controller = new AbortController();
  const outcome = exchange('a poll', get(url), controller.signal);
  setImmediate(() => controller.abort());
  t.like(failureOf(t, await outcome), { detail: 'a poll: called off before the answer', certain: false });
});

test('poll client › without a connection nothing was sent, for certain', async (t) => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  await new Promise((done) => closed.close(done));
  const plain = await serveRaw(t, (socket) => socket.end('no TLS here'));
  const { exchange } = client(t);
  for (const url of [
    `http://127.0.0.1:${port}/`,
    'http://nobody.invalid/',
    `https://127.0.0.1:${plain.port}/`,
  ]) {
    const failure = failureOf(t, await exchange('a poll', get(url), soon()));
    t.like(failure, { _tag: 'RemoteUnreachable', certain: true }, url);
  }
});

const head = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n';
for (const [shown, answer] of [
  ['before a word was said', ''],
  ['within the head', 'HTTP/1.1 200 OK\r\nConte'],
  ['within a body of known length', `${head}hello`],
  ['within a body in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
] as const) {
  test(`poll client › a connection cut ${shown} is uncertain, and nothing is repeated`, async (t) => {
    let asked = 0;
    const { url } = await serveRaw(t, (socket) => {
      socket.once('data', () => {
        asked += 1;
        socket.end(answer);
      });
    });
    const failure = failureOf(t, await client(t).exchange('a poll', get(url), soon()));
    t.like(failure, { _tag: 'RemoteUnreachable', certain: false });
    t.is(asked, 1);
  });
}

test('poll client › an answer that is no HTTP is an error of the remote', async (t) => {
  const { url } = await serveRaw(
    t,
    (socket) => void socket.once('data', () => socket.end('SSH-2.0-x\r\n\r\n')),
  );
  t.like(failureOf(t, await client(t).exchange('a poll', get(url), soon())), {
    _tag: 'RemoteError',
    certain: false,
    status: 0,
  });
});

test('poll client › a request that cannot be made is told, not thrown', async (t) => {
  const { exchange } = client(t);
  for (const request of [
    get('no address'),
    { ...get('http://127.0.0.1:1/'), headers: { Authorization: `${secret}\r\nX: y` } },
    { ...get('http://127.0.0.1:1/'), headers: { [`${secret} `]: 'x' } },
    get('file:///etc/passwd'),
  ]) {
    t.like(failureOf(t, await exchange('a poll', request, soon())), { _tag: 'NotConfigured', certain: true });
  }
});

for (const [shown, step, outcome, count] of [
  ['is repeated once, on a new one', 0, { right: { status: 200, text: 'ok' } }, 3],
  ['is not repeated when the poll had waited', 1000, { left: { _tag: 'RemoteUnreachable' } }, 2],
] as const) {
  test(`poll client › a GET on a kept connection that the remote closed ${shown}`, async (t) => {
    let asked = 0;
    let time = 0;
    const { url } = await serveRaw(t, (socket) => {
      let served = 0;
      socket.on('data', () => {
        asked += 1;
        served += 1;
        if (served > 1) return void socket.resetAndDestroy();
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    const { exchange } = client(t, { clock: { now: () => now, monotonic: () => (time += step) } });
    await exchange('a poll', get(url), soon());
    t.like(await exchange('a poll', get(url), soon()), outcome);
    t.is(asked, count);
  });
}

test('poll client › keeps its connections, and closes them', async (t) => {
  const ports = new Set<number | undefined>();
  const { url, server } = await serve(t, (request, response) => {
    ports.add(request.socket.remotePort);
    response.end('ok');
  });
  const { exchange, close } = client(t, { idleMs: 5_000 });
  await exchange('one', get(url), soon());
  await exchange('two', get(url), soon());
  t.is(ports.size, 1);
  const closed = new Promise((done) => server.close(done));
  close();
  await t.notThrowsAsync(closed);
});
