import { Feed } from '../support/feed.ts';
import type { Provider } from './account.ts';

/** A message that Yalo took for a user. */
export interface Delivery {
  /** ms since 1970 */
  readonly at: number;
  readonly provider: Provider;
  readonly userId: string;
  /** WhatsApp only. */
  readonly id?: string;
  readonly type: string;
  readonly text?: string;
  readonly url?: string;
  readonly caption?: string;
  /** An id that came before: answered 200, not shown to the user again. */
  readonly duplicate: boolean;
}

const maxIds = 500_000;

/** What reached people's phones, and what Yalo recognised as a repetition. */
export class Deliveries extends Feed<Delivery> {
  readonly #ids = new Set<string>();
  #duplicates = 0;

  constructor() {
    super('deliveries', 50_000);
  }

  get duplicates(): number {
    return this.#duplicates;
  }

  take(delivery: Omit<Delivery, 'at' | 'duplicate'>): Delivery {
    const duplicate = delivery.id !== undefined && this.#ids.has(delivery.id);
    if (duplicate) this.#duplicates += 1;
    else if (delivery.id !== undefined) this.#remember(delivery.id);
    const taken = { ...delivery, at: Date.now(), duplicate };
    this.push(taken);
    return taken;
  }

  /** What a user saw, oldest first: repetitions left out. */
  shownTo(userId: string, provider?: Provider): Delivery[] {
    return this.list(
      (delivery) =>
        !delivery.duplicate &&
        delivery.userId === userId &&
        (provider === undefined || delivery.provider === provider),
    );
  }

  /** The first message shown to that user that has this text. */
  waitForText(userId: string, text: string | RegExp, timeoutMs?: number): Promise<Delivery> {
    return this.waitFor(
      (delivery) =>
        !delivery.duplicate &&
        delivery.userId === userId &&
        (typeof text === 'string' ? delivery.text === text : text.test(delivery.text ?? '')),
      timeoutMs,
    );
  }

  #remember(id: string): void {
    if (this.#ids.size >= maxIds) this.#ids.delete(this.#ids.values().next().value ?? '');
    this.#ids.add(id);
  }
}
