import type { HttpAnswer, HttpClient, HttpRequest } from '../../src/adapters/shared/http-client.ts';
import type { RemoteFailure } from '../../src/application/ports/errors.ts';
import { E, type Either } from '../../src/domain/fp.ts';
import { Refusal, type Answer, type Call } from '../../sandbox/http/call.ts';
import { makeRouter } from '../../sandbox/http/router.ts';
import { sampleOrg } from '../../sandbox/salesforce/org.ts';
import { Desk } from '../../sandbox/salesforce/live-agent/desk.ts';
import { chatRoutes } from '../../sandbox/salesforce/live-agent/routes.ts';
import { ChatServer } from '../../sandbox/salesforce/live-agent/server.ts';
import type { Session } from '../../sandbox/salesforce/live-agent/session.ts';
import { Timers } from '../../sandbox/support/timers.ts';
import { callRemote, type Fates, type Kind, type NoAnswer } from './network.ts';
import type { Deployment } from './plan.ts';
import type { Process, Scheduler } from './scheduler.ts';

/** What goes over the wire to the desk, as the laws see it. */
export interface Wiretap {
  /** A call leaves a process. */
  readonly leaves: (process: Process, session: Session | undefined, request: HttpRequest) => void;
  /** It has come to the desk. */
  readonly arrives: (session: Session | undefined, request: HttpRequest) => void;
  /** It was answered by the desk itself. */
  readonly served: (session: Session | undefined, request: HttpRequest, answer: HttpAnswer) => void;
}

/** The chat servers of the sandbox in virtual time, behind a network that loses things. */
export interface RemoteDesk {
  readonly server: ChatServer;
  readonly desk: Desk;
  readonly exchangeOf: (process: Process) => HttpClient['exchange'];
}

export const makeRemoteDesk = (
  scheduler: Scheduler,
  fates: Fates,
  deployment: Deployment,
  tap: Wiretap,
): RemoteDesk => {
  const cancels = new Map<NodeJS.Timeout, () => void>();
  const timers = new Timers({
    set: (work, ms) => {
      const handle = { ms } as unknown as NodeJS.Timeout;
      cancels.set(
        handle,
        scheduler.after(ms, () => {
          cancels.delete(handle);
          work();
        }),
      );
      return handle;
    },
    clear: (handle) => {
      cancels.get(handle)?.();
      cancels.delete(handle);
    },
  });
  const { pollHoldMs, resetSequence, repeatTranscriptLines, afterEnd, queuePosition, queueDelayMs, idle } =
    deployment.desk;
  const server = new ChatServer(
    sampleOrg,
    {
      pollHoldMs,
      resetSequence,
      repeatTranscriptLines,
      afterEnd,
      queuePosition,
      queueDelayMs,
      // nothing that is left behind goes away by itself while the laws look
      connectionTimeoutMs: 3_600_000,
      chasitorIdleTimeout: { isEnabled: idle, warningTime: 15, timeout: 40 },
    },
    timers,
  );
  const desk = new Desk(server);
  const route = makeRouter(chatRoutes(server, desk));

  const sessionOf = ({ headers, url }: HttpRequest): Session | undefined =>
    server.findByKey(headers['X-LIVEAGENT-SESSION-KEY'] ?? decodeURIComponent(url.split('/').at(-1) ?? ''));

  const serve = async (
    request: HttpRequest,
    onGone: (listener: () => void) => void,
  ): Promise<Either<RemoteFailure, HttpAnswer>> => {
    const session = sessionOf(request);
    tap.arrives(session, request);
    const { pathname, searchParams } = new URL(request.url);
    const found = route(request.method, pathname);
    const answer =
      'methods' in found
        ? { status: 404, body: 'Not Found' }
        : await answered(() =>
            found.route.handle(callOf(request, pathname, searchParams, found.params, onGone)),
          );
    const { status, body = '' } = answer;
    const http: HttpAnswer = { status, text: typeof body === 'string' ? body : JSON.stringify(body) };
    tap.served(session, request, http);
    return E.right(http);
  };

  return {
    server,
    desk,
    exchangeOf: (process) => async (what, request, signal) => {
      const session = sessionOf(request);
      const kind: Kind = what === 'poll' ? 'poll' : 'desk';
      const { fate } = fates.of(kind, session?.visitorName ?? what);
      tap.leaves(process, session, request);
      return callRemote<Either<RemoteFailure, HttpAnswer>>(scheduler, {
        process,
        fate,
        signal,
        serve: (onGone) => serve(request, onGone),
        fail: (why) => failed(what, why, fate.luck, kind),
      });
    },
  };
};

const answered = async (handle: () => Answer | Promise<Answer>): Promise<Answer> => {
  try {
    return await handle();
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.answer;
    throw thrown;
  }
};

const callOf = (
  { method, headers, body = '' }: HttpRequest,
  path: string,
  query: URLSearchParams,
  params: Readonly<Record<string, string>>,
  onGone: (listener: () => void) => void,
): Call => ({
  method,
  path,
  params,
  query,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  body: Buffer.from(body),
  entry: { n: 0, at: 0, server: 'desk', method, path, query: '', headers: {}, body: '' },
  onGone,
});

const failed = (what: string, why: NoAnswer, luck: number, kind: Kind): Either<RemoteFailure, HttpAnswer> => {
  const detail = `${what}: ${why}`;
  switch (why) {
    case 'refused':
      return E.left({ _tag: 'RemoteUnreachable', certain: true, detail });
    case 'cut':
      return E.left({ _tag: 'RemoteUnreachable', certain: false, detail });
    case 'timeout':
      return E.left({ _tag: 'RemoteTimeout', certain: false, detail });
    case 'garbage':
      // only what was to be read can be unreadable; a bare OK is none the worse for it
      return E.right(kind === 'poll' ? { status: 200, text: '<html>' } : { status: 502, text: '<html>' });
    case 'error': {
      const status = [500, 500, 502, 503, 409, 504][Math.floor(luck * 6)] ?? 500;
      return E.right({ status, text: 'trouble on the way' });
    }
  }
};
