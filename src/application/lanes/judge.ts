import type { MediaFailure } from '../ports/case-files.port.ts';
import type { RemoteFailure } from '../ports/errors.ts';
import { patienceMaxMs } from '../backoff.ts';

/** What a failed try means for the message that was to be delivered (relay.md §4.5). */
export interface Judgement {
  /** The remote was asked and may itself be in trouble; else it works, or was not asked. */
  readonly trouble: boolean;
  /** It counts against the message, at most so many times. 0: it does not count. */
  readonly allowedTries: number;
  /** No further try can help. */
  readonly final: boolean;
  /** It may have been done all the same. */
  readonly unknown: boolean;
  readonly retryAfterMs?: number;
}

/** Statuses with which a remote refuses a caller or a moment, not the message. */
const notTheMessage = new Set([401, 408, 409, 429]);
/** Tries of a message that the remote refuses by a 4xx (configuration.md, MAX_RETRIES). */
export const refusalsMax = 2;

export const judge = (
  failure: RemoteFailure | MediaFailure,
  { worksForOthers, maxTries }: { readonly worksForOthers: boolean; readonly maxTries: number },
): Judgement => {
  const base = { trouble: false, allowedTries: 0, final: false, unknown: !failure.certain };
  switch (failure._tag) {
    case 'MediaRefused':
    case 'NotConfigured':
      return { ...base, final: true };
    case 'MediaUnavailable':
      return { ...base, allowedTries: maxTries, ...patient(failure) };
    case 'RemoteRefused':
      return notTheMessage.has(failure.status)
        ? { ...base, trouble: true }
        : { ...base, allowedTries: Math.min(refusalsMax, maxTries) };
    case 'RemoteBusy':
      return {
        ...base,
        trouble: failure.own !== true,
        ...patient(failure),
      };
    case 'LoginFailed':
      return { ...base, trouble: true };
    case 'RemoteUnreachable':
    case 'RemoteError':
    case 'RemoteTimeout':
      return { ...base, trouble: true, allowedTries: worksForOthers && !failure.certain ? maxTries : 0 };
  }
};

const patient = ({ retryAfterMs }: { readonly retryAfterMs?: number }): Pick<Judgement, 'retryAfterMs'> =>
  retryAfterMs === undefined ? {} : { retryAfterMs: Math.min(retryAfterMs, patienceMaxMs) };
