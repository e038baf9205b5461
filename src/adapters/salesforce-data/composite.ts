import * as t from 'io-ts';
import { E, type Either } from '../../domain/fp.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import {
  type DataFailure,
  type DataRequest,
  type DataResponse,
  decodeAnswer,
  failureOf,
  undecodable,
} from './exchange.ts';

/** One call inside a composite. `path` as in a call of its own: below the API's root. */
export interface SubRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly referenceId: string;
}

/** Salesforce takes 25 sub-requests in a composite, five of them queries (REST API Developer Guide, "Composite"). */
export const maxQueries = 5;

/** `root`: `/services/data/vNN.0`; the URLs inside a composite begin with it. */
export const createRequest = (
  root: string,
  composite: { readonly allOrNone: boolean; readonly requests: ReadonlyArray<SubRequest> },
): DataRequest => ({
  method: 'POST',
  path: '/composite',
  body: {
    allOrNone: composite.allOrNone,
    collateSubrequests: false,
    compositeRequest: composite.requests.map(({ path, ...request }) => ({ ...request, url: root + path })),
  },
});

const answers = t.type({
  compositeResponse: t.array(t.type({ body: t.unknown, httpStatusCode: t.number, referenceId: t.string })),
});

/**
 * Each sub-request has an outcome of its own inside an outer 200: one per reference, in that order; one that is missing
 * counts as undecodable. A limit or a bad session told by a sub-request is told for the whole call.
 */
export const handleResponse = (
  what: string,
  response: DataResponse,
  references: ReadonlyArray<string>,
): Either<DataFailure, ReadonlyArray<Either<RemoteFailure, unknown>>> => {
  const decoded = decodeAnswer(what, answers, response);
  if (E.isLeft(decoded)) return decoded;
  const outcomes: Either<RemoteFailure, unknown>[] = [];
  for (const reference of references) {
    const part = decoded.right.compositeResponse.find(({ referenceId }) => referenceId === reference);
    if (part === undefined) {
      outcomes.push(E.left(undecodable(what, response.status)));
    } else if (part.httpStatusCode >= 200 && part.httpStatusCode < 300) {
      outcomes.push(E.right(part.body));
    } else {
      const failure = failureOf(what, { status: part.httpStatusCode, body: part.body });
      if (failure._tag === 'SessionInvalid' || failure._tag === 'RemoteBusy') return E.left(failure);
      outcomes.push(E.left(failure));
    }
  }
  return E.right(outcomes);
};

/** The code of a sub-request that failed only because another one did. */
const aftermath = 'PROCESSING_HALTED';

/**
 * For a composite that is all or nothing: every sub-request's body in the order of the references, or the failure of
 * the one that made the others fail.
 */
export const handleAllOrNone = (
  what: string,
  response: DataResponse,
  references: ReadonlyArray<string>,
): Either<DataFailure, ReadonlyArray<unknown>> => {
  const outcomes = handleResponse(what, response, references);
  if (E.isLeft(outcomes)) return outcomes;
  const failures = outcomes.right.filter(E.isLeft);
  const cause = failures.find(({ left }) => !left.detail.includes(aftermath)) ?? failures[0];
  return cause ?? E.right(outcomes.right.filter(E.isRight).map(({ right }) => right));
};
