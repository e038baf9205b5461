import { parseArgs } from 'node:util';

/** What all benchmarks can be told; absent: the benchmark's own choice. */
export interface Options {
  /** How often everything is measured; figures are medians over the rounds. */
  readonly rounds: number;
  /** Length of one measurement. */
  readonly seconds?: number;
  /** Open chats, or connects in a row. */
  readonly chats?: number;
  /** Connections of the load. */
  readonly connections: number;
  /** Users that messages come from. */
  readonly users: number;
  /** Messages a second, both ways together (relay). */
  readonly rate: number;
  /** Messages before memory is read (ingest). */
  readonly messages: number;
  /** Seconds that a poll is held (chats, start). */
  readonly hold: number;
  /** Folder for CPU profiles of the service; absent: none are made. */
  readonly profile?: string;
}

/** Smallest and largest value, and the default where all benchmarks share one. */
const numbers = {
  rounds: { min: 1, max: 50, usual: 3 },
  seconds: { min: 1, max: 600, usual: undefined },
  chats: { min: 1, max: 20_000, usual: undefined },
  connections: { min: 1, max: 1_000, usual: 64 },
  users: { min: 1, max: 1_000_000, usual: 5_000 },
  rate: { min: 2, max: 10_000, usual: 200 },
  messages: { min: 1_000, max: 5_000_000, usual: 200_000 },
  hold: { min: 1, max: 300, usual: 40 },
} as const;

type NumberName = keyof typeof numbers;

/** Something that whoever starts the bench has to change; its message says what. */
export class OptionError extends Error {}

const read = (name: NumberName, given: string | undefined): number | undefined => {
  const { min, max, usual } = numbers[name];
  if (given === undefined) return usual;
  const value = Number(given);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new OptionError(`--${name}: a whole number from ${min} to ${max}`);
  }
  return value;
};

const flags = Object.fromEntries(
  [...Object.keys(numbers), 'profile'].map((name) => [name, { type: 'string' as const }]),
);

/** Throws `OptionError`. `switches`: further flags, without a value. */
export const readOptions = (
  args: ReadonlyArray<string>,
  switches: ReadonlyArray<string> = [],
): { readonly names: ReadonlyArray<string>; readonly options: Options; readonly on: ReadonlySet<string> } => {
  const parse = (): ReturnType<typeof parseArgs> =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...flags,
        ...Object.fromEntries(switches.map((name) => [name, { type: 'boolean' as const }])),
      },
    });
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parse();
  } catch (thrown) {
    throw new OptionError(thrown instanceof Error ? thrown.message : String(thrown));
  }
  const text = (name: string): string | undefined => {
    const value = parsed.values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const given = Object.fromEntries(
    (Object.keys(numbers) as NumberName[]).flatMap((name) => {
      const value = read(name, text(name));
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const profile = text('profile');
  return {
    names: parsed.positionals,
    options: { ...(given as unknown as Options), ...(profile === undefined ? {} : { profile }) },
    on: new Set(switches.filter((name) => parsed.values[name] === true)),
  };
};
