import test from 'ava';
import { isValid } from 'ulid';
import { makeSystemClock } from '../../../src/adapters/system/clock.ts';
import { makeSystemIds } from '../../../src/adapters/system/ids.ts';
import { makeVirtualClock } from '../../support/virtual-clock.ts';

test('system clock › calls back once, and not before its time', async (t) => {
  const clock = makeSystemClock();
  const waits = Array.from({ length: 40 }, async (_, index) => {
    const begun = clock.monotonic();
    let calls = 0;
    await new Promise<void>((done) => {
      clock.after(index + 0.7, () => {
        calls += 1;
        done();
      });
      // the process itself must not end while it waits
      setTimeout(() => undefined, 200);
    });
    return { calls, early: clock.monotonic() - begun < index + 0.7 };
  });
  for (const { calls, early } of await Promise.all(waits)) {
    t.is(calls, 1);
    t.false(early);
  }
});

test('system clock › a timer of months does not fire at once; one that is cancelled never fires', async (t) => {
  const clock = makeSystemClock();
  const fired: string[] = [];
  const cancels = [
    clock.after(30 * 86_400_000, () => fired.push('a month')),
    clock.after(Infinity, () => fired.push('never')),
    clock.after(1, () => fired.push('cancelled')),
  ];
  cancels[2]?.();
  await new Promise((done) => setTimeout(done, 30));
  t.deepEqual(fired, []);
  cancels.forEach((cancel) => cancel());
});

test('chat ids › ascend, also when the wall clock is set back', (t) => {
  const clock = makeVirtualClock();
  const { chatId } = makeSystemIds(clock);
  const ids = Array.from({ length: 500 }, (_, index) => {
    if (index === 200) clock.jump(-60_000);
    if (index === 300) clock.jump(120_000);
    return chatId();
  });
  t.deepEqual(ids, [...ids].sort());
  t.is(new Set(ids).size, 500);
  t.true(ids.every((id) => isValid(id)));
});

test('write ids › are all different and fit anywhere', (t) => {
  const { writeId, random } = makeSystemIds(makeSystemClock());
  const ids = Array.from({ length: 1000 }, () => writeId());
  t.is(new Set(ids).size, 1000);
  t.true(ids.every((id) => /^[\w-]{36}$/u.test(id)));
  const numbers = Array.from({ length: 100 }, () => random());
  t.true(numbers.every((number) => number >= 0 && number < 1));
});

test('virtual clock › timers run in order, each at its own time, with what they set off', async (t) => {
  const clock = makeVirtualClock(1_000_000);
  const log: [string, number][] = [];
  const note = (what: string): void => void log.push([what, clock.now()]);
  clock.after(30, () => note('c'));
  clock.after(10, () => {
    note('a');
    void Promise.resolve()
      .then(() => new Promise((done) => setImmediate(done)))
      .then(() => {
        note('after a');
        clock.after(5, () => note('b'));
      });
  });
  clock.after(30, () => note('d'));
  const cancel = clock.after(20, () => note('cancelled'));
  cancel();
  clock.after(31, () => note('too late'));
  const begun = clock.monotonic();
  await clock.advance(30);
  t.deepEqual(log, [
    ['a', 1_000_010],
    ['after a', 1_000_010],
    ['b', 1_000_015],
    ['c', 1_000_030],
    ['d', 1_000_030],
  ]);
  t.is(clock.monotonic() - begun, 30);
  t.deepEqual(clock.timers(), [1]);
});

test('virtual clock › a jump moves the wall clock alone', async (t) => {
  const clock = makeVirtualClock(0);
  let fired = false;
  clock.after(10, () => {
    fired = true;
  });
  const before = clock.monotonic();
  clock.jump(60_000);
  await clock.flush();
  t.is(clock.now(), 60_000);
  t.is(clock.monotonic(), before);
  t.false(fired);
  await clock.advance(10);
  t.true(fired);
});
