import { E } from '../../domain/fp.ts';
import type { Checked, ConfigMistake, Mistakes } from './mistake.ts';
import { find, type Environment, type Found, type ReadFile } from './sources.ts';
import type { Variable } from './variable.ts';
import { variableNames, variables, type Value, type VariableName } from './variables.ts';

/** All variables, each found and decoded by itself; what they mean together is decided later. */
export interface Readings {
  /** The decoded value, its default, or undefined where it is neither set nor has one. */
  readonly get: <N extends VariableName>(name: N) => Checked<Value<N>>;
  /** As `get`, but for what must be set. `why` ends the sentence "a value: …". */
  readonly need: <N extends VariableName>(name: N, why: string) => Checked<NonNullable<Value<N>>>;
  /** The value where it is known already; undefined where it is absent or wrong. */
  readonly peek: <N extends VariableName>(name: N) => Value<N> | undefined;
  /** Set to something, be it right or wrong. */
  readonly isSet: (name: VariableName) => boolean;
  readonly found: (name: VariableName) => Found | undefined;
  /** Of all variables, in the order of the table. */
  readonly mistakes: Mistakes;
}

const decode = (name: VariableName, found: Found | undefined): Checked<unknown> => {
  const { codec, default: fallback }: Variable<unknown> = variables[name];
  const text = found?.text ?? fallback;
  if (text === undefined) return E.right(undefined);
  const decoded = codec.decode(text);
  if (E.isRight(decoded)) return decoded;
  const mistake: ConfigMistake = {
    variable: name,
    expected: decoded.left.at(-1)?.message ?? codec.name,
    ...(found === undefined || found.setAs === name ? {} : { setAs: found.setAs }),
  };
  return E.left([mistake]);
};

export const readAll = (env: Environment, readFile: ReadFile): Readings => {
  const found = new Map(variableNames.map((name) => [name, find(name, { env, readFile })]));
  const decoded = new Map(
    [...found].map(([name, source]) => [name, E.isLeft(source) ? source : decode(name, source.right)]),
  );
  const source = (name: VariableName): Found | undefined => {
    const entry = found.get(name);
    return entry !== undefined && E.isRight(entry) ? entry.right : undefined;
  };
  // the table gives each name the type of its codec; the maps cannot express that
  const get = <N extends VariableName>(name: N): Checked<Value<N>> => decoded.get(name) as Checked<Value<N>>;
  return {
    get,
    need: (name, why) => {
      const value = get(name);
      if (E.isLeft(value)) return value;
      return value.right === undefined
        ? E.left([{ variable: name, expected: `a value: ${why}` }])
        : E.right(value.right);
    },
    peek: (name) => {
      const value = get(name);
      return E.isRight(value) ? value.right : undefined;
    },
    isSet: (name) => source(name) !== undefined || E.isLeft(get(name)),
    found: source,
    mistakes: [...decoded.values()].flatMap((value) => (E.isLeft(value) ? value.left : [])),
  };
};
