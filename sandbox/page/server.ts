import { readdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { type Answer, type Call, header, Refusal, type Route } from '../http/call.ts';
import { RequestLog } from '../http/request-log.ts';
import { plainUnrouted } from '../http/router.ts';
import { type StandIn, startStandIn } from '../http/stand-in.ts';

export interface PageOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** What the page calls. */
  readonly routes: ReadonlyArray<Route>;
}

const mediaTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Nothing from elsewhere, no inline code, and no text that becomes markup. */
const safety = {
  'Content-Security-Policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** An upload of 10 MiB as base64 in JSON fits. */
const largestBody = 16 * 1024 * 1024;

/** The page and the control API. Only for requests to a loopback name: a name that somebody rebinds is refused. */
export const startPage = async ({ host, port, routes }: PageOptions): Promise<StandIn> => {
  const all = [...(await fileRoutes()), ...routes];
  return startStandIn({
    name: 'page',
    host,
    port,
    log: new RequestLog(50),
    maxBody: largestBody,
    routes: all.map((route) => ({ ...route, handle: (call) => guarded(call, route.handle) })),
    unrouted: (call, methods) => safe(isLoopback(call) ? plainUnrouted(call, methods) : misdirected),
  });
};

const fileRoutes = async (): Promise<ReadonlyArray<Route>> => {
  const folder = new URL('./', import.meta.url);
  const names = (await readdir(folder)).filter((name) => mediaTypeOf(name) !== undefined);
  const routes = await Promise.all(
    names.map(async (name): Promise<Route> => {
      const body = await readFile(new URL(name, folder));
      const headers = { 'Content-Type': mediaTypeOf(name) ?? '', 'Cache-Control': 'no-cache' };
      const path = name === 'index.html' ? '/' : `/${name}`;
      return { method: 'GET', path, handle: () => ({ status: 200, headers, body }) };
    }),
  );
  return routes;
};

const mediaTypeOf = (name: string): string | undefined => mediaTypes[name.split('.').at(-1) ?? ''];

const misdirected: Answer = { status: 421, body: { error: 'the sandbox answers to loopback names only' } };

const guarded = async (call: Call, handle: Route['handle']): Promise<Answer> => {
  if (!isLoopback(call)) return safe(misdirected);
  try {
    return safe(await handle(call));
  } catch (error) {
    if (error instanceof Refusal) return safe(error.answer);
    throw error;
  }
};

const safe = (answer: Answer): Answer => ({ ...answer, headers: { ...safety, ...answer.headers } });

const isLoopback = (call: Call): boolean => {
  const url = URL.parse(`http://${header(call, 'host') ?? ''}`);
  const name = url?.hostname ?? '';
  return name === 'localhost' || name === '[::1]' || (isIP(name) === 4 && name.startsWith('127.'));
};
