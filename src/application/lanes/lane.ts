import type { ChatPolicy } from '../../domain/policy.ts';
import type { ChatStore } from '../ports/chat-store.port.ts';
import type { Clock } from '../ports/clock.port.ts';
import type { Ids } from '../ports/ids.port.ts';
import type { Log } from '../ports/log.port.ts';
import type { Metrics } from '../ports/metrics.port.ts';
import type { Probe } from '../ports/probe.port.ts';

/** Works off one lane of one conversation, one call in flight. */
export interface Lane {
  /** Begins what can be begun now; called after each change, and at the conversation's own time. */
  readonly pump: () => void;
  /** A call is in flight, or its outcome is being stored. */
  readonly isBusy: () => boolean;
}

export interface LaneDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly probe: Probe;
  readonly store: ChatStore;
  readonly policy: ChatPolicy;
  /** This process may begin polls and sends: it is not stopping, and its heartbeat is fresh (relay.md §4.4). */
  readonly mayBegin: () => boolean;
  /** Aborted when the process begins to stop: nobody waits for a turn any more. */
  readonly rest: AbortSignal;
  /** Aborted when it has to stop at once: what is in flight is given up. */
  readonly halt: AbortSignal;
}
