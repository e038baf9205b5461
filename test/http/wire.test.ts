import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import http, { type IncomingMessage } from 'node:http';
import net from 'node:net';
import test from 'ava';
import { E } from '../../src/domain/fp.ts';
import { gate, gated, occurrences, rawTalk, start, whatsAppPath, whatsAppText } from './support.ts';

const request = (body: string, headers: ReadonlyArray<string> = []): string =>
  [
    `POST ${whatsAppPath} HTTP/1.1`,
    'Host: relevo.example.com',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headers,
    '',
    body,
  ].join('\r\n');

const text = (id: string): string => JSON.stringify(whatsAppText({ id }));

const requestIds = (heard: string): ReadonlyArray<string | undefined> =>
  [...heard.matchAll(/X-Request-Id: (r\d+)/gu)].map(([, id]) => id);

test('pipelined requests › are all answered, in their order', async (t) => {
  const { port, messages } = await start(t);
  const many = Array.from({ length: 8 }, (_, n) => request(text(`m${n}`), [`X-Request-Id: r${n}`]));
  const heard = await rawTalk(port, many.join(''), (all) => occurrences(all, 'insert success') === 8);
  t.deepEqual(
    requestIds(heard),
    many.map((_, n) => `r${n}`),
  );
  t.is(messages().length, 8);
});

