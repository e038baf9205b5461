import type { Either } from '../../domain/fp.ts';
import type { User } from '../../domain/channel.ts';
import type { BotFlow } from '../../application/ports/bot-flow.port.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';

interface StudioRequest {
  readonly method: 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

export interface StudioOptions {
  /** STUDIO_NG_URL, with or without a slash at its end. */
  readonly baseUrl: string;
  /** STUDIO_NG_TOKEN. */
  readonly token?: string;
  /** Posts JSON, ended by the deadline; a status other than 2xx is a failure. */
  readonly post: (
    what: string,
    request: StudioRequest,
    deadline: AbortSignal,
  ) => Promise<Either<RemoteFailure, void>>;
}

/** A state is the name of a trigger; which bot it is for, Studio knows by the trigger. */
export const createRequest = (
  options: Pick<StudioOptions, 'baseUrl' | 'token'>,
  user: User,
  move: { readonly state: string },
): StudioRequest => ({
  method: 'POST',
  url: `${options.baseUrl.replace(/\/+$/u, '')}/v1/triggers/${encodeURIComponent(move.state)}/webhook`,
  headers: {
    'Content-Type': 'application/json',
    ...(options.token === undefined ? {} : { Authorization: `Bearer ${options.token}` }),
  },
  body: JSON.stringify({ userId: user.id }),
});

export const makeStudio = (options: StudioOptions): BotFlow => ({
  moveTo: (user, move, deadline) => () =>
    options.post('bot state', createRequest(options, user, move), deadline),
});
