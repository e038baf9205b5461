import { type IncomingHttpHeaders, validateHeaderName, validateHeaderValue } from 'node:http';
import type { Readable } from 'node:stream';
import { parseJson } from '../support/json.ts';

/** What the log keeps of a request. `status` and `tookMs` come with the answer. */
export interface RequestEntry {
  readonly n: number;
  /** ms since 1970 */
  readonly at: number;
  readonly server: string;
  readonly method: string;
  /** As it was sent, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** The first 64 KiB. */
  body: string;
  status?: number;
  tookMs?: number;
  /** The rule that had a part in it. */
  fault?: string;
  /** The caller hung up before there was an answer. */
  gone?: true;
  /** A mistake of the sandbox itself. */
  error?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects and arrays are sent as JSON. */
  readonly body?: string | Uint8Array | Readable | object;
}

/** One request as a route sees it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** Decoded segments that the route's pattern names. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly entry: RequestEntry;
  /** The caller hung up before there was an answer. */
  readonly onGone: (listener: () => void) => void;
}

export interface Route {
  readonly method: string;
  /** `/sobjects/:type/:id`; a last segment `*name` takes the rest of the path. */
  readonly path: string;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/** Thrown by a route to end with that answer. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

export const header = (call: Call, name: string): string | undefined => {
  const value = call.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
};

/** Whether an answer can carry that header. */
export const isHeader = (name: string, value: string): boolean => {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
};

/** Whether a status ends an exchange, and can be sent. */
export const isStatus = (status: number): boolean =>
  Number.isInteger(status) && status >= 200 && status <= 999;

/** Media type without its parameters, in lower case. */
export const mediaType = (call: Call): string =>
  (header(call, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** `undefined` when it is not JSON. */
export const jsonBody = (call: Call): unknown => parseJson(call.body.toString('utf8'));
