import test from 'ava';
import { makeRemoteGate } from '../../../src/application/lanes/remote-gate.ts';
import { makeVirtualClock } from '../../support/virtual-clock.ts';

const setUp = () => {
  const clock = makeVirtualClock();
  const changes: boolean[] = [];
  const gate = makeRemoteGate('sample', {
    clock,
    ids: { chatId: () => '', writeId: () => '', random: () => 0.5 },
    onChange: (up) => void changes.push(up),
  });
  const fail = (): void => {
    const ticket = gate.enter();
    if (ticket !== undefined) gate.troubled(ticket);
  };
  return { clock, gate, changes, fail };
};

test('remote gate › three failures in a row close it, and one success in between does not let it come to that', (t) => {
  const { gate, fail, changes } = setUp();
  fail();
  fail();
  const ticket = gate.enter();
  if (ticket !== undefined) gate.worked(ticket);
  fail();
  fail();
  t.true(gate.isUp());
  fail();
  t.false(gate.isUp());
  t.is(gate.enter(), undefined);
  t.deepEqual(changes, [false]);
});

test('remote gate › waits for what the remote asks, a minute at most', async (t) => {
  const { gate, clock } = setUp();
  const ticket = gate.enter();
  if (ticket !== undefined) gate.troubled(ticket, 3_600_000);
  await clock.advance(59_000);
  t.is(gate.enter(), undefined);
  await clock.advance(1_000);
  t.deepEqual(gate.enter(), { kind: 'probe' });
});

test('remote gate › while it is down one at a time tries, each the next in line', async (t) => {
  const { gate, clock, fail } = setUp();
  fail();
  fail();
  fail();
  const tried: string[] = [];
  const wait = (name: string): void =>
    gate.whenOpen(() => {
      const ticket = gate.enter();
      if (ticket === undefined) return wait(name);
      tried.push(name);
      gate.troubled(ticket);
      wait(name);
    });
  for (const name of ['a', 'b', 'c']) wait(name);
  await clock.advance(120_000);
  t.true(tried.length >= 4 && tried.length < 20, tried.join());
  t.deepEqual(tried.slice(0, 4), ['a', 'b', 'c', 'a']);
});

test('remote gate › a probe that comes to nothing gives its turn to the next, at once and only once', async (t) => {
  const { gate, clock, fail } = setUp();
  fail();
  fail();
  fail();
  await clock.advance(60_000);
  const first = gate.enter();
  t.like(first, { kind: 'probe' });
  t.is(gate.enter(), undefined);
  let called = 0;
  gate.whenOpen(() => (called += 1));
  if (first === undefined) return;
  gate.unused(first);
  t.is(called, 1);
  const second = gate.enter();
  t.like(second, { kind: 'probe' });
  gate.unused(first);
  t.is(gate.enter(), undefined, 'a ticket that was given back frees nobody else’s turn');
});

test('remote gate › opens for everybody with the first success', async (t) => {
  const { gate, clock, changes, fail } = setUp();
  fail();
  fail();
  fail();
  let called = 0;
  for (let waiting = 0; waiting < 3; waiting += 1) gate.whenOpen(() => (called += 1));
  await clock.advance(60_000);
  const before = called;
  const ticket = gate.enter();
  if (ticket === undefined) return t.fail('no probe');
  gate.worked(ticket);
  t.true(gate.isUp());
  t.true(called >= before);
  t.deepEqual(changes, [false, true]);
  t.true(gate.workedSince(clock.monotonic() - 1));
});
