import test from 'ava';
import type { Config } from '../../src/main/config.ts';
import { Secret } from '../../src/main/config.ts';
import { variableNames, type VariableName } from '../../src/main/config/variables.ts';
import { configOf, flow, mistakesOf, realRemotes } from './config.fixture.ts';

/** Shows what is behind the secrets, so that they can be compared. */
const open = (value: unknown): unknown => (value instanceof Secret ? `revealed ${value.reveal()}` : value);

interface Example {
  readonly read: (config: Config) => unknown;
  readonly default: unknown;
  readonly good: ReadonlyArray<readonly [text: string, value: unknown]>;
  readonly bad: ReadonlyArray<string>;
  /** Variables that must be set beside it for it to show. */
  readonly beside?: Readonly<Record<string, string>>;
}

const text = (read: Example['read'], fallback: unknown): Example => ({
  read,
  default: fallback,
  good: [[' some-text ', 'some-text']],
  bad: [],
});
const remoteText = (read: Example['read'], fallback: unknown): Example => ({
  ...text(read, fallback),
  beside: realRemotes,
});
const secret = (
  read: Example['read'],
  beside: Readonly<Record<string, string>> = {},
  fallback?: string,
): Example => ({
  read,
  default: fallback,
  good: [['sample secret\n', 'revealed sample secret']],
  bad: [],
  beside,
});
const token = (
  read: Example['read'],
  beside: Readonly<Record<string, string>> = {},
  fallback?: string,
): Example => ({
  read,
  default: fallback,
  good: [[' sample-token\n', 'revealed sample-token']],
  bad: ['sample token', 'sample-tökén', 'a\nb'],
  beside,
});
const duration = (read: Example['read'], fallback: number, least: 'zero' | 'some'): Example => ({
  read,
  default: fallback,
  good: [
    ['250ms', 250],
    ['15s', 15_000],
    ['3m', 180_000],
    ['1h', 3_600_000],
    ['7', 7000],
    ['1.5', 1500],
    ...(least === 'zero' ? ([['0', 0]] as const) : []),
  ],
  bad: ['soon', '-1', '3 weeks', '1e3', '8761h', ...(least === 'some' ? ['0', '0.1ms'] : [])],
});
const boolean = (read: Example['read'], beside: Readonly<Record<string, string>> = {}): Example => ({
  read,
  default: false,
  good: [
    ['true', true],
    ['TRUE', true],
    ['1', true],
    ['false', false],
    ['0', false],
  ],
  bad: ['maybe', '2', 'toString'],
  beside,
});
const rate = (read: Example['read'], fallback: number): Example => ({
  read,
  default: { perSecond: fallback, burst: fallback },
  good: [
    ['20/s', { perSecond: 20, burst: 20 }],
    ['30/m', { perSecond: 0.5, burst: 30 }],
    ['7', { perSecond: 7, burst: 7 }],
  ],
  bad: ['0', '20/h', 'fast', '-1', '0.5', '10000000'],
});
const url = (
  read: Example['read'],
  beside: Readonly<Record<string, string>> = {},
  fallback?: string,
): Example => ({
  read,
  default: fallback,
  good: [
    ['https://sub.example.com/', 'https://sub.example.com'],
    ['http://localhost:8080/path//', 'http://localhost:8080/path'],
  ],
  bad: [
    'example.com',
    'ftp://example.com',
    'https://user:sample@example.com',
    'https://example.com?a=b',
    'https:example.com',
    'https://',
    'https://exa mple.com',
  ],
  beside,
});
const fields = (which: 'case' | 'contact' | 'account' | 'search'): Example => ({
  read: ({ remotes }) => remotes?.crm.customFields[which],
  default: [],
  good: [
    [
      ' key:Field__c , key2 : Field2__c,',
      [
        ['key', 'Field__c'],
        ['key2', 'Field2__c'],
      ],
    ],
    ['a.b:Owner.Name', [['a.b', 'Owner.Name']]],
  ],
  bad: ['key', ':Field__c', 'key:', 'a:b:Owner.Name', "key:Field__c' OR Name != '", 'key:1Field'],
  beside: realRemotes,
});
const states = (which: 'blocked' | 'timeout' | 'success'): Example => ({
  read: ({ botFlow }) => botFlow.states[which],
  default: { whatsapp: `from-sf-${which}`, facebook: `from-sf-${which}` },
  good: [
    ['whatsapp:a, facebook : b', { whatsapp: 'a', facebook: 'b' }],
    ['whatsapp:a:b', { whatsapp: 'a:b', facebook: `from-sf-${which}` }],
  ],
  bad: ['a', 'telegram:a', 'whatsapp:', 'whatsapp'],
});
const wholeNumber = (
  read: Example['read'],
  fallback: number,
  out: ReadonlyArray<string>,
  beside = {},
): Example => ({
  read,
  default: fallback,
  good: [['123', 123]],
  bad: ['many', '1.5', '-1', ...out],
  beside,
});

