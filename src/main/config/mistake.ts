import { E, RA, sequenceS, type Either } from '../../domain/fp.ts';

/** What is wrong with one variable. Tells what was expected, never what was found: that might be a secret. */
export interface ConfigMistake {
  readonly variable: string;
  readonly expected: string;
  /** The name it was set by, where that is another: an old one, or `NAME_FILE`. */
  readonly setAs?: string;
}

export type Mistakes = ReadonlyArray<ConfigMistake>;

export type Checked<A> = Either<Mistakes, A>;

const collecting = E.getApplicativeValidation(RA.getSemigroup<ConfigMistake>());

/** A record of checked values as a checked record, with the mistakes of all its members. */
export const all = sequenceS(collecting);

/** The text for the log of a service that cannot start: one line per variable. */
export const describeMistakes = (mistakes: Mistakes): string =>
  [
    `The configuration has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}:`,
    ...mistakes.map(
      ({ variable, setAs, expected }) =>
        `  ${variable}${setAs === undefined ? '' : ` (set as ${setAs})`}: expected ${expected}`,
    ),
  ].join('\n');
