import type { Identity, Role } from '../../application/ports/token.port.ts';
import { E, type Either, type TaskEither } from '../../domain/fp.ts';
import type { Answer } from './answer.ts';
import type { HttpError } from './errors.ts';
import type { FieldRule } from './validation.ts';

/** Who may call. `signature`: who signs webhooks, where a secret is set. `metrics`: METRICS_TOKEN, else loopback. */
export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'token'; readonly roles: ReadonlyArray<Role> }
  | { readonly kind: 'signature' }
  | { readonly kind: 'metrics' };

/** One request on its way through a route: admitted, its body parsed. */
export interface Call {
  readonly requestId: string;
  /** Of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: () => URLSearchParams;
  /** Of the client, see `clientAddress`. */
  readonly address: () => string;
  /** JSON; `undefined` on routes without a body. */
  readonly body: unknown;
  /** Present on routes with access by token. */
  readonly identity?: Identity;
}

/** What is told about a route to people and programs; examples are shown, not checked. */
export interface RouteDocs {
  readonly summary: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: {
    /** Rules of the members that are checked; others are described by the example. */
    readonly rules?: ReadonlyArray<FieldRule>;
    readonly example: unknown;
  };
  /** By status. */
  readonly answers: Readonly<Record<number, { readonly what: string; readonly example?: unknown }>>;
}

/** All that is to know about a route. Mounting, checks in their order, and answers to failures are the same for all. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `:name` for a parameter. */
  readonly path: string;
  readonly access: Access;
  /** Present: a JSON body is asked for, and this is the failure where there is none. */
  readonly undecodable?: (detail: string) => HttpError;
  /** For whoever watches over the service: answered in overload too. */
  readonly operational?: true;
  readonly docs: RouteDocs;
  readonly answer: (call: Call) => Promise<Either<HttpError, Answer>>;
}

interface RouteSpec<Command, Result> extends Omit<Route, 'answer'> {
  /** The command that the call asks for. */
  readonly read: (call: Call) => Either<HttpError, Command>;
  readonly run: (command: Command) => TaskEither<HttpError, Result>;
  readonly present: (result: Result, command: Command) => Answer;
}

export const makeRoute = <Command, Result>({
  read,
  run,
  present,
  ...route
}: RouteSpec<Command, Result>): Route => ({
  ...route,
  answer: async (call) => {
    const command = read(call);
    if (E.isLeft(command)) return command;
    const result = await run(command.right)();
    return E.isLeft(result) ? result : E.right(present(result.right, command.right));
  },
});
