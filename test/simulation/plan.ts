import { makeRandom, type Random } from './random.ts';

/** Everything that is to happen in one world, as data: what is left out changes nothing of the rest. */
export interface Plan {
  readonly seed: number;
  /** Places for processes; one that dies is followed by another in its place. */
  readonly slots: number;
  readonly users: ReadonlyArray<'whatsapp' | 'facebook'>;
  readonly deployment: Deployment;
  readonly rates: Rates;
  readonly actions: ReadonlyArray<Action>;
  readonly faults: ReadonlyArray<Fault>;
  /** Names of the calls that may go wrong; absent: any may. For shrinking. */
  readonly wrong?: ReadonlySet<string>;
}

/** What this deployment and its remotes are like. */
export interface Deployment {
  readonly agentTextMax: number;
  readonly waitTimeoutMs: number;
  readonly checkAvailability: boolean;
  /** Texts that are off by default are on. */
  readonly allTexts: boolean;
  readonly desk: {
    readonly pollHoldMs: number;
    readonly resetSequence: true | false | 'absent';
    readonly repeatTranscriptLines: boolean;
    readonly afterEnd: 403 | 204;
    readonly queuePosition: number;
    readonly queueDelayMs: number;
    readonly idle: boolean;
  };
}

/** Chance that a call goes wrong, and how long calls take. */
export interface Rates {
  readonly desk: number;
  readonly poll: number;
  readonly channel: number;
  readonly flow: number;
  readonly crm: number;
  readonly files: number;
  readonly store: number;
  readonly webhook: number;
  /** Share of store calls that take time at all. */
  readonly slowStore: number;
}

/** `at`: ms after the beginning. `user`: index. */
export type Action = { readonly at: number } & (
  | { readonly do: 'connect'; readonly user: number; readonly flow: string; readonly slot: number }
  | { readonly do: 'finish'; readonly user: number; readonly slot: number }
  | {
      readonly do: 'write';
      readonly user: number;
      readonly slot: number;
      readonly messages: ReadonlyArray<'text' | 'same' | 'long' | 'image' | 'bot' | 'restart'>;
    }
  | { readonly do: 'accept'; readonly user: number; readonly greeting: boolean }
  | { readonly do: 'say'; readonly user: number; readonly lines: ReadonlyArray<'text' | 'same' | 'long'> }
  | {
      readonly do:
        'transfer' | 'lose-agent' | 'typing' | 'position' | 'end' | 'decline' | 'expire' | 'failover';
      readonly user: number;
    }
);

export type Fault = { readonly at: number } & (
  | { readonly do: 'crash'; readonly slot: number; readonly restartMs: number }
  /** Dies when it comes to that place for the n-th time from now on. */
  | {
      readonly do: 'crash-at';
      readonly slot: number;
      readonly point: number;
      readonly nth: number;
      readonly restartMs: number;
    }
  | { readonly do: 'stop'; readonly slot: number; readonly restartMs: number }
  | { readonly do: 'freeze'; readonly slot: number; readonly forMs: number }
  | { readonly do: 'outage'; readonly of: Exclude<keyof Rates, 'slowStore'>; readonly forMs: number }
  | { readonly do: 'jump'; readonly slot: number | 'all'; readonly byMs: number }
  | { readonly do: 'desk-closed'; readonly forMs: number }
  | { readonly do: 'block'; readonly user: number }
  | { readonly do: 'failover-all' }
);

/** Actions and faults begin within this time; then all faults cease. */
export const stormMs = 150_000;

const around = (random: Random, at: number, spread: number): number =>
  Math.max(0, Math.min(stormMs - 1, Math.round(at + random.next() * spread)));

/** One hand-over: what is said before it, its connect, what both sides say, and how it ends. */
const conversation = (random: Random, user: number, slots: number, from: number, to: number): Action[] => {
  const slot = (): number => random.between(0, slots - 1);
  const actions: Action[] = [];
  const add = (...more: Action[]): void => void actions.push(...more);
  const write = (at: number): void => {
    const count = random.chance(0.2) ? random.between(2, 4) : 1;
    add({
      at,
      do: 'write',
      user,
      slot: slot(),
      messages: Array.from({ length: count }, () =>
        random.pick(['text', 'text', 'text', 'same', 'long', 'image', 'bot'] as const),
      ),
    });
  };
  const length = to - from;
  for (let count = random.between(0, 3); count > 0; count -= 1) write(around(random, from - 8_000, 8_000));
  const flow = random.pick(['default', 'default', 'sales'] as const);
  for (let count = random.chance(0.25) ? random.between(2, 3) : 1; count > 0; count -= 1)
    add({ at: around(random, from, 400), do: 'connect', user, flow, slot: slot() });
  if (!random.chance(0.06)) {
    for (const again of [0, 0.3, 0.6])
      add({
        at: around(random, from + 2_000 + again * length, 4_000),
        do: 'accept',
        user,
        greeting: random.chance(0.2),
      });
  }
  for (let count = random.between(1, 8); count > 0; count -= 1) write(around(random, from, length));
  for (let count = random.between(1, 8); count > 0; count -= 1)
    add({
      at: around(random, from + 3_000, length),
      do: 'say',
      user,
      lines: Array.from({ length: random.chance(0.03) ? 120 : random.between(1, 3) }, () =>
        random.pick(['text', 'text', 'text', 'same', 'long'] as const),
      ),
    });
  for (const event of ['transfer', 'lose-agent', 'typing', 'position'] as const)
    if (random.chance(0.15)) add({ at: around(random, from + 3_000, length), do: event, user });
  const ending = random.next();
  if (ending < 0.4) add({ at: to, do: 'end', user });
  else if (ending < 0.65) add({ at: to, do: 'finish', user, slot: slot() });
  else if (ending < 0.75)
    add({ at: to, do: 'write', user, slot: slot(), messages: ['text', 'restart', 'text'] });
  else if (ending < 0.8) add({ at: to, do: 'expire', user });
  else if (ending < 0.85) add({ at: to, do: 'decline', user });
  return actions;
};