test('pipelined requests › those that are answered count no more', async (t) => {
  const { port, logs } = await start(t);
  const ids = Array.from({ length: 64 }, (_, n) => `r${n}`);
  const heard = await new Promise<string>((resolve) => {
    let all = '';
    const eight = (): void => {
      const from = occurrences(all, 'insert success');
      for (const id of ids.slice(from, from + 8)) socket.write(request(text(id), [`X-Request-Id: ${id}`]));
    };
    const socket = net.connect(port, '127.0.0.1', eight);
    socket.on('data', (data) => {
      all += data.toString();
      const answered = occurrences(all, 'insert success');
      if (answered === ids.length) socket.destroy();
      else if (answered % 8 === 0) eight();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(all));
  });
  t.deepEqual(requestIds(heard), ids);
  t.deepEqual(logs, []);
});

test('pipelined requests › 16 may be without an answer, with one more the connection is cut', async (t) => {
  const slow = gate<undefined>();
  const entered = [gate<undefined>(), gate<undefined>()] as const;
  let asked = 0;
  const { port, logs } = await start(t, {
    application: {
      ingestMessages: () => async () => {
        asked += 1;
        if (asked % 16 === 0) entered[asked / 16 - 1]?.open(undefined);
        await slow.promise;
        return E.right(undefined);
      },
    },
  });
  const many = Array.from({ length: 16 }, (_, n) => request(text(`m${n}`))).join('');

  const cut = net.connect(port, '127.0.0.1', () => cut.write(many));
  cut.on('error', () => undefined);
  const closed = new Promise((resolve) => cut.on('close', resolve));
  await entered[0].promise;
  t.deepEqual(logs, []);
  cut.write(request(text('one more')));
  await closed;
  t.deepEqual(logs[0], {
    level: 'warn',
    event: 'http-pipeline-cut',
    fields: { address: '127.0.0.1' },
  });

  const heard = rawTalk(port, many, (all) => occurrences(all, 'insert success') === 16);
  await entered[1].promise;
  slow.open(undefined);
  t.is(occurrences(await heard, 'insert success'), 16);
  t.is(asked, 32, 'no work is done for the one more');
});

test('a flood of pipelined requests › is cut with one line, and not even read to its end', async (t) => {
  const { port, logs, call } = await start(t);
  let read = 0;
  const seen = (message: unknown): void => {
    if ((message as { readonly request: IncomingMessage }).request.url === '/flood') read += 1;
  };
  subscribe('http.server.request.start', seen);
  t.teardown(() => unsubscribe('http.server.request.start', seen));
  await rawTalk(port, 'GET /flood HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(5_000)).catch(() => '');
  t.is(read, 17);
  t.is(logs.filter(({ event }) => event === 'http-pipeline-cut').length, 1);
  t.true(logs.length <= 17);
  t.is((await call({ path: '/v1/welcome' })).status, 200);
});

test('a body in many pieces, cut inside a character › is put together', async (t) => {
  const { port, messages } = await start(t);
  const body = Buffer.from(JSON.stringify(whatsAppText({ text: { body: 'ñ😀' } })));
  const head = `POST ${whatsAppPath} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const chunks = Array.from(body, (byte) =>
    Buffer.concat([Buffer.from('1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]),
  );
  const all = Buffer.concat([Buffer.from(head), ...chunks, Buffer.from('0\r\n\r\n')]);
  const heard = await rawTalk(port, all, (given) => given.includes('insert success'));
  t.regex(heard, /^HTTP\/1.1 200 /u);
  t.deepEqual(messages()[0]?.content, { type: 'text', text: 'ñ😀' });
});

test('Expect: 100-continue › is told to go on, other expectations are no obstacle', async (t) => {
  const { port } = await start(t);
  const body = text('m');
  const done = (heard: string): boolean => heard.includes('insert success');
  t.regex(await rawTalk(port, request(body, ['Expect: 100-continue']), done), /^HTTP\/1.1 100 /u);
  t.regex(await rawTalk(port, request(body, ['Expect: something']), done), /^HTTP\/1.1 200 /u);
});

test('a request to upgrade › is an ordinary request, and the last of its connection', async (t) => {
  const { port, messages } = await start(t);
  const upgrade = request(text('m'), [
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQAAP__',
  ]);
  // whoever waits for a second answer learns that there is none
  const heard = await rawTalk(port, upgrade + request(text('next')));
  t.regex(heard, /^HTTP\/1.1 200 [^]*\r\nConnection: close\r\n/u);
  t.is(occurrences(heard, 'HTTP/1.1'), 1);
  t.is(messages().length, 1);
});

test('a client that hangs up › in the middle of its body, or before the answer, harms nobody', async (t) => {
  const slow = gated<void>(undefined);
  const { port, post, logs } = await start(t, {
    application: { ingestMessages: slow.run },
    options: { limits: { maxInFlight: 1 } },
  });
  const half = gate<undefined>();
  const cut = net.connect(port, '127.0.0.1', () => {
    cut.write(request(text('m')).slice(0, -20), () => half.open(undefined));
  });
  await half.promise;
  cut.destroy();
  const gone = net.connect(port, '127.0.0.1', () => gone.write(request(text('m'))));
  await slow.entered;
  gone.destroy();
  slow.leave();
  // the slot of the one that is gone is free again
  let status = 503;
  while (status === 503) status = (await post(whatsAppPath, whatsAppText())).status;
  t.is(status, 200);
  t.deepEqual(
    logs.filter(({ level }) => level === 'error'),
    [],
  );
});

test('a slow body › 408, and the connection is closed', async (t) => {
  const { port, clock } = await start(t);
  const begun = gate<undefined>();
  const heard = rawTalk(port, request(text('m')).slice(0, -20), () => true);
  // the head is read once another connection, made later, has been answered
  http.get({ port, path: '/health/live', agent: false }, (res) =>
    res.resume().on('end', () => begun.open(undefined)),
  );
  await begun.promise;
  clock.advance(10_500);
  t.regex(await heard, /^HTTP\/1.1 408 [^]*Connection: close[^]*\{"ErrorDescription":"[^"]+"\}$/u);
});

test('a body announced too long › 413 before any of it is sent', async (t) => {
  const { port } = await start(t);
  const head = `POST ${whatsAppPath} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n`;
  t.regex(await rawTalk(port, head, (heard) => heard.includes('}')), /^HTTP\/1.1 413 /u);
});

test('a body without end › is answered, and cut', async (t) => {
  const { port } = await start(t);
  const heard = await new Promise<string>((resolve) => {
    let all = '';
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.write(`POST ${whatsAppPath} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
      const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 32), Buffer.from('\r\n')]);
      const more = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', more);
      more();
    });
    socket.on('data', (data) => (all += data.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(all));
  });
  t.regex(heard, /^HTTP\/1.1 413 /u);
});

test('an unused body › does not spoil the next request of the connection', async (t) => {
  const { port } = await start(t);
  const first = 'POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello';
  const second = 'DELETE /v1/chat/finish/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello';
  const third = 'GET /v1/welcome HTTP/1.1\r\nHost: x\r\n\r\n';
  const heard = await rawTalk(port, first + second + third, (all) => all.includes('Welcome'));
  t.deepEqual(
    [...heard.matchAll(/HTTP\/1.1 (\d+)/gu)].map(([, status]) => status),
    ['404', '401', '200'],
  );
});

