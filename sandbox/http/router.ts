import type { Answer, Call, Route } from './call.ts';

/** What a router needs of a route. */
type Routed = Pick<Route, 'method' | 'path'>;

interface Compiled<R> {
  readonly route: R;
  readonly segments: ReadonlyArray<string>;
}

interface Found<R = Route> {
  readonly route: R;
  readonly params: Readonly<Record<string, string>>;
}

/** `methods`: the path is known, but with these methods only. */
type Lookup<R = Route> = Found<R> | { readonly methods: ReadonlyArray<string> };

export type Router<R = Route> = (method: string, path: string) => Lookup<R>;

/** Paths are compared segment by segment, exactly; params are decoded. */
export const makeRouter = <R extends Routed>(routes: ReadonlyArray<R>): Router<R> => {
  const compiled = routes.map((route): Compiled<R> => ({ route, segments: route.path.split('/') }));
  return (method, path) => {
    const segments = path.split('/');
    const methods: string[] = [];
    for (const { route, segments: wanted } of compiled) {
      const params = match(wanted, segments);
      if (params === undefined) continue;
      if (route.method === method) return { route, params };
      methods.push(route.method);
    }
    return { methods };
  };
};

const match = (
  wanted: ReadonlyArray<string>,
  given: ReadonlyArray<string>,
): Record<string, string> | undefined => {
  const rest = wanted.at(-1)?.startsWith('*') === true;
  if (rest ? given.length < wanted.length : given.length !== wanted.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith('*')) params[segment.slice(1)] = given.slice(index).join('/');
    else if (segment.startsWith(':')) {
      const decoded = decode(value);
      if (decoded === undefined || decoded === '') return undefined;
      params[segment.slice(1)] = decoded;
    } else if (segment !== value) return undefined;
  }
  return params;
};

const decode = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
};

/** How a server answers where there is no route: 404, or 405 when only the method is wrong. */
export type Unrouted = (call: Call, methods: ReadonlyArray<string>) => Answer;

export const plainUnrouted: Unrouted = (_call, methods) =>
  methods.length === 0
    ? { status: 404, body: 'Not Found' }
    : { status: 405, headers: { Allow: methods.join(', ') }, body: 'Method Not Allowed' };
