import { E, pipe } from '../../domain/fp.ts';
import type {
  AuthConfig,
  BotFlowConfig,
  ConnectConfig,
  HttpConfig,
  LimitsConfig,
  MediaConfig,
  StoreConfig,
  TimeoutsConfig,
} from './config.ts';
import { all, type Checked } from './mistake.ts';
import { present } from './present.ts';
import type { Readings } from './readings.ts';

export const http = ({ get }: Readings): Checked<HttpConfig> =>
  pipe(
    all({
      host: get('HOST'),
      port: get('PORT'),
      trustProxy: get('TRUST_PROXY'),
      mode: get('INTEGRATIONS_SIGNATURE_MODE'),
      secret: get('INTEGRATIONS_SIGNATURE'),
      ignored: get('IGNORE_MESSAGE_TYPES'),
    }),
    E.map(({ mode, secret, ignored, ...rest }) => ({
      ...rest,
      ignoreMessageTypes: new Set(ignored),
      ...(secret === undefined ? {} : { webhookSignature: { mode, secret } }),
    })),
  );

export const store = ({ get, need, peek }: Readings): Checked<StoreConfig> => {
  switch (peek('STORE')) {
    case 'memory':
      return E.right({ kind: 'memory' });
    case 'mongodb':
      return pipe(
        all({ uri: need('MONGODB_URI', 'STORE=mongodb needs it'), database: get('MONGODB_DATABASE') }),
        E.map((values) => ({ kind: 'mongodb', ...values })),
      );
    case 'sqlite':
    case undefined:
      return pipe(
        get('SQLITE_PATH'),
        E.map((path) => ({ kind: 'sqlite', path })),
      );
  }
};

export const timeouts = ({ get }: Readings): Checked<TimeoutsConfig> =>
  all({
    connectMs: get('CONNECT_TIMEOUT'),
    requestMs: get('REQUEST_TIMEOUT'),
    waitMs: get('WAIT_TIMEOUT'),
    sessionSilenceMs: get('SESSION_SILENCE'),
    chatIdleMaxMs: get('CHAT_IDLE_MAX'),
    deliveryDeadlineMs: get('DELIVERY_DEADLINE'),
    mediaWaitMs: get('MEDIA_WAIT'),
    shutdownMs: get('SHUTDOWN_TIMEOUT'),
  });

/** In `dev` SECRET_KEY and YALO_PASSWORD may be absent, see `AuthConfig`. */
export const auth = ({ get, need, peek }: Readings): Checked<AuthConfig> => {
  const environment = peek('ENVIRONMENT');
  const strict = environment === 'staging' || environment === 'production';
  return pipe(
    all({
      secretKey: strict
        ? need('SECRET_KEY', 'tokens are signed with it; only dev makes one up')
        : get('SECRET_KEY'),
      secretKeyPrevious: get('SECRET_KEY_PREVIOUS'),
      tokenTtlMs: get('TOKEN_TTL'),
      yaloName: get('YALO_USERNAME'),
      yaloPassword: strict
        ? need('YALO_PASSWORD', 'the bot logs in with it; only dev makes one up')
        : get('YALO_PASSWORD'),
      salesforceName: get('SALESFORCE_USERNAME'),
      salesforcePassword: get('SALESFORCE_PASSWORD'),
    }),
    E.map(({ yaloName, yaloPassword, salesforceName, salesforcePassword, ...rest }) => ({
      ...present(rest),
      yaloUser: present({ username: yaloName, password: yaloPassword }),
      ...(salesforcePassword === undefined
        ? {}
        : { salesforceUser: { username: salesforceName, password: salesforcePassword } }),
    })),
  );
};

/** What the default of MAX_RETRIES is, and what a smaller one under an old name is raised to. */
export const leastOldTries = 8;

export const raisesTries = ({ found, peek }: Readings): boolean =>
  found('MAX_RETRIES')?.old === true && (peek('MAX_RETRIES') ?? leastOldTries) < leastOldTries;

export const limits = (readings: Readings): Checked<LimitsConfig> =>
  all({
    agentTextMax: readings.get('AGENT_TEXT_MAX'),
    maxTries: raisesTries(readings) ? E.right(leastOldTries) : readings.get('MAX_RETRIES'),
    salesforceRate: readings.get('RATE_LIMIT_SALESFORCE'),
    yaloRate: readings.get('RATE_LIMIT_YALO'),
    pollStartRate: readings.get('POLL_START_RATE'),
  });

export const connect = ({ get }: Readings): Checked<ConnectConfig> =>
  all({
    phoneCodes: get('SFC_CODE_PHONE_REMOVE'),
    checkAvailability: get('SFC_CHECK_AVAILABILITY'),
    sourceFlowField: get('SFC_SOURCE_FLOW_FIELD'),
  });

export const restartKeywords = ({ get, peek }: Readings): Checked<ReadonlySet<string>> =>
  pipe(
    get('KEYWORDS_RESTART'),
    E.map((words) =>
      peek('ENVIRONMENT') === 'production' ? new Set() : new Set(words.map((word) => word.toLowerCase())),
    ),
  );

export const botFlow = ({ get, isSet }: Readings): Checked<BotFlowConfig> => {
  const studio = isSet('STUDIO_NG_URL');
  return pipe(
    all({
      url: get(studio ? 'STUDIO_NG_URL' : 'BOTRUNNER_URL'),
      token: get(studio ? 'STUDIO_NG_TOKEN' : 'BOTRUNNER_TOKEN'),
      delayMs: get(studio ? 'STUDIO_NG_TIMEOUT' : 'BOTRUNNER_TIMEOUT'),
      blocked: get('BLOCKED_USER_STATE'),
      timeout: get('TIMEOUT_STATE'),
      success: get('SUCCESS_STATE'),
    }),
    E.map(({ url, token, delayMs, ...states }) => {
      const kind = studio ? ('studio' as const) : ('botrunner' as const);
      return {
        delayMs,
        states,
        ...(url === undefined ? {} : { engine: { kind, ...present({ url, token }) } }),
      };
    }),
  );
};

export const media = ({ get }: Readings): Checked<MediaConfig> =>
  all({
    allowedHosts: get('MEDIA_ALLOWED_HOSTS'),
    maxBytes: get('MEDIA_MAX_BYTES'),
    sendImageName: get('SEND_IMAGE_NAME_IN_MESSAGE'),
  });
