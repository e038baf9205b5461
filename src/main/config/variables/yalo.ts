import * as c from '../codecs.ts';
import type { Variable } from '../variable.ts';

const botId = {
  codec: c.text,
  meaning: 'id of the bot; with its JWT required for at least one channel',
} as const;
const botJwt = { codec: c.token, secret: true, meaning: "the bot's own token" } as const;

/** Yalo: Integrations API, webhooks, media. "Required" holds as soon as one remote's address is set. */
export const yaloVariables = {
  INTEGRATIONS_BASE_URL: { codec: c.url, meaning: 'address of the Yalo Integrations API; required' },
  INTEGRATIONS_WA_CHANNEL: {
    codec: c.text,
    default: 'outgoing_webhook',
    meaning: 'channel of the WhatsApp bot',
  },
  INTEGRATIONS_FB_CHANNEL: { codec: c.text, default: 'passthrough', meaning: 'channel of the Facebook bot' },
  INTEGRATIONS_WA_BOT_ID: botId,
  INTEGRATIONS_FB_BOT_ID: botId,
  INTEGRATIONS_WA_BOT_JWT: botJwt,
  INTEGRATIONS_FB_BOT_JWT: botJwt,
  INTEGRATIONS_WA_BOT_PHONE: { codec: c.text, meaning: 'phone number, for the registration of the webhook' },
  INTEGRATIONS_FB_BOT_PHONE: { codec: c.text, meaning: 'page id, for the registration of the webhook' },
  INTEGRATIONS_WA_VERSION: {
    codec: c.integer(0, 1000),
    default: '0',
    meaning: 'webhook registration version, WhatsApp',
  },
  INTEGRATIONS_FB_VERSION: {
    codec: c.integer(0, 1000),
    default: '3',
    meaning: 'webhook registration version, Facebook',
  },
  INTEGRATIONS_MEDIA_TOKEN: {
    codec: c.token,
    secret: true,
    meaning:
      'sent as `media_token` on registration, and as bearer token on downloads from the host of INTEGRATIONS_BASE_URL only',
  },
  INTEGRATIONS_SIGNATURE: {
    codec: c.secret,
    secret: true,
    meaning:
      'what webhooks must carry in `x-yalochat-signature`, or the key of that signature; without it they are open',
  },
  INTEGRATIONS_SIGNATURE_MODE: {
    codec: c.oneOf('equal', 'hmac-sha256'),
    default: 'equal',
    meaning: '`equal`, or `hmac-sha256` of the raw body under INTEGRATIONS_SIGNATURE',
  },
  WEBHOOKS_UNSIGNED: {
    codec: c.boolean,
    default: 'false',
    meaning: '`true` accepts open webhooks in `production`',
  },
  WEBHOOK_BASE_URL: {
    codec: c.url,
    meaning: 'public address of this service, for the registration of the webhooks',
  },
  IGNORE_MESSAGE_TYPES: {
    codec: c.list,
    default: 'status,notification-status',
    emptyCounts: true,
    meaning: 'types of WhatsApp messages that are skipped, compared exactly',
  },
  MEDIA_ALLOWED_HOSTS: {
    codec: c.allowedHosts,
    default: '*.yalochat.com,*.fbcdn.net,*.fbsbx.com,*.whatsapp.net',
    emptyCounts: true,
    meaning:
      "where media may be fetched from: `host` (the scheme's own port), `host:port`, `*.host` (any subdomain); private addresses never (in `dev` loopback may be listed)",
  },
  MEDIA_MAX_BYTES: { codec: c.size, default: '25MiB', meaning: 'largest file' },
} as const satisfies Record<string, Variable<unknown>>;
