import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { E } from '../../../src/domain/fp.ts';
import { parseAllowedHosts } from '../../../src/adapters/media/allowed-hosts.ts';
import { type DownloadOptions, makeDownload } from '../../../src/adapters/media/download.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const serve = async (
  t: ExecutionContext,
  handler: Handler,
): Promise<{ port: number; seen: IncomingMessage[] }> => {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    handler(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen };
};

const make = (list: string, more: Partial<DownloadOptions> = {}): ReturnType<typeof makeDownload> => {
  const allowedHosts = parseAllowedHosts(list);
  if (E.isLeft(allowedHosts)) throw new Error(allowedHosts.left);
  return makeDownload({ allowedHosts: allowedHosts.right, dev: true, maxBytes: 1000, ...more });
};

const deadline = (ms = 5000): AbortSignal => AbortSignal.timeout(ms);

test('media › comes with its bytes and its type', async (t) => {
  const { port } = await serve(t, (_request, response) => {
    response.setHeader('Content-Type', 'image/png');
    response.end('picture');
  });
  const media = await make(`localhost:${port}`)(`http://localhost:${port}/a.png?x=1`, deadline());
  if (E.isLeft(media)) return t.fail(media.left.detail);
  t.is(Buffer.from(media.right.bytes).toString(), 'picture');
  t.is(media.right.mediaType, 'image/png');
});

test('a name › is connected to at the addresses that were looked at', async (t) => {
  const { port, seen } = await serve(t, (_request, response) => response.end('x'));
  const asked: string[] = [];
  const resolve = async (host: string): Promise<ReadonlyArray<string>> => {
    asked.push(host);
    return asked.length === 1 ? ['127.0.0.1'] : ['192.0.2.1'];
  };
  const media = await make(`localhost:${port}`, { resolve })(`http://localhost:${port}/`, deadline());
  t.true(E.isRight(media));
  t.deepEqual(asked, ['localhost'], 'nobody asks a second time');
  t.is(seen[0]?.headers.host, `localhost:${port}`);
});

test('a listed name that leads inside › is refused, and nobody is connected to', async (t) => {
  const { port, seen } = await serve(t, (_request, response) => response.end('x'));
  for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::ffff:127.0.0.1', 'fd00::1']) {
    const download = make(`cdn.example.com:${port}`, { resolve: async () => ['8.8.8.8', address] });
    const media = await download(`http://cdn.example.com:${port}/`, deadline());
    t.true(E.isLeft(media) && media.left._tag === 'MediaRefused', address);
  }
  t.is(seen.length, 0);
});

test('a redirect › is followed where the list allows it', async (t) => {
  const { port, seen } = await serve(t, (request, response) => {
    if (request.url === '/end') return void response.end('x');
    response.writeHead(302, { Location: '/end' }).end('a body that nobody reads'.repeat(5000));
  });
  const media = await make(`localhost:${port}`)(`http://localhost:${port}/start`, deadline());
  t.true(E.isRight(media));
  t.deepEqual(
    seen.map(({ url }) => url),
    ['/start', '/end'],
  );
});

for (const location of [
  'http://127.0.0.1:1/',
  'http://169.254.169.254/latest/meta-data',
  'https://evil.example/',
  'file:///etc/passwd',
  'http://[::ffff:7f00:1]/',
  'http://user@localhost/',
  '//10.0.0.1/',
  'http://',
]) {
  test(`a redirect to ${location} › is refused`, async (t) => {
    const { port, seen } = await serve(t, (_request, response) =>
      response.writeHead(301, { Location: location }).end(),
    );
    const media = await make(`localhost:${port}`)(`http://localhost:${port}/`, deadline());
    t.true(E.isLeft(media) && media.left._tag === 'MediaRefused');
    t.is(seen.length, 1);
  });
}

test('redirects without an end › stop after five', async (t) => {
  const { port, seen } = await serve(t, (_request, response) =>
    response.writeHead(307, { Location: '/again' }).end(),
  );
  const media = await make(`localhost:${port}`)(`http://localhost:${port}/`, deadline());
  t.like(media, { left: { _tag: 'MediaRefused', detail: 'media download: too many redirects' } });
  t.is(seen.length, 6);
});

test('the media token › goes to the origin of the integrations API and nowhere else', async (t) => {
  const other = await serve(t, (_request, response) => response.end('x'));
  const own = await serve(t, (_request, response) =>
    response.writeHead(302, { Location: `http://localhost:${other.port}/` }).end(),
  );
  const download = make(`localhost:${own.port},localhost:${other.port}`, {
    token: { value: 'media-token', baseUrl: `http://localhost:${own.port}/base` },
  });
  t.true(E.isRight(await download(`http://localhost:${own.port}/`, deadline())));
  t.is(own.seen[0]?.headers.authorization, 'Bearer media-token');
  t.is(other.seen[0]?.headers.authorization, undefined);
});

test('a body beyond the limit › is refused, announced or not, packed or not', async (t) => {
  const big = Buffer.alloc(50_000);
  const { port } = await serve(t, (request, response) => {
    if (request.url === '/announced') return void response.end(big);
    if (request.url === '/packed') {
      return void response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(big));
    }
    response.write(big.subarray(0, 900));
    setTimeout(() => response.end(big.subarray(0, 900)), 20);
  });
  for (const path of ['announced', 'packed', 'streamed']) {
    const media = await make(`localhost:${port}`)(`http://localhost:${port}/${path}`, deadline());
    t.like(media, { left: { _tag: 'MediaRefused', detail: 'media download: too large' } }, path);
  }
});

