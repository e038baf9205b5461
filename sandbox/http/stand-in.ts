import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, type Call, Refusal, type RequestEntry, type Route } from './call.ts';
import { Faults } from './faults.ts';
import { readBody } from './read-body.ts';
import { RequestLog } from './request-log.ts';
import { makeRouter, plainUnrouted, type Router, type Unrouted } from './router.ts';
import { send, sendHalf } from './send.ts';
import { serveWithFault } from './with-fault.ts';

export interface StandInOptions {
  /** How the log and the fault rules call this server. */
  readonly name: string;
  readonly routes: ReadonlyArray<Route>;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly log?: RequestLog;
  readonly faults?: Faults;
  /** What fault rules of the kind `trigger` can make happen. */
  readonly triggers?: Readonly<Record<string, (call: Call) => void>>;
  readonly unrouted?: Unrouted;
  /** Bytes; a longer body gets 413. */
  readonly maxBody?: number;
}

export interface StandIn {
  readonly url: string;
  /** `host:port` */
  readonly authority: string;
  /** Cuts every connection, waiting ones too. */
  stop(): Promise<void>;
}

interface Context {
  readonly options: StandInOptions;
  readonly router: Router;
  readonly log: RequestLog;
  readonly faults: Faults;
}

const loggedBody = 64 * 1024;
const backlog = 16_384;

/** One server of the sandbox: routes, faults, and a log of everything that came in. */
export const startStandIn = async (options: StandInOptions): Promise<StandIn> => {
  const host = options.host ?? '127.0.0.1';
  const context: Context = {
    options,
    router: makeRouter(options.routes),
    log: options.log ?? new RequestLog(),
    faults: options.faults ?? new Faults(),
  };
  const server = createServer((request, response) => {
    void serve(context, request, response);
  });
  server.keepAliveTimeout = 65_000;
  server.requestTimeout = 0;
  await listen(server, host, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const authority = `${host}:${port}`;
  return { url: `http://${authority}`, authority, stop: () => close(server) };
};

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog }, () => {
      server.off('error', reject);
      resolve();
    });
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

const serve = async (context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const started = performance.now();
  const entry = newEntry(context.options.name, request);
  const body = await readBody(request, context.options.maxBody ?? 1024 * 1024);
  if (body === 'broken off') return;
  if (body !== 'too long') entry.body = body.toString('utf8', 0, Math.min(body.length, loggedBody));
  context.log.push(entry);
  const finish = (answer: Answer): void => {
    if (response.destroyed || response.writableEnded) return;
    entry.status = answer.status;
    entry.tookMs = Math.round(performance.now() - started);
    carried(entry, response, () => send(response, answer));
    context.log.touch(entry);
  };
  response.once('close', () => {
    if (entry.status !== undefined) return;
    entry.gone = true;
    context.log.touch(entry);
  });
  if (body === 'too long') return finish({ status: 413, body: 'Payload Too Large' });
  const { call, work } = routed(context, entry, { body, response });
  const fault = context.faults.take(call);
  if (fault === undefined) return finish(await work());
  await serveWithFault(fault, {
    work,
    finish,
    reset: () => void request.socket.resetAndDestroy(),
    cut: (answer) => carried(entry, response, () => sendHalf(response, answer)),
    trigger: (name) => context.options.triggers?.[name]?.(call),
  });
};

/** An answer that HTTP cannot carry (a fault rule may ask for any) costs its own request, not the process. */
const carried = (entry: RequestEntry, response: ServerResponse, begin: () => void): void => {
  try {
    begin();
  } catch (error) {
    const answer = mistake(entry, error);
    entry.status = answer.status;
    response.getHeaderNames().forEach((name) => response.removeHeader(name));
    send(response, answer);
  }
};

let requests = 0;

const newEntry = (server: string, request: IncomingMessage): RequestEntry => {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  requests += 1;
  return {
    n: requests,
    at: Date.now(),
    server,
    method: request.method ?? '',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: request.headers,
    body: '',
  };
};

const routed = (
  { router, options }: Context,
  entry: RequestEntry,
  { body, response }: { readonly body: Buffer; readonly response: ServerResponse },
): { readonly call: Call; readonly work: () => Promise<Answer> } => {
  const found = router(entry.method, entry.path);
  const call: Call = {
    method: entry.method,
    path: entry.path,
    params: 'params' in found ? found.params : {},
    query: new URLSearchParams(entry.query),
    headers: entry.headers,
    body,
    entry,
    onGone: (listener) => void response.once('close', () => entry.status ?? listener()),
  };
  const work = async (): Promise<Answer> =>
    'route' in found ? answerOf(call, found.route) : (options.unrouted ?? plainUnrouted)(call, found.methods);
  return { call, work };
};

const answerOf = async (call: Call, route: Route): Promise<Answer> => {
  try {
    return await route.handle(call);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    return mistake(call.entry, error);
  }
};

const mistake = (entry: RequestEntry, error: unknown): Answer => {
  entry.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { status: 500, body: { sandbox: 'the sandbox made a mistake; see the log entry' } };
};
