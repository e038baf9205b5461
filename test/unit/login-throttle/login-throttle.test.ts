import test from 'ava';
import fc from 'fast-check';
import { O } from '../../../src/domain/fp.ts';
import { makeLoginThrottle } from '../../../src/adapters/login-throttle/login-throttle.adapter.ts';
import { sourceOf } from '../../../src/adapters/login-throttle/source.ts';
import { makeVirtualClock, type VirtualClock } from '../../support/virtual-clock.ts';

interface Door {
  readonly clock: VirtualClock;
  /** Tries a wrong password: 0, or the ms to wait. */
  readonly wrong: (address: string, username?: string) => Promise<number>;
  readonly right: (address: string, username?: string) => Promise<number>;
}

const door = (entries?: number): Door => {
  const clock = makeVirtualClock();
  const throttle = makeLoginThrottle({ clock, ...(entries === undefined ? {} : { entries }) });
  const attempt =
    (right: boolean) =>
    async (address: string, username = 'yaloUser'): Promise<number> => {
      const wait = await throttle.judge({ address, username, right });
      return O.isSome(wait) ? wait.value : 0;
    };
  return { clock, wrong: attempt(false), right: attempt(true) };
};

const times = async (count: number, attempt: (index: number) => Promise<number>): Promise<number[]> => {
  const waits: number[] = [];
  for (let index = 0; index < count; index += 1) waits.push(await attempt(index));
  return waits;
};

const ten = Array.from({ length: 10 }, () => 0);
const here = '198.51.100.7';
const elsewhere = '203.0.113.9';

test('login throttle › ten failures from one address, and the eleventh try waits for a minute', async (t) => {
  const { clock, wrong, right } = door();
  t.deepEqual(await times(10, (index) => wrong(here, `user ${index}`)), ten);
  t.is(await wrong(here, 'user 11'), 60_000);
  t.is(await right(here), 60_000, 'not even a right one, from where nobody has logged in yet');
  await clock.advance(59_999);
  t.is(await wrong(here), 1);
  await clock.advance(1);
  t.is(await right(here), 0);
});

test('login throttle › refused tries do not make the wait longer', async (t) => {
  const { clock, wrong } = door();
  await times(10, () => wrong(here));
  await times(100, () => wrong(here));
  await clock.advance(60_000);
  t.is(await wrong(here), 0);
});

test('login throttle › nobody locks another out', async (t) => {
  const { wrong, right } = door();
  await times(50, () => wrong(here));
  t.is(await right(elsewhere), 0);
  t.is(await wrong(elsewhere), 0);
});

test('login throttle › a right password from where it was right before always passes', async (t) => {
  const { clock, wrong, right } = door();
  t.is(await right(here), 0);
  await times(10, () => wrong(here));
  t.true((await wrong(here)) > 0);
  t.is(await right(here), 0);
  t.true((await right(here, 'salesforceUser')) > 0, 'each user for itself');
  await clock.advance(23 * 3_600_000);
  await times(10, () => wrong(here));
  t.is(await right(here), 0, 'which counts anew');
  await clock.advance(24 * 3_600_000 + 1);
  await times(10, () => wrong(here));
  t.true((await right(here)) > 0, 'for a day');
});

test('login throttle › a success wipes out no failures: with one account nobody guesses another’s', async (t) => {
  const { wrong, right } = door();
  await times(9, () => wrong(here, 'victim'));
  t.is(await right(here, 'attacker'), 0);
  t.is(await wrong(here, 'victim'), 0);
  t.true((await wrong(here, 'victim')) > 0);
});

test('login throttle › tries sent at once are counted one by one', async (t) => {
  const { wrong } = door();
  const waits = await Promise.all(Array.from({ length: 50 }, () => wrong(here)));
  t.is(waits.filter((wait) => wait === 0).length, 10);
});

test('login throttle › no minute has more than ten failures that were let through, however it is laid', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ pause: fc.nat(20_000), user: fc.constantFrom('a', 'b') }), { maxLength: 80 }),
      async (tries) => {
        const { clock, wrong } = door();
        const passed: number[] = [];
        for (const { pause, user } of tries) {
          await clock.advance(pause);
          if ((await wrong(here, user)) === 0) passed.push(clock.monotonic());
        }
        for (const [index, at] of passed.entries()) {
          t.true((passed[index + 10] ?? Infinity) - at >= 60_000);
        }
      },
    ),
    { numRuns: 30 },
  );
});

test('login throttle › the memory is bounded, the latest are remembered', async (t) => {
  const { wrong } = door(100);
  await times(10, () => wrong(here));
  await times(99, (index) => wrong(`10.0.0.${index}`, `user ${index}`));
  t.true((await wrong(here)) > 0);
  await times(200, (index) => wrong(`10.0.1.${index}`, `user ${index}`));
  t.is(await wrong(here), 0);
});

for (const [one, other, same] of [
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
  ['2001:db8:1:2::1', '2001:0DB8:0001:0002:0:0:0:9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['::ffff:198.51.100.7', '198.51.100.7', true],
  ['::ffff:198.51.100.7', '::ffff:198.51.100.8', false],
  ['198.51.100.7', '198.51.100.8', false],
  ['fe80::1%eth0', 'fe80::2%eth1', true],
  ['no address', 'no address', true],
  ['no address', '', false],
] as const) {
  test(`addresses ${one} and ${other} › ${same ? 'are one place' : 'are two places'}`, (t) => {
    t.is(sourceOf(one) === sourceOf(other), same);
  });
}
