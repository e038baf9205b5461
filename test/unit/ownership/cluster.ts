import { makeMemoryStores } from '../../../src/adapters/memory/memory-stores.ts';
import { makeKeepers, type Keepers } from '../../../src/application/conversations/keepers.ts';
import type { Keeper } from '../../../src/application/conversations/keeper.ts';
import { makeOwnership, type Ownership } from '../../../src/application/conversations/ownership.ts';
import type { ChatStore, OwnerId } from '../../../src/application/ports/chat-store.port.ts';
import { storeUnavailable, type StoreUnavailable } from '../../../src/application/ports/errors.ts';
import type { Instances } from '../../../src/application/ports/instances.port.ts';
import { noProbe } from '../../../src/application/ports/probe.port.ts';
import { userKey, type User } from '../../../src/domain/channel.ts';
import type { Conversation } from '../../../src/domain/conversation.ts';
import { E, O, TE, type TaskEither } from '../../../src/domain/fp.ts';
import { saving, talk } from '../../contract/samples.ts';
import { randomOf } from '../../simulation/random.ts';
import { noMetrics } from '../../support/no-metrics.ts';
import { makeVirtualClock, type VirtualClock } from '../../support/virtual-clock.ts';

export const leaseMs = 15_000;
export const pollStartPerSecond = 500;

export const userAt = (index: number): User => ({
  provider: 'whatsapp',
  id: `52155${String(10_000_000 + index)}`,
});

/** One process: its ownership and keepers are real, its workers only note that they may go on. */
export interface Machine {
  readonly name: OwnerId;
  readonly keepers: Keepers;
  readonly ownership: Ownership;
  /** When each conversation was first gone on with here, monotonic. */
  readonly begun: ReadonlyMap<string, number>;
  /** Times a conversation was looked at for something to pull. */
  readonly poked: string[];
  readonly logged: string[];
  readonly busy: Set<string>;
  /** No answer ever again, and no timer: as after kill -9. */
  readonly kill: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
}

export interface Cluster {
  readonly clock: VirtualClock;
  readonly store: ChatStore;
  readonly instances: Instances;
  /** Calls that fail, by machine and method: looked at with each call. */
  trouble: (machine: OwnerId, method: string, args: ReadonlyArray<unknown>) => boolean;
  /** Time that each call of the store takes, ms. */
  latency: number;
  /** Before a call of the store is carried out. */
  before: (machine: OwnerId, method: string, args: ReadonlyArray<unknown>) => Promise<void> | void;
  readonly machine: (name: OwnerId) => Machine;
  /** Puts open chats into the store, of users from that index on. */
  readonly put: (owner: OwnerId, count: number, from?: number) => Promise<void>;
  /** Who owns what, by the store. */
  readonly owners: (count: number) => Promise<Readonly<Record<OwnerId, number>>>;
  readonly ownerOf: (index: number) => Promise<OwnerId | undefined>;
}

type Method = (...args: ReadonlyArray<unknown>) => TaskEither<StoreUnavailable, unknown>;

export const makeCluster = (): Cluster => {
  const clock = makeVirtualClock();
  const day = 24 * 60 * 60_000;
  const { chatStore: store } = makeMemoryStores({
    clock,
    contextTtlMs: day,
    deliveryDeadlineMs: day,
    chatRetentionMs: 30 * day,
  });
  const instances = makeSharedInstances();

  const cluster: Cluster = {
    clock,
    store,
    instances,
    trouble: () => false,
    latency: 0,
    before: () => undefined,
    machine: (name) => makeMachine(cluster, name),
    put: async (owner, count, from = 0) => {
      for (let index = from; index < from + count; index += 1)
        await store.save(saving(talk(userAt(index)), { owner }))();
    },
    owners: async (count) => {
      const counts: Record<OwnerId, number> = {};
      for (let index = 0; index < count; index += 1) {
        const owner = (await cluster.ownerOf(index)) ?? 'nobody';
        counts[owner] = (counts[owner] ?? 0) + 1;
      }
      return counts;
    },
    ownerOf: async (index) => {
      const found = await store.load(userAt(index))();
      if (E.isLeft(found)) throw new Error(found.left.detail);
      const stored = O.toUndefined(found.right);
      return stored === undefined ? undefined : O.toUndefined(stored.owner);
    },
  };
  return cluster;
};

