import type { TaskEither } from '../../domain/fp.ts';
import type { Upload } from '../../domain/effect.ts';
import type { RemoteFailure } from './errors.ts';

/** The media cannot be had or must not be fetched: gone, forbidden, too large, a host or address not allowed. Final. */
export interface MediaRefused {
  readonly _tag: 'MediaRefused';
  readonly certain: true;
  readonly detail: string;
}

/** Fetches a user's media from the channel and attaches it to the case. */
export interface CaseFiles {
  /** Answers the file's title. Not idempotent: a repeat after an unknown outcome may attach the file twice. */
  readonly attach: (
    upload: Upload,
    deadline: AbortSignal,
  ) => TaskEither<RemoteFailure | MediaRefused, string>;
}
