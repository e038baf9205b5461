import test from 'ava';
import { casesFor } from './check.ts';
import type { Ability, ContractCase, MakeStore } from './contract.ts';

/** Registers the cases that a store with these abilities has to pass. */
export const runContract = <Store>(
  name: string,
  contract: ReadonlyArray<ContractCase<Store>>,
  make: MakeStore<Store>,
  abilities: ReadonlyArray<Ability>,
): void => {
  for (const { title, run } of casesFor(contract, abilities))
    test(`${name}: ${title}`, async (t) => {
      await t.notThrowsAsync(run(make));
    });
};
