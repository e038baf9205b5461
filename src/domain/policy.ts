import type { Provider } from './channel.ts';
import type { Texts } from './texts.ts';

/** What a deployment decides about the life of its chats (spec: configuration.md). Times in ms. */
export interface ChatPolicy {
  readonly texts: Texts;
  /** IANA name; the times in the context text are told in it. */
  readonly timeZone: string;
  /** Bot states per provider; none at all when there is no flow engine to tell. */
  readonly botStates:
    Readonly<Record<'blocked' | 'timeout' | 'success', Readonly<Record<Provider, string>>>> | undefined;
  /** Pause before every bot state but success. */
  readonly botStateDelayMs: number;
  /** Lower case, trimmed; empty where restarts are not offered. */
  readonly restartKeywords: ReadonlySet<string>;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** 0: people wait as long as they like. */
  readonly waitTimeoutMs: number;
  readonly sessionSilenceMs: number;
  readonly chatIdleMaxMs: number;
  readonly deliveryDeadlineMs: number;
  readonly mediaWaitMs: number;
  /** Tries of one effect that the remote refuses while it works for others. */
  readonly maxTries: number;
  /** Longest post to the desk, UTF-16 units. */
  readonly agentTextMax: number;
  readonly sendImageName: boolean;
}

/** A bot state waits for the user's texts at most so long (relay.md §1). */
export const botStateHoldMs = 60_000;
/** A file that was reported late may still be reported done so long (relay.md §3). */
export const lateUploadMs = 5 * 60_000;
/** A case of a failed connect serves the user's next one so long (relay.md §2). */
export const lendingMs = 24 * 60 * 60_000;
/** Most that the context message takes: entries, and bytes of UTF-8 (relay.md §3). */
export const contextMaxEntries = 200;
export const contextMaxBytes = 32 * 1024;
