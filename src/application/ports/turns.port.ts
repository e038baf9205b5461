/** A rate. Whoever wants to call a remote waits for its turn; first come, first served. */
export interface Turns {
  /** False: the wait was given up, or too many wait already; nothing was taken. */
  readonly take: (abort: AbortSignal) => Promise<boolean>;
}
