import { E, type Either } from '../../domain/fp.ts';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import type { DataFailure, DataRequest, DataResponse, Exchange } from './exchange.ts';
import * as login from './login.ts';
import { makeTokenHolder, type LoginOutcome, type Token } from './token-holder.ts';

/** The data API of one org, logged in to. */
export interface DataApi {
  /** How the last login and the last call went; before the first of each nothing is wrong. */
  readonly health: () => { readonly login: boolean; readonly calls: boolean };
  /** `/services/data/vNN.0`, for the URLs inside a composite. */
  readonly root: string;
  /** Makes sure that a token is at hand. */
  readonly login: (deadline: AbortSignal) => Promise<Either<RemoteFailure, void>>;
  /** Sends and reads the answer; once more with a new token when the present one is no longer taken. */
  readonly call: <A>(
    what: string,
    request: DataRequest,
    handle: (response: DataResponse) => Either<DataFailure, A>,
    deadline: AbortSignal,
  ) => Promise<Either<RemoteFailure, A>>;
}

export interface DataApiOptions {
  /** SFC_BASE_URL; the `instance_url` of a login is not used. With or without a slash at its end. */
  readonly baseUrl: string;
  /** SFC_API_VERSION, as in 52. */
  readonly apiVersion: number;
  readonly login: login.LoginSettings;
  /** For the data API: the place for a rate limit. */
  readonly exchange: Exchange;
  /** For logins. */
  readonly loginExchange: Exchange;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Longest one login may take; its callers leave at their own deadlines. Default 30 s. */
  readonly loginTimeoutMs?: number;
}

/** One per process and org: it holds the one token, and the one login in flight. */
export const makeDataApi = (options: DataApiOptions): DataApi => {
  const root = `/services/data/v${options.apiVersion}.0`;
  const base = options.baseUrl.replace(/\/+$/u, '') + root;
  let healthy = { login: true, calls: true };
  const tokens = makeTokenHolder({
    clock: options.clock,
    login: async () => {
      const outcome = await logIn(options);
      healthy = { ...healthy, login: E.isRight(outcome) };
      return outcome;
    },
  });

  const attempt = async <A>(
    what: string,
    wire: Parameters<Exchange>[1],
    handle: (response: DataResponse) => Either<DataFailure, A>,
    token: Token,
    deadline: AbortSignal,
  ): Promise<Either<DataFailure, A>> => {
    const headers = { ...wire.headers, Authorization: `Bearer ${token.value}` };
    const response = await options.exchange(what, { ...wire, headers }, deadline);
    const outcome = E.isLeft(response) ? response : handle(response.right);
    healthy = { ...healthy, calls: isWorking(outcome, healthy.calls) };
    return outcome;
  };

  return {
    root,
    health: () => healthy,
    login: async (deadline) => E.map(() => undefined)(await tokens.current(deadline)),
    call: async (what, request, handle, deadline) => {
      const wire = toWire(base, request);
      const token = await tokens.current(deadline);
      if (E.isLeft(token)) return token;
      const first = await attempt(what, wire, handle, token.right, deadline);
      if (!isSessionInvalid(first)) return settled(first);
      tokens.reject(token.right);
      const renewed = await tokens.current(deadline);
      if (E.isLeft(renewed)) return renewed;
      return settled(await attempt(what, wire, handle, renewed.right, deadline));
    },
  };
};

const toWire = (base: string, request: DataRequest): Parameters<Exchange>[1] => ({
  method: request.method,
  url: base + request.path,
  headers: {
    Accept: 'application/json',
    ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...request.headers,
  },
  ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
});

const logIn = async (options: DataApiOptions): Promise<LoginOutcome> => {
  const { url, form } = login.createRequest(options.login);
  const response = await options.loginExchange(
    'login',
    {
      method: 'POST',
      url,
      headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
      body: form,
    },
    AbortSignal.timeout(options.loginTimeoutMs ?? 30_000),
  );
  return E.isLeft(response) ? login.failed(reason(response.left)) : login.handleResponse(response.right);
};

const reason = (failure: RemoteFailure): string =>
  failure._tag === 'RemoteTimeout' ? 'no answer in time' : 'no connection';

/** What an outcome says of the remote. `before`: where it was not asked, or asked for what is no good. */
const isWorking = (outcome: Either<DataFailure, unknown>, before: boolean): boolean => {
  if (E.isRight(outcome)) return true;
  switch (outcome.left._tag) {
    case 'RemoteUnreachable':
    case 'RemoteError':
    case 'RemoteTimeout':
      return false;
    case 'RemoteBusy':
      return outcome.left.own === true && before;
    case 'RemoteRefused':
      return true;
    case 'SessionInvalid':
    case 'LoginFailed':
    case 'NotConfigured':
      return before;
  }
};

const isSessionInvalid = <A>(outcome: Either<DataFailure, A>): boolean =>
  E.isLeft(outcome) && outcome.left._tag === 'SessionInvalid';

/** A token fresh from the login that is not taken either: the user of the connected app may not do this. */
const settled = <A>(outcome: Either<DataFailure, A>): Either<RemoteFailure, A> => {
  if (E.isRight(outcome)) return outcome;
  const { left } = outcome;
  return E.left(
    left._tag === 'SessionInvalid'
      ? { _tag: 'RemoteRefused', certain: true, status: 401, detail: left.detail }
      : left,
  );
};
