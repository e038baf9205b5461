/** Where timers come from: Node's own, or those of a simulated time. */
export interface TimerSource {
  readonly set: (work: () => void, ms: number) => NodeJS.Timeout;
  readonly clear: (timer: NodeJS.Timeout) => void;
}

const nodeTimers: TimerSource = { set: setTimeout, clear: clearTimeout };

/** Timers that all end when the sandbox stops. */
export class Timers {
  readonly #source: TimerSource;
  readonly #pending = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(source: TimerSource = nodeTimers) {
    this.#source = source;
  }

  after(ms: number, work: () => void): NodeJS.Timeout {
    const timer = this.#source.set(() => {
      this.#pending.delete(timer);
      work();
    }, ms);
    if (this.#closed) this.#source.clear(timer);
    else this.#pending.add(timer);
    return timer;
  }

  cancel(timer: NodeJS.Timeout | undefined): void {
    if (timer === undefined) return;
    this.#source.clear(timer);
    this.#pending.delete(timer);
  }

  /** What is cut off afterwards, a waiting poll for one, may ask for timers still: they never fire. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#pending) this.#source.clear(timer);
    this.#pending.clear();
  }
}
