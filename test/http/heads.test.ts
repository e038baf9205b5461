import net from 'node:net';
import test from 'ava';
import { error, rawTalk, start, whatsAppPath } from './support.ts';

const whole = (heard: string): boolean => heard.includes('}');

test('a request without a Host › 400 like any other refusal, but for HTTP/1.0', async (t) => {
  const { port, asked } = await start(t);
  for (const head of [
    'GET /v1/welcome HTTP/1.1\r\n\r\n',
    `POST ${whatsAppPath} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}`,
    'OPTIONS * HTTP/1.1\r\n\r\n',
  ]) {
    const heard = await rawTalk(port, head, whole);
    t.regex(heard, /^HTTP\/1\.1 400 /u);
    t.regex(heard, /\r\nX-Request-Id: \S+\r\n/u);
    t.true(heard.endsWith(JSON.stringify(error('Bad request.'))), heard);
  }
  t.deepEqual(asked, []);
  t.regex(await rawTalk(port, 'GET /v1/welcome HTTP/1.0\r\n\r\n', whole), /^HTTP\/1\.1 200 /u);
});

test('a head › of the limit is taken, a longer one is 431', async (t) => {
  const { port } = await start(t, { options: { limits: { maxHeaderBytes: 2_000 } } });
  const get = (length: number): string =>
    `GET /v1/welcome HTTP/1.1\r\nHost: a\r\nX-A: ${'a'.repeat(length)}\r\n\r\n`;
  t.regex(await rawTalk(port, get(1_500), whole), /^HTTP\/1\.1 200 /u);
  t.regex(await rawTalk(port, get(3_000), whole), /^HTTP\/1\.1 431 /u);
});

test('a slow head › 408, however it drips, and the connection is closed', async (t) => {
  const { port } = await start(t, { options: { limits: { headersMs: 150 } } });
  const heard = await new Promise<string>((resolve) => {
    let all = '';
    const socket = net.connect(port, '127.0.0.1', () =>
      socket.write('GET /v1/welcome HTTP/1.1\r\nHost: a\r\n'),
    );
    const drip = setInterval(() => socket.writable && socket.write('X-A: b\r\n'), 20);
    socket.on('data', (data) => (all += data.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(drip);
      resolve(all);
    });
  });
  t.regex(heard, /^HTTP\/1\.1 408 [^]*\{"ErrorDescription":"[^"]+"\}$/u);
});
