import { isDeepStrictEqual, inspect } from 'node:util';
import type { Clock } from '../../src/application/ports/clock.port.ts';
import type { StoreUnavailable } from '../../src/application/ports/errors.ts';
import type { TaskEither } from '../../src/domain/fp.ts';
import { makeTestClock, type TestClock } from './clock.ts';

/** What a store is to be made with. Times in ms. Wall clock and timers are to be taken from `clock` alone. */
export interface StoreSettings {
  readonly clock: Clock;
  readonly contextTtlMs: number;
  readonly deliveryDeadlineMs: number;
  readonly chatRetentionMs: number;
}

/** A store with data of its own, empty at first. What it cannot do it leaves out, and says so to its test run. */
export interface StoreSetup<Store> {
  readonly store: Store;
  /** `reopen`: the store is closed, and opened again on the same data, as after a restart of the process. */
  readonly reopen?: () => Promise<Store>;
  /** `another`: one more store on the same data, as of a second process, while the first goes on. */
  readonly another?: () => Promise<Store>;
  /** `cut-off`: from here on the data cannot be reached (a database that is down, a closed file). */
  readonly cutOff?: () => Promise<void>;
  /** Called once, last: frees everything; the data may go. */
  readonly dispose: () => Promise<void>;
}

export type MakeStore<Store> = (settings: StoreSettings) => Promise<StoreSetup<Store>>;

export type Ability = 'reopen' | 'another' | 'cut-off';

/**
 * One promise of a port, told by its title. `run` makes a store of its own, disposes of it whatever happens, and rejects
 * when the store does not keep the promise: with the sentence that it broke, what was expected, and what came.
 */
export interface ContractCase<Store> {
  readonly title: string;
  /** Only for stores that can do this. */
  readonly needs?: Ability;
  readonly run: (make: MakeStore<Store>) => Promise<void>;
}

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** What a case is written with. */
export interface Tools<Store> {
  readonly store: Store;
  readonly clock: TestClock;
  /** One store, or two on the same data where there can be two: what must hold under concurrency holds between both. */
  readonly handles: () => Promise<readonly [Store, Store]>;
  readonly reopen: () => Promise<Store>;
  readonly another: () => Promise<Store>;
  readonly cutOff: () => Promise<void>;
  /** Time enough for every sweep of what has expired. */
  readonly sweeps: () => Promise<void>;
}

export interface CaseOptions {
  readonly needs?: Ability;
  readonly settings?: Partial<Omit<StoreSettings, 'clock'>>;
}

export type Body<Store> = (tools: Tools<Store>) => Promise<void>;

const lacking = (ability: Ability) => (): never => {
  throw new Error(`this case needs a store that offers '${ability}'`);
};

/** Builds the cases of one port; each gets a store of its own, which is disposed of whatever happens. */
export const contractCase =
  <Store extends object>() =>
  (title: string, ...[first, second]: [Body<Store>] | [CaseOptions, Body<Store>]): ContractCase<Store> => {
    const { needs, settings } = typeof first === 'function' ? ({} as CaseOptions) : first;
    const body = typeof first === 'function' ? first : (second as Body<Store>);
    return {
      title,
      ...(needs === undefined ? {} : { needs }),
      run: async (make) => {
        const clock = makeTestClock();
        const setup = await make({
          contextTtlMs: day,
          deliveryDeadlineMs: day,
          chatRetentionMs: 30 * day,
          ...settings,
          clock,
        });
        try {
          const { store, reopen = lacking('reopen'), another = lacking('another') } = setup;
          const first = named(store);
          await body({
            store: first,
            clock,
            handles: async () => [first, setup.another === undefined ? first : named(await setup.another())],
            reopen: async () => named(await reopen()),
            another: async () => named(await another()),
            cutOff: setup.cutOff ?? lacking('cut-off'),
            sweeps: async () => {
              for (let rounds = 0; rounds < 3; rounds += 1) await clock.advance(2 * minute);
            },
          });
        } finally {
          await setup.dispose();
        }
      },
    };
  };

/** Longest that a call may take by the real clock, ms: what never answers is told as what it is. */
const patienceMs = 30_000;

