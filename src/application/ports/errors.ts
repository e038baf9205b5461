/**
 * Why a call to the outside did not do its work. The tag says what may help; `certain`: the call surely had no effect;
 * `detail`: one safe line for logs and `lastError` (no body, no secret, no address of a person).
 */
export type RemoteFailure =
  /** It answered, and refused this very request (4xx). Repeating it will not help. */
  | {
      readonly _tag: 'RemoteRefused';
      readonly certain: true;
      readonly status: number;
      readonly detail: string;
    }
  /** It answered with an error of its own, or with something undecodable. */
  | {
      readonly _tag: 'RemoteError';
      readonly certain: false;
      readonly status: number;
      readonly detail: string;
    }
  /** It is over its limits or in maintenance (429, 503, REQUEST_LIMIT_EXCEEDED). Nothing was done. */
  | {
      readonly _tag: 'RemoteBusy';
      readonly certain: true;
      readonly retryAfterMs?: number;
      /** The bound is ours (RATE_LIMIT_*, uploads at once): the remote was not asked. */
      readonly own?: true;
      readonly detail: string;
    }
  /** No connection, or cut before the answer: `certain` when nothing can have been sent. */
  | { readonly _tag: 'RemoteUnreachable'; readonly certain: boolean; readonly detail: string }
  /** The deadline passed before the answer: `certain` when the call had not begun. */
  | { readonly _tag: 'RemoteTimeout'; readonly certain: boolean; readonly detail: string }
  /** We could not log in; shared by all callers of that login. */
  | {
      readonly _tag: 'LoginFailed';
      readonly certain: true;
      readonly refused: boolean;
      /** When the next login is tried. */
      readonly retryAfterMs?: number;
      readonly detail: string;
    }
  /** The adapter lacks the settings it needs (a provider without bot id, say). */
  | { readonly _tag: 'NotConfigured'; readonly certain: true; readonly detail: string };

/** The store did not answer, or not in time: a write may have happened. */
export interface StoreUnavailable {
  readonly _tag: 'StoreUnavailable';
  readonly detail: string;
}

export const storeUnavailable = (cause: unknown): StoreUnavailable => ({
  _tag: 'StoreUnavailable',
  detail: cause instanceof Error ? cause.message : String(cause),
});
