/** Randomness is a port. */
export interface Ids {
  /** A new chat id: unique, sortable by time (a ULID). */
  readonly chatId: () => string;
  /** A random id for a save. */
  readonly writeId: () => string;
  /** Uniform in [0, 1): jitter. */
  readonly random: () => number;
}
