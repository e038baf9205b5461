import { Writable } from 'node:stream';
import test from 'ava';
import fc from 'fast-check';
import { record, shown } from './samples.ts';

test('log › one call is one line of JSON, its own members first', (t) => {
  const { log, output } = record();
  log.info('chat-ended', { chat: '01JBQ8W3T4ABCDEFGHJKMNPQRS', ms: 12.5, ok: true, none: null });
  t.is(
    output(),
    '{"time":"2026-11-02T12:00:00.000Z","level":"info","event":"chat-ended",' +
      '"chat":"01JBQ8W3T4ABCDEFGHJKMNPQRS","ms":12.5,"ok":true,"none":null}\n',
  );
});

test('log › pretty is one line for people', (t) => {
  const { log, output } = record({ format: 'pretty' });
  log.warn('remote-down', { remote: 'yalo', wait: { ms: 500 }, absent: undefined });
  t.is(output(), '2026-11-02T12:00:00.000Z WARN  remote-down remote="yalo" wait={"ms":500}\n');
});

test('log › writes its level and graver ones', (t) => {
  const { log, lines } = record({ level: 'warn' });
  log.debug('a');
  log.info('b');
  log.warn('c');
  log.error('d');
  t.deepEqual(
    lines().map(({ level, event }) => [level, event]),
    [
      ['warn', 'c'],
      ['error', 'd'],
    ],
  );
});

test('log › a field cannot pass itself off as the line’s own', (t) => {
  const { log, lines } = record();
  log.info('real', { time: 'x', level: 'error', event: 'forged' });
  t.like(lines()[0], { level: 'info', event: 'real', time_: 'x', level_: 'error', event_: 'forged' });
});

test('log › no text makes a second line, or drives a terminal', (t) => {
  const nasty = 'a\nb\r\nc\u2028d\u2029e\u0085f\u001b[31mg\u009bh\u0000i\u202ej\u007f';
  for (const format of ['json', 'pretty'] as const) {
    const { log, output } = record({ format });
    log.info(nasty, { detail: nasty, [nasty]: 1, error: new Error(nasty) });
    t.is(output().indexOf('\n'), output().length - 1);

    t.notRegex(output().slice(0, -1), /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
  }
});

test('errors › are shown with type, code, message, frames and cause', (t) => {
  const cause = Object.assign(new TypeError('inner'), { code: 'E_INNER' });
  const { error } = shown({ error: new Error('outer', { cause }) }) as { error: Record<string, unknown> };
  t.like(error, {
    type: 'Error',
    message: 'outer',
    cause: { type: 'TypeError', code: 'E_INNER', message: 'inner' },
  });
  t.regex((error.stack as string[])[0] ?? '', /^at .*log\.test\.ts:\d+:\d+\)?$/u);
  const many = shown({ error: new AggregateError([new Error('one'), 'two'], 'all') });
  t.like(many, { error: { type: 'AggregateError', errors: { 0: { message: 'one' }, 1: 'two' } } });
});

test('log › what is deep, wide, long or circular is cut', (t) => {
  const circle: Record<string, unknown> = { a: 1 };
  circle.self = circle;
  let deep: unknown = 'bottom';
  for (let index = 0; index < 10_000; index += 1) deep = { deep };
  const { log, output } = record();
  log.info('x'.repeat(100_000), {
    circle,
    deep,
    wide: Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`m${index}`, index])),
    long: Array.from({ length: 10_000 }, () => 'word'),
    prose: 'word '.repeat(1_000_000),
    bytes: Buffer.alloc(1000),
  });
  t.true(output().length < 10_000);
  t.true(output().includes('"[1000 bytes]"'));
  t.true(output().includes('9950 more'));
});

test('log › what cannot be read or printed harms nobody', (t) => {
  const hostile = {
    big: 12n,
    date: new Date(Date.UTC(2026, 0, 1)),
    noDate: new Date(Number.NaN),
    fn: () => 1,
    symbol: Symbol('s'),
    get broken(): never {
      throw new Error('getter');
    },
    json: {
      toJSON: () => {
        throw new Error('toJSON');
      },
    },
    proxy: new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('proxy');
        },
      },
    ),
    map: new Map([['a', 1]]),
    set: new Set([1]),
    infinite: Infinity,
  };
  t.deepEqual(shown(hostile), {
    ...{ big: '12', date: '2026-01-01T00:00:00.000Z', noDate: null, fn: '[function]', symbol: '[symbol]' },
    ...{ broken: '[unreadable]', json: '[unreadable]', proxy: '[unreadable]' },
    ...{ map: [['a', 1]], set: [1], infinite: null },
  });
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  t.notThrows(() => shown(revoked.proxy));
});

test('log › a reader that is gone ends nothing', async (t) => {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
  const { log } = record({ stream });
  log.info('one');
  await new Promise((done) => setImmediate(done));
  t.notThrows(() => log.info('two'));
});

test('log › any event and any fields make one line that can be parsed', (t) => {
  const { log, lines } = record();
  let calls = 0;
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.dictionary(
        fc.string({ unit: 'binary' }),
        fc.anything({ withBigInt: true, withDate: true, withMap: true }),
      ),
      (event, fields) => {
        log.info(event, fields);
        calls += 1;
      },
    ),
  );
  t.is(lines().length, calls);
});
