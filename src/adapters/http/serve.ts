import type { IncomingMessage, ServerResponse } from 'node:http';
import { E, type Either } from '../../domain/fp.ts';
import { makeAdmission } from './admission.ts';
import type { Answer } from './answer.ts';
import { answerToError } from './answers.ts';
import { isJson, type Bodies } from './body.ts';
import { clientAddress } from './client-address.ts';
import { unexpected, type HttpError } from './errors.ts';
import type { HttpLimits, HttpServerDeps } from './options.ts';
import type { Report } from './report.ts';
import { makeRequestIds } from './request-ids.ts';
import type { Call, Route } from './route.ts';

/** Answers one request; resolves when the answer is handed to the socket. Never rejects. */
export type Handle = (
  req: IncomingMessage,
  res: ServerResponse,
  params: Readonly<Record<string, string>>,
) => Promise<void>;

export interface Serve {
  /** The handler of a route. */
  readonly route: (route: Route) => Handle;
  /** Answers a request that no route takes. */
  readonly refuse: (req: IncomingMessage, res: ServerResponse, refusal: HttpError) => void;
  readonly requestId: (req: Pick<IncomingMessage, 'headers'>) => string;
  readonly inFlight: () => number;
  /** From here on every answer is the last on its connection. */
  readonly stopping: () => void;
}

type Outcome = Either<HttpError, Answer> | 'gone';

const overloaded: Outcome = E.left({ _tag: 'Overloaded' });
const noJson = 'not JSON';

/** JSON in UTF-8, a byte order mark before it or not. */
const parse = (raw: Buffer): Either<string, unknown> => {
  const text = raw.toString();
  try {
    return E.right(JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text));
  } catch {
    // a parser's message quotes the body
    return E.left(noJson);
  }
};

const queryOf = ({ url = '' }: IncomingMessage): URLSearchParams => {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
};

/**
 * What happens to every request, in the order of http-api.md §1: token and role (or signature), media type, body size,
 * decode, then the route's own work. A fault anywhere is an answer too.
 */
export const makeServe = (
  deps: HttpServerDeps,
  {
    bodies,
    report,
    limits,
  }: { readonly bodies: Bodies; readonly report: Report; readonly limits: HttpLimits },
): Serve => {
  const { options, clock, withRequestId = (_id, run) => run() } = deps;
  const requestId = makeRequestIds(deps.ids);
  let working = 0;
  let last = false;

  const send = (req: IncomingMessage, res: ServerResponse, answer: Answer, id: string): void => {
    if (res.destroyed || res.headersSent) return;
    const close = last && !answer.headers.includes('Connection') ? ['Connection', 'close'] : [];
    res.writeHead(answer.status, [...answer.headers, 'X-Request-Id', id, ...close]);
    res.end(answer.body);
    bodies.discard(req);
  };

  const work = async (route: Route, call: Call): Promise<Outcome> => {
    if (route.operational) return route.answer(call);
    if (working >= limits.maxInFlight) return overloaded;
    working++;
    try {
      return await route.answer(call);
    } finally {
      working--;
    }
  };

  const handler = (route: Route): Handle => {
    const admission = makeAdmission(route.access, deps);
    const { undecodable } = route;

    const bodyOf = async (req: IncomingMessage): Promise<Either<HttpError, unknown> | 'gone'> => {
      if (undecodable === undefined) return E.right(undefined);
      const early = admission.withBody === undefined;
      if (early && !isJson(req)) return E.left({ _tag: 'MediaTypeUnsupported' });
      const raw = await bodies.read(req);
      if (raw === 'gone') return raw;
      if (typeof raw === 'string') return E.left({ _tag: raw });
      if (admission.withBody?.(req, raw) === false) return E.left({ _tag: 'SignatureInvalid' });
      if (!early && !isJson(req)) return E.left({ _tag: 'MediaTypeUnsupported' });
      const parsed = parse(raw);
      return E.isLeft(parsed) ? E.left(undecodable(parsed.left)) : parsed;
    };

    const outcome = async (req: IncomingMessage, params: Call['params'], id: string): Promise<Outcome> => {
      if (!route.operational && working >= limits.maxInFlight) return overloaded;
      const query = (): URLSearchParams => queryOf(req);
      const before = admission.before(req, query);
      const admitted = before instanceof Promise ? await before : before;
      if (E.isLeft(admitted)) return admitted;
      const body = await bodyOf(req);
      if (body === 'gone' || E.isLeft(body)) return body;
      return work(route, {
        requestId: id,
        params,
        query,
        address: () => clientAddress(req, options.trustProxy),
        body: body.right,
        ...(admitted.right === undefined ? {} : { identity: admitted.right }),
      });
    };

    return async (req, res, params) => {
      const started = clock.monotonic();
      const id = requestId(req);
      let result: Outcome;
      try {
        result = await withRequestId(id, () => outcome(req, params, id));
      } catch (cause) {
        result = E.left(unexpected(cause));
      }
      try {
        if (result === 'gone') {
          report.gone(route, id);
          return;
        }
        const answer = E.isLeft(result) ? answerToError(result.left) : result.right;
        send(req, res, answer, id);
        const error = E.isLeft(result) ? result.left : undefined;
        const ms = clock.monotonic() - started;
        const address = (): string => clientAddress(req, options.trustProxy);
        report.answered({ route, id, status: answer.status, ms, error, address });
      } catch (cause) {
        res.destroy();
        report.broken(id, cause);
      }
    };
  };

  return {
    route: handler,
    refuse: (req, res, refusal) => {
      const id = requestId(req);
      const answer = answerToError(refusal);
      send(req, res, answer, id);
      report.answered({ route: undefined, id, status: answer.status, ms: 0, error: refusal });
    },
    requestId,
    inFlight: () => working,
    stopping: () => {
      last = true;
    },
  };
};
