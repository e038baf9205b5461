import type { TaskEither } from '../../domain/fp.ts';
import type { OwnerId } from './chat-store.port.ts';
import type { StoreUnavailable } from './errors.ts';

export interface Instance {
  readonly id: OwnerId;
  readonly beat: number;
  readonly owned?: number;
}

/**
 * Heartbeats of the processes that share a store. One process calls another dead when its `beat` stood still for
 * LEASE_SECONDS by the watcher's own monotonic clock: no two clocks are compared (relay.md §4.4).
 */
export interface Instances {
  /**
   * Adds one to this process's counter, and tells how many conversations it keeps; who was called dead by mistake is
   * listed again by it.
   */
  readonly beat: (self: OwnerId, owned: number) => TaskEither<StoreUnavailable, void>;
  /** All that are not released, this one included. `owned`: as last told; absent where a store or a process tells none. */
  readonly list: () => TaskEither<StoreUnavailable, ReadonlyArray<Instance>>;
  /** A clean stop, or a dead one found: its conversations are free at once. */
  readonly release: (id: OwnerId) => TaskEither<StoreUnavailable, void>;
}
