import type { TaskEither } from '../../domain/fp.ts';
import type { User } from '../../domain/channel.ts';
import type { RemoteFailure } from './errors.ts';

/** The bot's own flow engine: moves a user to a named state. A repeat moves the user again. */
export interface BotFlow {
  readonly moveTo: (
    user: User,
    move: { readonly state: string; readonly botSlug: string },
    deadline: AbortSignal,
  ) => TaskEither<RemoteFailure, void>;
}
