import * as c from '../codecs.ts';
import type { Variable } from '../variable.ts';

/** The process itself: address, log, store, ownership, and who may call. */
export const serviceVariables = {
  HOST: { codec: c.text, default: '0.0.0.0', meaning: 'address to listen on' },
  PORT: { codec: c.integer(0, 65_535), default: '8080', meaning: 'port to listen on; 0 takes a free one' },
  CLIENT: { codec: c.text, default: 'salesforce', meaning: 'tenant name shown in context entries' },
  ENVIRONMENT: {
    codec: c.oneOf('dev', 'staging', 'production'),
    default: 'dev',
    meaning:
      '`dev`, `staging` or `production`. The first two offer restart keywords. `dev` makes up SECRET_KEY and YALO_PASSWORD when they are not set. `production` refuses to start with a SECRET_KEY under 32 bytes, with secrets out of a manual (`changeme`), with a SECRET_KEY that repeats itself, with the sandbox instead of real remotes, with unsigned webhooks (unless WEBHOOKS_UNSIGNED=true), and without STORE',
  },
  LOG_LEVEL: {
    codec: c.oneOf('error', 'warn', 'info', 'debug'),
    default: 'info',
    meaning: '`error`, `warn`, `info` or `debug`',
  },
  LOG_FORMAT: {
    codec: c.oneOf('json', 'pretty'),
    default: 'json',
    meaning: '`json`, or `pretty` for people',
  },
  STORE: {
    codec: c.oneOf('memory', 'sqlite', 'mongodb'),
    default: 'sqlite',
    meaning:
      '`memory` (gone with the process), `sqlite` (one machine, survives restarts) or `mongodb` (any number of machines); must be set in `production`',
  },
  SQLITE_PATH: { codec: c.text, default: 'data/relevo.db', meaning: 'file of the `sqlite` store' },
  MONGODB_URI: {
    codec: c.mongoUri,
    secret: true,
    meaning:
      'connection string; required for `mongodb`; `@ : / ? # %` of user name and password are written as `%40 %3A %2F %3F %23 %25`',
  },
  MONGODB_DATABASE: {
    codec: c.matching('the name of a database', /^[^/\\. "$*<>:|?]{1,63}$/u),
    default: 'relevo',
    meaning: 'database of the `mongodb` store',
  },
  INSTANCE_ID: {
    codec: c.matching('a name of at most 128 characters without spaces', /^\S{1,128}$/u),
    defaultShown: 'the host name',
    meaning: 'name of this process; a random part is always added',
  },
  LEASE_SECONDS: {
    codec: c.duration({ min: [2000, '2s'] }),
    default: '15',
    meaning:
      'a process whose heartbeat stood still for so long is called dead, and its chats are taken over; at least 2',
  },
  SHUTDOWN_TIMEOUT: {
    codec: c.duration(),
    default: '20s',
    meaning: 'time for what is in flight when the process is told to stop',
  },
  TRUST_PROXY: {
    codec: c.boolean,
    default: 'false',
    meaning: "take the client's address from `X-Forwarded-For`",
  },
  SECRET_KEY: {
    codec: c.secret,
    secret: true,
    meaning:
      'signs tokens; required outside `dev`, at least 32 bytes in `production`; the same for all instances of `mongodb`',
  },
  SECRET_KEY_PREVIOUS: { codec: c.secret, secret: true, meaning: 'still verifies tokens during a rotation' },
  TOKEN_TTL: {
    codec: c.duration({ min: [1000, '1s'] }),
    default: '24h',
    meaning: 'life of a token, up to 8760h',
  },
  YALO_USERNAME: { codec: c.text, default: 'yaloUser', meaning: 'API user with YALO_ROLE' },
  YALO_PASSWORD: { codec: c.secret, secret: true, meaning: 'its password; required outside `dev`' },
  SALESFORCE_USERNAME: { codec: c.text, default: 'salesforceUser', meaning: 'API user with SALESFORCE_ROLE' },
  SALESFORCE_PASSWORD: {
    codec: c.secret,
    secret: true,
    meaning: 'its password; without one there is no such user',
  },
  METRICS_TOKEN: {
    codec: c.token,
    secret: true,
    meaning: 'bearer token for `/metrics`; without one it answers only on loopback',
  },
} as const satisfies Record<string, Variable<unknown>>;
