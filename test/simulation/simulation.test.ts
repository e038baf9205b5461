import { randomInt } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import { makePlan, type Plan } from './plan.ts';
import { regressions } from './regressions.ts';
import { shrink } from './shrink.ts';
import { runWorld, type Outcome } from './world.ts';

/**
 * Simulated worlds: the real use cases and workers, one to three instances of them, over a network and stores that
 * delay, drop, repeat and reorder, with crashes, freezes, clean stops and jumps of the clock. The laws are asked after
 * every step. SIM_SEED: the first seed; SIM_WORLDS: how many (else as many as make 2,000 conversations).
 */

const firstSeed = process.env.SIM_SEED === undefined ? randomInt(2 ** 31) : Number(process.env.SIM_SEED);
const worlds = process.env.SIM_WORLDS === undefined ? undefined : Number(process.env.SIM_WORLDS);
const conversationsWanted = 2_000;
/** A shrunken plan is to be had within some minutes. */
const shrinkRuns = 400;
const traceLines = 60;

test.serial('simulation › no law is broken in thousands of conversations', async (t) => {
  t.timeout(10 * 60_000 + (worlds ?? 0) * 2_000);
  t.log(`seed ${firstSeed}: SIM_SEED=${firstSeed} SIM_WORLDS=${worlds ?? 1} runs from it again`);
  const sum = { worlds: 0, conversations: 0, steps: 0, faults: 0, 'calls that went wrong': 0 };
  for (let seed = firstSeed; isMoreWanted(sum); seed += 1) {
    const plan = makePlan(seed);
    const outcome = await runWorld(plan);
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

const isMoreWanted = (sum: { readonly worlds: number; readonly conversations: number }): boolean =>
  worlds === undefined ? sum.conversations < conversationsWanted : sum.worlds < worlds;

/** What is left of a failing world when everything that the failure does not need is taken away. */
const tell = async (t: ExecutionContext, plan: Plan, outcome: Outcome): Promise<void> => {
  const small = await shrink(plan, outcome, { runsMax: shrinkRuns });
  const { trace } = await runWorld(small.plan, { traced: true });
  const { actions, faults, wrong, ...rest } = small.plan;
  t.log(JSON.stringify(rest));
  for (const each of [...actions, ...faults]) t.log(JSON.stringify(each));
  t.log(`wrong: ${[...(wrong ?? [])].join(', ')}`);
  for (const line of trace.slice(-traceLines)) t.log(line);
  t.fail(`seed ${plan.seed} breaks: ${JSON.stringify(small.outcome.breaches[0])}`);
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
  t.deepEqual(one.trace, two.trace);
  t.true(one.steps > 0);
});
