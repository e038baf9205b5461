import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readSecretFile } from '../../src/main/config/secret-file.ts';
import {
  configOf,
  mistakesOf,
  namesOfMistakes,
  production,
  realRemotes,
  warningsOf,
  without,
} from './config.fixture.ts';

const remotes = 'SFC_LOGIN_URL, SFC_BASE_URL, SFC_CHAT_URL, INTEGRATIONS_BASE_URL';
const remoteNames = Object.keys(realRemotes);
/** As in a manual, long enough. */
const sampleKeys = [
  'changemechangemechangemechangeme',
  'Change-Me-Change-Me-Change-Me-Change-Me!',
  'secretsecretsecretsecretsecretsecret',
  'your-super-secret-jwt-signing-key-here',
  'please_change_this_secret_key_in_production',
  'REPLACE-THIS-REPLACE-THIS-REPLACE-THIS',
  'the default secret key, change it now.',
  'a-string-secret-at-least-256-bits-long',
  'your-256-bit-secretyour-256-bit-secret',
  'secret_keysecret_keysecret_key12',
  '0123456789abcdef0123456789abcdef',
  'abcdefghijklmnopqrstuvwxyz0123456789',
  'a'.repeat(40),
  'k3y-'.repeat(8),
  'Tr0ub4dor&3-Tr0ub4dor&3-Tr0ub4do',
  '1'.repeat(20) + '2'.repeat(20),
];
/** Values of no manual: made by chance, or long. */
const goodKeys = [
  '90f3ae1c5bb5d7c4e83fa2c5e1b06d47',
  '0123456789abcdef-fedcba9876543210-x7',
  'kA0h2mYt/9eJ5wqXzv+Lr3C8uN1dPbGs',
  'a secret that this house has made up itself',
  '48210937651029384756102938475610',
];

test('production › starts with the least it needs', (t) => {
  t.deepEqual(mistakesOf(production), []);
  t.is(configOf(production).environment, 'production');
  t.deepEqual(warningsOf(production), []);
});

const shortKey = 'sample-key-of-thirty-one-bytes!';

const refused: ReadonlyArray<readonly [shown: string, env: typeof production | object, names: string[]]> = [
  ['a key of 31 bytes', { ...production, SECRET_KEY: shortKey }, ['SECRET_KEY']],
  ['a previous key of 31 bytes', { ...production, SECRET_KEY_PREVIOUS: shortKey }, ['SECRET_KEY_PREVIOUS']],
  ['no key', without(production, 'SECRET_KEY'), ['SECRET_KEY']],
  ['no password of the bot', without(production, 'YALO_PASSWORD'), ['YALO_PASSWORD']],
  ['a placeholder for a password', { ...production, YALO_PASSWORD: 'Change_me' }, ['YALO_PASSWORD']],
  ['its user name for a password', { ...production, YALO_PASSWORD: 'yaloUser' }, ['YALO_PASSWORD']],
  [
    "the agents' user name for their password",
    { ...production, SALESFORCE_USERNAME: 'agents', SALESFORCE_PASSWORD: 'agents' },
    ['SALESFORCE_PASSWORD'],
  ],
  [
    'a placeholder for the token of the metrics',
    { ...production, METRICS_TOKEN: 'replace-me' },
    ['METRICS_TOKEN'],
  ],
  [
    'a placeholder for the signature',
    { ...production, INTEGRATIONS_SIGNATURE: 'todo' },
    ['INTEGRATIONS_SIGNATURE'],
  ],
  ['a key that is a password too', { ...production, YALO_PASSWORD: production.SECRET_KEY }, ['SECRET_KEY']],
  ['unsigned webhooks', without(production, 'INTEGRATIONS_SIGNATURE'), ['INTEGRATIONS_SIGNATURE']],
  [
    'unsigned webhooks, not accepted in so many words',
    { ...without(production, 'INTEGRATIONS_SIGNATURE'), WEBHOOKS_UNSIGNED: 'false' },
    ['INTEGRATIONS_SIGNATURE'],
  ],
  ['no choice of a store', without(production, 'STORE'), ['STORE']],
];

for (const [shown, env, names] of refused) {
  test(`production with ${shown} › is refused`, (t) => {
    t.deepEqual(namesOfMistakes(env as Record<string, string>), names);
  });
}

for (const key of sampleKeys) {
  test(`production with the key "${key}" › is refused, as the key before too`, (t) => {
    t.true(Buffer.byteLength(key) >= 32);
    t.deepEqual(namesOfMistakes({ ...production, SECRET_KEY: key }), ['SECRET_KEY']);
    t.deepEqual(namesOfMistakes({ ...production, SECRET_KEY_PREVIOUS: key }), ['SECRET_KEY_PREVIOUS']);
    t.deepEqual(
      mistakesOf({ ...production, SECRET_KEY: key }).filter(({ expected }) => expected.includes(key)),
      [],
    );
  });
}

