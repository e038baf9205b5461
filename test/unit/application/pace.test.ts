import test from 'ava';
import { makePace } from '../../../src/application/lanes/pace.ts';
import { makeVirtualClock } from '../../support/virtual-clock.ts';

/** Takes the times that are set now, one round of the event loop, not those that they set. */
const makeRound = () => {
  let due: (() => void)[] = [];
  const after = (_ms: number, call: () => void): (() => void) => {
    due.push(call);
    return () => undefined;
  };
  const pace = makePace({ after });
  const round = (): void => {
    const now = due;
    due = [];
    for (const call of now) call();
  };
  return { pace, round, isQuiet: () => due.length === 0 };
};

const wait = async (count: number) => {
  const { pace, round, isQuiet } = makeRound();
  const gone: number[] = [];
  const all = Array.from({ length: count }, (_, index) => pace().then(() => gone.push(index)));
  const rounds: number[] = [];
  for (let before = 0; !isQuiet(); before = gone.length) {
    round();
    await Promise.resolve();
    await Promise.resolve();
    rounds.push(gone.length - before);
  }
  await Promise.all(all);
  return { gone, rounds };
};

test('many at once › go some at a time, in their order', async (t) => {
  const { gone, rounds } = await wait(20);
  t.deepEqual(rounds, [8, 8, 4]);
  t.deepEqual(gone, [...Array(20).keys()]);
});

test('very many at once › wait no longer than some hundred rounds', async (t) => {
  const { gone, rounds } = await wait(10_000);
  t.is(gone.length, 10_000);
  t.true(rounds.length < 300, `${rounds.length} rounds`);
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
