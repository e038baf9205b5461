/** Time is a port: nothing inside reads a clock or sets a timer by itself. */
export interface Clock {
  /** Wall clock, ms since 1970; may jump. For what is stored. */
  readonly now: () => number;
  /** Monotonic, ms. For deadlines inside one process. */
  readonly monotonic: () => number;
  /** Calls back once after at least `ms`; the answer cancels. Does not keep the process alive. */
  readonly after: (ms: number, call: () => void) => () => void;
}
