import type { Option } from '../../domain/fp.ts';

/** Slows down who guesses passwords: per address, and per (user name, address); never per user name alone. */
export interface LoginThrottle {
  /** Milliseconds to wait before another try from there; none: go ahead. */
  readonly blockedFor: (address: string, username: string) => Promise<Option<number>>;
  readonly failed: (address: string, username: string) => Promise<void>;
  /** A right password from an address that succeeded before always passes. */
  readonly succeeded: (address: string, username: string) => Promise<void>;
}
