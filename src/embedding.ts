import type { Settings } from './application/make-application.ts';
import type { ChatPolicy } from './domain/policy.ts';
import { defaultTexts } from './domain/texts.ts';

const second = 1_000;
const day = 24 * 60 * 60 * second;

/** What the service decides about chats when it is told nothing (docs/configuration.md), but without bot states. */
export const defaultPolicy: ChatPolicy = {
  texts: defaultTexts,
  timeZone: 'America/Mexico_City',
  botStates: undefined,
  botStateDelayMs: 4 * second,
  restartKeywords: new Set(),
  connectTimeoutMs: 25 * second,
  requestTimeoutMs: 60 * second,
  waitTimeoutMs: 0,
  sessionSilenceMs: 180 * second,
  chatIdleMaxMs: day,
  deliveryDeadlineMs: day,
  mediaWaitMs: 10 * second,
  maxTries: 8,
  agentTextMax: 4000,
  sendImageName: false,
};

/** What an embedder has to say; the rest is the service's own default. */
export interface SettingsOptions {
  /** Boot id of this process: never used by another one, nor by this one after a restart. */
  readonly self: string;
  /** Kind of the desk that chats go to, where their flow names none. */
  readonly desk: string;
  /** What becomes of the chats of each flow of the bot; without `default` no other chat is taken. */
  readonly flows: Settings['connect']['flows'];
  readonly policy?: Partial<ChatPolicy>;
  readonly connect?: Partial<Omit<Settings['connect'], 'flows' | 'defaultDesk'>>;
  /** A process whose heartbeat stood still for so long is called dead; 15 s. */
  readonly leaseMs?: number;
  /** Sessions of desks that begin to be heard per second after a start or a take-over; 500. */
  readonly pollStartPerSecond?: number;
}

/** The settings of `makeApplication`, with the service's own defaults for what is not said. */
export const makeSettings = (options: SettingsOptions): Settings => ({
  self: options.self,
  policy: { ...defaultPolicy, ...options.policy },
  connect: {
    sourceFlowField: 'source_flow_bot',
    phoneCodes: ['521', '52'],
    checkAvailability: false,
    ...options.connect,
    flows: options.flows,
    defaultDesk: options.desk,
  },
  leaseMs: options.leaseMs ?? 15 * second,
  pollStartPerSecond: options.pollStartPerSecond ?? 500,
});
