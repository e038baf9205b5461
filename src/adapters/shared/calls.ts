import type { Clock } from '../../application/ports/clock.port.ts';
import { E, type Either } from '../../domain/fp.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** Empty when the status is an error's (300 and above) and its body cannot be read. */
  readonly text: string;
  /** From Retry-After, seconds or date. */
  readonly retryAfterMs?: number;
}

export interface HttpClient {
  /**
   * One call, ended by the deadline. Any status is an answer, redirects too: none is followed. `what` names the call in
   * `detail`, which holds no URL, no body, no header. A GET that dies at once on a kept connection is repeated once on a
   * new one; no other call is, once it has left.
   */
  readonly exchange: (
    what: string,
    request: HttpRequest,
    deadline: AbortSignal,
  ) => Promise<Either<RemoteFailure, HttpAnswer>>;
  /** As `exchange`, for calls whose answer is of no interest: 2xx is done whatever its body, all else a failure. */
  readonly post: (
    what: string,
    request: HttpRequest,
    deadline: AbortSignal,
  ) => Promise<Either<RemoteFailure, void>>;
  /** Closes all connections; calls in flight fail. */
  readonly close: () => void;
}

export interface HttpClientOptions {
  /** Connections to one host and port; `Infinity` where each call may wait for long. */
  readonly maxSockets: number;
  /** Longest body that is read, after decompression. */
  readonly maxAnswerBytes: number;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  /** Default `relevo`. */
  readonly userAgent?: string;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Default 10 s. */
  readonly idleMs?: number;
}

/** An answer that has begun. Left: why its body could not be read. */
export interface Received extends Omit<HttpAnswer, 'text'> {
  readonly text: Either<RemoteFailure, string>;
}

/** One call; never rejects. */
export type Call = (
  what: string,
  request: HttpRequest,
  deadline: AbortSignal,
) => Promise<Either<RemoteFailure, Received>>;

/** What callers are told of an answer, however it was fetched. */
export const clientOver = (call: Call): Pick<HttpClient, 'exchange' | 'post'> => ({
  exchange: async (what, request, deadline) => {
    const received = await call(what, request, deadline);
    if (E.isLeft(received)) return received;
    const { text, ...rest } = received.right;
    if (E.isRight(text)) return E.right({ ...rest, text: text.right });
    return rest.status < 300 ? text : E.right({ ...rest, text: '' });
  },
  post: async (what, request, deadline) => {
    const received = await call(what, request, deadline);
    if (E.isLeft(received)) return received;
    const failure = statusFailure(what, received.right);
    return failure === undefined ? E.right(undefined) : E.left(failure);
  },
});

/** What a status means where nothing is known of the body. */
const statusFailure = (
  what: string,
  { status, retryAfterMs: after }: Omit<HttpAnswer, 'text'>,
): RemoteFailure | undefined => {
  if (status >= 200 && status < 300) return undefined;
  const detail = `${what}: ${status}`;
  if (status === 429 || status === 503) {
    return {
      _tag: 'RemoteBusy',
      certain: true,
      detail,
      ...(after === undefined ? {} : { retryAfterMs: after }),
    };
  }
  // 408 and 409 say nothing of what became of the call
  const refused = status >= 400 && status < 500 && status !== 408 && status !== 409;
  return refused
    ? { _tag: 'RemoteRefused', certain: true, status, detail }
    : { _tag: 'RemoteError', certain: false, status, detail };
};
