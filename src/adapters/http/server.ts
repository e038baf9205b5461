import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { answerToError } from './answers.ts';
import { makeBodies } from './body.ts';
import { clientAddress } from './client-address.ts';
import type { HttpError } from './errors.ts';
import { defaultLimits, type HttpServerDeps } from './options.ts';
import { makePipeline } from './pipeline.ts';
import { makeReport } from './report.ts';
import { makeRestify } from './restify.ts';
import { makeRoutes } from './routes.ts';
import { makeServe } from './serve.ts';

export type { HealthReport, HttpServerDeps } from './options.ts';

export interface HttpServer {
  /** Rejects when the address cannot be had. To be called once. */
  readonly listen: () => Promise<{ readonly url: string; readonly port: number }>;
  /**
   * Stops accepting, answers what is in flight, and cuts what is left when the deadline is aborted. Resolves when no
   * connection is left.
   */
  readonly close: (deadline: AbortSignal) => Promise<void>;
}

const errorOfCode = (code: string | undefined): { readonly line: string; readonly error: HttpError } => {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { line: '431 Request Header Fields Too Large', error: { _tag: 'MalformedRequest' } };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { line: '408 Request Timeout', error: { _tag: 'BodyTooSlow' } };
    default:
      return { line: '400 Bad Request', error: { _tag: 'MalformedRequest' } };
  }
};

/** To something that is no HTTP: there is no request, so the answer is written by hand. */
const rejection = (code: string | undefined, requestId: string): string => {
  const { line, error } = errorOfCode(code);
  const { body } = answerToError(error);
  const head = [
    `HTTP/1.1 ${line}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
};

/** The answer that is being made for the request at hand, if there is one: Node keeps it on the socket. */
const answerAt = (socket: Duplex): { readonly headersSent: boolean } | undefined =>
  (socket as Duplex & { readonly _httpMessage?: { readonly headersSent: boolean } | null })._httpMessage ??
  undefined;

/** A connection that has sent no whole head by then is not waited for. */
const graceMs = 500;

/** The service's HTTP API on Restify (http-api.md). */
export const makeHttpServer = (given: HttpServerDeps): HttpServer => {
  const { options, log, metrics, clock } = given;
  const limits = { ...defaultLimits, ...options.limits };
  const report = makeReport({ log, metrics, accessLog: options.accessLog ?? false });
  const flush = (): void => {
    report.flush();
    metrics.gauge('http_requests_in_flight', serve.inFlight());
  };
  const deps: HttpServerDeps = {
    ...given,
    metricsText: () => {
      flush();
      return given.metricsText();
    },
  };
  const bodies = makeBodies(clock, limits);
  const serve = makeServe(deps, { bodies, report, limits });
  const pipeline = makePipeline((req) =>
    log.warn('http-pipeline-cut', { address: clientAddress(req, options.trustProxy) }),
  );
  const restify = makeRestify(makeRoutes(deps, limits), serve, pipeline);
  const http = restify.server;

  http.headersTimeout = limits.headersMs;
  // the body's own deadline answers first
  http.requestTimeout = limits.headersMs + 2 * limits.bodyMs;
  http.keepAliveTimeout = limits.keepAliveMs;
  http.timeout = limits.silentMs;
  http.maxConnections = limits.maxConnections;
  // options of Node's that Restify does not hand on; read from the server itself, at each connection and at `listen`
  Object.assign(http, {
    maxHeaderSize: limits.maxHeaderBytes,
    connectionsCheckingInterval: Math.max(1, limits.headersMs / 3),
    // Node would answer a request without one by itself, with no body and no id
    requireHostHeader: false,
  });
  http.on('drop', () => metrics.count('http_connections_dropped_total'));
  http.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // in the middle of an answer another one would only garble it
    if (error.code === 'ECONNRESET' || !socket.writable || answerAt(socket)?.headersSent) socket.destroy();
    else socket.end(rejection(error.code, serve.requestId({ headers: {} })), () => socket.destroy());
  });
  const sockets = new Set<Duplex>();
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  restify.on('error', (error: Error) => log.error('http-server-error', { detail: error.message }));

  let closed: Promise<void> | undefined;
  const close = async (deadline: AbortSignal): Promise<void> => {
    serve.stopping();
    const cut = (): void => http.closeAllConnections();
    const done = new Promise<void>((resolve) => {
      http.close(() => resolve());
    });
    http.closeIdleConnections();
    const endGrace = clock.after(graceMs, () => {
      for (const socket of sockets) if (answerAt(socket) === undefined) socket.destroy();
    });
    deadline.addEventListener('abort', cut);
    if (deadline.aborted) cut();
    await done;
    deadline.removeEventListener('abort', cut);
    endGrace();
    flush();
  };

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        http.once('error', reject);
        http.listen(options.port, options.host, () => {
          http.off('error', reject);
          const { address, family, port } = http.address() as AddressInfo;
          const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '[::1]' : address;
          resolve({
            url: `http://${family === 'IPv6' && address !== '::' ? `[${host}]` : host}:${port}`,
            port,
          });
        });
      }),
    close: (deadline) => (closed ??= close(deadline)),
  };
};
