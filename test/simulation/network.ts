import type { Rates } from './plan.ts';
import { randomOf } from './random.ts';
import type { Process, Scheduler } from './scheduler.ts';

/** What becomes of one call. Times in ms. */
export interface Fate {
  readonly kind:
    | 'fine'
    /** No connection: surely nothing was sent. */
    | 'refused'
    /** Cut before the request was read. */
    | 'lost-before'
    /** Cut after it was carried out. */
    | 'lost-after'
    /** No answer ever, with or without its effect. */
    | 'hang-before'
    | 'hang-after'
    /** The caller has long given up when it arrives. */
    | 'late'
    /** The network brings it twice. */
    | 'repeat'
    /** Carried out; what comes back cannot be read. */
    | 'garbage'
    /** The remote answers by an error of its own, before or after its work. */
    | 'error-before'
    | 'error-after';
  readonly there: number;
  readonly back: number;
  /** Uniform in [0, 1): for what else is to be chosen. */
  readonly luck: number;
}

export type Kind = Exclude<keyof Rates, 'slowStore'>;

/** Chooses the fate of each call by its name alone. */
export interface Fates {
  readonly of: (kind: Kind, key: string) => { readonly name: string; readonly fate: Fate };
  /** Everything of that kind fails for so long. */
  readonly outage: (kind: Kind, untilMs: number) => void;
  /** From now on nothing goes wrong. */
  readonly calm: () => void;
  /** Names of the calls that went wrong so far. */
  readonly wrong: () => ReadonlyArray<string>;
}

const bad = [
  'refused',
  'lost-before',
  'lost-after',
  'lost-after',
  'hang-before',
  'hang-after',
  'late',
  'repeat',
  'garbage',
  'error-before',
  'error-after',
] as const;

const down = ['refused', 'refused', 'lost-before', 'hang-before', 'error-before', 'lost-after'] as const;

export const makeFates = (
  scheduler: Scheduler,
  { seed, rates, only }: { seed: number; rates: Rates; only?: ReadonlySet<string> | undefined },
): Fates => {
  const counts = new Map<string, number>();
  const outages = new Map<Kind, number>();
  const wrong: string[] = [];
  let isCalm = false;

  const choose = (kind: Kind, name: string): Fate => {
    const random = randomOf(seed, name);
    const troubled = random.chance(rates[kind]);
    const slow = random.chance(0.1);
    const there = random.between(1, slow ? 900 : 40);
    const back = random.between(1, slow ? 900 : 40);
    const luck = random.next();
    const fine: Fate = { kind: 'fine', there, back, luck };
    if (isCalm || (only !== undefined && !only.has(name))) return fine;
    if ((outages.get(kind) ?? 0) > scheduler.now()) return { ...fine, kind: random.pick(down) };
    return troubled ? { ...fine, kind: random.pick(bad) } : fine;
  };

  return {
    of: (kind, key) => {
      const count = (counts.get(`${kind}|${key}`) ?? 0) + 1;
      counts.set(`${kind}|${key}`, count);
      const name = `${kind}|${key}|${count}`;
      const fate = choose(kind, name);
      if (fate.kind !== 'fine') wrong.push(name);
      return { name, fate };
    },
    outage: (kind, untilMs) => void outages.set(kind, untilMs),
    calm: () => {
      isCalm = true;
    },
    wrong: () => wrong,
  };
};

/** Why there is no answer of the remote's own. */
export type NoAnswer = 'refused' | 'cut' | 'timeout' | 'garbage' | 'error';

export interface RemoteCall<A> {
  readonly process: Process;
  readonly fate: Fate;
  /** Absent: the caller waits 10 s. */
  readonly signal?: AbortSignal;
  /** Carries the request out at the remote; may take its time. `onGone`: the caller hung up. */
  readonly serve: (onGone: (listener: () => void) => void) => A | Promise<A>;
  /** What the caller gets in place of an answer. */
  readonly fail: (why: NoAnswer) => A;
}

const patienceMs = 10_000;

/** One call over the network, from a process that may die or freeze meanwhile. Never rejects. */
export const callRemote = <A>(scheduler: Scheduler, call: RemoteCall<A>): Promise<A> => {
  const { process, fate, signal, serve, fail } = call;
  if (process.state === 'dead') return never();
  if (signal?.aborted) return Promise.resolve(fail('timeout'));
  return new Promise((resolve) => {
    let gone = false;
    const listeners: (() => void)[] = [];
    const hangUp = (): void => {
      gone = true;
      for (const listener of listeners) listener();
    };
    const settle = (answer: A): void => {
      signal?.removeEventListener('abort', abort);
      resolve(answer);
    };
    const abort = (): void => {
      scheduler.after(5, hangUp);
      settle(fail('timeout'));
    };
    signal?.addEventListener('abort', abort, { once: true });
    if (signal === undefined) scheduler.after(patienceMs, () => settle(fail('timeout')), process);
    const answer = (value: () => A): void => {
      scheduler.after(fate.back, () => settle(value()), process);
    };
    const arrive = async (heard: boolean): Promise<void> => {
      const served = await serve((listener) => {
        if (gone || process.state === 'dead') scheduler.after(0, listener);
        else {
          listeners.push(listener);
          whenDead(scheduler, process, listener);
        }
      });
      if (!heard || fate.kind === 'hang-after' || fate.kind === 'late') return;
      if (fate.kind === 'lost-after') answer(() => fail('cut'));
      else if (fate.kind === 'garbage') answer(() => fail('garbage'));
      else if (fate.kind === 'error-after') answer(() => fail('error'));
      else answer(() => served);
    };
    const { kind, there } = fate;
    if (kind === 'refused') answer(() => fail('refused'));
    else if (kind === 'lost-before') answer(() => fail('cut'));
    else if (kind === 'error-before') answer(() => fail('error'));
    else if (kind !== 'hang-before') {
      scheduler.after(kind === 'late' ? 16_000 + fate.luck * 40_000 : there, () => void arrive(true));
      if (kind === 'repeat') scheduler.after(there + fate.luck * 3_000, () => void arrive(false));
    }
  });
};

export const never = <A>(): Promise<A> => new Promise(() => undefined);

const watched = new WeakMap<Process, (() => void)[]>();

/** Its connections break some time after its death. */
const whenDead = (scheduler: Scheduler, process: Process, listener: () => void): void => {
  const listeners = watched.get(process) ?? [];
  listeners.push(() => void scheduler.after(50, listener));
  watched.set(process, listeners);
};

export const breakConnections = (process: Process): void => {
  for (const listener of watched.get(process) ?? []) listener();
  watched.delete(process);
};
