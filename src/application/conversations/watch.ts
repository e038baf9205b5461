import { E } from '../../domain/fp.ts';
import type { OwnerId } from '../ports/chat-store.port.ts';
import type { Clock } from '../ports/clock.port.ts';
import type { Instances } from '../ports/instances.port.ts';
import type { Log } from '../ports/log.port.ts';

/** Who else lives, judged by our own clock alone (relay.md §4.4). */
export interface Watch {
  /**
   * This process and those whose counter moved within the lease; who is new gets the benefit of the doubt. Releases who
   * is found dead. Undefined: the store does not tell.
   */
  readonly living: () => Promise<ReadonlyArray<OwnerId> | undefined>;
  /** What each other one said last that it keeps; undefined where one does not say. */
  readonly loads: () => ReadonlyArray<number | undefined>;
}

interface Watched {
  readonly beat: number;
  readonly owned: number | undefined;
  /** When that beat was first seen, by our own monotonic clock. */
  readonly since: number;
}

interface WatchDeps {
  readonly self: OwnerId;
  readonly instances: Instances;
  readonly clock: Clock;
  readonly log: Log;
  readonly leaseMs: number;
}

export const makeWatch = ({ self, instances, clock, log, leaseMs }: WatchDeps): Watch => {
  const watched = new Map<OwnerId, Watched>();
  let lookedAt = -Infinity;

  return {
    living: async () => {
      const listed = await instances.list()();
      if (E.isLeft(listed)) return undefined;
      const now = clock.monotonic();
      // while we could not look, they may not have been able to write: nobody is blamed for that time
      const wasBlind = now - lookedAt >= (leaseMs * 2) / 3;
      lookedAt = now;
      const present = new Set(listed.right.map(({ id }) => id));
      for (const id of watched.keys()) if (!present.has(id)) watched.delete(id);
      for (const { id, beat, owned } of listed.right) {
        const before = watched.get(id);
        const since = wasBlind || before?.beat !== beat ? now : before.since;
        if (id !== self) watched.set(id, { beat, owned, since });
      }
      for (const [id, { since }] of [...watched]) {
        if (now - since < leaseMs) continue;
        log.warn('instance-dead', { instance: id });
        watched.delete(id);
        await instances.release(id)();
      }
      return [self, ...watched.keys()];
    },
    loads: () => Array.from(watched.values(), ({ owned }) => owned),
  };
};
