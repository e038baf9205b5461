import type { Option, TaskEither } from '../../domain/fp.ts';
import type { Identity } from './token.port.ts';

/** The API users this service knows. */
export interface Credentials {
  /** Takes the same time whatever is wrong. */
  readonly check: (username: string, password: string) => TaskEither<never, Option<Identity>>;
  /** Still a user? Asked for each token that verifies. */
  readonly knows: (identity: Identity) => boolean;
}
