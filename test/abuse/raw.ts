import fc from 'fast-check';
import { bytesOf } from './wire.ts';

const whole: ReadonlyArray<Buffer> = [
  bytesOf({ method: 'GET', path: '/v1/welcome' }),
  bytesOf({ method: 'GET', path: '/v1/tokens/check?token=a.b.c', headers: { Accept: '*/*' } }),
  bytesOf({ method: 'OPTIONS', path: '*' }),
  bytesOf({
    method: 'POST',
    path: '/v1/authenticate',
    headers: { 'Content-Type': 'application/json' },
    body: Buffer.from('{"username":"u","password":"p"}'),
  }),
  Buffer.from(
    'POST /v1/integrations/whatsapp/webhook HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n',
  ),
];

const lines = (...parts: ReadonlyArray<string>): Buffer => Buffer.from(parts.join('\r\n'), 'latin1');
const post = 'POST /v1/authenticate HTTP/1.1';

/** What proxies and servers have been made to disagree about, and what is no HTTP at all. */
const known: ReadonlyArray<Buffer> = [
  lines(
    post,
    'Host: a',
    'Content-Length: 5',
    'Transfer-Encoding: chunked',
    '',
    '0',
    '',
    'GET /metrics HTTP/1.1',
    'Host: a',
    '',
    '',
  ),
  lines(post, 'Host: a', 'Transfer-Encoding: chunked, identity', '', '0', '', ''),
  lines(post, 'Host: a', 'Transfer-Encoding: xchunked', 'Content-Length: 2', '', '{}'),
  lines(post, 'Host: a', 'Content-Length: 2', 'Content-Length: 3', '', '{}x'),
  lines(post, 'Host: a', 'Content-Length: -1', '', '{}'),
  lines(post, 'Host: a', 'Content-Length: +2', '', '{}'),
  lines(post, 'Host: a', `Content-Length: ${'9'.repeat(30)}`, '', '{}'),
  lines(post, 'Host: a', 'Transfer-Encoding: chunked', '', 'ffffffffffffffff', '{}', ''),
  lines(post, 'Host: a', 'Transfer-Encoding: chunked', '', '-1', '{}', ''),
  lines(post, 'Host: a', 'Transfer-Encoding: chunked', '', `2;${'x'.repeat(20_000)}`, '{}', '0', '', ''),
  lines(post, 'Host: a', 'X-A: b', '\tc: folded', '', ''),
  lines(post, 'Host : a', '', ''),
  lines('GET /v1/welcome HTTP/1.1', '', ''),
  lines('GET /v1/welcome HTTP/1.1', 'Host: a', 'Host: b', '', ''),
  lines('GET /v1/welcome HTTP/1.1', 'Host: a/b@c:99999', '', ''),
  lines('GET http://evil.example/v1/welcome HTTP/1.1', 'Host: a', '', ''),
  lines('GET //evil.example/%2e%2e HTTP/1.1', 'Host: a', '', ''),
  lines('GET /v1/welcome HTTP/9.9', 'Host: a', '', ''),
  lines('GET /v1/welcome HTTP/0.9', '', ''),
  lines('GET /v1/welcome', '', ''),
  lines('CONNECT evil.example:443 HTTP/1.1', 'Host: a', '', ''),
  lines('TRACE / HTTP/1.1', 'Host: a', 'Max-Forwards: 0', '', ''),
  lines(
    'GET /v1/welcome HTTP/1.1',
    'Host: a',
    'Upgrade: h2c',
    'Connection: Upgrade, HTTP2-Settings',
    'HTTP2-Settings: AAM',
    '',
    '',
  ),
  lines('GET /v1/welcome HTTP/1.1', 'Host: a', 'Upgrade: websocket', 'Connection: Upgrade', '', ''),
  lines('GET /v1/welcome HTTP/1.1', 'Host: a', 'Expect: 100-continue, 200-ok', '', ''),
  lines('GET /v1/welcome HTTP/1.1', 'Host: a', `X-Request-Id: ${'x'.repeat(300)}`, '', ''),
  lines('GET /v1/welcome HTTP/1.1', 'Host: a', 'X-Request-Id: a\tb;<c>', '', ''),
  lines('GET /v1/welcome HTTP/1.1', 'Host: a', `X-A: ${'x'.repeat(20_000)}`, '', ''),
  lines('GET /v1/welcome HTTP/1.1', 'Host: a', ...Array.from({ length: 3000 }, (_, n) => `A${n}: b`), '', ''),
  lines(`GET /${'a/'.repeat(7000)} HTTP/1.1`, 'Host: a', '', ''),
  lines(`GET /${'a'.repeat(40_000)} HTTP/1.1`, 'Host: a', '', ''),
  lines('GET /v1/context/%00%ff%fe HTTP/1.1', 'Host: a', '', ''),
  lines('GET /v1/welcome?\x7f\x80\xff HTTP/1.1', 'Host: a', '', ''),
  lines('PRI * HTTP/2.0', '', 'SM', '', ''),
  Buffer.from('160301020001000001fc0303', 'hex'),
  Buffer.from('\0'.repeat(2000)),
  Buffer.from('\r\n'.repeat(2000)),
  Buffer.concat([...whole, ...whole]),
  Buffer.concat(whole.flatMap((bytes) => Array<Buffer>(100).fill(bytes))),
];

const spliced = fc
  .tuple(
    fc.constantFrom(...whole, ...known),
    fc.array(
      fc.record({
        at: fc.nat(),
        drop: fc.nat(8),
        put: fc.oneof(
          fc.uint8Array({ maxLength: 12 }),
          fc
            .constantFrom(
              '\r\n',
              '\n',
              '\r',
              '\0',
              ' ',
              ':',
              '\t',
              '\r\n\r\n',
              'Content-Length: 1\r\n',
              '%',
              '\xff',
              '🙂',
            )
            .map((text) => Buffer.from(text)),
        ),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  )
  .map(([bytes, changes]) =>
    changes.reduce<Buffer>((present, { at, drop, put }) => {
      const place = at % (present.length + 1);
      return Buffer.concat([present.subarray(0, place), put, present.subarray(place + drop)]);
    }, bytes),
  );

/** Bytes for a connection: no HTTP, broken HTTP, and HTTP that two readers may read differently. */
export const raw: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: spliced },
  { weight: 2, arbitrary: fc.constantFrom(...known) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)) },
);
