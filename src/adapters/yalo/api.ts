import type { Provider } from '../../domain/channel.ts';

/** One bot on one channel, complete enough to be called. */
export interface YaloBot {
  /** Name of the Integrations channel, `outgoing_webhook` or `passthrough`. */
  readonly channel: string;
  readonly botId: string;
  /** The bot's own JWT. */
  readonly jwt: string;
  /** The bot's phone number; empty where it has none. */
  readonly phone: string;
  /** Version of the webhook registration. */
  readonly version: number;
}

export interface YaloRequest {
  readonly method: 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

type Call = 'messages' | 'healthcheck' | 'remove';

const createRequest = (baseUrl: string, bot: YaloBot, call: Call, body: unknown): YaloRequest => ({
  method: 'POST',
  url: `${baseUrl.replace(/\/+$/u, '')}/api/${encodeURIComponent(bot.channel)}/bots/${encodeURIComponent(bot.botId)}/${call}`,
  headers: { Authorization: `Bearer ${bot.jwt}`, 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

/** Comes back with the text's echo on the Facebook webhook, which has no id of ours. */
const firehose = 'YALOSOURCE:FIREHOSE';

/** WhatsApp takes our id and knows a repeat by it; Facebook has no place for one. */
export const createTextRequest = (
  baseUrl: string,
  bot: YaloBot,
  provider: Provider,
  text: { readonly userId: string; readonly id: string; readonly text: string },
): YaloRequest =>
  createRequest(
    baseUrl,
    bot,
    'messages',
    provider === 'whatsapp'
      ? { id: text.id, type: 'text', userId: text.userId, text: { body: text.text } }
      : {
          messaging_type: 'RESPONSE',
          recipient: { id: text.userId },
          message: { text: text.text },
          metadata: firehose,
        },
  );

export const createRegisterRequest = (
  baseUrl: string,
  bot: YaloBot,
  provider: Provider,
  webhook: { readonly webhookBaseUrl: string; readonly mediaToken?: string },
): YaloRequest =>
  createRequest(baseUrl, bot, 'healthcheck', {
    phone: bot.phone,
    webhook: `${webhook.webhookBaseUrl.replace(/\/+$/u, '')}/v1/integrations/${provider}/webhook`,
    provider,
    version: bot.version,
    ...(webhook.mediaToken === undefined ? {} : { media_token: webhook.mediaToken }),
  });

export const createRemoveRequest = (baseUrl: string, bot: YaloBot, provider: Provider): YaloRequest =>
  createRequest(baseUrl, bot, 'remove', { phone: bot.phone, provider });
