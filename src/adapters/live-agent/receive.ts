import { LRUCache } from 'lru-cache';
import { E, type Either } from '../../domain/fp.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import { backoffMs } from '../../application/backoff.ts';
import { within } from './deadline.ts';
import { addressOf, type Wires } from './wires.ts';
import type { ChatResponse } from './exchange.ts';
import * as messages from './messages.ts';
import * as reconnectSession from './reconnect-session.ts';
import * as resyncState from './resync-state.ts';
import type { Setback, Signal } from './signal.ts';
import type { SessionState } from './state.ts';

/** Added to the desk's own poll time before the connection counts as broken (relay.md §4.5). */
const pollGraceMs = 3_000;
const longestPauseMs = 10_000;
/** Sessions in trouble at a time whose failures are counted; beyond that some begin at the shortest pause again. */
const maxCounted = 20_000;

type Told = messages.Heard | reconnectSession.Reconnected | resyncState.Resynced | { readonly kind: 'cut' };

type SetbackKind = Setback['kind'];

/** One poll, or the next step of a recovery. Never throws. */
export const makeReceive = (
  wires: Wires,
): ((session: SessionState, abort: AbortSignal) => Promise<Signal>) => {
  /** Failures in a row, by session: for the back-off alone, so that they need not be stored. */
  const failures = new LRUCache<string, number>({ max: maxCounted });

  const pauseAfter = (sessionId: string, kind: SetbackKind): number => {
    const count = (failures.get(sessionId) ?? 0) + 1;
    failures.set(sessionId, count);
    // a failover is nothing unusual: the reconnect follows at once, unless one follows the other
    return kind === 'affinity-lost' && count === 1 ? 0 : backoffMs(count, wires.ids.random(), longestPauseMs);
  };

  return async (session, abort) => {
    const { generation, sessionId } = session;
    const began = wires.clock.monotonic();
    const told = await hear(wires, session, abort);
    switch (told.kind) {
      case 'batch':
      case 'nothing':
        failures.delete(sessionId);
        return { ...told, generation, tookMs: wires.clock.monotonic() - began };
      case 'reconnected':
      case 'resynced':
      case 'cut':
        return { ...told, generation };
      case 'session-over':
        failures.delete(sessionId);
        return { ...told, generation, pauseMs: 0 };
      case 'trouble':
      case 'affinity-lost':
      case 'no-failover':
      case 'out-of-step':
        return { ...told, generation, pauseMs: pauseAfter(sessionId, told.kind) };
    }
  };
};

const hear = async (wires: Wires, session: SessionState, abort: AbortSignal): Promise<Told> => {
  if (abort.aborted) return { kind: 'cut' };
  const address = addressOf(wires, session);
  switch (session.recovery?.step) {
    case 'reconnect': {
      const { what, createRequest, handleResponse } = reconnectSession;
      const request = createRequest(wires, address, session.offset);
      const call = (signal: AbortSignal) => wires.exchange(what, request, signal);
      return read(await within(wires, abort, call), handleResponse, abort);
    }
    case 'resync': {
      const { what, createRequest, handleResponse } = resyncState;
      const request = createRequest(wires, address);
      const call = (signal: AbortSignal) => wires.exchange(what, request, signal);
      return read(await within(wires, abort, call), handleResponse, abort);
    }
    case 'session-data':
    case undefined: {
      const { what, createRequest, handleResponse } = messages;
      const request = createRequest(wires, address, session.ack);
      const limits = { clock: wires.clock, callTimeoutMs: session.pollTimeout * 1_000 + pollGraceMs };
      const call = (signal: AbortSignal) => wires.pollExchange(what, request, signal);
      return read(await within(limits, abort, call), handleResponse, abort);
    }
  }
};

/** An answer counts even when we were told to stop meanwhile. */
const read = <A extends Told>(
  response: Either<RemoteFailure, ChatResponse>,
  handle: (response: ChatResponse) => A,
  abort: AbortSignal,
): A | Told => {
  if (E.isRight(response)) return handle(response.right);
  return abort.aborted ? { kind: 'cut' } : { kind: 'trouble', detail: response.left.detail };
};
