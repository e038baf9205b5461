import { E, O } from '../../domain/fp.ts';
import type { Application } from '../application.ts';
import type { Credentials } from '../ports/credentials.port.ts';
import type { LoginThrottle } from '../ports/login-throttle.port.ts';
import type { TokenIssuer } from '../ports/token.port.ts';

export interface AuthenticateDeps {
  readonly credentials: Credentials;
  readonly throttle: LoginThrottle;
  readonly tokens: TokenIssuer;
}

/** A token for the right password; who guesses is slowed down (http-api.md, POST /v1/authenticate). */
export const makeAuthenticate =
  ({ credentials, throttle, tokens }: AuthenticateDeps): Application['authenticate'] =>
  ({ username, password, address }) =>
  async () => {
    const checked = await credentials.check(username, password)();
    const identity = O.fromEither(checked);
    const known = O.flatten(identity);
    const wait = await throttle.judge({ address, username, right: O.isSome(known) });
    if (O.isSome(wait)) return E.left({ _tag: 'TooManyAttempts', retryAfterMs: wait.value });
    if (O.isNone(known)) return E.left({ _tag: 'InvalidCredentials' });
    return tokens.issue(known.value)();
  };

/** Whose token it is, as long as that user exists. */
export const makeCheckToken =
  ({ tokens, credentials }: Pick<AuthenticateDeps, 'tokens' | 'credentials'>): Application['checkToken'] =>
  (token) =>
  async () => {
    const verified = await tokens.verify(token)();
    if (E.isLeft(verified)) return verified;
    return credentials.knows(verified.right)
      ? verified
      : E.left({ _tag: 'InvalidToken', detail: 'the user of this token does not exist' });
  };
