/** Timers that all end when the sandbox stops. */
export class Timers {
  readonly #pending = new Set<NodeJS.Timeout>();
  #closed = false;

  after(ms: number, work: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#pending.delete(timer);
      work();
    }, ms);
    if (this.#closed) clearTimeout(timer);
    else this.#pending.add(timer);
    return timer;
  }

  cancel(timer: NodeJS.Timeout | undefined): void {
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#pending.delete(timer);
  }

  /** What is cut off afterwards, a waiting poll for one, may ask for timers still: they never fire. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#pending) clearTimeout(timer);
    this.#pending.clear();
  }
}
