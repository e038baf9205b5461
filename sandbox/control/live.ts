import { type ChatCard, chatCard } from './chat-cards.ts';
import type { EventLine } from './event-lines.ts';
import { type FeedParts, type Gathered, liveSources, type Source } from './live-sources.ts';
import type { PhoneLine } from './phone-lines.ts';
import type { Presets, PresetView } from './presets.ts';

export interface LiveParts extends FeedParts {
  readonly presets: Presets;
}

/** What the page shows, all of it or what changed: a chat or line takes the place of its older self. */
export interface LiveState {
  readonly phone: ReadonlyArray<PhoneLine>;
  readonly events: ReadonlyArray<EventLine>;
  readonly chats: ReadonlyArray<ChatCard>;
  readonly presets: ReadonlyArray<PresetView>;
  /** Where the service is, once it is connected. */
  readonly serviceUrl: string | null;
}

const kept = { lines: 400, chats: 60 };
const gatherMs = 40;

/**
 * The feeds of the whole sandbox as one: a state to begin with, then changes, gathered for a moment so that a burst
 * is one message. Costs nothing while nobody listens.
 */
export class Live {
  readonly #parts: LiveParts;
  readonly #sources: ReadonlyArray<Source>;
  readonly #listeners = new Set<(changes: LiveState) => void>();
  #gathered: Gathered[] = [];
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: ReadonlyArray<() => void> = [];

  constructor(parts: LiveParts) {
    this.#parts = parts;
    this.#sources = liveSources(parts);
  }

  /** The newest of everything. */
  snapshot(): LiveState {
    const { agents } = this.#parts.salesforce;
    const all = this.#sources.flatMap(({ latest }) => latest(kept.lines));
    const chats = agents.chats().slice(-kept.chats);
    return this.#state(
      all,
      chats.map(({ id }) => id),
    );
  }

  /** Called with changes until the returned function is called. */
  subscribe(listener: (changes: LiveState) => void): () => void {
    if (this.#listeners.size === 0) this.#start();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribe = [];
    this.#listeners.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#gathered = [];
  }

  /** That chat is told once more. */
  touch(chatId: string): void {
    this.#add({ chats: [chatId] });
  }

  #add(gathered: Gathered): void {
    if (this.#listeners.size === 0) return;
    this.#gathered.push(gathered);
    if (this.#gathered.length > 10 * kept.lines) this.#gathered.shift();
    this.#timer ??= setTimeout(() => this.#flush(), gatherMs);
  }

  #start(): void {
    const add = (gathered: Gathered): void => this.#add(gathered);
    this.#unsubscribe = [
      ...this.#sources.map(({ subscribe }) => subscribe(add)),
      this.#parts.presets.subscribe(() => add({})),
    ];
  }

  #flush(): void {
    this.#timer = undefined;
    const gathered = this.#gathered;
    this.#gathered = [];
    const ids = new Set(gathered.flatMap(({ chats = [] }) => chats));
    const changes = this.#state(gathered, Array.from(ids).slice(-kept.chats));
    for (const listener of this.#listeners) listener(changes);
  }

  #state(gathered: ReadonlyArray<Gathered>, chatIds: ReadonlyArray<string>): LiveState {
    const { salesforce, service, presets } = this.#parts;
    const chats = chatIds.map((id) => salesforce.agents.find(id)).filter((chat) => chat !== undefined);
    return {
      phone: newestLines(gathered.flatMap(({ phone = [] }) => phone)),
      events: newestLines(gathered.flatMap(({ events = [] }) => events)),
      chats: chats.filter(({ state }) => state !== 'new').map((chat) => chatCard(salesforce, chat)),
      presets: presets.list(),
      serviceUrl: service.url ?? null,
    };
  }
}

/** One line per key, in the order of time. */
const newestLines = <T extends { readonly key: string; readonly at: number }>(
  lines: ReadonlyArray<T>,
): T[] => {
  const latest = new Map(lines.map((line) => [line.key, line]));
  return Array.from(latest.values())
    .sort((one, other) => one.at - other.at)
    .slice(-kept.lines);
};
