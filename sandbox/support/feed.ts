import { Ring } from './ring.ts';

interface Waiter<T> {
  readonly matches: (item: T) => boolean;
  readonly resolve: (item: T) => void;
  readonly reject: (reason: Error) => void;
  readonly timer: NodeJS.Timeout;
}

const maxWaiters = 20_000;

/**
 * Things that happened, in order: a bounded history, listeners, and promises of what is still to come. Everything a
 * test may want to assert or to wait for is kept in one of these.
 */
export class Feed<T> {
  readonly #what: string;
  readonly #history: Ring<T>;
  readonly #listeners = new Set<(item: T) => void>();
  readonly #waiters = new Set<Waiter<T>>();
  #total = 0;

  /** `what`: the plural noun that messages about a wait use. */
  constructor(what: string, capacity = 20_000) {
    this.#what = what;
    this.#history = new Ring(capacity);
  }

  /** How many there were in all, the forgotten ones included. */
  get total(): number {
    return this.#total;
  }

  push(item: T): void {
    this.#total += 1;
    this.#history.push(item);
    this.touch(item);
  }

  /** An item already in the history changed: listeners and waiters look at it again. */
  touch(item: T): void {
    for (const listener of this.#listeners) listener(item);
    for (const waiter of this.#waiters) {
      if (waiter.matches(item)) {
        this.#forget(waiter);
        waiter.resolve(item);
      }
    }
  }

  /** Oldest first, as far as the bound allows. */
  list(matches: (item: T) => boolean = () => true): T[] {
    return Array.from(this.#history).filter(matches);
  }

  /** The first that matches, of the past or of the time until the deadline; rejects after it. */
  waitFor(matches: (item: T) => boolean, timeoutMs = 10_000): Promise<T> {
    for (const item of this.#history) if (matches(item)) return Promise.resolve(item);
    return this.waitForNext(matches, timeoutMs);
  }

  /** As `waitFor`, the past not counted. */
  waitForNext(matches: (item: T) => boolean, timeoutMs = 10_000): Promise<T> {
    if (this.#waiters.size >= maxWaiters) return Promise.reject(new Error(`too many wait for ${this.#what}`));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#forget(waiter);
        reject(new Error(`none of the ${this.#what} matched within ${timeoutMs} ms; ${this.#seen()}`));
      }, timeoutMs);
      const waiter: Waiter<T> = { matches, resolve, reject, timer };
      this.#waiters.add(waiter);
    });
  }

  /** Called for each new and each changed item, until the returned function is called. */
  subscribe(listener: (item: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  clear(): void {
    this.#history.clear();
  }

  /** Ends every wait. */
  close(): void {
    for (const waiter of this.#waiters) {
      this.#forget(waiter);
      waiter.reject(new Error(`the sandbox stopped while waiting for ${this.#what}`));
    }
    this.#listeners.clear();
  }

  #forget(waiter: Waiter<T>): void {
    clearTimeout(waiter.timer);
    this.#waiters.delete(waiter);
  }

  #seen(): string {
    const last = this.#history.last();
    return last === undefined
      ? 'there were none'
      : `${this.#total} were seen, the last: ${JSON.stringify(last).slice(0, 500)}`;
  }
}
