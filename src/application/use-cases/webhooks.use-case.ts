import type { Provider } from '../../domain/channel.ts';
import { E, type TaskEither } from '../../domain/fp.ts';
import type { Application, WebhookCallFailed } from '../application.ts';
import { deadline } from '../deadline.ts';
import type { BotChannel } from '../ports/bot-channel.port.ts';
import type { Clock } from '../ports/clock.port.ts';
import type { RemoteFailure } from '../ports/errors.ts';
import type { Log } from '../ports/log.port.ts';

export interface WebhooksDeps {
  readonly channel: BotChannel;
  readonly clock: Clock;
  readonly log: Log;
}

/** Longest that the platform may take, ms. */
const timeoutMs = 15_000;

type Call = (provider: Provider, deadline: AbortSignal) => TaskEither<RemoteFailure, void>;

const makeCall =
  ({ clock, log }: WebhooksDeps, what: string, call: Call) =>
  (provider: Provider): TaskEither<WebhookCallFailed, void> =>
  async () => {
    const until = deadline(clock, timeoutMs);
    const outcome = await call(provider, until.signal)();
    until.release();
    if (E.isRight(outcome)) return outcome;
    const { detail } = outcome.left;
    log.error(`${what}-failed`, { provider, detail });
    return E.left({ _tag: 'WebhookCallFailed', detail });
  };

/** Tells the platform where our webhook is, or that it is gone (http-api.md §2). */
export const makeRegisterWebhook = (deps: WebhooksDeps): Application['registerWebhook'] =>
  makeCall(deps, 'webhook-registration', deps.channel.registerWebhook);

export const makeRemoveWebhook = (deps: WebhooksDeps): Application['removeWebhook'] =>
  makeCall(deps, 'webhook-removal', deps.channel.removeWebhook);