/** As a database keeps them for all. */
const makeSharedInstances = (): Instances => {
  const rows = new Map<OwnerId, { readonly beat: number; readonly owned: number }>();
  return {
    beat: (id, owned) => async () => {
      rows.set(id, { beat: (rows.get(id)?.beat ?? 0) + 1, owned });
      return E.right(undefined);
    },
    list: () => async () => E.right(Array.from(rows, ([id, row]) => ({ id, ...row }))),
    release: (id) => TE.fromIO(() => void rows.delete(id)),
  };
};

const makeMachine = (cluster: Cluster, name: OwnerId): Machine => {
  const { clock } = cluster;
  const random = randomOf(7, name);
  const begun = new Map<string, number>();
  const poked: string[] = [];
  const logged: string[] = [];
  const busy = new Set<string>();
  let state: 'running' | 'paused' | 'dead' = 'running';
  let held: (() => void)[] = [];
  let ids = 0;

  /** Goes on now, when it is resumed, or never. */
  const here = (call: () => void): void => {
    if (state === 'running') call();
    else if (state === 'paused') held.push(call);
  };
  const ownClock = {
    ...clock,
    after: (ms: number, call: () => void) => clock.after(ms, () => here(call)),
  };
  const remote = <Port extends object>(port: Port): Port =>
    Object.fromEntries(
      Object.entries(port).map(([method, call]: [string, Method]) => [
        method,
        (...args: ReadonlyArray<unknown>) =>
          () =>
            new Promise((resolve) => {
              if (state === 'dead') return;
              const carryOut = async (): Promise<void> => {
                await cluster.before(name, method, args);
                const answer = cluster.trouble(name, method, args)
                  ? E.left(storeUnavailable('out of reach'))
                  : await call(...args)();
                here(() => resolve(answer));
              };
              if (cluster.latency === 0) void carryOut();
              else clock.after(cluster.latency, () => void carryOut());
            }),
      ]),
    ) as Port;

  const tell = (event: string): void => void logged.push(event);
  const log = { debug: tell, info: tell, warn: tell, error: tell };
  const idsOf = {
    chatId: () => `chat-${name}-${(ids += 1)}`,
    writeId: () => `write-${name}-${(ids += 1)}`,
    random: random.next,
  };
  const store = remote(cluster.store);
  const keepers = makeKeepers({
    self: name,
    store,
    clock: ownClock,
    ids: idsOf,
    log,
    decide: (conversation: Conversation) => ({ conversation, notes: [] }),
    complete: (conversation) => conversation,
    restore: () => [],
    onDecided: () => undefined,
    patienceMs: 4_500,
    makeWorker: (keeper: Keeper) => {
      const key = userKey(keeper.user);
      return {
        pump: () => {
          if (ownership.mayBegin() && keeper.mayAct() && !begun.has(key)) begun.set(key, clock.monotonic());
        },
        poke: () => void poked.push(key),
        stop: () => undefined,
        isBusy: () => busy.has(key),
      };
    },
  });
  const ownership = makeOwnership({
    self: name,
    instances: remote(cluster.instances),
    store,
    keepers,
    clock: ownClock,
    ids: idsOf,
    log,
    metrics: noMetrics,
    probe: noProbe,
    leaseMs,
    pollStartPerSecond,
  });
  return {
    name,
    keepers,
    ownership,
    begun,
    poked,
    logged,
    busy,
    kill: () => {
      state = 'dead';
    },
    pause: () => {
      state = 'paused';
    },
    resume: () => {
      state = 'running';
      const calls = held;
      held = [];
      for (const call of calls) call();
    },
  };
};
