import { E } from '../../src/domain/fp.ts';
import { decodeConfig, type Config, type ConfigMistake } from '../../src/main/config.ts';
import type { Environment, ReadFile } from '../../src/main/config/sources.ts';

const noFiles: ReadFile = () => {
  throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
};

export const flow = '{"subject":"Sample","providers":{"whatsapp":{"button_id":"573-sample"}}}';

/** The least that real remotes need. */
export const realRemotes = {
  SFC_LOGIN_URL: 'https://login.example.com',
  SFC_BASE_URL: 'https://data.example.com',
  SFC_CHAT_URL: 'https://chat.example.com',
  SFC_CLIENT_ID: 'sample-client-id',
  SFC_CLIENT_SECRET: 'sample-client-secret',
  SFC_USERNAME: 'api@example.com',
  SFC_PASSWORD: 'sample-sfc-password',
  SFC_ORGANIZATION_ID: '00D-sample',
  SFC_DEPLOYMENT_ID: '572-sample',
  SFC_SOURCE_FLOW_BOT: `default=${flow}`,
  INTEGRATIONS_BASE_URL: 'https://yalo.example.com',
  INTEGRATIONS_WA_BOT_ID: 'sample-bot',
  INTEGRATIONS_WA_BOT_JWT: 'sample-bot-jwt',
} as const;

/** The least that production starts with. */
export const production = {
  ...realRemotes,
  ENVIRONMENT: 'production',
  STORE: 'sqlite',
  SECRET_KEY: 'sample-key-of-thirty-two-bytes-or-more',
  YALO_PASSWORD: 'sample-yalo-password',
  INTEGRATIONS_SIGNATURE: 'sample-signature',
} as const;

export const without = (env: Environment, ...names: ReadonlyArray<string>): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));

export const mistakesOf = (env: Environment, readFile = noFiles): ReadonlyArray<ConfigMistake> => {
  const decoded = decodeConfig(env, readFile);
  return E.isLeft(decoded) ? decoded.left : [];
};

export const namesOfMistakes = (env: Environment, readFile = noFiles): ReadonlyArray<string> =>
  mistakesOf(env, readFile)
    .map(({ variable }) => variable)
    .sort();

const decoded = (env: Environment, readFile = noFiles) => {
  const result = decodeConfig(env, readFile);
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

export const configOf = (env: Environment, readFile = noFiles): Config => decoded(env, readFile).config;

export const warningsOf = (env: Environment, readFile = noFiles): ReadonlyArray<string> =>
  decoded(env, readFile).warnings;
