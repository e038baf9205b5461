import fetch, { AbortError, FetchError, type Response } from 'node-fetch';
import { E, type Either } from '../../domain/fp.ts';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import { failureOf, isNoHttp, overdue } from './failures.ts';
import { type Agents, makeAgents, onKeptSocket, staleWithinMs } from './keep-alive-agents.ts';
import { retryAfterMs } from './retry-after.ts';

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
   * new one; nothing else is ever repeated.
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

/** node-fetch over connections that are kept. */
export const makeHttpClient = (options: HttpClientOptions): HttpClient => {
  const agents = makeAgents({
    maxSockets: options.maxSockets,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    idleMs: options.idleMs ?? 10_000,
  });

  const send = (request: HttpRequest, deadline: AbortSignal, agent: Agents['kept']): Promise<Response> =>
    fetch(request.url, {
      method: request.method,
      headers: { 'User-Agent': options.userAgent ?? 'relevo', ...request.headers },
      agent,
      signal: deadline,
      redirect: 'manual',
      size: options.maxAnswerBytes,
      ...(request.body === undefined ? {} : { body: request.body }),
    });

  const sendWell = async (request: HttpRequest, deadline: AbortSignal): Promise<Response> => {
    const begun = options.clock.monotonic();
    try {
      return await send(request, deadline, agents.kept);
    } catch (thrown) {
      const stale = whenOf(thrown) === onKeptSocket && options.clock.monotonic() - begun < staleWithinMs;
      if (request.method !== 'GET' || !stale || deadline.aborted) throw thrown;
      return send(request, deadline, agents.once);
    }
  };

  const call = async (
    what: string,
    request: HttpRequest,
    deadline: AbortSignal,
  ): Promise<Either<RemoteFailure, Received>> => {
    // node-fetch destroys the unsent body in that case, with an error that nobody can catch
    if (deadline.aborted) return E.left(overdue(what, deadline, true));
    try {
      const response = await sendWell(request, deadline);
      const { status, headers } = response;
      const text = await response.text().then(
        (read) => E.right(read),
        (thrown: unknown) => E.left(failed(what, thrown, deadline, status)),
      );
      const after = retryAfterMs(headers.get('retry-after'), headers.get('date'), options.clock.now());
      return E.right({ status, text, ...(after === undefined ? {} : { retryAfterMs: after }) });
    } catch (thrown) {
      return E.left(failed(what, thrown, deadline));
    }
  };

  return {
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
    close: agents.destroy,
  };
};

interface Received extends Omit<HttpAnswer, 'text'> {
  readonly text: Either<RemoteFailure, string>;
}

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

/** `status`: of an answer that had begun. */
const failed = (what: string, thrown: unknown, deadline: AbortSignal, status?: number): RemoteFailure => {
  if (thrown instanceof AbortError) return overdue(what, deadline);
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  const [unreadable, impossible] = [isUnreadable(thrown), thrown instanceof TypeError];
  return failureOf(what, { code, when: whenOf(thrown), unreadable, impossible, status }, deadline);
};

/** Too long, not the compression it claims to be, or no HTTP at all. */
const isUnreadable = (thrown: unknown): boolean =>
  thrown instanceof FetchError &&
  (thrown.type === 'max-size' ||
    isNoHttp(thrown.code) ||
    /^(?:Z_|ERR_BROTLI|ERR__ERROR_FORMAT)/u.test(thrown.code ?? ''));

/** What the agents say of the time of the failure. */
const whenOf = (thrown: unknown): unknown =>
  thrown instanceof FetchError && 'erroredSysCall' in thrown ? thrown.erroredSysCall : undefined;
