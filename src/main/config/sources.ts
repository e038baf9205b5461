import { E } from '../../domain/fp.ts';
import type { Checked } from './mistake.ts';
import type { Variable } from './variable.ts';
import { variableNames, variables, type VariableName } from './variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Answers the text of a file, or throws. */
export type ReadFile = (path: string) => string;

/** The text of a variable and where it came from. */
export interface Found {
  readonly text: string;
  /** The name it was set by. */
  readonly setAs: string;
  /** That name is one of the earlier integration's. */
  readonly old: boolean;
}

/** A process sees names with hyphens when it is started directly; a shell may drop them. */
const oldPrefixes = ['SALESFORCE-INTEGRATION_', 'SALESFORCE_INTEGRATION_'] as const;

/** Variables that the earlier integration called otherwise, spelled as it did. */
const oldSpellings: Partial<Record<VariableName, string>> = {
  RATE_LIMIT_SALESFORCE: 'SALEFORCE_CHAN_RATE_LIMIT',
  RATE_LIMIT_YALO: 'INTEGRATION_CHAN_RATE_LIMIT',
};

/** The names that a variable is looked for by, the first that is set counts. */
const namesOf = (name: VariableName): ReadonlyArray<string> => {
  const spelling = oldSpellings[name];
  const spellings = spelling === undefined ? [name] : [name, spelling];
  return [
    name,
    ...oldPrefixes.flatMap((prefix) => spellings.map((spelled) => prefix + spelled)),
    ...spellings.slice(1),
  ];
};

const fileName = (name: string): string => `${name}_FILE`;

/** What Kubernetes sets beside a service named `salesforce-integration` is no setting of ours. */
const isServiceLink = (name: string, text: string): boolean =>
  /^SALESFORCE_INTEGRATION_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)$/u.test(
    name,
  ) ||
  (name === 'SALESFORCE_INTEGRATION_PORT' && /^(?:tcp|udp|sctp):\/\//u.test(text));

/** The text a name is set to. An empty one is as good as none, except where the empty list is meant. */
const setting = (env: Environment, name: string, emptyCounts = false): string | undefined => {
  const value = env[name];
  if (value === undefined || isServiceLink(name, value)) return undefined;
  return value.trim() === '' && !emptyCounts ? undefined : value;
};

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';

const findIn = (
  name: VariableName,
  as: string,
  { env, readFile }: { readonly env: Environment; readonly readFile: ReadFile },
): Checked<Found | undefined> => {
  const { secret, emptyCounts }: Variable<unknown> = variables[name];
  const text = setting(env, as, emptyCounts);
  const path = secret === true ? setting(env, fileName(as)) : undefined;
  const old = as !== name;
  if (path === undefined) return E.right(text === undefined ? undefined : { text, setAs: as, old });
  // the path is not told either: it might be the secret itself, set by mistake
  const mistake = (expected: string) => E.left([{ variable: name, setAs: fileName(as), expected }]);
  if (text !== undefined) return mistake(`only one of ${as} and ${fileName(as)} to be set`);
  try {
    const content = readFile(path.trim());
    return content.trim() === ''
      ? mistake('the name of a file that is not empty')
      : E.right({ text: content, setAs: fileName(as), old });
  } catch (error) {
    return mistake(
      `the name of a file that can be read, a regular file of at most 64 KiB${errorCode(error)}`,
    );
  }
};

/** Looks for a variable under its names: its own, then the old ones. `NAME` beside `NAME_FILE` is a mistake. */
export const find = (
  name: VariableName,
  from: { readonly env: Environment; readonly readFile: ReadFile },
): Checked<Found | undefined> => {
  for (const as of namesOf(name)) {
    const found = findIn(name, as, from);
    if (E.isLeft(found) || found.right !== undefined) return found;
  }
  return E.right(undefined);
};

const knownNames: ReadonlySet<string> = new Set(
  variableNames.flatMap((name) => {
    const { secret }: Variable<unknown> = variables[name];
    return secret === true ? namesOf(name).flatMap((as) => [as, fileName(as)]) : namesOf(name);
  }),
);

/** Variables of the earlier integration that mean nothing here, by the names they are set by. */
export const unusedOldNames = (env: Environment): ReadonlyArray<string> =>
  Object.entries(env)
    .filter(
      ([name, text]) =>
        text !== undefined &&
        oldPrefixes.some((prefix) => name.startsWith(prefix)) &&
        !knownNames.has(name) &&
        !isServiceLink(name, text),
    )
    .map(([name]) => name)
    .sort();