/** Waits for the end of `work`, but not longer; `stop` tells it then that nobody does. */
export const inTime = async <A>(
  late: () => string,
  work: (stop: AbortSignal) => Promise<A>,
  ms = patienceMs,
): Promise<A> => {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(late()));
      stop.abort();
    }, ms);
  });
  try {
    return await Promise.race([work(stop.signal), ended]);
  } finally {
    clearTimeout(timer);
  }
};

/** One call, of that method. Its rejection, or its throwing, breaks that promise. */
export const called = <A>(method: string, promise: string, call: () => Promise<A>): Promise<A> =>
  inTime(
    () => `${method}: no answer within ${patienceMs / 1000} s; every call comes to an end`,
    async () => {
      try {
        return await call();
      } catch (thrown) {
        throw new Error(`${method}: ${promise}; it threw: ${messageOf(thrown)}`, { cause: thrown });
      }
    },
  );

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : shown(thrown));

/** The method of a store that made a task. */
const methods = new WeakMap<object, string>();

/** The same store, also a frozen one, whose tasks tell which method made them. */
const named = <Store extends object>(store: Store): Store =>
  new Proxy({} as Store, {
    get: (_, key) => {
      const method: unknown = Reflect.get(store, key);
      if (typeof method !== 'function') return method;
      return (...args: ReadonlyArray<unknown>): unknown => {
        const task: unknown = method.apply(store, args);
        if (typeof task === 'function') methods.set(task, String(key));
        return task;
      };
    },
  });

/** Runs a call that must succeed. */
export const done = async <A>(call: TaskEither<StoreUnavailable, A>): Promise<A> => {
  const method = methods.get(call) ?? 'the store';
  const promise = `failures are answered as data: { _tag: 'Left', left: { _tag: 'StoreUnavailable', detail } }`;
  const answer = await called(method, promise, call);
  if (answer._tag === 'Left')
    throw new Error(`${method}: answered StoreUnavailable, and nothing was wrong: ${answer.left.detail}`);
  if ((answer as { _tag: unknown })._tag !== 'Right')
    throw new Error(
      `${method}: a call answers { _tag: 'Right', right } or { _tag: 'Left', left }, and not: ${shown(answer)}`,
    );
  return answer.right;
};

const shown = (value: unknown): string =>
  inspect(value, { depth: 8, maxStringLength: 200, maxArrayLength: 20, breakLength: 100 });

/** `promise`: what the port promises, in a sentence that an outsider understands. */
export const same = <A>(actual: A, expected: A, promise: string): void => {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${promise}\n  expected: ${shown(expected)}\n  got:      ${shown(actual)}`);
};

export const holds = (condition: boolean, promise: string): void => {
  if (!condition) throw new Error(promise);
};

/** Every method of a store that cannot be reached answers, and as data. */
export const allUnavailable = async (
  calls: Readonly<Record<string, TaskEither<StoreUnavailable, unknown>>>,
): Promise<void> => {
  for (const [method, call] of Object.entries(calls)) {
    const answer = await called(method, 'a store that cannot be reached answers StoreUnavailable', call);
    same(
      answer._tag === 'Left' ? answer.left._tag : 'Right',
      'StoreUnavailable',
      `${method}: a store that cannot be reached answers StoreUnavailable`,
    );
  }
};

/** Ids that break a store which builds queries, paths or keys out of them. All well-formed, without NUL. */
export const hostileIds: ReadonlyArray<string> = [
  `' OR 1=1 --`,
  `"; DROP TABLE messages; --`,
  '$where',
  '$ne.x',
  '{"$gt":""}',
  'a.b.c',
  '.',
  '..',
  '%',
  '_',
  '*',
  '\\',
  'a|b',
  '|',
  ' ',
  ' a',
  'a ',
  'A',
  'a',
  'á',
  'a\u0301',
  'ß',
  'ss',
  'İ',
  '\u200b',
  '\ufeff',
  '\uffff',
  '🙂',
  '👩‍👩‍👧‍👦',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'null',
  'undefined',
  '0',
  '00',
  '1e3',
  'a\nb',
  'a\tb',
  'x'.repeat(900),
  `${'x'.repeat(900)}y`,
];
