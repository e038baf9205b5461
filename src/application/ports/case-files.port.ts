import type { TaskEither } from '../../domain/fp.ts';
import type { Upload } from '../../domain/effect.ts';
import type { RemoteFailure } from './errors.ts';

/** The media cannot be had or must not be fetched: gone, forbidden, too large, a host or address not allowed. Final. */
export interface MediaRefused {
  readonly _tag: 'MediaRefused';
  readonly certain: true;
  readonly detail: string;
}

/** The server of this media does not give it now. It may be any server, and tells nothing of the others, nor of the case. */
export interface MediaUnavailable {
  readonly _tag: 'MediaUnavailable';
  readonly certain: true;
  /** When to ask again, if the server says so. */
  readonly retryAfterMs?: number;
  readonly detail: string;
}

export type MediaFailure = MediaRefused | MediaUnavailable;

/** Fetches a user's media from the channel and attaches it to the case. */
export interface CaseFiles {
  /** Answers the file's title. Not idempotent: a repeat after an unknown outcome may attach the file twice. */
  readonly attach: (
    upload: Upload,
    deadline: AbortSignal,
  ) => TaskEither<RemoteFailure | MediaFailure, string>;
}
