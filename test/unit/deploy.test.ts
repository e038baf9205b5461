import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'ava';
import { E } from '../../src/domain/fp.ts';
import { decodeConfig } from '../../src/main/config.ts';

const read = (path: string): string => readFileSync(new URL(`../../deploy/${path}`, import.meta.url), 'utf8');

/** `NAME=value` lines of an env file; `NAME: value` lines of a manifest. */
const variablesIn = (text: string): ReadonlyArray<readonly [name: string, value: string]> =>
  Array.from(text.matchAll(/^ *([A-Z][A-Z0-9_]+)(?:=|: )(.*)$/gmu), ([, name = '', value = '']) => [
    name,
    value.replace(/^'(.*)'$/u, '$1'),
  ]);

/** What an operator fills in: secrets, and the address of the database. */
const filledIn = (variables: ReadonlyArray<readonly [string, string]>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    variables.map(([name, value]) => [
      name,
      value !== ''
        ? value
        : name === 'MONGODB_URI'
          ? 'mongodb://db.example.com'
          : randomBytes(40).toString('hex'),
    ]),
  );

const decode = (env: Readonly<Record<string, string>>): unknown => {
  const decoded = decodeConfig(env, () => '');
  return E.isLeft(decoded) ? decoded.left : decoded.right.warnings;
};

test('the sample of the compose file › is a configuration that production takes', (t) => {
  const env = filledIn(variablesIn(read('relevo.env.example')));
  t.deepEqual(decode({ ...env, STORE: 'mongodb', MONGODB_URI: 'mongodb://db.example.com' }), []);
});

test('the manifests of Kubernetes › are a configuration that production takes', (t) => {
  const variables = [
    ...variablesIn(read('kubernetes/config.yaml')),
    ...variablesIn(read('kubernetes/secret.yaml')),
  ];
  t.true(variables.length > 15);
  t.deepEqual(decode(filledIn(variables)), []);
});

test('the manifests of Kubernetes › give a pod more time to end than the service takes', (t) => {
  const seconds = (text: string, name: string): number =>
    Number(new RegExp(`${name}: '?(\\d+)`, 'u').exec(text)?.[1]);
  const deployment = read('kubernetes/deployment.yaml');
  const preStop = Number(/\[sleep, '(\d+)'\]/u.exec(deployment)?.[1]);
  const shutdown = seconds(read('kubernetes/config.yaml'), 'SHUTDOWN_TIMEOUT');
  t.true(seconds(deployment, 'terminationGracePeriodSeconds') >= preStop + shutdown + 10);
});