for (const key of goodKeys) {
  test(`production with the key "${key}" › starts`, (t) => {
    t.deepEqual(namesOfMistakes({ ...production, SECRET_KEY: key }), []);
  });
}

for (const name of ['METRICS_TOKEN', 'INTEGRATIONS_SIGNATURE'] as const) {
  test(`production with a ${name} that can be guessed › is refused when everybody knows it, warned of when it is short`, (t) => {
    for (const known of ['secret', 'my-token', 'changeme', 'secretsecretsecret'])
      t.deepEqual(namesOfMistakes({ ...production, [name]: known }), [name], known);
    const short = `${name} is shorter than 16 characters: it can be guessed`;
    t.deepEqual(warningsOf({ ...production, [name]: 'b' }), [short]);
    t.deepEqual(warningsOf({ ...production, [name]: '9f3ae1c5bb5d7c4' }), [short]);
    t.deepEqual(warningsOf({ ...production, [name]: '9f3ae1c5bb5d7c4e' }), []);
  });
}

test('production without remotes › is refused, together with all that is missing', (t) => {
  const names = namesOfMistakes(without(production, ...remoteNames));
  t.true(names.includes(remotes));
  for (const name of ['SFC_CLIENT_ID', 'SFC_CLIENT_SECRET', 'INTEGRATIONS_BASE_URL'])
    t.true(names.includes(name), name);
});

test('production › says what to change, and shows no value', (t) => {
  const env = { ...production, SECRET_KEY: 'k3y-of-nobody', YALO_PASSWORD: 'changeme', STORE: '' };
  const told = JSON.stringify(mistakesOf(without(env, 'INTEGRATIONS_SIGNATURE')));
  for (const change of ['openssl rand', 'WEBHOOKS_UNSIGNED=true', 'STORE=mongodb'])
    t.true(told.includes(change), change);
  for (const value of ['k3y-of-nobody', 'changeme']) t.false(told.includes(value), value);
});

test('a key of 32 bytes, open webhooks that are accepted › are taken', (t) => {
  const keys = { of31: `${shortKey.slice(2)}ä`, of32: `${shortKey.slice(3)}ää` };
  t.deepEqual(namesOfMistakes({ ...production, SECRET_KEY: keys.of31 }), ['SECRET_KEY']);
  t.deepEqual(namesOfMistakes({ ...production, SECRET_KEY: keys.of32 }), []);
  const open = { ...without(production, 'INTEGRATIONS_SIGNATURE'), WEBHOOKS_UNSIGNED: 'true' };
  t.deepEqual(namesOfMistakes(open), []);
  t.is(configOf(open).http.webhookSignature, undefined);
  t.deepEqual(warningsOf(open), ['the webhooks are open to everybody: set INTEGRATIONS_SIGNATURE']);
});

test('production › offers no restart keywords', (t) => {
  t.is(configOf({ ...production, KEYWORDS_RESTART: 'restart' }).restartKeywords.size, 0);
  t.is(
    configOf({ ...production, ENVIRONMENT: 'staging', KEYWORDS_RESTART: 'restart' }).restartKeywords.size,
    1,
  );
});

test('staging › asks for key and password, and warns where production would refuse', (t) => {
  const staging = { ...production, ENVIRONMENT: 'staging' };
  t.deepEqual(namesOfMistakes(without(staging, 'SECRET_KEY', 'YALO_PASSWORD')), [
    'SECRET_KEY',
    'YALO_PASSWORD',
  ]);
  const weak = { ...without(staging, 'INTEGRATIONS_SIGNATURE'), SECRET_KEY: 'k3y-of-nobody' };
  t.deepEqual(warningsOf(weak), [
    'the webhooks are open to everybody: set INTEGRATIONS_SIGNATURE',
    'SECRET_KEY is shorter than 32 bytes; production refuses that',
  ]);
  t.deepEqual(warningsOf({ ...staging, SECRET_KEY: 'secret'.repeat(6) }), [
    'SECRET_KEY is a sample value, or repeats itself: it can be guessed; production refuses that',
  ]);
});