test('what is no HTTP › a JSON answer with a request id, and the connection is closed', async (t) => {
  const { port, call } = await start(t);
  const cases = [
    ['hello\r\n\r\n', 400],
    ['GET /v1/welcome HTTP/1.1\r\n\r\n', 400],
    ['GET /v1/welcome HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n', 400],
    [`POST ${whatsAppPath} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
    [`GET /v1/welcome HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ] as const;
  for (const [sent, status] of cases) {
    const heard = await rawTalk(port, sent);
    t.true(heard.startsWith(`HTTP/1.1 ${status} `), `${sent.slice(0, 80)} ${heard}`);
    if (!sent.startsWith('GET /v1/welcome HTTP/1.1\r\n\r\n')) {
      t.regex(heard, /X-Request-Id: [\w-]+\r\n/u);
      t.regex(heard, /\{"ErrorDescription":"[^"]+"\}$/u);
    }
  }
  t.is((await call({ path: '/v1/welcome' })).status, 200);
});

test('too many connections › the newest is dropped, and counted', async (t) => {
  const { port, counts } = await start(t, { options: { limits: { maxConnections: 1 } } });
  const first = net.connect(port, '127.0.0.1');
  t.teardown(() => first.destroy());
  await new Promise((resolve) => first.on('connect', resolve));
  first.write('GET /v1/welcome HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => first.once('data', resolve));
  t.is(await rawTalk(port, 'GET /v1/welcome HTTP/1.1\r\nHost: x\r\n\r\n').catch(() => ''), '');
  t.true(counts.some(({ name }) => name === 'http_connections_dropped_total'));
});

test('bodies that are not complete › hold so many bytes in all, beyond it 503', async (t) => {
  const { port, post } = await start(t, { options: { limits: { maxBufferedBytes: 1000 } } });
  const body = JSON.stringify(whatsAppText({ text: { body: 'x'.repeat(2000) } }));
  t.is((await post(whatsAppPath, body)).status, 503);
  t.is((await post(whatsAppPath, whatsAppText())).status, 200);
  t.truthy(port);
});

test('close › answers what is in flight, refuses what is new, then is done', async (t) => {
  const slow = gated<void>(undefined);
  const { port, post, close, clock } = await start(t, { application: { ingestMessages: slow.run } });
  const idle = net.connect(port, '127.0.0.1');
  const idleClosed = new Promise((resolve) => idle.on('close', resolve));
  await new Promise((resolve) => idle.on('connect', resolve));
  const inFlight = post(whatsAppPath, whatsAppText());
  await slow.entered;
  const closed = close(new AbortController().signal);
  clock.advance(500);
  await idleClosed;
  await t.throwsAsync(post(whatsAppPath, whatsAppText()), { code: 'ECONNREFUSED' });
  slow.leave();
  const answer = await inFlight;
  t.is(answer.status, 200);
  t.is(answer.headers.connection, 'close');
  await closed;
});

test('close › cuts what is still there at the deadline', async (t) => {
  const slow = gated<void>(undefined);
  const { post, close } = await start(t, { application: { ingestMessages: slow.run } });
  const inFlight = post(whatsAppPath, whatsAppText());
  await slow.entered;
  const deadline = new AbortController();
  const closed = close(deadline.signal);
  deadline.abort();
  await t.throwsAsync(inFlight);
  await closed;
  slow.leave();
});

test('listen › an address in use is a failure', async (t) => {
  const { port } = await start(t);
  await t.throwsAsync(start(t, { options: { port } }), { code: 'EADDRINUSE' });
});

test('an answer › waits for the store', async (t) => {
  const order: string[] = [];
  const { post } = await start(t, {
    application: {
      ingestMessages: () => async () => {
        await new Promise((resolve) => setImmediate(resolve));
        order.push('stored');
        return E.right(undefined);
      },
    },
  });
  await post(whatsAppPath, whatsAppText());
  order.push('answered');
  t.deepEqual(order, ['stored', 'answered']);
});
