import fc from 'fast-check';
import type { ChatPolicy } from '../../../src/domain/policy.ts';
import { defaultTexts, type TextName, type Texts } from '../../../src/domain/texts.ts';

/** The defaults of the configuration, with bot states for both channels. */
export const policyOf = (overrides: Partial<ChatPolicy> = {}, texts: Partial<Texts> = {}): ChatPolicy => ({
  texts: { ...defaultTexts, ...texts },
  timeZone: 'America/Mexico_City',
  botStates: {
    blocked: { whatsapp: 'from-sf-blocked', facebook: 'from-sf-blocked' },
    timeout: { whatsapp: 'from-sf-timeout', facebook: 'from-sf-timeout' },
    success: { whatsapp: 'from-sf-success', facebook: 'from-sf-success' },
  },
  botStateDelayMs: 4_000,
  restartKeywords: new Set(['restart']),
  connectTimeoutMs: 25_000,
  requestTimeoutMs: 60_000,
  waitTimeoutMs: 0,
  sessionSilenceMs: 180_000,
  chatIdleMaxMs: 24 * 60 * 60_000,
  deliveryDeadlineMs: 24 * 60 * 60_000,
  mediaWaitMs: 10_000,
  maxTries: 8,
  agentTextMax: 4000,
  sendImageName: false,
  ...overrides,
});

/** Texts that are off by default. */
export const allTexts: Partial<Texts> = {
  agentJoined: 'Le atiende %s',
  transferred: 'Ahora le atiende %s',
  queuePosition: 'Posición',
  waitTime: 'Espera',
  idleWarning: '¿Sigue ahí?',
  idleTimeout: 'Cerramos por inactividad',
  waitTimeout: 'Nadie pudo atenderle',
  sessionLost: 'Se perdió la conexión',
};

const noTexts = Object.fromEntries(Object.keys(defaultTexts).map((name) => [name, ''])) as Record<
  TextName,
  string
>;

/** Deployments of every kind: long and short posts, waits or none, texts on and off, with and without bot states. */
export const policies: fc.Arbitrary<ChatPolicy> = fc
  .record({
    agentTextMax: fc.constantFrom(4000, 4000, 100, 1000, 100_000),
    waitTimeoutMs: fc.constantFrom(0, 0, 90_000),
    mediaWaitMs: fc.constantFrom(10_000, 0),
    botStateDelayMs: fc.constantFrom(4_000, 0),
    texts: fc.constantFrom<Partial<Texts>>({}, allTexts, allTexts, noTexts),
    hasBotStates: fc.constantFrom(true, true, false),
    sendImageName: fc.boolean(),
  })
  .map(({ texts, hasBotStates, ...rest }) => {
    const policy = policyOf(rest, texts);
    return hasBotStates ? policy : { ...policy, botStates: undefined };
  });
