import { providers } from '../../domain/channel.ts';
import { defaultFlow } from '../../domain/source-flow.ts';
import type { Config } from './config.ts';
import { leastOldTries, raisesTries } from './parts.ts';
import type { Readings } from './readings.ts';
import { halfBot } from './remotes.ts';
import { isGuessableKey, isWeakKey } from './rules.ts';
import { unusedOldNames, type Environment } from './sources.ts';

const ofOldNames = (env: Environment, readings: Readings): ReadonlyArray<string> => {
  const unused = unusedOldNames(env);
  return [
    ...when(unused.length > 0, `not used any more, and ignored: ${unused.join(', ')}`),
    ...when(
      raisesTries(readings),
      `${readings.found('MAX_RETRIES')?.setAs ?? ''} is raised to ${leastOldTries}; set MAX_RETRIES for a smaller one`,
    ),
  ];
};

/** Secrets that somebody may guess at, with the characters that they have at least. */
const lengths = [
  ['YALO_PASSWORD', 12],
  ['METRICS_TOKEN', 16],
  ['INTEGRATIONS_SIGNATURE', 16],
] as const;

const ofLengths = ({ peek }: Readings): ReadonlyArray<string> =>
  lengths.flatMap(([name, least]) =>
    when(
      (peek(name)?.reveal().length ?? least) < least,
      `${name} is shorter than ${least} characters: it can be guessed`,
    ),
  );

/** What each process makes up for itself where it is absent. */
const madeUp = ['SECRET_KEY', 'YALO_PASSWORD'] as const;

const ofInstances = ({ isSet }: Readings, { store }: Config): ReadonlyArray<string> => {
  const absent = madeUp.filter((name) => !isSet(name));
  return when(
    store.kind === 'mongodb' && absent.length > 0,
    `each instance makes up its own ${absent.join(' and ')}, and refuses what another one gave out: set the same for all`,
  );
};

const ofSafety = ({ isSet }: Readings, config: Config): ReadonlyArray<string> => [
  ...when(
    config.http.webhookSignature === undefined,
    'the webhooks are open to everybody: set INTEGRATIONS_SIGNATURE',
  ),
  ...when(
    config.environment !== 'production' && isWeakKey(config.auth.secretKey),
    'SECRET_KEY is shorter than 32 bytes; production refuses that',
  ),
  ...when(
    config.environment !== 'production' && isGuessableKey(config.auth.secretKey),
    'SECRET_KEY is a sample value, or repeats itself: it can be guessed; production refuses that',
  ),
  ...when(
    config.http.trustProxy && isOfThisMachine(config.http.host) && config.metrics.token === undefined,
    'the proxy is on this machine, so it passes /metrics on to everybody: set METRICS_TOKEN',
  ),
  ...when(
    config.environment === 'production' && config.store.kind === 'memory',
    'STORE=memory forgets every chat and message when the process ends',
  ),
  ...when(
    !config.sandbox && !isSet('ENVIRONMENT'),
    'ENVIRONMENT is not set, so this is dev, although with real remotes; set dev, staging or production',
  ),
];

/** Where credentials and people's words are sent to. */
const addresses = [
  'SFC_LOGIN_URL',
  'SFC_BASE_URL',
  'SFC_CHAT_URL',
  'INTEGRATIONS_BASE_URL',
  'BOTRUNNER_URL',
  'STUDIO_NG_URL',
  'WEBHOOK_BASE_URL',
] as const;

const isOfThisMachine = (host: string): boolean => /^(?:localhost|127\.[\d.]+|\[?::1\]?)$/u.test(host);

const isPlain = (address: string | undefined): boolean => {
  const url = address === undefined ? null : URL.parse(address);
  return url?.protocol === 'http:' && !isOfThisMachine(url.hostname);
};

/** Links without TLS, but for those that stay on this machine. */
const ofAddresses = ({ peek }: Readings): ReadonlyArray<string> => {
  const plain = addresses.filter((name) => isPlain(peek(name)));
  return when(
    plain.length > 0,
    `credentials and messages travel in the clear: no https in ${plain.join(', ')}`,
  );
};

const ofRemotes = (readings: Readings, { remotes }: Config): ReadonlyArray<string> => [
  ...when(readings.isSet('SFC_SCRT_URL'), 'SFC_SCRT_URL is ignored: this version has no Enhanced Chat'),
  ...providers.flatMap((provider) => {
    const half = halfBot(readings, provider);
    return half === undefined || remotes === undefined
      ? []
      : [`calls for ${provider} will fail: ${half.set} is set, but ${half.missing} is not`];
  }),
  ...providers.flatMap((provider) =>
    when(
      remotes?.yalo.bots[provider] !== undefined &&
        remotes.flows.get(defaultFlow)?.providers[provider] === undefined,
      `SFC_SOURCE_FLOW_BOT: flow ${defaultFlow} has no button for ${provider}, so its chats need another flow`,
    ),
  ),
];

const when = (applies: boolean, warning: string): ReadonlyArray<string> => (applies ? [warning] : []);

/** What an operator should know about a configuration that is good enough to start with. Holds no values. */
export const warningsOf = (env: Environment, readings: Readings, config: Config): ReadonlyArray<string> => [
  ...ofOldNames(env, readings),
  ...ofSafety(readings, config),
  ...(config.environment === 'dev' ? [] : ofLengths(readings)),
  ...ofInstances(readings, config),
  ...ofAddresses(readings),
  ...ofRemotes(readings, config),
];
