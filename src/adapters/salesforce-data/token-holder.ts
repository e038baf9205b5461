import { E, type Either } from '../../domain/fp.ts';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';

export type LoginFailed = Extract<RemoteFailure, { readonly _tag: 'LoginFailed' }>;
type WaitTooLong = Extract<RemoteFailure, { readonly _tag: 'RemoteTimeout' }>;

/** What one login call came to. */
export type LoginOutcome = Either<LoginTrouble, { readonly accessToken: string }>;

export interface LoginTrouble {
  readonly failure: LoginFailed;
  /** The credentials themselves were refused (`invalid_grant`): every further try is one towards a locked user. */
  readonly invalidGrant: boolean;
  /** The login asked for so much patience. */
  readonly retryAfterMs?: number;
}

/** A token and which login it came from: a call says by it what it had used. */
export interface Token {
  readonly value: string;
  readonly generation: number;
}

export interface TokenHolder {
  /** The current token; logs in when there is none. Ends by the deadline, whatever the login does. */
  readonly current: (deadline: AbortSignal) => Promise<Either<LoginFailed | WaitTooLong, Token>>;
  /** The remote no longer takes that token: forgets it if it still is the current one. */
  readonly reject: (token: Token) => void;
}

const pausesMs = [1_000, 5_000, 30_000, 60_000] as const;
const invalidGrantPauseMs = 60_000;
/** Longest that a Retry-After keeps everybody from the next login. */
const patienceMaxMs = 60_000;

/**
 * One login at a time per process; all who wait share its token or its failure. After a failure everyone gets that
 * failure for 1, 5, 30, then 60 s (60 s at once after `invalid_grant`), and only then the next login is tried. A login
 * that failed of load or connection is told with the time until then, or until when the remote asked for patience.
 */
export const makeTokenHolder = (deps: {
  readonly login: () => Promise<LoginOutcome>;
  readonly clock: Pick<Clock, 'monotonic'>;
}): TokenHolder => {
  let token: Token | undefined;
  let generation = 0;
  let flight: Promise<Either<LoginFailed, Token>> | undefined;
  let failures = 0;
  let held: { readonly failure: LoginFailed; readonly until: number; readonly patience: number } | undefined;

  const told = ({ failure, patience }: NonNullable<typeof held>): LoginFailed =>
    failure.refused ? failure : { ...failure, retryAfterMs: patience - deps.clock.monotonic() };

  const settle = (outcome: LoginOutcome): Either<LoginFailed, Token> => {
    if (E.isRight(outcome)) {
      failures = 0;
      held = undefined;
      generation += 1;
      token = { value: outcome.right.accessToken, generation };
      return E.right(token);
    }
    const { failure, invalidGrant, retryAfterMs = 0 } = outcome.left;
    const pause = invalidGrant ? invalidGrantPauseMs : (pausesMs[failures] ?? 60_000);
    failures += 1;
    const now = deps.clock.monotonic();
    const until = now + Math.max(pause, Math.min(retryAfterMs, patienceMaxMs));
    held = { failure, until, patience: Math.max(until, now + retryAfterMs) };
    return E.left(told(held));
  };

  const obtain = (): Promise<Either<LoginFailed, Token>> => {
    if (token !== undefined) return Promise.resolve(E.right(token));
    if (flight !== undefined) return flight;
    if (held !== undefined && deps.clock.monotonic() < held.until) {
      return Promise.resolve(E.left(told(held)));
    }
    flight = deps
      .login()
      .then(settle)
      .finally(() => {
        flight = undefined;
      });
    return flight;
  };

  return {
    current: (deadline) => within(obtain(), deadline),
    reject: (used) => {
      if (token?.generation === used.generation) token = undefined;
    },
  };
};

const waitTooLong: WaitTooLong = {
  _tag: 'RemoteTimeout',
  // whatever the token was wanted for has not begun
  certain: true,
  detail: 'login: no answer in time',
};

/** The answer, or a timeout of this caller alone: the others go on waiting. */
const within = <L, R>(
  answer: Promise<Either<L, R>>,
  deadline: AbortSignal,
): Promise<Either<L | WaitTooLong, R>> =>
  new Promise((resolve, reject) => {
    const tooLate = (): void => resolve(E.left(waitTooLong));
    if (deadline.aborted) return tooLate();
    deadline.addEventListener('abort', tooLate, { once: true });
    answer.then(resolve, reject).finally(() => deadline.removeEventListener('abort', tooLate));
  });
