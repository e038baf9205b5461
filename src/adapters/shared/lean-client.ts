import { request as plainRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { unzipSync } from 'node:zlib';
import { E, type Either } from '../../domain/fp.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import { failureOf, isNoHttp, overdue } from './failures.ts';
import { type Agents, makeAgents, onKeptSocket, staleWithinMs } from './keep-alive-agents.ts';
import { clientOver, type Call, type HttpClient, type HttpClientOptions, type HttpRequest } from './calls.ts';
import { retryAfterMs } from './retry-after.ts';

/**
 * As `makeHttpClient`, on node:http itself: for what is called for each message or connect, and for polls, of which ten
 * thousand may wait (ADR 7).
 */
export const makeLeanClient = (options: HttpClientOptions): HttpClient => {
  const { clock, maxAnswerBytes, userAgent = 'relevo' } = options;
  const agents = makeAgents({
    maxSockets: options.maxSockets,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    idleMs: options.idleMs ?? 10_000,
  });

  const send = ({ method, url: given, headers, body }: HttpRequest, agent: Agents['kept']): ClientRequest => {
    const url = new URL(given);
    const { host, hostname, protocol, port, pathname, search } = url;
    const lines = ['Host', host, 'User-Agent', userAgent, 'Accept', '*/*', 'Accept-Encoding', 'identity'];
    for (const name in headers) lines.push(name, headers[name] ?? '');
    if (body !== undefined) lines.push('Content-Length', String(Buffer.byteLength(body)));
    // as a list they are written at once, and not kept
    const request = (protocol === 'https:' ? tlsRequest : plainRequest)({
      agent: agent(url),
      method,
      protocol,
      host: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
      port: port === '' ? undefined : port,
      path: `${pathname}${search}`,
      headers: lines,
    });
    request.end(body);
    return request;
  };

  /** Rejects where no answer has begun. */
  const call = (request: HttpRequest, deadline: AbortSignal, agent: Agents['kept']): Promise<Begun> =>
    new Promise((resolve, reject) => {
      const sent = send(request, agent);
      let begun = false;
      const calledOff = (): void => {
        // an answer that has begun is one, with a body that cannot be read
        if (!begun) reject(deadline.reason as Error);
        sent.destroy();
      };
      deadline.addEventListener('abort', calledOff, { once: true });
      sent.on('error', reject);
      sent.once('close', () => deadline.removeEventListener('abort', calledOff));
      sent.once('response', (answer) => {
        begun = true;
        void textOf(answer, maxAnswerBytes).then((text) => resolve({ answer, text }));
      });
    });

  const callWell = async (request: HttpRequest, deadline: AbortSignal): Promise<Begun> => {
    const begun = clock.monotonic();
    try {
      return await call(request, deadline, agents.kept);
    } catch (thrown) {
      const stale = said(thrown, 'syscall') === onKeptSocket && clock.monotonic() - begun < staleWithinMs;
      if (request.method !== 'GET' || !stale || deadline.aborted) throw thrown;
      return call(request, deadline, agents.once);
    }
  };

  const receive: Call = async (what, request, deadline) => {
    if (deadline.aborted) return E.left(overdue(what, deadline, true));
    try {
      const { answer, text } = await callWell(request, deadline);
      const { statusCode: status = 0, headers } = answer;
      const after = retryAfterMs(headers['retry-after'] ?? null, headers.date ?? null, clock.now());
      return E.right({
        status,
        text: E.isRight(text) ? text : E.left(failed(what, text.left, deadline, status)),
        ...(after === undefined ? {} : { retryAfterMs: after }),
      });
    } catch (thrown) {
      return E.left(failed(what, thrown, deadline));
    }
  };

  return { ...clientOver(receive), close: agents.destroy };
};

interface Begun {
  readonly answer: IncomingMessage;
  /** Left: why it could not be read. */
  readonly text: Either<unknown, string>;
}

/** A body too long, or not of the compression it claims. */
class Unreadable extends Error {}

/** Never rejects; what is too long is cut off. */
const textOf = (answer: IncomingMessage, maxBytes: number): Promise<Either<unknown, string>> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    answer.on('error', (why) => resolve(E.left(why)));
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= maxBytes) return;
      resolve(E.left(new Unreadable()));
      answer.destroy();
    });
    answer.on('end', () => resolve(unpacked(answer, Buffer.concat(chunks), maxBytes)));
  });

/** None was asked for; some proxies pack all the same. */
const unpacked = (answer: IncomingMessage, body: Buffer, maxBytes: number): Either<unknown, string> => {
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (body.length === 0 || encoding === 'identity') return E.right(body.toString());
  try {
    return E.right(unzipSync(body, { maxOutputLength: maxBytes }).toString());
  } catch {
    return E.left(new Unreadable());
  }
};

const said = (thrown: unknown, member: 'code' | 'syscall'): unknown =>
  thrown instanceof Error ? (thrown as NodeJS.ErrnoException)[member] : undefined;

const failed = (what: string, thrown: unknown, deadline: AbortSignal, status?: number): RemoteFailure => {
  const code = said(thrown, 'code');
  const unreadable = thrown instanceof Unreadable || isNoHttp(code);
  const impossible = thrown instanceof TypeError;
  return failureOf(what, { code, when: said(thrown, 'syscall'), unreadable, impossible, status }, deadline);
};
