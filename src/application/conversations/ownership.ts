import { E, O } from '../../domain/fp.ts';
import type { ChatStore, OwnerId, StoredConversation } from '../ports/chat-store.port.ts';
import type { Clock } from '../ports/clock.port.ts';
import type { Ids } from '../ports/ids.port.ts';
import type { Instances } from '../ports/instances.port.ts';
import type { Log } from '../ports/log.port.ts';
import type { Metrics } from '../ports/metrics.port.ts';
import type { Probe } from '../ports/probe.port.ts';
import { pause } from '../pause.ts';
import type { Keepers } from './keepers.ts';

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

interface Watched {
  readonly beat: number;
  /** When that beat was first seen, by our own monotonic clock. */
  readonly since: number;
}

const takeOverPage = 100;
const wakeIntervalMs = 200;

export const makeOwnership = (deps: OwnershipDeps): Ownership => {
  const { clock, instances, keepers, leaseMs, log, metrics, self, store } = deps;
  const stopping = new AbortController();
  const loops: Promise<void>[] = [];
  const watched = new Map<OwnerId, Watched>();
  /** Beginning of the last heartbeat that was written; monotonic. */
  let beatAt = -Infinity;
  let resting = false;
  let missedWakes = false;

  const isFresh = (): boolean => clock.monotonic() - beatAt < (leaseMs * 2) / 3;

  const beat = async (): Promise<void> => {
    const began = clock.monotonic();
    const written = await instances.beat(self)();
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

  /** Those whose counter moved within the lease, by our clock; who is new gets the benefit of the doubt. */
  const living = async (): Promise<ReadonlyArray<OwnerId> | undefined> => {
    const listed = await instances.list()();
    if (E.isLeft(listed)) return undefined;
    const now = clock.monotonic();
    const present = new Set(listed.right.map(({ id }) => id));
    for (const id of watched.keys()) if (!present.has(id)) watched.delete(id);
    for (const { id, beat: count } of listed.right) {
      if (watched.get(id)?.beat !== count) watched.set(id, { beat: count, since: now });
    }
    const dead = Array.from(watched).filter(([id, { since }]) => id !== self && now - since >= leaseMs);
    for (const [id] of dead) {
      log.warn('instance-dead', { instance: id });
      watched.delete(id);
      await instances.release(id)();
    }
    return [self, ...Array.from(watched.keys()).filter((id) => id !== self)];
  };

  /** One conversation at a time, no faster than polls may begin. */
  const takeOver = async (): Promise<void> => {
    if (!resting) await keepers.resolveDoubts();
    const alive = await living();
    if (alive === undefined) return;
    let after: string | undefined;
    for (;;) {
      const page = await store.ownedByOthers(alive, {
        limit: takeOverPage,
        ...(after === undefined ? {} : { after }),
      })();
      if (E.isLeft(page) || page.right.length === 0) return;
      for (const left of page.right) {
        if (resting || !isFresh()) return;
        await takeOne(left);
      }
      const last = page.right[page.right.length - 1];
      if (last === undefined || page.right.length < takeOverPage) return;
      const { provider, id } = last.conversation.user;
      after = `${provider}|${id}`;
      await pause(clock, (takeOverPage * 1000) / deps.pollStartPerSecond, stopping.signal);
    }
  };

  const takeOne = async ({ conversation: { user }, owner, epoch }: StoredConversation): Promise<void> => {
    if (O.isNone(owner)) return;
    const taken = await store.takeOver(user, { owner: owner.value, epoch }, self)();
    // an earlier try of ours may have been the faster one
    if (E.isLeft(taken) || O.isNone(taken.right)) return keepers.doubt(user);
    metrics.count('takeovers_total');
    deps.probe.reached('taken-over');
    // whatever stands at the head of a lane may have been sent by the one before
    const isInDoubt = hasHeads(taken.right.value.conversation.lanes);
    keepers.adopt(taken.right.value, isInDoubt ? () => [{ type: 'recovered' }] : undefined);
  };

  const takeWoken = async (): Promise<void> => {
    const woken = await store.woken(self)();
    if (E.isLeft(woken)) {
      // it may have cleared wakes that nobody hears of now
      missedWakes = true;
    } else if (missedWakes) {
      missedWakes = false;
      keepers.lookAtAll();
    } else for (const user of woken.right) keepers.woken(user);
  };

  const every = async (ms: number, work: () => Promise<void>): Promise<void> => {
    while (!stopping.signal.aborted) {
      await pause(clock, ms * (0.9 + deps.ids.random() / 5), stopping.signal);
      if (stopping.signal.aborted) return;
      await work().catch((thrown: unknown) => log.error('ownership-failed', { error: thrown }));
    }
  };

  return {
    mayBegin: () => !resting && isFresh(),
    isHealthy: isFresh,
    rest: () => {
      resting = true;
    },
    start: async () => {
      await beat();
      loops.push(
        every(leaseMs / 5, beat),
        every(wakeIntervalMs, takeWoken),
        takeOver().then(() => every(leaseMs / 3, takeOver)),
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

const hasHeads = ({ user, bot, chats }: StoredConversation['conversation']['lanes']): boolean =>
  user.length > 0 ||
  bot.length > 0 ||
  Object.values(chats).some(({ agent, files }) => agent.bound > 0 || files.length > 0);