test('several instances in dev › are told to share what each would make up', (t) => {
  const mongo = { STORE: 'mongodb', MONGODB_URI: 'mongodb://db.example.com', INTEGRATIONS_SIGNATURE: 'b' };
  const warning = (names: string): string =>
    `each instance makes up its own ${names}, and refuses what another one gave out: set the same for all`;
  t.deepEqual(warningsOf(mongo), [warning('SECRET_KEY and YALO_PASSWORD')]);
  t.deepEqual(warningsOf({ ...mongo, YALO_PASSWORD: 'of-nobody' }), [warning('SECRET_KEY')]);
  t.deepEqual(warningsOf({ ...mongo, SECRET_KEY: 'of-nobody-at-all-but-long-enough-here' }), [
    warning('YALO_PASSWORD'),
  ]);
});

test('dev › goes without, and says so only of real remotes', (t) => {
  t.deepEqual(mistakesOf({}), []);
  t.deepEqual(warningsOf({}), ['the webhooks are open to everybody: set INTEGRATIONS_SIGNATURE']);
  t.true(warningsOf(realRemotes).some((warning) => warning.startsWith('ENVIRONMENT is not set')));
});

test('signatures › hmac needs a key wherever the service runs', (t) => {
  t.deepEqual(namesOfMistakes({ INTEGRATIONS_SIGNATURE_MODE: 'hmac-sha256' }), ['INTEGRATIONS_SIGNATURE']);
});

test('users › have one role', (t) => {
  t.deepEqual(namesOfMistakes({ SALESFORCE_USERNAME: 'yaloUser', SALESFORCE_PASSWORD: 'p4-of-nobody' }), [
    'SALESFORCE_USERNAME',
  ]);
});

test('warnings › a memory that forgets, a short password, links without TLS', (t) => {
  t.deepEqual(warningsOf({ ...production, STORE: 'memory' }), [
    'STORE=memory forgets every chat and message when the process ends',
  ]);
  t.deepEqual(warningsOf({ ...production, YALO_PASSWORD: 'w0rd-of-bot' }), [
    'YALO_PASSWORD is shorter than 12 characters: it can be guessed',
  ]);
  const behindProxy = { ...production, TRUST_PROXY: 'true', HOST: '127.0.0.1' };
  t.deepEqual(warningsOf(behindProxy), [
    'the proxy is on this machine, so it passes /metrics on to everybody: set METRICS_TOKEN',
  ]);
  t.deepEqual(warningsOf({ ...behindProxy, METRICS_TOKEN: 'sample-metrics-token' }), []);
  t.deepEqual(warningsOf({ ...behindProxy, HOST: '0.0.0.0' }), []);
  const plain = { SFC_LOGIN_URL: 'http://login.example.com', INTEGRATIONS_BASE_URL: 'http://127.0.0.1:8091' };
  t.deepEqual(warningsOf({ ...production, ...plain }), [
    'credentials and messages travel in the clear: no https in SFC_LOGIN_URL',
  ]);
});

test('NAME and NAME_FILE together, a file that cannot be read › are mistakes that show neither path nor value', (t) => {
  const path = '/run/secrets/of-nobody';
  const both = mistakesOf({ ...production, SECRET_KEY_FILE: path });
  t.deepEqual(
    both.map(({ variable, setAs }) => [variable, setAs]),
    [['SECRET_KEY', 'SECRET_KEY_FILE']],
  );
  const unread = mistakesOf({ ...without(production, 'SECRET_KEY'), SECRET_KEY_FILE: path });
  t.true(unread.every(({ variable }) => variable === 'SECRET_KEY'));
  t.false(JSON.stringify([both, unread]).includes(path));
  const fromFile = configOf(
    { ...without(production, 'SECRET_KEY'), SECRET_KEY_FILE: path },
    () => `${production.SECRET_KEY}\n`,
  );
  t.is(fromFile.auth.secretKey?.reveal(), production.SECRET_KEY);
});

test('NAME_FILE › names a regular file of at most 64 KiB, and nothing else is read', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-config-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = async (name: string, size: number): Promise<string> => {
    await writeFile(join(folder, name), 'k'.repeat(size));
    return join(folder, name);
  };
  const read = (path: string) => ({ SECRET_KEY_FILE: path });
  const largest = await file('largest', 64 * 1024);
  // as Kubernetes mounts them
  await symlink(largest, join(folder, 'link'));
  t.is(configOf(read(join(folder, 'link')), readSecretFile).auth.secretKey?.reveal().length, 64 * 1024);
  for (const path of ['/dev/zero', folder, await file('larger', 64 * 1024 + 1), join(folder, 'none')]) {
    const [mistake, ...more] = mistakesOf(read(path), readSecretFile);
    t.deepEqual(more, []);
    t.like(mistake, { variable: 'SECRET_KEY', setAs: 'SECRET_KEY_FILE' }, path);
    t.regex(mistake?.expected ?? '', /a regular file of at most 64 KiB/u);
    t.false(mistake?.expected.includes(path));
  }
});
