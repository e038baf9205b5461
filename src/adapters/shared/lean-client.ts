import pLimit, { type LimitFunction } from 'p-limit';
import { E } from '../../domain/fp.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import { clientOver, type Call, type HttpClient, type HttpClientOptions, type HttpRequest } from './calls.ts';
import { makeConnections, type Connection } from './connections.ts';
import { beforeConnection, failureOf, overdue, staleWithinMs, type Fault } from './failures.ts';
import { isImpossible, isUnreadable, Reply, type Broken, type Outcome } from './reply.ts';
import { retryAfterMs } from './retry-after.ts';

export interface LeanClientOptions extends HttpClientOptions {
  /**
   * A GET that may have been read is repeated, where that does no harm. Default true; false for polls: a desk that still
   * holds the one that broke may end the session over a second one beside it.
   */
  readonly repeatsGets?: boolean;
}

/**
 * As `makeHttpClient`, on undici's dispatcher: for what is called for each message or connect, and for polls, of which
 * ten thousand may wait (ADR 7).
 */
export const makeLeanClient = (options: LeanClientOptions): HttpClient => {
  const { clock, maxAnswerBytes, maxSockets, repeatsGets = true, userAgent = 'relevo' } = options;
  const connections = makeConnections({
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    idleMs: options.idleMs ?? 10_000,
  });
  const inTurn = maxSockets === Infinity ? atOnce : limitedTo(maxSockets);
  const ownLines = ['User-Agent', userAgent, 'Accept-Encoding', 'identity'];

  const call = (
    { method, headers, body }: HttpRequest,
    { origin, pathname, search }: URL,
    deadline: AbortSignal,
    connect: (origin: string) => Connection,
  ): Promise<Outcome> =>
    new Promise((resolve) => {
      const lines = [...ownLines];
      for (const name in headers) lines.push(name, headers[name] ?? '');
      const connection = connect(origin);
      const calledOff = (): void => reply.callOff(deadline.reason);
      const reply = new Reply(maxAnswerBytes, connection, (outcome, isWhole) => {
        deadline.removeEventListener('abort', calledOff);
        if (isWhole) connections.done(origin, connection);
        else connections.cut(connection);
        resolve(outcome);
      });
      deadline.addEventListener('abort', calledOff, { once: true });
      const request = { method, path: `${pathname}${search}`, headers: lines, body: body ?? null };
      connection.client.dispatch(request, reply);
    });

  /** On a new connection once more, if a kept one was gone before the request was sent; a GET also if it broke at once. */
  const callWell = async (request: HttpRequest, url: URL, deadline: AbortSignal): Promise<Outcome> => {
    const began = clock.monotonic();
    const first = await call(request, url, deadline, connections.take);
    if (E.isRight(first) || !first.left.isOnKept || deadline.aborted) return first;
    const { cause, isSent } = first.left;
    if (isImpossible(cause)) return first;
    const isStale = clock.monotonic() - began < staleWithinMs && !isUnreadable(cause);
    const isHarmless = request.method === 'GET' && repeatsGets && isStale;
    if (isSent && !isHarmless) return first;
    const second = await call(request, url, deadline, connections.open);
    return E.isLeft(second) && isSent ? E.left({ ...second.left, isSent }) : second;
  };

  const receive: Call = async (what, request, deadline) => {
    if (deadline.aborted) return E.left(overdue(what, deadline, true));
    try {
      const url = new URL(request.url);
      const outcome = await inTurn(url.origin, deadline, () => callWell(request, url, deadline));
      if (E.isLeft(outcome)) return E.left(failed(what, outcome.left, deadline));
      const { status, headers, text } = outcome.right;
      const after = retryAfterMs(one(headers['retry-after']), one(headers.date), clock.now());
      return E.right({
        status,
        text: E.isRight(text) ? text : E.left(faulty(what, text.left, deadline, { status })),
        ...(after === undefined ? {} : { retryAfterMs: after }),
      });
    } catch (cause) {
      return E.left(faulty(what, cause, deadline, { impossible: isImpossible(cause) }));
    }
  };

  return { ...clientOver(receive), close: connections.close };
};

type InTurn = (origin: string, deadline: AbortSignal, begin: () => Promise<Outcome>) => Promise<Outcome>;

const atOnce: InTurn = (_origin, _deadline, begin) => begin();

/** So many calls at once to each host and port. Whoever waits for others waits no longer than his deadline. */
const limitedTo = (maxSockets: number): InTurn => {
  const limits = new Map<string, LimitFunction>();
  return (origin, deadline, begin) =>
    new Promise((resolve, reject) => {
      const tooLate = (): void =>
        resolve(
          E.left({ cause: deadline.reason as unknown, isCalledOff: true, isSent: false, isOnKept: false }),
        );
      let limit = limits.get(origin);
      if (limit === undefined) limits.set(origin, (limit = pLimit(maxSockets)));
      deadline.addEventListener('abort', tooLate, { once: true });
      limit(async () => {
        deadline.removeEventListener('abort', tooLate);
        if (!deadline.aborted) resolve(await begin());
      }).catch(reject);
    });
};

const one = (header: string | string[] | undefined): string | null =>
  (Array.isArray(header) ? header[0] : header) ?? null;

const failed = (what: string, broken: Broken, deadline: AbortSignal): RemoteFailure => {
  const { cause, isCalledOff, isSent } = broken;
  if (isCalledOff) return overdue(what, deadline, !isSent);
  const impossible = !isSent && isImpossible(cause);
  return faulty(what, cause, deadline, isSent || impossible ? { impossible } : { when: beforeConnection });
};

/** `status`: of an answer that had begun. */
const faulty = (
  what: string,
  cause: unknown,
  deadline: AbortSignal,
  more: Partial<Pick<Fault, 'impossible' | 'status' | 'when'>>,
): RemoteFailure => {
  const fault = { code: codeOf(cause), unreadable: isUnreadable(cause), impossible: false, when: undefined };
  return failureOf(what, { ...fault, ...more }, deadline);
};

/** What Node calls the same. */
const systemCodes: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_SOCKET: 'ECONNRESET',
};

const codeOf = (cause: unknown): string | undefined => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code === undefined ? undefined : (systemCodes[code] ?? code);
};
