import type { Clock } from '../../application/ports/clock.port.ts';
import type { Ids } from '../../application/ports/ids.port.ts';
import type { Log } from '../../application/ports/log.port.ts';
import type { SessionAddress } from './call.ts';
import type { Exchange } from './exchange.ts';
import type { Pods } from './pods.ts';
import type { LiveAgentSettings } from './settings.ts';
import type { SessionState } from './state.ts';

export interface LiveAgentOptions extends LiveAgentSettings {
  /** Everything but polls, and texts where those have their own. */
  readonly exchange: Exchange;
  /** Texts to the agent: the place for a rate limit. Default: `exchange`. */
  readonly textExchange?: Exchange;
  /** Long polls: thousands may wait at once. */
  readonly pollExchange: Exchange;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'random'>;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Longest time for a post, and for each step of a recovery. Default 20 s. */
  readonly callTimeoutMs?: number;
}

/** What the two halves of the desk that do input and output share. */
export interface Wires extends LiveAgentOptions {
  readonly pods: Pods;
  readonly callTimeoutMs: number;
  readonly textExchange: Exchange;
  /** Chat requests whose answer is awaited, by session. */
  readonly asking: Map<string, Promise<unknown>>;
}

export const addressOf = ({ pods }: Wires, { pod, key, affinity }: SessionState): SessionAddress => ({
  base: pods.of(pod),
  key,
  affinity,
});
