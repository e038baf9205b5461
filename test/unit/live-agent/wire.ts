import { setTimeout as after } from 'node:timers';
import type { Sandbox } from '../../../sandbox/index.ts';
import type { Clock } from '../../../src/application/ports/clock.port.ts';
import { makeHttpClient } from '../../../src/adapters/shared/http-client.ts';
import type { LiveAgentOptions } from '../../../src/adapters/live-agent/desk.adapter.ts';

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, call) => {
    const timer = after(call, ms);
    return () => clearTimeout(timer);
  },
};

/** What a desk needs to talk to the chat servers of a sandbox. `close` ends its connections. */
export const deskOptions = (
  sandbox: Sandbox,
): { readonly options: LiveAgentOptions; readonly close: () => void } => {
  const { chatUrl, org } = sandbox.salesforce;
  const client = makeHttpClient({ maxSockets: 10, maxAnswerBytes: 1024 * 1024, clock });
  return {
    options: {
      chatUrl: `${chatUrl}/`,
      apiVersion: 52,
      organizationId: org.organizationId,
      deploymentId: org.deploymentId,
      exchange: client.exchange,
      pollExchange: client.exchange,
      clock,
      ids: { random: () => 0.5 },
      log: { info: () => undefined, warn: () => undefined },
    },
    close: client.close,
  };
};