test('a body at the limit › is taken; an empty one is no file', async (t) => {
  const { port } = await serve(t, (request, response) =>
    response.end(Buffer.alloc(request.url === '/empty' ? 0 : 1000)),
  );
  const download = make(`localhost:${port}`);
  t.true(E.isRight(await download(`http://localhost:${port}/full`, deadline())));
  const empty = await download(`http://localhost:${port}/empty`, deadline());
  t.true(E.isLeft(empty) && empty.left._tag === 'MediaRefused');
});

test('each status › means what it means for the upload', async (t) => {
  const { port } = await serve(t, (request, response) => {
    const status = Number(request.url?.slice(1));
    const after = status === 503 ? '7' : 'Mon, 02 Nov 2026 09:00:30 GMT';
    response.writeHead(status, { 'Retry-After': after, Date: 'Mon, 02 Nov 2026 09:00:00 GMT' }).end('secret');
  });
  const expected: ReadonlyArray<readonly [number, object]> = [
    [403, { _tag: 'MediaRefused' }],
    [404, { _tag: 'MediaRefused' }],
    [410, { _tag: 'MediaRefused' }],
    [400, { _tag: 'MediaRefused' }],
    [401, { _tag: 'MediaUnavailable', certain: true }],
    [429, { _tag: 'MediaUnavailable', retryAfterMs: 30_000 }],
    [503, { _tag: 'MediaUnavailable', retryAfterMs: 7000 }],
    [500, { _tag: 'MediaUnavailable', certain: true }],
    [304, { _tag: 'MediaUnavailable' }],
  ];
  for (const [status, failure] of expected) {
    const media = await make(`localhost:${port}`)(`http://localhost:${port}/${status}`, deadline());
    t.like(media, { left: failure }, String(status));
    t.false(JSON.stringify(media).includes('secret'));
  }
});

test('a server that hangs, at the head or in the body › is left by the deadline', async (t) => {
  const { port } = await serve(t, (request, response) => {
    if (request.url === '/body') response.writeHead(200).write('some');
  });
  for (const path of ['head', 'body']) {
    const begun = Date.now();
    const media = await make(`localhost:${port}`)(`http://localhost:${port}/${path}`, deadline(100));
    t.like(media, { left: { _tag: 'MediaUnavailable', certain: true } }, path);
    t.true(Date.now() - begun < 2000);
  }
});

test('a server that trickles › is left by the time limit of one download', async (t) => {
  const { port } = await serve(t, (_request, response) => {
    const timer = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(timer));
  });
  const media = await make(`localhost:${port}`, { timeoutMs: 150 })(`http://localhost:${port}/`, deadline());
  t.like(media, { left: { _tag: 'MediaUnavailable' } });
});

test('a body cut short, a closed port, a name nobody knows, a resolver that hangs › are no connection', async (t) => {
  const { port } = await serve(t, (_request, response) => {
    response.writeHead(200, { 'Content-Length': '500' });
    response.write('part', () => response.destroy());
  });
  const unreachable = { left: { _tag: 'MediaUnavailable', certain: true } };
  t.like(await make(`localhost:${port}`)(`http://localhost:${port}/`, deadline()), unreachable);
  t.like(await make('localhost:1')('http://localhost:1/', deadline()), unreachable);
  const unknown = make('cdn.example.com', { resolve: () => Promise.reject(new Error('ENOTFOUND')) });
  t.like(await unknown('https://cdn.example.com/', deadline()), unreachable);
  const hanging = make('cdn.example.com', { resolve: () => new Promise(() => undefined) });
  t.like(await hanging('https://cdn.example.com/', deadline(50)), unreachable);
});

for (const type of [
  'text/html; charset=utf-8',
  'image/svg+xml',
  'application/x-msdownload',
  'TEXT/JavaScript',
]) {
  test(`media of the type ${type} › is refused before it is read`, async (t) => {
    const { port } = await serve(t, (_request, response) => {
      // a body without end: whoever reads it waits for it
      response.writeHead(200, { 'Content-Type': type }).write('x');
    });
    const media = await make(`localhost:${port}`)(`http://localhost:${port}/`, deadline());
    t.like(media, { left: { _tag: 'MediaRefused', detail: 'media download: a type that is not taken' } });
  });
}

test('a program or a page under another type’s name › is refused, at its first bytes', async (t) => {
  const bodies = [Buffer.from('MZ\0\0'), Buffer.from('<!-- a --><HTML>'), Buffer.from('#!/bin/sh\n')];
  for (const body of bodies) {
    const { port } = await serve(t, (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'image/png' });
      response.write(body);
      // no more comes after these: the deadline is not what ends it
      response.write(Buffer.alloc(1024, 32));
    });
    const media = await make(`localhost:${port}`, { maxBytes: 100_000 })(
      `http://localhost:${port}/`,
      deadline(),
    );
    t.like(media, { left: { detail: 'media download: a type that is not taken' } }, body.toString());
    const whole = await serve(t, (_request, response) => response.end(body));
    const short = await make(`localhost:${whole.port}`)(`http://localhost:${whole.port}/`, deadline());
    t.like(short, { left: { detail: 'media download: a type that is not taken' } }, body.toString());
  }
});
