import type { Ability } from './contract.ts';

/** A case of any contract: of a store's or of a desk's. */
export interface Promised<Make> {
  readonly title: string;
  readonly needs?: Ability;
  readonly run: (make: Make) => Promise<void>;
}

/** The cases that an adapter with these abilities has to pass. */
export const casesFor = <Case extends { readonly needs?: Ability }>(
  contract: ReadonlyArray<Case>,
  abilities: ReadonlyArray<Ability> = [],
): ReadonlyArray<Case> => contract.filter(({ needs }) => needs === undefined || abilities.includes(needs));

export interface Checked {
  /** Titles of the promises that were kept. */
  readonly kept: ReadonlyArray<string>;
  /** Titles of those that need an ability that the adapter does not offer. */
  readonly leftOut: ReadonlyArray<string>;
}

/**
 * Runs a contract where no test runner is at hand, one case after another. Rejects with one error that names every
 * promise that was broken, each with its reason; `errors` holds the single ones.
 */
export const checkContract = async <Make>(
  contract: ReadonlyArray<Promised<Make>>,
  make: Make,
  abilities: ReadonlyArray<Ability> = [],
): Promise<Checked> => {
  const cases = casesFor(contract, abilities);
  const broken: Error[] = [];
  const kept: string[] = [];
  for (const { title, run } of cases)
    try {
      await run(make);
      kept.push(title);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      broken.push(new Error(`${title}\n  ${reason.replaceAll('\n', '\n  ')}`, { cause: thrown }));
    }
  if (broken.length > 0)
    throw new AggregateError(
      broken,
      [
        `${broken.length} of ${cases.length} promises are broken:`,
        ...broken.map(({ message }) => message),
      ].join('\n\n'),
    );
  return { kept, leftOut: contract.filter((each) => !cases.includes(each)).map(({ title }) => title) };
};
