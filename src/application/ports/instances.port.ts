import type { TaskEither } from '../../domain/fp.ts';
import type { OwnerId } from './chat-store.port.ts';
import type { StoreUnavailable } from './errors.ts';

/**
 * Heartbeats of the processes that share a store. One process calls another dead when its `beat` stood still for
 * LEASE_SECONDS by the watcher's own monotonic clock: no two clocks are compared (relay.md §4.4).
 */
export interface Instances {
  /** Adds one to this process's counter; who was called dead by mistake is listed again by it. */
  readonly beat: (self: OwnerId) => TaskEither<StoreUnavailable, void>;
  /** All that are not released, this one included. */
  readonly list: () => TaskEither<
    StoreUnavailable,
    ReadonlyArray<{ readonly id: OwnerId; readonly beat: number }>
  >;
  /** A clean stop, or a dead one found: its conversations are free at once. */
  readonly release: (id: OwnerId) => TaskEither<StoreUnavailable, void>;
}
