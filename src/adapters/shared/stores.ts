import type { ChatStore } from '../../application/ports/chat-store.port.ts';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { ContextStore } from '../../application/ports/context-store.port.ts';
import type { Instances } from '../../application/ports/instances.port.ts';
import type { Log } from '../../application/ports/log.port.ts';
import type { StoreUnavailable } from '../../application/ports/errors.ts';
import type { Metrics } from '../../application/ports/metrics.port.ts';
import type { TaskEither } from '../../domain/fp.ts';

/** What every store is made with. Times in ms. */
export interface StoreOptions {
  readonly clock: Clock;
  /** CONTEXT_TTL. */
  readonly contextTtlMs: number;
  /** DELIVERY_DEADLINE. */
  readonly deliveryDeadlineMs: number;
  /** CHAT_RETENTION. */
  readonly chatRetentionMs: number;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Stores {
  readonly contextStore: ContextStore;
  readonly chatStore: ChatStore;
  readonly instances: Instances;
  /** Of stores that have to be reached first: resolves when they can be used, rejects when they cannot. */
  readonly ready?: () => Promise<void>;
  /** A write as durable as any other, that changes nothing: whether messages can be stored. */
  readonly tryWrite: TaskEither<StoreUnavailable, void>;
  /** Carries out what was asked for before; every later call answers `StoreUnavailable`. May be called again. */
  readonly close: () => Promise<void>;
}

export const dayMs = 24 * 60 * 60_000;

/**
 * How long a message's row lives from its storing on, unless a chat that owes it asks for more: repeats are known for
 * at least 24 h whatever CONTEXT_TTL says, and nothing that may still be owed goes.
 */
export const messageLifeMs = (options: Pick<StoreOptions, 'contextTtlMs' | 'deliveryDeadlineMs'>): number =>
  Math.max(options.contextTtlMs, options.deliveryDeadlineMs, dayMs) + dayMs;
