import type { Option, TaskEither } from '../../domain/fp.ts';
import type { Provider } from '../../domain/channel.ts';
import type { RemoteFailure } from './errors.ts';

export interface ContactQuery {
  readonly email: string;
  /** As cleaned for the search; absent: no search by phone. */
  readonly phone?: string;
  readonly extraData: Readonly<Record<string, unknown>>;
}

export interface Contact {
  readonly id: string;
  readonly blocked: boolean;
}

export interface CaseRequest {
  readonly contactId: string;
  readonly provider: Provider;
  readonly subject: string;
  readonly ownerId?: string;
  readonly extraData: Readonly<Record<string, unknown>>;
}

/** Where contacts and cases are kept. Every call ends by its deadline; nothing is repeated but after a token renewal. */
export interface Crm {
  /** Makes sure that a login is at hand, so that a failed one is told apart from the step that needed it. */
  readonly login: (deadline: AbortSignal) => TaskEither<RemoteFailure, void>;
  /** By email, then phone, then the custom search fields: the first hit. A failed search is a failure, never "not found". */
  readonly findContact: (
    query: ContactQuery,
    deadline: AbortSignal,
  ) => TaskEither<RemoteFailure, Option<Contact>>;
  /** A person account where a record type says so, else a contact. Answers the contact's id. */
  readonly createContact: (
    query: ContactQuery & { readonly name: string },
    deadline: AbortSignal,
  ) => TaskEither<RemoteFailure, string>;
  /** An open case of that contact, subject and origin, created at or after `since` (ms). */
  readonly findCase: (
    request: CaseRequest,
    since: number,
    deadline: AbortSignal,
  ) => TaskEither<RemoteFailure, Option<string>>;
  readonly createCase: (request: CaseRequest, deadline: AbortSignal) => TaskEither<RemoteFailure, string>;
}
