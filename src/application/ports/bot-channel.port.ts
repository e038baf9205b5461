import type { TaskEither } from '../../domain/fp.ts';
import type { Provider, User } from '../../domain/channel.ts';
import type { RemoteFailure } from './errors.ts';

/** The platform through which users are written to, and which calls our webhooks. */
export interface BotChannel {
  /**
   * Writes to a user. `id` is the same over all tries of one text; the channel recognises a repeat by it only where
   * `recognisesRepeats` says so.
   */
  readonly sendText: (
    user: User,
    text: { readonly id: string; readonly text: string },
    deadline: AbortSignal,
  ) => TaskEither<RemoteFailure, void>;
  readonly recognisesRepeats: (provider: Provider) => boolean;
  readonly registerWebhook: (provider: Provider, deadline: AbortSignal) => TaskEither<RemoteFailure, void>;
  readonly removeWebhook: (provider: Provider, deadline: AbortSignal) => TaskEither<RemoteFailure, void>;
}
