import type { Either } from '../../domain/fp.ts';
import type { User } from '../../domain/channel.ts';
import type { BotFlow } from '../../application/ports/bot-flow.port.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';

interface BotrunnerRequest {
  readonly method: 'POST';
  /** Holds the token: never to be logged. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

export interface BotrunnerOptions {
  /** BOTRUNNER_URL, with or without a slash at its end. */
  readonly baseUrl: string;
  /** BOTRUNNER_TOKEN; Botrunner takes it in the query only. */
  readonly token?: string;
  /** Posts JSON, ended by the deadline; a status other than 2xx is a failure. `detail` must not hold the URL. */
  readonly post: (
    what: string,
    request: BotrunnerRequest,
    deadline: AbortSignal,
  ) => Promise<Either<RemoteFailure, void>>;
}

export const createRequest = (
  options: Pick<BotrunnerOptions, 'baseUrl' | 'token'>,
  user: User,
  move: { readonly state: string; readonly botSlug: string },
): BotrunnerRequest => {
  const query = options.token === undefined ? '' : `?jwt=${encodeURIComponent(options.token)}`;
  return {
    method: 'POST',
    url: `${options.baseUrl.replace(/\/+$/u, '')}/${encodeURIComponent(move.botSlug)}/send-to${query}`,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ userId: user.id, state: move.state, message: '' }),
  };
};

export const makeBotrunner = (options: BotrunnerOptions): BotFlow => ({
  moveTo: (user, move, deadline) => () =>
    options.post('bot state', createRequest(options, user, move), deadline),
});
