import type { Clock } from '../ports/clock.port.ts';
import type { Ids } from '../ports/ids.port.ts';
import { backoffMs, patienceMaxMs } from '../backoff.ts';

/** Permission for one try; `probe`: the remote is down for everyone, and this one finds out whether it still is. */
export interface Ticket {
  readonly kind: 'free' | 'probe';
}

/**
 * What all senders to one remote know of it together. While it is down for everyone they wait behind one probe at a
 * time, each the next one in line, so that a message which the remote cannot digest does not hide that it works for
 * others (relay.md §4.5).
 */
export interface RemoteGate {
  readonly name: string;
  /**
   * Undefined: not now; ask `whenOpen`. A ticket is given back by one `worked`, `troubled` or `unused`; an `unused` after
   * that says nothing.
   */
  readonly enter: () => Ticket | undefined;
  readonly worked: (ticket: Ticket) => void;
  /** It did not do its work, for a reason that may lie in itself. */
  readonly troubled: (ticket: Ticket, retryAfterMs?: number) => void;
  readonly unused: (ticket: Ticket) => void;
  /** Calls back once, when it is worth asking again. The same function waits only once. */
  readonly whenOpen: (call: () => void) => void;
  /** It has worked for somebody since then (monotonic ms). */
  readonly workedSince: (since: number) => boolean;
  readonly isUp: () => boolean;
}

/** Failures in a row, of whomever, after which it counts as down. */
const patience = 3;

export const makeRemoteGate = (
  name: string,
  deps: { readonly clock: Clock; readonly ids: Ids; readonly onChange?: (up: boolean) => void },
): RemoteGate => {
  const { clock, ids } = deps;
  const line = new Set<() => void>();
  let failures = 0;
  let probes = 0;
  let down: { readonly until: number } | undefined;
  let probing: Ticket | undefined;
  let lastWorked = -Infinity;

  const callNext = (): void => {
    for (const call of line) {
      if (down === undefined || probing !== undefined || clock.monotonic() < down.until) return;
      line.delete(call);
      call();
    }
  };

  const close = (retryAfterMs = 0): void => {
    if (down === undefined) deps.onChange?.(false);
    probes += 1;
    const wait = Math.max(backoffMs(probes, ids.random()), Math.min(retryAfterMs, patienceMaxMs));
    down = { until: clock.monotonic() + wait };
    clock.after(wait, callNext);
  };

  const open = (): void => {
    failures = 0;
    if (down === undefined) return;
    down = undefined;
    probes = 0;
    deps.onChange?.(true);
    const waiting = [...line];
    line.clear();
    for (const call of waiting) call();
  };

  const leave = (ticket: Ticket): void => {
    if (ticket === probing) probing = undefined;
  };

  return {
    name,
    enter: () => {
      if (down === undefined) return { kind: 'free' };
      if (probing !== undefined || clock.monotonic() < down.until) return undefined;
      probing = { kind: 'probe' };
      return probing;
    },
    worked: (ticket) => {
      leave(ticket);
      lastWorked = clock.monotonic();
      open();
    },
    troubled: (ticket, retryAfterMs) => {
      leave(ticket);
      failures += 1;
      const isNews = down === undefined && (failures >= patience || retryAfterMs !== undefined);
      if (ticket.kind === 'probe' || isNews) close(retryAfterMs);
    },
    unused: (ticket) => {
      leave(ticket);
      callNext();
    },
    whenOpen: (call) => {
      line.add(call);
      if (down === undefined) {
        line.delete(call);
        call();
      } else callNext();
    },
    workedSince: (since) => lastWorked >= since,
    isUp: () => down === undefined,
  };
};
