import type { TaskEither } from '../../domain/fp.ts';

export type Role = 'YALO_ROLE' | 'SALESFORCE_ROLE';

export interface Identity {
  readonly username: string;
  readonly role: Role;
}

/** Forged, expired, malformed, of another algorithm or for somebody else. Which one is nobody's business outside. */
export interface InvalidToken {
  readonly _tag: 'InvalidToken';
  /** For the log; never holds the token. */
  readonly detail: string;
}

export interface TokenIssuer {
  readonly issue: (identity: Identity) => TaskEither<never, string>;
  readonly verify: (token: string) => TaskEither<InvalidToken, Identity>;
}
