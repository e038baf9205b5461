import type { Call, RequestEntry } from './call.ts';

/**
 * What goes wrong. `status` answers in the place of the server (with `afterCommit`: after it did its work);
 * `reset-before` cuts the connection before the server did anything, `reset-after` when it did everything and its
 * answer is lost; `cut` breaks off in the middle of the answer's body, after the work too; `garbage` does the work and
 * answers what nobody can decode; `hang` does nothing and never answers;
 * `trigger` makes something happen in the server first (see the servers) and then goes on as always; `slow` is
 * nothing but its `delayMs`.
 */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | object;
      readonly afterCommit?: boolean;
    }
  | { readonly kind: 'reset-before' | 'reset-after' | 'cut' | 'garbage' | 'hang' | 'slow' }
  | { readonly kind: 'trigger'; readonly trigger: string };

/** Which requests, and how often. */
export type FaultRule = Fault & {
  readonly server?: string;
  readonly method?: string;
  /** In a text `*` stands for anything; it is compared with the whole path. */
  readonly path?: string | RegExp;
  readonly when?: (call: Call) => boolean;
  /** Let so many matching requests pass first. */
  readonly skip?: number;
  /** How many requests it hits; 1 when not given. */
  readonly times?: number | 'forever';
  /** Waits so long before anything else. */
  readonly delayMs?: number;
};

export interface FaultHandle {
  readonly id: string;
  readonly rule: FaultRule;
  /** Requests hit so far. */
  readonly hits: number;
  remove(): void;
}

interface Entry {
  readonly id: string;
  readonly rule: FaultRule;
  readonly path: RegExp | undefined;
  skip: number;
  left: number;
  hits: number;
}

const maxRules = 1_000;

const pattern = (path: string | RegExp | undefined): RegExp | undefined =>
  typeof path === 'string'
    ? new RegExp(`^${path.replace(/[\\^$.|?+()[\]{}]/gu, '\\$&').replaceAll('*', '.*')}$`, 'u')
    : path;

/** The faults of a group of servers. Rules are tried in the order of their arrival; the first that matches counts. */
export class Faults {
  readonly #entries = new Map<string, Entry>();
  readonly #triggers: ReadonlyArray<string>;
  #next = 1;

  /** `triggers`: the names that the servers of this group know. */
  constructor(triggers: ReadonlyArray<string> = []) {
    this.#triggers = triggers;
  }

  add(rule: FaultRule): FaultHandle {
    if (rule.kind === 'trigger' && !this.#triggers.includes(rule.trigger)) {
      throw new Error(`there is no trigger named ${rule.trigger}`);
    }
    if (this.#entries.size >= maxRules) throw new Error('too many fault rules');
    const entry: Entry = {
      id: `fault-${this.#next}`,
      rule,
      path: pattern(rule.path),
      skip: rule.skip ?? 0,
      left: rule.times === 'forever' ? Infinity : (rule.times ?? 1),
      hits: 0,
    };
    this.#next += 1;
    this.#entries.set(entry.id, entry);
    const remove = (): void => void this.#entries.delete(entry.id);
    return {
      id: entry.id,
      rule,
      get hits() {
        return entry.hits;
      },
      remove,
    };
  }

  remove(id: string): boolean {
    return this.#entries.delete(id);
  }

  clear(): void {
    this.#entries.clear();
  }

  list(): ReadonlyArray<{ id: string; rule: FaultRule; hits: number }> {
    return Array.from(this.#entries.values(), ({ id, rule, hits }) => ({ id, rule, hits }));
  }

  /** The rule for this request, counted as used. */
  take(call: Call): FaultRule | undefined {
    for (const entry of this.#entries.values()) {
      if (!matches(entry, call, call.entry)) continue;
      if (entry.skip > 0) {
        entry.skip -= 1;
        continue;
      }
      entry.left -= 1;
      entry.hits += 1;
      if (entry.left <= 0) this.#entries.delete(entry.id);
      call.entry.fault = entry.id;
      return entry.rule;
    }
    return undefined;
  }
}

const matches = ({ rule, path }: Entry, call: Call, { server }: RequestEntry): boolean =>
  (rule.server === undefined || rule.server === server) &&
  (rule.method === undefined || rule.method === call.method) &&
  (path === undefined || path.test(call.path)) &&
  (rule.when === undefined || rule.when(call));
