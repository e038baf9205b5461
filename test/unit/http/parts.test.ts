import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { clientAddress, isLoopback } from '../../../src/adapters/http/client-address.ts';
import { makeDeadlines, type Deadline } from '../../../src/adapters/http/deadlines.ts';
import { formats, isLonger } from '../../../src/adapters/http/validation.ts';
import { manualClock } from '../../http/support.ts';

const peer = (remoteAddress: string | undefined, forwarded?: string) => ({
  socket: { remoteAddress },
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
});

test('client address › the connection’s own, unless a proxy is trusted', (t) => {
  t.is(clientAddress(peer('::ffff:203.0.113.9', '198.51.100.1'), false), '203.0.113.9');
  t.is(clientAddress(peer(undefined), false), 'unknown');
  t.is(clientAddress(peer('10.0.0.1'), true), '10.0.0.1');
});

test('client address › the first from the right that is no proxy of ours', (t) => {
  const cases = [
    ['203.0.113.9', '203.0.113.9'],
    ['198.51.100.1, 203.0.113.9', '203.0.113.9'],
    ['198.51.100.1, 203.0.113.9, 10.1.2.3, 127.0.0.1', '203.0.113.9'],
    ['10.1.2.3, 192.168.0.7', '192.168.0.7'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['unknown, nonsense', '10.0.0.1'],
    ['', '10.0.0.1'],
  ] as const;
  for (const [forwarded, expected] of cases) {
    t.is(clientAddress(peer('10.0.0.1', forwarded), true), expected, forwarded);
  }
});

test('loopback › by the connection alone', (t) => {
  for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])
    t.true(isLoopback(peer(address)));
  for (const address of ['10.0.0.1', '::ffff:10.0.0.1', '2001:db8::1', undefined]) {
    t.false(isLoopback(peer(address, '127.0.0.1')));
  }
});

test('email › addresses, and what is none', (t) => {
  const good = [
    ...[
      'ana@example.com',
      'a.b+c@mail.example.com',
      "o'hara@example.co",
      'ñandú@españa.example',
      'a_b-c@x-y.mx',
    ],
    ...['1@1.mx', 'ana@sub.sub.example.com'],
  ];
  const bad = [
    ...[
      'ana',
      'ana@',
      '@example.com',
      'ana@example',
      'ana example@example.com',
      'ana@exa mple.com',
      'a@b@c.com',
    ],
    ...['.ana@example.com', 'ana.@example.com', 'a..b@example.com', 'ana@.com', 'ana@example.', 'ana@-x.com'],
    ...['ana@example.com ', ' ana@example.com', 'ana@example.com\n', 'ana@x-.com', '<ana@example.com>'],
  ];
  for (const address of good) t.true(formats.email.holds(address), address);
  for (const address of bad) t.false(formats.email.holds(address), address);
});

test('lengths › in code points', (t) => {
  t.false(isLonger('😀😀', 2));
  t.true(isLonger('😀😀😀', 2));
  t.true(isLonger('aaa', 2));
  t.false(isLonger('', 0));
});

test('deadlines › pass once each, in their order, and not after their end', (t) => {
  const clock = manualClock();
  const deadlines = makeDeadlines(clock, 1000);
  const passed: string[] = [];
  deadlines.start(() => passed.push('a'));
  clock.advance(500);
  const b = deadlines.start(() => passed.push('b'));
  deadlines.start(() => passed.push('c'));
  clock.advance(499);
  t.deepEqual(passed, []);
  clock.advance(251);
  t.deepEqual(passed, ['a']);
  deadlines.end(b);
  clock.advance(2000);
  t.deepEqual(passed, ['a', 'c']);
  deadlines.start(() => passed.push('d'));
  clock.advance(1250);
  t.deepEqual(passed, ['a', 'c', 'd']);
});

test('deadlines › that ended keep nothing alive, though later ones were there when they ended', (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const oldSpace = (): number =>
    getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')?.space_used_size ?? NaN;
  const deadlines = makeDeadlines(manualClock(), 1000);
  const open: Deadline[] = [];
  const wait = (times: number): void => {
    for (let time = 0; time < times; time += 1) {
      const request = Array.from({ length: 200 }, () => time);
      open.push(deadlines.start(() => void request.length));
      const [first] = open.length > 4 ? open.splice(0, 1) : [];
      if (first !== undefined) deadlines.end(first);
    }
  };
  wait(30_000);
  collect();
  const before = oldSpace();
  wait(30_000);
  const kept = oldSpace() - before;
  t.true(kept < 500_000, `${kept} bytes of 48 MB were taken for alive`);
});
