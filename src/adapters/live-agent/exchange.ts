import * as t from 'io-ts';
import { E } from '../../domain/fp.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../shared/http-client.ts';

export type ChatCall = HttpRequest;
export type ChatResponse = HttpAnswer;
export type Exchange = HttpClient['exchange'];

export const isSuccess = ({ status }: ChatResponse): boolean => status >= 200 && status < 300;

/** undefined: no JSON. */
export const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The body of a 400 (protocol notes §6). */
const complaint = t.type({ details: t.array(t.type({ property: t.string })) });

/** Names of members only: the vendor's sentences may quote what people wrote. */
const complainedOf = (text: string): string => {
  const decoded = complaint.decode(json(text));
  if (E.isLeft(decoded)) return '';
  const names = decoded.right.details.map(({ property }) =>
    property.replace(/[^\w.[\]]/gu, '?').slice(0, 60),
  );
  return names.length === 0 ? '' : ` (${names.slice(0, 5).join(', ')})`;
};

/** One safe line about an answer. */
export const described = (what: string, { status, text }: ChatResponse): string =>
  `${what}: ${status}${complainedOf(text)}`;

/** The org's limit of calls, mostly told with a 403 (remotes.md §2): no word about a session, and nothing was done. */
export const isOverLimit = ({ status, text }: ChatResponse): boolean =>
  status === 429 || (status >= 400 && text.includes('REQUEST_LIMIT_EXCEEDED'));

/** What an answer means for a call that opens a chat. A 503 then is no failover: nothing has begun. */
export const failureOf = (what: string, response: ChatResponse): RemoteFailure => {
  const { status, retryAfterMs } = response;
  const detail = described(what, response);
  if (status === 503 || isOverLimit(response)) {
    return {
      _tag: 'RemoteBusy',
      certain: true,
      detail,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
  // a 408 says nothing of what became of the call
  if (status >= 400 && status < 500 && status !== 408)
    return { _tag: 'RemoteRefused', certain: true, status, detail };
  return { _tag: 'RemoteError', certain: false, status, detail };
};

export const undecodable = (what: string, status: number): RemoteFailure => ({
  _tag: 'RemoteError',
  certain: false,
  status,
  detail: `${what}: an answer of ${status} that cannot be read`,
});

/** Safe as the value of a header. */
export const token = t.refinement(t.string, (text) => /^[\x21-\x7e]{1,1000}$/u.test(text), 'token');
