import { E } from '../../domain/fp.ts';
import type { ChatStore, OwnerId } from '../ports/chat-store.port.ts';
import type { Clock } from '../ports/clock.port.ts';
import type { Ids } from '../ports/ids.port.ts';
import type { Instances } from '../ports/instances.port.ts';
import type { Log } from '../ports/log.port.ts';
import type { Metrics } from '../ports/metrics.port.ts';
import type { Probe } from '../ports/probe.port.ts';
import { pause } from '../pause.ts';
import { balance } from './balance.ts';
import type { Keepers } from './keepers.ts';
import { makeTakeOver } from './take-over.ts';
import { makeWatch } from './watch.ts';

/** One owner for each open chat, however many processes run (relay.md §4.4). */
export interface Ownership {
  /** The heartbeat is fresh and the process is not stopping: polls and sends may begin. */
  readonly mayBegin: () => boolean;
  /** Begins to beat, to watch, and to take over what nobody living owns. Resolves after the first heartbeat. */
  readonly start: () => Promise<void>;
  /** Hands everything over: whoever watches may go on at once. */
  readonly stop: () => Promise<void>;
  /** Begins nothing more; the heart goes on beating for what is in flight. */
  readonly rest: () => void;
  /** A heartbeat could be written lately. */
  readonly isHealthy: () => boolean;
}

export interface OwnershipDeps {
  readonly self: OwnerId;
  readonly instances: Instances;
  readonly store: ChatStore;
  readonly keepers: Keepers;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly probe: Probe;
  readonly leaseMs: number;
  /** Polls begun per second after a start or a take-over. */
  readonly pollStartPerSecond: number;
}

const wakeIntervalMs = 200;
/** So soon at the latest somebody finds what a clean stop has left. */
const watchIntervalMs = 1_000;

export const makeOwnership = (deps: OwnershipDeps): Ownership => {
  const { clock, instances, keepers, leaseMs, log, metrics, self, store } = deps;
  const stopping = new AbortController();
  const loops: Promise<void>[] = [];
  /** Beginning of the last heartbeat that was written; monotonic. */
  let beatAt = -Infinity;
  let resting = false;
  let beatFailed = false;
  let missedWakes = false;
  let resolving = false;

  const isFresh = (): boolean => clock.monotonic() - beatAt < (leaseMs * 2) / 3;
  const mayBegin = (): boolean => !resting && isFresh();

  const given = `${self}|given`;
  const watch = makeWatch(deps);
  const moving = { ...deps, given, watch, mayBegin, stopping: stopping.signal };
  const takeOver = makeTakeOver(moving);

  const beat = async (): Promise<void> => {
    const began = clock.monotonic();
    const written = await instances.beat(self, keepers.count())();
    beatFailed = E.isLeft(written);
    if (E.isLeft(written)) {
      metrics.count('heartbeat_failures_total');
      log.warn('heartbeat-failed', { detail: written.left.detail });
      return;
    }
    const wasAway = !isFresh() && beatAt !== -Infinity;
    if (wasAway) {
      // others may have called this process dead: each conversation is looked at before anything is begun for it
      log.warn('heartbeat-resumed', { awayMs: Math.round(began - beatAt) });
      keepers.distrustAll();
    }
    beatAt = began;
  };

  const resolveDoubts = async (): Promise<void> => {
    if (resolving || resting) return;
    resolving = true;
    await keepers.resolveDoubts().finally(() => {
      resolving = false;
    });
  };

  const takeWoken = async (): Promise<void> => {
    const woken = await store.woken(self)();
    if (E.isLeft(woken)) {
      // it may have cleared wakes that nobody hears of now
      missedWakes = true;
    } else if (missedWakes) {
      missedWakes = false;
      keepers.lookAtAll();
    } else {
      for (const user of woken.right) keepers.woken(user);
      // ours, says the store, and nobody here knows of it
      if (woken.right.some((user) => !keepers.owns(user))) await resolveDoubts();
    }
    await takeOver.woken();
  };

  const keepBalance = async (): Promise<void> => {
    if (!takeOver.isUnderWay()) await balance(moving, watch.loads());
  };

  const every = async (ms: () => number, work: () => Promise<void>): Promise<void> => {
    while (!stopping.signal.aborted) {
      await pause(clock, ms() * (0.9 + deps.ids.random() / 5), stopping.signal);
      if (stopping.signal.aborted) return;
      await guarded(work);
    }
  };

  const guarded = (work: () => Promise<void>): Promise<void> =>
    work().catch((thrown: unknown) => log.error('ownership-failed', { error: thrown }));

  return {
    mayBegin,
    isHealthy: isFresh,
    rest: () => {
      resting = true;
    },
    start: async () => {
      await beat();
      loops.push(
        // one that failed is soon tried again: the others wait for it no longer than the lease
        every(() => leaseMs / (beatFailed ? 20 : 5), beat),
        every(() => wakeIntervalMs, takeWoken),
        every(() => leaseMs / 3, resolveDoubts),
        every(() => leaseMs, keepBalance),
        guarded(takeOver.look).then(() => every(() => Math.min(leaseMs / 5, watchIntervalMs), takeOver.look)),
      );
    },
    stop: async () => {
      resting = true;
      stopping.abort();
      await Promise.all(loops);
      await instances.release(self)();
    },
  };
};