const signature = { INTEGRATIONS_SIGNATURE: 'sample-signature' };
const mongo = { STORE: 'mongodb', MONGODB_URI: 'mongodb://db.example.com' };
const facebook = {
  ...realRemotes,
  INTEGRATIONS_FB_BOT_ID: 'fb-bot',
  INTEGRATIONS_FB_BOT_JWT: 'sample-fb-jwt',
};
const botrunner = { BOTRUNNER_URL: 'https://botrunner.example.com' };
const studio = { STUDIO_NG_URL: 'https://studio.example.com' };
const wa = ({ remotes }: Config) => remotes?.yalo.bots.whatsapp;
const fb = ({ remotes }: Config) => remotes?.yalo.bots.facebook;
const lowered = (words: string) => new Set(words.split(','));

/** With `@ : / ? # %` of a password as they are. */
const unescapedUris = [
  'mongodb://us:p@ss/w:rd@127.0.0.1:27017/',
  'mongodb://us:p@ss:wrd@127.0.0.1:27017/',
  'mongodb://us:p@sswrd@127.0.0.1:27017/?replicaSet=rs0',
  'mongodb://u@s:passwrd@127.0.0.1:27017/',
  'mongodb+srv://us:p@ss/w:rd@db.example.com/',
  'mongodb://us:pass/wrd@127.0.0.1:27017/',
  'mongodb://us:pass:wrd@127.0.0.1:27017/',
  'mongodb://us:pass?wrd@127.0.0.1:27017/',
  'mongodb://us:pass#wrd@127.0.0.1:27017/',
  'mongodb://us:pass%wrd@127.0.0.1:27017/',
];
/** By the driver alone. */
const refusedUris = [
  'mongodb://127.0.0.1:27017/?foo=bar',
  'mongodb://127.0.0.1:27017/?maxPoolSize=abc',
  'mongodb://127.0.0.1:27017/?serverSelectionTimeoutMS=abc',
  'mongodb://127.0.0.1:port/',
  'mongodb+srv://db.example.com:27017/',
  'mongodb://127.0.0.1:27017/?loadBalanced=true&replicaSet=rs0',
];

