import type { RemoteFailure } from '../../application/ports/errors.ts';

/** By refusal, name, route, certificate or time there was no connection yet, so nothing was sent. */
export const beforeConnection = 'before-connection';
/** A kept connection that its remote had closed fails within a round trip; what fails later was under way. */
export const staleWithinMs = 1000;

/** What a client could make out about a call that failed. */
export interface Fault {
  /** Of a system error, HTTP parser or decompression; never a message: those name hosts and quote texts. */
  readonly code: unknown;
  /** `beforeConnection`, or anything else. */
  readonly when: unknown;
  /** Too long, not the compression it claims to be, or no HTTP at all. */
  readonly unreadable: boolean;
  /** No such request can be made. */
  readonly impossible: boolean;
  /** Of an answer that had begun. */
  readonly status?: number | undefined;
}

export const failureOf = (what: string, fault: Fault, deadline: AbortSignal): RemoteFailure => {
  const code = shown(fault.code);
  if (fault.when === beforeConnection) {
    return { _tag: 'RemoteUnreachable', certain: true, detail: `${what}: no connection${code}` };
  }
  if (deadline.aborted) return overdue(what, deadline);
  if (fault.unreadable) {
    const detail = `${what}: an answer that cannot be read${code}`;
    return { _tag: 'RemoteError', certain: false, status: fault.status ?? 0, detail };
  }
  if (fault.impossible && fault.status === undefined) {
    return { _tag: 'NotConfigured', certain: true, detail: `${what}: no such request can be made${code}` };
  }
  return { _tag: 'RemoteUnreachable', certain: false, detail: `${what}: the connection broke${code}` };
};

/** A call may end by its deadline or by whoever lost interest in it; only the signal knows. */
export const overdue = (what: string, deadline: AbortSignal, certain = false): RemoteFailure => {
  const late = deadline.reason instanceof Error && deadline.reason.name === 'TimeoutError';
  const detail = `${what}: ${late ? 'no answer in time' : 'called off before the answer'}`;
  return { _tag: 'RemoteTimeout', certain, detail };
};

const shown = (code: unknown): string =>
  typeof code === 'string' && /^[A-Z_0-9]{1,60}$/u.test(code) ? ` (${code})` : '';
