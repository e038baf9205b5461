import type { ChatPolicy } from '../domain/policy.ts';
import type { Config } from './config.ts';

/** What the configuration says about the life of chats, in the domain's own words. */
export const policyOf = ({ timeouts, limits, botFlow, media, ...config }: Config): ChatPolicy => ({
  texts: config.texts,
  timeZone: config.timeZone,
  botStates: botFlow.engine === undefined ? undefined : botFlow.states,
  botStateDelayMs: botFlow.delayMs,
  restartKeywords: config.restartKeywords,
  connectTimeoutMs: timeouts.connectMs,
  requestTimeoutMs: timeouts.requestMs,
  waitTimeoutMs: timeouts.waitMs,
  sessionSilenceMs: timeouts.sessionSilenceMs,
  chatIdleMaxMs: timeouts.chatIdleMaxMs,
  deliveryDeadlineMs: timeouts.deliveryDeadlineMs,
  mediaWaitMs: timeouts.mediaWaitMs,
  maxTries: limits.maxTries,
  agentTextMax: limits.agentTextMax,
  sendImageName: media.sendImageName,
});
