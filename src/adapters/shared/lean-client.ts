import pLimit from 'p-limit';
import { errors } from 'undici';
import { E } from '../../domain/fp.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import { clientOver, type Call, type HttpClient, type HttpClientOptions, type HttpRequest } from './calls.ts';
import { makeConnections, type Connection } from './connections.ts';
import { failureOf, onKeptSocket, overdue, staleWithinMs } from './failures.ts';
import { isImpossible, Reply, Unreadable, type Broken, type Outcome } from './reply.ts';
import { retryAfterMs } from './retry-after.ts';

/**
 * As `makeHttpClient`, on undici's dispatcher: for what is called for each message or connect, and for polls, of which
 * ten thousand may wait (ADR 7).
 */
export const makeLeanClient = (options: HttpClientOptions): HttpClient => {
  const { clock, maxAnswerBytes, maxSockets, userAgent = 'relevo' } = options;
  const connections = makeConnections({
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    idleMs: options.idleMs ?? 10_000,
  });
  const inTurn = maxSockets === Infinity ? atOnce : limitedTo(maxSockets);
  const ownLines = ['User-Agent', userAgent, 'Accept', '*/*', 'Accept-Encoding', 'identity'];

  const call = (
    { method, url, headers, body }: HttpRequest,
    deadline: AbortSignal,
    connect: (origin: string) => Connection,
  ): Promise<Outcome> =>
    new Promise((resolve) => {
      const { origin, pathname, search } = new URL(url);
      const lines = [...ownLines];
      for (const name in headers) lines.push(name, headers[name] ?? '');
      const connection = connect(origin);
      const calledOff = (): void => reply.callOff(deadline.reason);
      const reply = new Reply(maxAnswerBytes, connection, (outcome, isWhole) => {
        deadline.removeEventListener('abort', calledOff);
        if (isWhole) connections.giveBack(origin, connection);
        else connections.cut(connection);
        resolve(outcome);
      });
      deadline.addEventListener('abort', calledOff, { once: true });
      const request = { method, path: `${pathname}${search}`, headers: lines, body: body ?? null };
      connection.client.dispatch(request, reply);
    });

  const callWell = async (request: HttpRequest, deadline: AbortSignal): Promise<Outcome> => {
    const begun = clock.monotonic();
    const outcome = await call(request, deadline, connections.take);
    if (request.method !== 'GET' || E.isRight(outcome) || outcome.left.when !== onKeptSocket) return outcome;
    const stale = clock.monotonic() - begun < staleWithinMs;
    return stale && !deadline.aborted ? call(request, deadline, connections.open) : outcome;
  };

  const receive: Call = async (what, request, deadline) => {
    if (deadline.aborted) return E.left(overdue(what, deadline, true));
    try {
      const outcome = await inTurn(deadline, () => callWell(request, deadline));
      if (E.isLeft(outcome)) return E.left(failed(what, outcome.left, deadline));
      const { status, headers, text } = outcome.right;
      const after = retryAfterMs(one(headers['retry-after']), one(headers.date), clock.now());
      return E.right({
        status,
        text: E.isRight(text) ? text : E.left(failed(what, { cause: text.left }, deadline, status)),
        ...(after === undefined ? {} : { retryAfterMs: after }),
      });
    } catch (cause) {
      return E.left(failed(what, { cause }, deadline));
    }
  };

  return { ...clientOver(receive), close: connections.cutAll };
};

type InTurn = (deadline: AbortSignal, begin: () => Promise<Outcome>) => Promise<Outcome>;

const atOnce: InTurn = (_deadline, begin) => begin();

/** Whoever waits for a connection waits no longer than his deadline. */
const limitedTo = (maxSockets: number): InTurn => {
  const limit = pLimit(maxSockets);
  return (deadline, begin) =>
    new Promise((resolve, reject) => {
      const tooLate = (): void => resolve(E.left({ cause: deadline.reason as unknown }));
      deadline.addEventListener('abort', tooLate, { once: true });
      limit(async () => {
        deadline.removeEventListener('abort', tooLate);
        if (!deadline.aborted) resolve(await begin());
      }).catch(reject);
    });
};

const one = (header: string | string[] | undefined): string | null =>
  (Array.isArray(header) ? header[0] : header) ?? null;

/** `status`: of an answer that had begun. */
const failed = (
  what: string,
  { cause, when }: Broken,
  deadline: AbortSignal,
  status?: number,
): RemoteFailure => {
  const [unreadable, impossible] = [isUnreadable(cause), isImpossible(cause)];
  return failureOf(what, { code: codeOf(cause), when, unreadable, impossible, status }, deadline);
};

/** Too long, not the compression it claims to be, or no HTTP at all; but one that ends too early is a broken connection. */
const isUnreadable = (cause: unknown): boolean =>
  cause instanceof Unreadable ||
  cause instanceof errors.HeadersOverflowError ||
  (cause instanceof errors.HTTPParserError && !cause.message.includes('Invalid EOF state'));

/** What Node calls the same. */
const systemCodes: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_SOCKET: 'ECONNRESET',
};

const codeOf = (cause: unknown): string | undefined => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code === undefined ? undefined : (systemCodes[code] ?? code);
};
