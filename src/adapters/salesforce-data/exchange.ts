import * as t from 'io-ts';
import { E, type Either } from '../../domain/fp.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';

/** A call of the data API, without what all have in common (root, version, token). */
export interface DataRequest {
  readonly method: 'GET' | 'POST';
  /** Below `/services/data/vNN.0`, encoded, with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface DataResponse {
  readonly status: number;
  readonly text: string;
  /** From Retry-After. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * The HTTP client as it is needed here: one request, ended by the deadline, no redirect followed. Any status is an
 * answer; `what` names the call in the `detail` of a failure.
 */
export type Exchange = (
  what: string,
  request: {
    readonly method: 'GET' | 'POST';
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  },
  deadline: AbortSignal,
) => Promise<Either<RemoteFailure, DataResponse>>;

/** The token is no longer good: renew it and repeat. Nothing was done. */
export interface SessionInvalid {
  readonly _tag: 'SessionInvalid';
  readonly detail: string;
}

export type DataFailure = RemoteFailure | SessionInvalid;

const errorItem = t.type({ errorCode: t.string });

interface ErrorItem {
  readonly errorCode: string;
  readonly fields: ReadonlyArray<string>;
}

/** What an answer complains of, first first: an array as a rule; anything odd in it is passed over. */
const errorItems = (body: unknown): ReadonlyArray<ErrorItem> =>
  (Array.isArray(body) ? body : [body])
    .filter(errorItem.is)
    .map((item: { errorCode: string; fields?: unknown }) => ({
      errorCode: safeWord(item.errorCode),
      fields: Array.isArray(item.fields) ? item.fields.filter(t.string.is).map(safeWord) : [],
    }));

/** Codes and field names only: the vendor's sentences may quote what people wrote. */
const safeWord = (word: string): string => (/^[A-Za-z0-9_.]{1,80}$/u.test(word) ? word : '?');

export interface ErrorAnswer {
  readonly status: number;
  /** Decoded body, whatever it is. */
  readonly body: unknown;
  readonly retryAfterMs?: number | undefined;
}

/**
 * What an answer with a status of 300 and above means, alike for whole calls and for sub-requests of a composite.
 * Vendor document: REST API Developer Guide, "Status Codes and Error Responses".
 */
export const failureOf = (what: string, answer: ErrorAnswer): DataFailure => {
  const [first] = errorItems(answer.body);
  const fields = first?.fields.length ? ` (${first.fields.slice(0, 5).join(', ')})` : '';
  const code = first === undefined ? '' : ` ${first.errorCode}${fields}`;
  const detail = `${what}: ${answer.status}${code}`;
  if (isBusy(answer)) {
    return {
      _tag: 'RemoteBusy',
      certain: true,
      detail,
      ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
    };
  }
  if (answer.status === 401) return { _tag: 'SessionInvalid', detail };
  // a 408 says nothing of what became of the call
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 408) {
    return { _tag: 'RemoteRefused', certain: true, status: answer.status, detail };
  }
  return { _tag: 'RemoteError', certain: false, status: answer.status, detail };
};

const isBusy = (answer: ErrorAnswer): boolean =>
  answer.status === 429 ||
  answer.status === 503 ||
  (answer.status >= 400 &&
    errorItems(answer.body).some(({ errorCode }) => errorCode === 'REQUEST_LIMIT_EXCEEDED'));

export const undecodable = (what: string, status: number): RemoteFailure => ({
  _tag: 'RemoteError',
  certain: false,
  status,
  detail: `${what}: an answer of ${status} that cannot be read`,
});

/** undefined: no JSON. */
export const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The decoded body of a 2xx answer, else the failure it stands for. */
export const decodeAnswer = <A>(
  what: string,
  codec: t.Decoder<unknown, A>,
  response: DataResponse,
): Either<DataFailure, A> => {
  const body = json(response.text);
  if (response.status < 200 || response.status >= 300) {
    return E.left(failureOf(what, { status: response.status, body, retryAfterMs: response.retryAfterMs }));
  }
  const decoded = codec.decode(body);
  return E.isRight(decoded) ? E.right(decoded.right) : E.left(undecodable(what, response.status));
};

/** Answers without a usable id are as good as none. */
export const idText = t.refinement(t.string, (id) => id !== '', 'id');
