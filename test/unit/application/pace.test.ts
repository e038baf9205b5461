import test from 'ava';
import { makePace } from '../../../src/application/lanes/pace.ts';
import { makeVirtualClock } from '../../support/virtual-clock.ts';

/** Rounds of the event loop, each of so many ms. */
const makeRounds = (ms: number) => {
  let due: (() => void)[] = [];
  let now = 1_000;
  const after = (_ms: number, call: () => void): (() => void) => {
    due.push(call);
    return () => undefined;
  };
  const pace = makePace({ after, monotonic: () => now });
  const round = async (): Promise<void> => {
    now += ms;
    const calls = due;
    due = [];
    for (const call of calls) call();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { pace, round, isQuiet: () => due.length === 0 };
};

/** Of so many at once: who went after whom, and how many with each round. */
const wait = async (count: number, ms: number) => {
  const { pace, round, isQuiet } = makeRounds(ms);
  const gone: number[] = [];
  for (let index = 0; index < count; index += 1) void pace().then(() => gone.push(index));
  const rounds: number[] = [];
  for (let before = 0; !isQuiet(); before = gone.length) {
    await round();
    rounds.push(gone.length - before);
  }
  return { gone, rounds };
};

test('many at once › go some at a time, in their order', async (t) => {
  const { gone, rounds } = await wait(20, 1);
  t.deepEqual(rounds, [8, 8, 4]);
  t.deepEqual(gone, [...Array(20).keys()]);
});

test('very many at once › go all together when they have waited long enough', async (t) => {
  const { gone, rounds } = await wait(10_000, 10);
  t.deepEqual(gone, [...Array(10_000).keys()]);
  t.deepEqual(rounds, [...Array<number>(24).fill(8), 10_000 - 24 * 8]);
});

test('where more come with each round than go › nobody waits longer and longer', async (t) => {
  const { pace, round } = makeRounds(10);
  let gone = 0;
  for (let rounds = 0; rounds < 200; rounds += 1) {
    for (let more = 0; more < 50; more += 1) void pace().then(() => (gone += 1));
    await round();
  }
  const waiting = 200 * 50 - gone;
  t.true(waiting > 0 && waiting <= 25 * 50, `${waiting} wait`);
});

test('one alone › goes with the next round, and leaves no timer', async (t) => {
  const clock = makeVirtualClock();
  const pace = makePace(clock);
  for (let time = 0; time < 2; time += 1) {
    const turn = pace();
    t.deepEqual(clock.timers(), [0]);
    await clock.advance(0);
    await turn;
    t.deepEqual(clock.timers(), []);
  }
});
