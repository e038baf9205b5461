import test from 'ava';
import { LimitWait, makeRateLimiter } from '../../src/adapters/limits/rate-limiter.ts';

const never = new AbortController().signal;

/** Turns in the order and at the times (ms) in which they came. */
const run = async (
  limiter: ReturnType<typeof makeRateLimiter>,
  count: number,
): Promise<ReadonlyArray<{ who: number; at: number }>> => {
  const begun = performance.now();
  const turns: { who: number; at: number }[] = [];
  await Promise.all(
    Array.from({ length: count }, async (_, who) => {
      await limiter.take(never);
      turns.push({ who, at: performance.now() - begun });
    }),
  );
  return turns;
};

test('rate limiter › a burst goes at once, the rest at the rate, first come first served', async (t) => {
  const turns = await run(makeRateLimiter({ perSecond: 50, burst: 5 }), 18);
  t.deepEqual(
    turns.map(({ who }) => who),
    Array.from({ length: 18 }, (_, who) => who),
  );
  t.true((turns[5]?.at ?? 0) >= 95, 'the sixth waits for the first window to end');
  t.true((turns[17]?.at ?? 0) >= 295, 'three windows of 100 ms');
});

test('rate limiter › never more than the burst within any window, wherever it begins', async (t) => {
  const windowMs = 100;
  const limiter = makeRateLimiter({ perSecond: 50, burst: 5 });
  const begun = performance.now();
  const turns: number[] = [];
  const comer = async (delayMs: number): Promise<void> => {
    await new Promise((done) => setTimeout(done, delayMs));
    await limiter.take(never);
    turns.push(performance.now() - begun);
  };
  await Promise.all(Array.from({ length: 25 }, (_, index) => comer((index * 37) % 230)));
  for (const [index, at] of turns.entries()) {
    const sixth = turns[index + 5];
    // timers and clock are read a few ms apart
    if (sixth !== undefined) t.true(sixth - at >= windowMs - 8, `${sixth - at} ms for six turns`);
  }
  t.is(turns.length, 25);
});

test('rate limiter › large bursts are shared by few places, and never exceeded', async (t) => {
  // a window of a hundred seconds, so that none ends within the test
  const limiter = makeRateLimiter({ perSecond: 25, burst: 2500 });
  const gaveUp = new AbortController();
  let turns = 0;
  const comers = Array.from({ length: 3000 }, () =>
    limiter.take(AbortSignal.any([gaveUp.signal])).then(
      () => (turns += 1),
      () => undefined,
    ),
  );
  while (limiter.waiting() > 1 && turns < 2490) await new Promise((done) => setImmediate(done));
  gaveUp.abort();
  await Promise.all(comers);
  t.true(turns >= 2490 && turns <= 2500, String(turns));
});

test('rate limiter › slow rates work too', async (t) => {
  const limiter = makeRateLimiter({ perSecond: 1 / 60, burst: 2 });
  await limiter.take(never);
  await limiter.take(never);
  await t.throwsAsync(limiter.take(AbortSignal.timeout(30)), { instanceOf: LimitWait });
});

test('rate limiter › who gives up leaves at once and takes nothing', async (t) => {
  const limiter = makeRateLimiter({ perSecond: 2, burst: 1 });
  await limiter.take(never);
  let over = false;
  const head = t.throwsAsync(limiter.take(AbortSignal.timeout(10)), {
    instanceOf: LimitWait,
    message: /too long/u,
  });
  const middle = t.throwsAsync(limiter.take(AbortSignal.timeout(20)), { instanceOf: LimitWait });
  const last = limiter.take(never).then(() => {
    over = true;
  });
  await Promise.all([head, middle]);
  t.false(over, 'they left before their turn would have come');
  await last;
  await t.throwsAsync(limiter.take(AbortSignal.abort()), { instanceOf: LimitWait });
});

test('rate limiter › the line is bounded', async (t) => {
  const limiter = makeRateLimiter({ perSecond: 20, burst: 1, maxWaiting: 2 });
  await limiter.take(never);
  const [first, second, third] = [limiter.take(never), limiter.take(never), limiter.take(never)];
  const error = await t.throwsAsync(limiter.take(never), { instanceOf: LimitWait });
  t.is(error.why, 'full');
  t.is(limiter.waiting(), 3);
  await Promise.all([first, second, third]);
  t.is(limiter.waiting(), 0);
});
