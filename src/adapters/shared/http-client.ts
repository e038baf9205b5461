import fetch, { AbortError, FetchError, type Response } from 'node-fetch';
import { E } from '../../domain/fp.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import { failureOf, overdue, staleWithinMs } from './failures.ts';
import { type Agents, makeAgents, onKeptSocket } from './keep-alive-agents.ts';
import { clientOver, type Call, type HttpClient, type HttpClientOptions, type HttpRequest } from './calls.ts';
import { retryAfterMs } from './retry-after.ts';

export type { HttpAnswer, HttpClient, HttpClientOptions, HttpRequest } from './calls.ts';

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

  const call: Call = async (what, request, deadline) => {
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

  return { ...clientOver(call), close: agents.destroy };
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

/** What is no HTTP; but one that ends too early is a broken connection. */
const isNoHttp = (code: unknown): boolean =>
  typeof code === 'string' && /^HPE_(?!INVALID_EOF_STATE)/u.test(code);

/** What the agents say of the time of the failure. */
const whenOf = (thrown: unknown): unknown =>
  thrown instanceof FetchError && 'erroredSysCall' in thrown ? thrown.erroredSysCall : undefined;
