import { E, type Either } from '../../domain/fp.ts';
import type { Provider } from '../../domain/channel.ts';
import type { BotChannel } from '../../application/ports/bot-channel.port.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import type { Log } from '../../application/ports/log.port.ts';
import {
  createRegisterRequest,
  createRemoveRequest,
  createTextRequest,
  type YaloBot,
  type YaloRequest,
} from './api.ts';

export interface YaloOptions {
  /** INTEGRATIONS_BASE_URL. */
  readonly baseUrl: string;
  /** Public address of this service; absent: no webhook can be registered. */
  readonly webhookBaseUrl?: string;
  readonly mediaToken?: string;
  /** A provider without a bot id or JWT has none. */
  readonly bots: Readonly<Partial<Record<Provider, YaloBot>>>;
  /**
   * Posts JSON, ended by the deadline. Any 2xx is done, whatever its body (a text counts as delivered then); every other
   * status is its failure. `what` names the call in `detail`.
   */
  readonly post: (
    what: string,
    request: YaloRequest,
    deadline: AbortSignal,
  ) => Promise<Either<RemoteFailure, void>>;
  readonly log: Pick<Log, 'warn'>;
}

/** Yalo's Integrations API. WhatsApp knows a repeat by the id of the text, Facebook does not. */
export const makeYaloChannel = (options: YaloOptions): BotChannel => {
  const missing = (what: string, provider: Provider, setting: string): Either<RemoteFailure, never> => {
    options.log.warn('yalo-call-not-possible', { call: what, provider, missing: setting });
    return E.left({ _tag: 'NotConfigured', certain: true, detail: `${what}: no ${setting} for ${provider}` });
  };

  const call = async (
    what: string,
    provider: Provider,
    deadline: AbortSignal,
    request: (bot: YaloBot) => YaloRequest,
  ): Promise<Either<RemoteFailure, void>> => {
    const bot = options.bots[provider];
    return bot === undefined
      ? missing(what, provider, 'bot id and JWT')
      : options.post(what, request(bot), deadline);
  };

  return {
    sendText: (user, text, deadline) => () =>
      call('text to the user', user.provider, deadline, (bot) =>
        createTextRequest(options.baseUrl, bot, user.provider, { userId: user.id, ...text }),
      ),
    recognisesRepeats: (provider) => provider === 'whatsapp',
    registerWebhook: (provider, deadline) => async () => {
      const { webhookBaseUrl, mediaToken } = options;
      if (webhookBaseUrl === undefined) return missing('webhook registration', provider, 'WEBHOOK_BASE_URL');
      return call('webhook registration', provider, deadline, (bot) =>
        createRegisterRequest(options.baseUrl, bot, provider, {
          webhookBaseUrl,
          ...(mediaToken === undefined ? {} : { mediaToken }),
        }),
      );
    },
    removeWebhook: (provider, deadline) => () =>
      call('webhook removal', provider, deadline, (bot) =>
        createRemoveRequest(options.baseUrl, bot, provider),
      ),
  };
};
