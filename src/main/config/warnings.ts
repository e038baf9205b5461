import { providers } from '../../domain/channel.ts';
import { defaultFlow } from '../../domain/source-flow.ts';
import type { Config } from './config.ts';
import { leastOldTries, raisesTries } from './parts.ts';
import type { Readings } from './readings.ts';
import { halfBot } from './remotes.ts';
import { isWeakKey } from './rules.ts';
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
    config.environment === 'production' && config.store.kind === 'memory',
    'STORE=memory forgets every chat and message when the process ends',
  ),
  ...when(
    !config.sandbox && !isSet('ENVIRONMENT'),
    'ENVIRONMENT is not set, so this is dev, although with real remotes; set dev, staging or production',
  ),
];

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
  ...ofRemotes(readings, config),
];
