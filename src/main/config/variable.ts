import type * as t from 'io-ts';

/** One environment variable as data: decoding, `.env.example` and docs/configuration.md are made from it. */
export interface Variable<A> {
  readonly codec: t.Decoder<string, A>;
  /** For people; Markdown, one line. */
  readonly meaning: string;
  /** As an operator would write it. */
  readonly default?: string;
  /** Where the default is not a text that can be set. */
  readonly defaultShown?: string;
  /** Also read from the file that `NAME_FILE` names, and never shown. */
  readonly secret?: true;
  /** An empty text is a value (the empty list), not the same as an absent variable. */
  readonly emptyCounts?: true;
}

export type ValueOf<V> = V extends { readonly codec: t.Decoder<string, infer A> }
  ? V extends { readonly default: string }
    ? A
    : A | undefined
  : never;