const anyFault = (random: Random, slots: number, users: number): Fault => {
  const at = random.between(500, stormMs - 5_000);
  const slot = random.between(0, slots - 1);
  const restartMs = random.pick([50, 1_000, 5_000, 20_000]);
  switch (random.between(0, 15)) {
    case 0:
    case 1:
      return { at, do: 'crash', slot, restartMs };
    case 2:
    case 3:
    case 4:
      return { at, do: 'crash-at', slot, point: random.between(0, 13), nth: random.between(1, 4), restartMs };
    case 5:
    case 6:
      return { at, do: 'stop', slot, restartMs };
    case 7:
    case 8:
      return { at, do: 'freeze', slot, forMs: random.pick([2_000, 12_000, 20_000, 45_000]) };
    case 9:
      return { at, do: 'jump', slot: random.chance(0.5) ? 'all' : slot, byMs: jump(random) };
    case 10:
      return { at, do: 'failover-all' };
    case 11:
      return { at, do: 'desk-closed', forMs: 20_000 };
    case 12:
      return { at, do: 'block', user: random.between(0, users - 1) };
    default:
      return {
        at,
        do: 'outage',
        of: random.pick(['desk', 'poll', 'channel', 'flow', 'crm', 'files', 'store', 'webhook']),
        forMs: random.pick([1_000, 6_000, 25_000]),
      };
  }
};

const jump = (random: Random): number => random.pick([3_600_000, -3_600_000, 30_000, -30_000, 2_000]);

/** Calm, breezy, stormy: chance for each kind of call by itself, so that combinations of good and bad meet. */
const rate = (random: Random): number => random.pick([0, 0, 0.02, 0.08, 0.25]);

export const makePlan = (seed: number): Plan => {
  const random = makeRandom(seed);
  const slots = random.pick([1, 2, 2, 3]);
  const users = Array.from({ length: random.between(1, 4) }, () =>
    random.pick(['whatsapp', 'facebook'] as const),
  );
  const actions: Action[] = [];
  for (const user of users.keys()) {
    let from = random.between(0, 20_000);
    for (let left = random.between(2, 4); left > 0; left -= 1) {
      const to = from + random.between(6_000, 55_000);
      if (to >= stormMs) break;
      actions.push(...conversation(random, user, slots, from, to));
      from = to + random.between(50, 12_000);
    }
    if (random.chance(0.3)) actions.push({ at: random.between(5_000, stormMs - 1), do: 'failover', user });
  }
  return {
    seed,
    slots,
    users,
    deployment: {
      agentTextMax: random.pick([4_000, 4_000, 120]),
      waitTimeoutMs: random.pick([0, 0, 20_000]),
      checkAvailability: random.chance(0.3),
      allTexts: random.chance(0.5),
      desk: {
        pollHoldMs: random.pick([30_000, 10_000, 3_000]),
        resetSequence: random.pick([true, true, false, 'absent']),
        repeatTranscriptLines: random.chance(0.4),
        afterEnd: random.pick([403, 204]),
        queuePosition: random.pick([0, 0, 3]),
        queueDelayMs: random.pick([0, 300, 2_000]),
        idle: random.chance(0.1),
      },
    },
    rates: {
      desk: rate(random),
      poll: rate(random),
      channel: rate(random),
      flow: rate(random),
      crm: rate(random) / 2,
      files: rate(random),
      store: rate(random) / 2,
      webhook: rate(random),
      slowStore: random.pick([0, 0.1, 0.4]),
    },
    actions: actions.sort((a, b) => a.at - b.at),
    faults: Array.from({ length: random.between(0, 6) }, () => anyFault(random, slots, users.length)).sort(
      (a, b) => a.at - b.at,
    ),
  };
};