const examples: Record<VariableName, Example> = {
  HOST: text(({ http }) => http.host, '0.0.0.0'),
  PORT: wholeNumber(({ http }) => http.port, 8080, ['65536', 'tcp://10.0.0.1:80']),
  CLIENT: text(({ client }) => client, 'salesforce'),
  ENVIRONMENT: {
    read: ({ environment }) => environment,
    default: 'dev',
    good: [
      ['staging', 'staging'],
      ['Production', 'production'],
    ],
    bad: ['prod', 'toString'],
    beside: {
      ...realRemotes,
      STORE: 'sqlite',
      WEBHOOKS_UNSIGNED: 'true',
      SECRET_KEY: 'sample-key-of-thirty-two-bytes-or-more',
      YALO_PASSWORD: 'sample-password',
    },
  },
  LOG_LEVEL: { read: ({ log }) => log.level, default: 'info', good: [['debug', 'debug']], bad: ['loud'] },
  LOG_FORMAT: { read: ({ log }) => log.format, default: 'json', good: [['pretty', 'pretty']], bad: ['xml'] },
  STORE: {
    read: ({ store }) => store.kind,
    default: 'sqlite',
    good: [
      ['memory', 'memory'],
      ['mongodb', 'mongodb'],
      ['sqlite', 'sqlite'],
    ],
    bad: ['redis'],
    beside: { MONGODB_URI: 'mongodb://db.example.com' },
  },
  SQLITE_PATH: text(({ store }) => store.kind === 'sqlite' && store.path, 'data/relevo.db'),
  MONGODB_URI: {
    read: ({ store }) => store.kind === 'mongodb' && open(store.uri),
    default: 'revealed mongodb://db.example.com',
    good: [
      'mongodb+srv://u:sample@db.example.com/x',
      'mongodb://u:s%40m%2Fp%3Al%25e@10.0.0.1:27017,[::1]:27018/?replicaSet=rs0&maxPoolSize=50',
      'mongodb://u:sample@db.example.com:10255/?ssl=true&appName=@u@',
      'mongodb://%2Frun%2Fmongodb.sock/?serverSelectionTimeoutMS=900',
    ].map((uri) => [uri, `revealed ${uri}`] as const),
    bad: ['db.example.com', 'postgres://db.example.com', ...unescapedUris, ...refusedUris],
    beside: mongo,
  },
  MONGODB_DATABASE: {
    read: ({ store }) => store.kind === 'mongodb' && store.database,
    default: 'relevo',
    good: [['chats', 'chats']],
    bad: ['a/b', 'a b', 'a.b'],
    beside: mongo,
  },
  INSTANCE_ID: {
    read: ({ ownership }) => ownership.instanceId,
    default: undefined,
    good: [['pod-1', 'pod-1']],
    bad: ['pod 1', 'x'.repeat(129)],
  },
  LEASE_SECONDS: {
    read: ({ ownership }) => ownership.leaseMs,
    default: 15_000,
    good: [
      ['2', 2000],
      ['1m', 60_000],
    ],
    bad: ['1', '1999ms', 'x'],
  },
  SHUTDOWN_TIMEOUT: duration(({ timeouts }) => timeouts.shutdownMs, 20_000, 'zero'),
  TRUST_PROXY: boolean(({ http }) => http.trustProxy),
  SECRET_KEY: secret(({ auth }) => open(auth.secretKey)),
  SECRET_KEY_PREVIOUS: secret(({ auth }) => open(auth.secretKeyPrevious)),
  TOKEN_TTL: {
    read: ({ auth }) => auth.tokenTtlMs,
    default: 86_400_000,
    good: [
      ['8760h', 31_536_000_000],
      ['1s', 1000],
    ],
    bad: ['8761h', '0', '366d'],
  },
  YALO_USERNAME: text(({ auth }) => auth.yaloUser.username, 'yaloUser'),
  YALO_PASSWORD: secret(({ auth }) => open(auth.yaloUser.password)),
  SALESFORCE_USERNAME: {
    ...text(({ auth }) => auth.salesforceUser?.username, 'salesforceUser'),
    beside: { SALESFORCE_PASSWORD: 'sample-password' },
  },
  SALESFORCE_PASSWORD: secret(({ auth }) => open(auth.salesforceUser?.password)),
  METRICS_TOKEN: token(({ metrics }) => open(metrics.token)),
  AGENT_DESK: {
    read: ({ remotes }) => remotes?.desk.kind,
    default: 'live-agent',
    good: [['live-agent', 'live-agent']],
    bad: ['enhanced-chat', 'zendesk'],
    beside: realRemotes,
  },
  SFC_LOGIN_URL: url(({ remotes }) => remotes?.login.loginUrl, realRemotes, realRemotes.SFC_LOGIN_URL),
  SFC_BASE_URL: url(({ remotes }) => remotes?.crm.baseUrl, realRemotes, realRemotes.SFC_BASE_URL),
  SFC_CHAT_URL: url(({ remotes }) => remotes?.desk.chatUrl, realRemotes, realRemotes.SFC_CHAT_URL),
  SFC_SCRT_URL: {
    ...url(() => undefined),
    good: [['https://scrt.example.com', undefined]],
    beside: realRemotes,
  },
  SFC_CLIENT_ID: remoteText(({ remotes }) => remotes?.login.clientId, 'sample-client-id'),
  SFC_CLIENT_SECRET: secret(
    ({ remotes }) => open(remotes?.login.clientSecret),
    realRemotes,
    'revealed sample-client-secret',
  ),
  SFC_GRANT: {
    read: ({ remotes }) => remotes?.login.grant,
    default: 'password',
    good: [['client_credentials', 'client_credentials']],
    bad: ['implicit'],
    beside: realRemotes,
  },
  SFC_USERNAME: remoteText(
    ({ remotes }) => remotes?.login.grant === 'password' && remotes.login.username,
    'api@example.com',
  ),
  SFC_PASSWORD: secret(
    ({ remotes }) => remotes?.login.grant === 'password' && open(remotes.login.password),
    realRemotes,
    'revealed sample-sfc-password',
  ),
  SFC_SECURITY_TOKEN: secret(
    ({ remotes }) => (remotes?.login.grant === 'password' ? open(remotes.login.securityToken) : 'none'),
    realRemotes,
  ),
  SFC_API_VERSION: {
    read: ({ remotes }) => [remotes?.crm.apiVersion, remotes?.desk.apiVersion],
    default: [52, 52],
    good: [
      ['60', [60, 60]],
      ['v61.0', [61, 61]],
    ],
    bad: ['0', '52.5', 'latest'],
    beside: realRemotes,
  },
  SFC_ORGANIZATION_ID: remoteText(({ remotes }) => remotes?.desk.organizationId, '00D-sample'),
  SFC_DEPLOYMENT_ID: remoteText(({ remotes }) => remotes?.desk.deploymentId, '572-sample'),
  SFC_RECORD_TYPE_ID: remoteText(({ remotes }) => remotes?.crm.caseRecordTypeId, undefined),
  SFC_ACCOUNT_RECORD_TYPE_ID: remoteText(({ remotes }) => remotes?.crm.accountRecordTypeId, undefined),
  SFC_DEFAULT_BIRTH_DATE_ACCOUNT: {
    read: ({ remotes }) => remotes?.crm.defaultBirthDate,
    default: '1921-01-01T00:00:00',
    good: [
      ['2000-02-29T12:30:00Z', '2000-02-29T12:30:00Z'],
      ['1970-12-31', '1970-12-31'],
    ],
    bad: ['yesterday', '2001-02-29T00:00:00', '2000-13-01', '01-01-2000'],
    beside: realRemotes,
  },
  SFC_CUSTOM_FIELDS_CASE: fields('case'),
  SFC_CUSTOM_FIELDS_CONTACT: fields('contact'),
  SFC_CUSTOM_FIELDS_ACCOUNT: fields('account'),
  SFC_CUSTOM_FIELDS_TO_SEARCH_CONTACT: fields('search'),
  SFC_SOURCE_FLOW_BOT: {
    read: ({ remotes }) => [...(remotes?.flows.keys() ?? [])],
    default: ['default'],
    good: [[`SFB001=${flow};default=${flow}`, ['SFB001', 'default']]],
    bad: ['default', '{"default":', `SFB001=${flow}`],
    beside: realRemotes,
  },
  SFC_SOURCE_FLOW_FIELD: text(({ connect }) => connect.sourceFlowField, 'source_flow_bot'),
  SFC_BLOCKED_CHAT_FIELD: boolean(({ remotes }) => remotes?.crm.blockedField !== undefined, realRemotes),
  SFC_BLOCKED_CHAT_FIELD_NAME: {
    read: ({ remotes }) => remotes?.crm.blockedField,
    default: 'CP_BlockedChatYalo__c',
    good: [['Blocked__c', 'Blocked__c']],
    bad: ['Blocked, Id', '1'],
    beside: { ...realRemotes, SFC_BLOCKED_CHAT_FIELD: 'true' },
  },
  SFC_CHECK_AVAILABILITY: boolean(({ connect }) => connect.checkAvailability),
  SFC_CODE_PHONE_REMOVE: {
    read: ({ connect }) => connect.phoneCodes,
    default: ['521', '52'],
    good: [
      ['521, 52,54', ['521', '52', '54']],
      ['', []],
    ],
    bad: ['mx', '52;54'],
  },
  INTEGRATIONS_BASE_URL: url(
    ({ remotes }) => remotes?.yalo.baseUrl,
    realRemotes,
    realRemotes.INTEGRATIONS_BASE_URL,
  ),
  INTEGRATIONS_WA_CHANNEL: remoteText((config) => wa(config)?.channel, 'outgoing_webhook'),
  INTEGRATIONS_FB_CHANNEL: { ...text((config) => fb(config)?.channel, 'passthrough'), beside: facebook },
  INTEGRATIONS_WA_BOT_ID: remoteText((config) => wa(config)?.botId, 'sample-bot'),
  INTEGRATIONS_FB_BOT_ID: { ...text((config) => fb(config)?.botId, 'fb-bot'), beside: facebook },
  INTEGRATIONS_WA_BOT_JWT: token((config) => open(wa(config)?.jwt), realRemotes, 'revealed sample-bot-jwt'),
  INTEGRATIONS_FB_BOT_JWT: token((config) => open(fb(config)?.jwt), facebook, 'revealed sample-fb-jwt'),
  INTEGRATIONS_WA_BOT_PHONE: remoteText((config) => wa(config)?.phone, ''),
  INTEGRATIONS_FB_BOT_PHONE: { ...text((config) => fb(config)?.phone, ''), beside: facebook },
  INTEGRATIONS_WA_VERSION: wholeNumber((config) => wa(config)?.version, 0, ['1001'], realRemotes),
  INTEGRATIONS_FB_VERSION: wholeNumber((config) => fb(config)?.version, 3, ['1001'], facebook),
  INTEGRATIONS_MEDIA_TOKEN: token(({ remotes }) => open(remotes?.yalo.mediaToken), realRemotes),
  INTEGRATIONS_SIGNATURE: secret(({ http }) => open(http.webhookSignature?.secret)),
  INTEGRATIONS_SIGNATURE_MODE: {
    read: ({ http }) => http.webhookSignature?.mode,
    default: 'equal',
    good: [['hmac-sha256', 'hmac-sha256']],
    bad: ['md5'],
    beside: signature,
  },
  // seen only by what production refuses
  WEBHOOKS_UNSIGNED: { ...boolean(() => false), good: [['true', false]] },
  WEBHOOK_BASE_URL: url(({ remotes }) => remotes?.yalo.webhookBaseUrl, realRemotes),
  IGNORE_MESSAGE_TYPES: {
    read: ({ http }) => http.ignoreMessageTypes,
    default: lowered('status,notification-status'),
    good: [
      [' Status ,other', lowered('Status,other')],
      ['', new Set()],
    ],
    bad: [],
  },
  MEDIA_ALLOWED_HOSTS: {
    read: ({ media }) => media.allowedHosts.length,
    default: 4,
    good: [
      ['cdn.example.com, *.example.com:8443,localhost:9000', 3],
      ['', 0],
    ],
    bad: ['https://cdn.example.com', 'cdn.*.com', 'a b', 'host:99999'],
  },
  MEDIA_MAX_BYTES: {
    read: ({ media }) => media.maxBytes,
    default: 26_214_400,
    good: [
      ['512KiB', 524_288],
      ['1 MiB', 1_048_576],
      ['1000', 1000],
    ],
    bad: ['0', 'big', '25MB', '2GiB', '-1'],
  },
  CONTEXT_TTL: duration(({ retention }) => retention.contextTtlMs, 86_400_000, 'some'),
  CHAT_RETENTION: duration(({ retention }) => retention.chatRetentionMs, 2_592_000_000, 'some'),
  CONNECT_TIMEOUT: duration(({ timeouts }) => timeouts.connectMs, 25_000, 'some'),
  REQUEST_TIMEOUT: duration(({ timeouts }) => timeouts.requestMs, 60_000, 'some'),
  WAIT_TIMEOUT: duration(({ timeouts }) => timeouts.waitMs, 0, 'zero'),
  SESSION_SILENCE: duration(({ timeouts }) => timeouts.sessionSilenceMs, 180_000, 'some'),
  CHAT_IDLE_MAX: duration(({ timeouts }) => timeouts.chatIdleMaxMs, 86_400_000, 'some'),
  DELIVERY_DEADLINE: duration(({ timeouts }) => timeouts.deliveryDeadlineMs, 86_400_000, 'some'),
  MEDIA_WAIT: duration(({ timeouts }) => timeouts.mediaWaitMs, 10_000, 'zero'),
  AGENT_TEXT_MAX: wholeNumber(({ limits }) => limits.agentTextMax, 4000, ['99', '100001']),
  MAX_RETRIES: wholeNumber(({ limits }) => limits.maxTries, 8, ['0', '1001']),
  RATE_LIMIT_SALESFORCE: rate(({ limits }) => limits.salesforceRate, 20),
  RATE_LIMIT_YALO: rate(({ limits }) => limits.yaloRate, 20),
  POLL_START_RATE: rate(({ limits }) => limits.pollStartRate, 500),
  KEYWORDS_RESTART: {
    read: ({ restartKeywords }) => restartKeywords,
    default: lowered('coppelbot,regresar,reiniciar,restart'),
    good: [
      [' Menú , RESTART', lowered('menú,restart')],
      ['', new Set()],
    ],
    bad: [],
  },
  MESSAGES: {
    read: ({ texts }) => [texts.waitAgent, texts.botLabel],
    default: ['Esperando un agente', 'Bot'],
    good: [['{"WAITAGENT": "One moment", "botLabel": ""}', ['One moment', '']]],
    bad: ['{', '[]', '"a"', '{"waitAgent": 1}', '{"unknownName": "a"}', 'null'],
  },
  TIMEZONE: {
    read: ({ timeZone }) => timeZone,
    default: 'America/Mexico_City',
    good: [['Europe/Madrid', 'Europe/Madrid']],
    bad: ['Mexico', 'America/Nowhere'],
  },
  SEND_IMAGE_NAME_IN_MESSAGE: boolean(({ media }) => media.sendImageName),
  BOTRUNNER_URL: url(
    ({ botFlow }) => botFlow.engine?.kind === 'botrunner' && botFlow.engine.url,
    {},
    undefined,
  ),
  BOTRUNNER_TOKEN: secret(({ botFlow }) => open(botFlow.engine?.token), botrunner),
  BOTRUNNER_TIMEOUT: duration(({ botFlow }) => botFlow.delayMs, 4000, 'zero'),
  STUDIO_NG_URL: url(({ botFlow }) => botFlow.engine?.kind === 'studio' && botFlow.engine.url, botrunner),
  STUDIO_NG_TOKEN: token(({ botFlow }) => open(botFlow.engine?.token), studio),
  STUDIO_NG_TIMEOUT: { ...duration(({ botFlow }) => botFlow.delayMs, 4000, 'zero'), beside: studio },
  BLOCKED_USER_STATE: states('blocked'),
  TIMEOUT_STATE: states('timeout'),
  SUCCESS_STATE: states('success'),
};

