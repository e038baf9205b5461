import { randomInt } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import { makePlan, type Plan } from './plan.ts';
import { regressions } from './regressions.ts';
import { shrink } from './shrink.ts';
import { runWorld, type Outcome } from './world.ts';

/**
 * Simulated worlds: the real use cases and workers, one to three instances of them, over a network and stores that
 * delay, drop, repeat and reorder, with crashes, freezes, clean stops and jumps of the clock. The laws are asked after
 * every step. SIM_WORLDS: how many (else as many as make 2,000 conversations); SIM_SEED: the first seed,
 * or "random" (else 1, so that a change is judged by the same worlds each time); a seed alone: that one world, told in
 * full.
 */

const { SIM_SEED } = process.env;
const firstSeed = SIM_SEED === 'random' ? randomInt(2 ** 31) : Number(SIM_SEED ?? 1);
const isOne = Number.isFinite(Number(SIM_SEED)) && process.env.SIM_WORLDS === undefined;
const worlds = process.env.SIM_WORLDS === undefined ? undefined : Number(process.env.SIM_WORLDS);
const conversationsWanted = 2_000;
const shrinkBounds = { runsMax: 1_000, msMax: 120_000 };
const traceLines = 60;

test.serial('simulation › no law is broken in thousands of conversations', async (t) => {
  t.timeout(10 * 60_000 + (worlds ?? 0) * 2_000);
  t.log(`first seed ${firstSeed}`);
  const sum = { worlds: 0, conversations: 0, steps: 0, faults: 0, 'calls that went wrong': 0 };
  let seed = firstSeed;
  const onRejected = (): void => t.log(`seed ${seed}: a promise was rejected and nobody heard of it`);
  process.on('unhandledRejection', onRejected);
  t.teardown(() => void process.off('unhandledRejection', onRejected));
  for (; isMoreWanted(sum); seed += 1) {
    const plan = makePlan(seed);
    const outcome = await runWorld(plan, { traced: isOne });
    for (const line of outcome.trace) t.log(line);
    sum.worlds += 1;
    sum.conversations += outcome.conversations;
    sum.steps += outcome.steps;
    sum.faults += plan.faults.length;
    sum['calls that went wrong'] += outcome.wrong.length;
    if (outcome.breaches.length > 0) return tell(t, plan, outcome);
  }
  t.log(JSON.stringify(sum));
  t.pass();
});

const isMoreWanted = (sum: { readonly worlds: number; readonly conversations: number }): boolean => {
  if (isOne) return sum.worlds < 1;
  return worlds === undefined ? sum.conversations < conversationsWanted : sum.worlds < worlds;
};

/** What is left of a failing world when everything that the failure does not need is taken away. */
const tell = async (t: ExecutionContext, plan: Plan, outcome: Outcome): Promise<void> => {
  const small = await shrink(plan, outcome, shrinkBounds);
  const { trace } = await runWorld(small.plan, { traced: true });
  const { actions, faults, wrong, ...rest } = small.plan;
  t.log(JSON.stringify(rest));
  for (const each of [...actions, ...faults]) t.log(JSON.stringify(each));
  t.log(`wrong: ${[...(wrong ?? [])].join(', ')}`);
  for (const line of trace.slice(-traceLines)) t.log(line);
  t.fail(`SIM_SEED=${plan.seed} breaks: ${JSON.stringify(small.outcome.breaches[0])}`);
};

for (const { seed, was } of regressions) {
  test(`simulation › seed ${seed} › ${was}`, async (t) => {
    t.deepEqual((await runWorld(makePlan(seed))).breaches, []);
  });
}

test('simulation › the same plan gives the same run', async (t) => {
  const [one, two] = [
    await runWorld(makePlan(firstSeed), { traced: true }),
    await runWorld(makePlan(firstSeed), { traced: true }),
  ];
  t.deepEqual(one.trace.map(withoutNames), two.trace.map(withoutNames));
  t.true(one.steps > 0);
});

/** What the sandbox makes up by itself: names of sessions, keys, offsets. Nothing depends on which they are. */
const withoutNames = (line: string): string =>
  line
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gu, 'session')
    .replaceAll(/![0-9]+![A-Za-z0-9+/=]+/gu, '!key')
    .replaceAll(/"affinityToken":"[0-9a-f]*/gu, 'affinity')
    .replaceAll(/offset(=|":)\d+/gu, 'offset');
