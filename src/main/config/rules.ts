import { isUsableUri } from '../../adapters/mongodb/open-uri.ts';
import { escapedCredentials } from './codecs.ts';
import type { ConfigMistake, Mistakes } from './mistake.ts';
import type { Readings } from './readings.ts';
import { isPlaceholder, isSample, isSampleKey } from './samples.ts';
import type { Secret } from './secret.ts';

const leastKeyBytes = 32;

export const isWeakKey = (key: Secret | undefined): boolean =>
  key !== undefined && Buffer.byteLength(key.reveal()) < leastKeyBytes;

const newOne = 'make a new one, for example with: openssl rand -base64 48';

const reveals = (secret: Secret | undefined, test: (value: string) => boolean): boolean =>
  secret !== undefined && test(secret.reveal());

export const isGuessableKey = (key: Secret | undefined): boolean => reveals(key, isSampleKey);

/** What holds between variables wherever the service runs. */
const everywhere = ({ isSet, peek }: Readings): Mistakes => [
  ...when(peek('INTEGRATIONS_SIGNATURE_MODE') === 'hmac-sha256' && !isSet('INTEGRATIONS_SIGNATURE'), {
    variable: 'INTEGRATIONS_SIGNATURE',
    expected: 'a value: INTEGRATIONS_SIGNATURE_MODE=hmac-sha256 signs with it',
  }),
  ...when(isSet('SALESFORCE_PASSWORD') && peek('SALESFORCE_USERNAME') === peek('YALO_USERNAME'), {
    variable: 'SALESFORCE_USERNAME',
    expected: 'another name than YALO_USERNAME: a user has one role',
  }),
  ...when(peek('STORE') === 'mongodb' && reveals(peek('MONGODB_URI'), (uri) => !isUsableUri(uri)), {
    variable: 'MONGODB_URI',
    expected: `a connection string that the driver takes: options that it knows, with values of their kind, hosts as host or host:port, and ${escapedCredentials}`,
  }),
];

/** What production refuses, and the change to make. */
const inProduction = ({ isSet, peek }: Readings, sandbox: boolean): Mistakes => [
  ...['SECRET_KEY' as const, 'SECRET_KEY_PREVIOUS' as const].flatMap((variable) =>
    when(isWeakKey(peek(variable)), {
      variable,
      expected: `at least ${leastKeyBytes} bytes in production; ${newOne}`,
    }),
  ),
  ...['SECRET_KEY' as const, 'SECRET_KEY_PREVIOUS' as const].flatMap((variable) =>
    when(isGuessableKey(peek(variable)), {
      variable,
      expected: `no sample value in production, and none that repeats itself: it can be guessed; ${newOne}`,
    }),
  ),
  ...(
    [
      ['YALO_PASSWORD', isPlaceholder],
      ['SALESFORCE_PASSWORD', isPlaceholder],
      ['METRICS_TOKEN', isSample],
      ['INTEGRATIONS_SIGNATURE', isSample],
    ] as const
  ).flatMap(([variable, isKnown]) =>
    when(reveals(peek(variable), isKnown), {
      variable,
      expected: `no sample value in production: everybody knows it; ${newOne}`,
    }),
  ),
  ...[
    ['YALO_PASSWORD', 'YALO_USERNAME'] as const,
    ['SALESFORCE_PASSWORD', 'SALESFORCE_USERNAME'] as const,
  ].flatMap(([variable, name]) =>
    when(
      reveals(peek(variable), (password) => password === peek(name)),
      { variable, expected: `something else than ${name} in production` },
    ),
  ),
  ...when(
    reveals(peek('SECRET_KEY'), (key) =>
      (['YALO_PASSWORD', 'SALESFORCE_PASSWORD', 'METRICS_TOKEN', 'INTEGRATIONS_SIGNATURE'] as const).some(
        (other) => reveals(peek(other), (value) => value === key),
      ),
    ),
    {
      variable: 'SECRET_KEY',
      expected: 'a value of its own in production: whoever knows a password could sign tokens',
    },
  ),
  ...when(sandbox, {
    variable: 'SFC_LOGIN_URL, SFC_BASE_URL, SFC_CHAT_URL, INTEGRATIONS_BASE_URL',
    expected:
      'the addresses of the real remotes: without any the sandbox plays them, which production refuses; set them, or ENVIRONMENT=dev to try the service',
  }),
  ...when(!isSet('INTEGRATIONS_SIGNATURE') && peek('WEBHOOKS_UNSIGNED') === false, {
    variable: 'INTEGRATIONS_SIGNATURE',
    expected:
      'a value: production refuses open webhooks; set the signature that Yalo sends, or accept them open with WEBHOOKS_UNSIGNED=true',
  }),
  ...when(!isSet('STORE'), {
    variable: 'STORE',
    expected:
      'a choice in production: STORE=mongodb with MONGODB_URI for any number of machines, STORE=sqlite with SQLITE_PATH on a lasting disk for one (Redis is not used)',
  }),
];

const when = (broken: boolean, mistake: ConfigMistake): Mistakes => (broken ? [mistake] : []);

/** Mistakes of the variables together. `sandbox`: no remote's address is set. */
export const brokenRules = (readings: Readings, sandbox: boolean): Mistakes => [
  ...everywhere(readings),
  ...(readings.peek('ENVIRONMENT') === 'production' ? inProduction(readings, sandbox) : []),
];