for (const name of variableNames) {
  const { read, default: fallback, good, bad, beside = {} } = examples[name];

  test(`configuration › ${name} › has its default, and an empty one is as good as none`, (t) => {
    t.deepEqual(read(configOf(beside)) || undefined, fallback || undefined);
    if (!good.some(([given]) => given === '') && !(name in beside)) {
      t.deepEqual(read(configOf({ ...beside, [name]: '  ' })), read(configOf(beside)));
    }
  });

  test(`configuration › ${name} › is read`, (t) => {
    for (const [given, value] of good)
      t.deepEqual(read(configOf({ ...beside, [name]: given })), value, given);
  });

  test(`configuration › ${name} › is refused, by its name and without its value`, (t) => {
    t.pass();
    for (const given of bad) {
      const mistakes = mistakesOf({ ...beside, [name]: given });
      t.true(
        mistakes.some(({ variable }) => variable === name),
        given,
      );
      t.deepEqual(
        mistakes.map(({ variable }) => variable).filter((variable) => variable !== name),
        [],
        given,
      );
    }
  });
}

test('MONGODB_URI › a mistake says what to escape or to look at, and nothing of what was set', (t) => {
  for (const uri of [...unescapedUris, ...refusedUris]) {
    const [{ expected = '' } = {}, ...more] = mistakesOf({ ...mongo, MONGODB_URI: uri });
    t.deepEqual(more, []);
    t.regex(expected, /@ : \/ \? # % of user name and password written as %40 %3A %2F %3F %23 %25/u);
    t.notRegex(expected, /wrd|w:rd|127|27017|foo|maxPoolSize|abc|rs0/u, uri);
  }
  t.regex(mistakesOf({ ...mongo, MONGODB_URI: refusedUris[0] })[0]?.expected ?? '', /options/u);
});
