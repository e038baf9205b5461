import type { Plan } from './plan.ts';
import { runWorld, type Outcome } from './world.ts';

export interface Shrunk {
  readonly plan: Plan;
  readonly outcome: Outcome;
  readonly runs: number;
}

type Run = (plan: Plan) => Promise<Outcome>;

/**
 * Leaves out of a failing plan what its failure does not need, as long as the same law is broken: machines, people,
 * faults, actions, calls that go wrong. Ends with the best plan known by then when its runs or its time are used up.
 */
export const shrink = async (
  plan: Plan,
  first: Outcome,
  {
    runsMax,
    msMax = Infinity,
    run = (each) => runWorld(each),
  }: { readonly runsMax: number; readonly msMax?: number; readonly run?: Run },
): Promise<Shrunk> => {
  const law = first.breaches[0]?.law;
  const until = performance.now() + msMax;
  let best = { plan: { ...plan, wrong: new Set(first.wrong) } as Plan, outcome: first };
  let runs = 0;
  const isOver = (): boolean => runs >= runsMax || performance.now() >= until;

  const tryIt = async (smaller: Plan): Promise<boolean> => {
    if (isOver()) return false;
    runs += 1;
    const outcome = await run(smaller);
    if (outcome.breaches[0]?.law !== law) return false;
    best = { plan: smaller, outcome };
    return true;
  };

  const dropSlots = async (): Promise<void> => {
    while (best.plan.slots > 1 && (await tryIt({ ...best.plan, slots: best.plan.slots - 1 })));
  };

  const dropUsers = async (): Promise<void> => {
    for (const user of plan.users.keys()) {
      const actions = best.plan.actions.filter((action) => action.user !== user);
      if (actions.length < best.plan.actions.length) await tryIt({ ...best.plan, actions });
    }
  };

  /** Takes away ever smaller pieces of a list, as long as that helps. */
  const reduce = async <A>(
    read: (from: Plan) => ReadonlyArray<A>,
    put: (into: Plan, list: ReadonlyArray<A>) => Plan,
  ): Promise<void> => {
    for (
      let size = Math.ceil(read(best.plan).length / 2);
      size >= 1;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      for (let at = 0; at < read(best.plan).length;) {
        const list = read(best.plan);
        const less = [...list.slice(0, at), ...list.slice(at + size)];
        if (!(await tryIt(put(best.plan, less)))) at += size;
        if (isOver()) return;
      }
    }
  };

  for (let before = Infinity; !isOver();) {
    await dropSlots();
    await dropUsers();
    await reduce(
      ({ faults }) => faults,
      (into, faults) => ({ ...into, faults }),
    );
    await reduce(
      ({ actions }) => actions,
      (into, actions) => ({ ...into, actions }),
    );
    await reduce(
      ({ wrong }) => [...(wrong ?? [])],
      (into, wrong) => ({ ...into, wrong: new Set(wrong) }),
    );
    const size = sizeOf(best.plan);
    if (size >= before) break;
    before = size;
  }
  return { ...best, runs };
};

const sizeOf = ({ slots, faults, actions, wrong }: Plan): number =>
  slots + faults.length + actions.length + (wrong?.size ?? 0);
