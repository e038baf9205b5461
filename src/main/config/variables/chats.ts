import { botStates } from '../bot-states.codec.ts';
import * as c from '../codecs.ts';
import { textsCodec } from '../texts.codec.ts';
import type { Variable } from '../variable.ts';

/** The life of a chat: times, limits, texts. */
export const chatVariables = {
  CONTEXT_TTL: { codec: c.someTime, default: '24h', meaning: 'how long context is kept' },
  CHAT_RETENTION: {
    codec: c.someTime,
    default: '30d',
    meaning: 'how long an ended chat is kept (its texts no longer than CONTEXT_TTL)',
  },
  CONNECT_TIMEOUT: {
    codec: c.duration({ min: [1, '1ms'], max: [3_600_000, '1h'] }),
    default: '25s',
    meaning: 'the whole connect, with all its steps',
  },
  REQUEST_TIMEOUT: { codec: c.someTime, default: '60s', meaning: 'no answer of the desk to a chat request' },
  WAIT_TIMEOUT: { codec: c.duration(), default: '0', meaning: 'longest wait in the queue; 0: no limit' },
  SESSION_SILENCE: { codec: c.someTime, default: '3m', meaning: 'no answer of the desk to any poll' },
  CHAT_IDLE_MAX: { codec: c.someTime, default: '24h', meaning: 'nothing said from either side' },
  DELIVERY_DEADLINE: {
    codec: c.someTime,
    default: '24h',
    meaning: 'how long a message waits for a remote that is down, before it is set aside',
  },
  MEDIA_WAIT: {
    codec: c.duration(),
    default: '10s',
    meaning: 'how long the talk waits for a file on its way to the case, before the agent gets the link',
  },
  AGENT_TEXT_MAX: {
    codec: c.integer(100, 100_000),
    default: '4000',
    meaning: 'longest text posted to the desk in one piece',
  },
  MAX_RETRIES: {
    codec: c.integer(1, 1000),
    default: '8',
    meaning:
      'tries of one message that the remote itself refuses while it works for others; a smaller value under an old name is raised to 8',
  },
  RATE_LIMIT_SALESFORCE: {
    codec: c.rate,
    default: '20',
    meaning: 'posts to the desk and calls of the data API, per process, with a burst of the same size',
  },
  RATE_LIMIT_YALO: {
    codec: c.rate,
    default: '20',
    meaning: 'messages to Yalo, per process, with a burst of the same size',
  },
  POLL_START_RATE: {
    codec: c.rate,
    default: '500',
    meaning: 'polls begun per second after a start or a take-over',
  },
  KEYWORDS_RESTART: {
    codec: c.list,
    default: 'coppelbot,regresar,reiniciar,restart',
    emptyCounts: true,
    meaning: 'texts that end an active chat, without regard to case; only in `dev` and `staging`',
  },
  MESSAGES: {
    codec: textsCodec,
    default: '{}',
    meaning:
      'one JSON object of texts, laid over the defaults below key by key; names without regard to case; an empty text switches its message off',
  },
  TIMEZONE: {
    codec: c.timeZone,
    default: 'America/Mexico_City',
    meaning: 'time zone of the times that agents read',
  },
  SEND_IMAGE_NAME_IN_MESSAGE: {
    codec: c.boolean,
    default: 'false',
    meaning: "the file's title is appended to `uploadImageSuccess`",
  },
  BOTRUNNER_URL: {
    codec: c.url,
    meaning: 'address of Botrunner; without it and STUDIO_NG_URL bot states are not sent, and counted',
  },
  BOTRUNNER_TOKEN: { codec: c.secret, secret: true, meaning: 'sent as `jwt` when set' },
  BOTRUNNER_TIMEOUT: { codec: c.duration(), default: '4', meaning: 'delay before a bot state (but success)' },
  STUDIO_NG_URL: { codec: c.url, meaning: 'address of Studio; used instead of Botrunner when set' },
  STUDIO_NG_TOKEN: { codec: c.token, secret: true, meaning: 'bearer token for Studio' },
  STUDIO_NG_TIMEOUT: { codec: c.duration(), default: '4', meaning: 'delay before a bot state (but success)' },
  BLOCKED_USER_STATE: {
    codec: botStates('from-sf-blocked'),
    default: 'whatsapp:from-sf-blocked,facebook:from-sf-blocked',
    meaning: 'bot state of a blocked user, per channel',
  },
  TIMEOUT_STATE: {
    codec: botStates('from-sf-timeout'),
    default: 'whatsapp:from-sf-timeout,facebook:from-sf-timeout',
    meaning: 'bot state after a chat that failed or broke off, per channel',
  },
  SUCCESS_STATE: {
    codec: botStates('from-sf-success'),
    default: 'whatsapp:from-sf-success,facebook:from-sf-success',
    meaning: 'bot state after a chat that was ended, per channel',
  },
} as const satisfies Record<string, Variable<unknown>>;
