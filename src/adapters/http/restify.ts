import type { IncomingMessage, Server as NodeServer, ServerResponse } from 'node:http';
import { createServer, type Request, type Response, type Server, type ServerOptions } from 'restify';
import { type HttpError, unexpected } from './errors.ts';
import type { Pipeline } from './pipeline.ts';
import type { Route } from './route.ts';
import type { Handle, Serve } from './serve.ts';

/** What Restify has beyond its published types. */
interface Untyped {
  /** Node's server beneath. */
  readonly server: NodeServer;
  /** Called before anything else is done to a request; `false`: it is taken. */
  readonly first: (take: (req: Request, res: Response) => boolean) => void;
}

type RestifyServer = Server & Untyped;

/** Longest userID that a path may hold is 128 code points, percent-encoded. */
const maxParamLength = 512;

const nothing = (): void => undefined;
/** Restify's own log lines are not ours. */
const silent = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
} as unknown as NonNullable<ServerOptions['log']>;

const mount = (server: Server, { method, path }: Route, handle: Handle): void => {
  /** Restify's async kind of handler, told by its two parameters. */
  const handler = async (req: Request, res: Response): Promise<void> =>
    handle(req, res, req.params as Readonly<Record<string, string>>);
  switch (method) {
    case 'GET':
      server.get(path, handler);
      server.head(path, handler);
      return;
    case 'POST':
      server.post(path, handler);
      return;
    case 'DELETE':
      server.del(path, handler);
      return;
  }
};

const noParams: Readonly<Record<string, string>> = {};

/** Requests of the webhooks, by far the most, are told by their bare path and go round router and handler chain. */
const expressLane = (routes: ReadonlyArray<Route>, serve: Serve): ReadonlyMap<string, Handle> =>
  new Map(
    routes
      .filter(({ method, access }) => method === 'POST' && access.kind === 'signature')
      .map((route) => [route.path, serve.route(route)]),
  );

/** `OPTIONS *`: of the server as a whole. No path has a method OPTIONS (http-api.md §1). */
const everyMethod: HttpError = { _tag: 'WrongMethod', allow: 'GET, HEAD, POST, DELETE' };

const isUrl = (req: Request): boolean => {
  try {
    req.getUrl();
    return true;
  } catch {
    return false;
  }
};

/**
 * Restify with all routes mounted, and every answer of its own replaced: 404 and 405, what it throws on a `Host` that no
 * URL can be made of, its `Server` header.
 */
export const makeRestify = (
  routes: ReadonlyArray<Route>,
  serve: Serve,
  pipeline: Pipeline,
): RestifyServer => {
  const server = createServer({ name: '', log: silent, maxParamLength }) as RestifyServer;
  const express = expressLane(routes, serve);

  server.first((req, res) => {
    if (!pipeline(req, res)) return false;
    // Node drops what came in one read behind a request to upgrade: the sender must not wait for an answer to it
    if (req.headers.upgrade !== undefined) res.shouldKeepAlive = false;
    // HTTP/1.1 asks for one (RFC 9112 §3.2)
    if (req.headers.host === undefined && req.httpVersion === '1.1') {
      serve.refuse(req, res, { _tag: 'MalformedRequest' });
      return false;
    }
    const handle = req.method === 'POST' ? express.get(req.url ?? '') : undefined;
    if (handle !== undefined) {
      void handle(req, res, noParams);
      return false;
    }
    if (req.url === '*') serve.refuse(req, res, everyMethod);
    else if (isUrl(req)) return true;
    else serve.refuse(req, res, { _tag: 'MalformedRequest' });
    return false;
  });
  for (const route of routes) mount(server, route, serve.route(route));

  // never calls back: Restify would go on to write an answer of its own
  server.on('restifyError', (req: IncomingMessage, res: ServerResponse, cause: { statusCode?: unknown }) => {
    const allow = String(res.getHeader('Allow') ?? '');
    res.removeHeader('Allow');
    if (cause.statusCode === 405) serve.refuse(req, res, { _tag: 'WrongMethod', allow });
    else if (cause.statusCode === 404) serve.refuse(req, res, { _tag: 'UnknownPath' });
    else serve.refuse(req, res, unexpected(cause));
  });

  // without a listener a request to upgrade (to HTTP/2, say) is an ordinary request; Restify listens and drops it
  server.server.removeAllListeners('upgrade');
  server.server.on('checkExpectation', (req, res) => server.server.emit('request', req, res));
  return server;
};
