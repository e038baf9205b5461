import type { Option } from '../../domain/fp.ts';

/** One try to log in, whose password was compared already. */
export interface LoginTry {
  /** Of the client, as text; IPv6 addresses count by their /64. */
  readonly address: string;
  readonly username: string;
  /** The password was the right one. */
  readonly right: boolean;
}

/**
 * Slows down who guesses passwords: 10 failures within a minute from one address, or for one user name from one address,
 * and a minute of refusals begins there; never for a user name alone, so that nobody can lock the bot out.
 *
 * The password is compared first, always: its cost is the same whatever is wrong, and only so a right one can pass from
 * where it passed before. Then one call judges and counts the try in one step, so that tries sent at once do not slip by:
 *
 *     const identity = await credentials.check(username, password)();
 *     const wait = await throttle.judge({ address, username, right: O.isSome(identity.right) });
 *     wait ? TooManyAttempts : identity ? token : InvalidCredentials
 */
export interface LoginThrottle {
  /**
   * none: the comparison decides. Milliseconds: the try is refused whatever the comparison said, and counts for nothing;
   * the next one makes sense after that time. Never for a right password from an address from which that user logged in
   * within the last 24 h (as far as a bounded memory knows).
   */
  readonly judge: (attempt: LoginTry) => Promise<Option<number>>;
}
