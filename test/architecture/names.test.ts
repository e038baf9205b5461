import { globSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import test from 'ava';
import { root } from './cruise.ts';

/** What a file is, and where such files are. */
const roles: Readonly<Record<string, RegExp>> = {
  adapter: /^src\/adapters\/[^/]+\//u,
  codec: /^src\/(adapters\/[^/]+|main\/config)\//u,
  fixture: /^test\//u,
  port: /^src\/application\/ports\//u,
  suite: /^test\/contract\//u,
  test: /^test\//u,
  'use-case': /^src\/application\/use-cases\//u,
};

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/u;

/** `chat-store.port.ts`: name, role, kind. */
const named = (path: string): { readonly name: string; readonly role: string | undefined } => {
  const [name = '', ...rest] = basename(path).split('.');
  return { name, role: rest.length === 1 ? undefined : rest.slice(0, -1).join('.') };
};

const isNamedWell = (path: string): boolean => {
  const { name, role } = named(path);
  const folders = dirname(path).split('/');
  return (
    [name, ...folders].every((part) => kebab.test(part)) && (role === undefined || isInPlace(role, path))
  );
};

const isInPlace = (role: string, path: string): boolean => roles[role]?.test(path) ?? false;

const files = globSync('{src,sandbox,scripts,test,bench}/**/*.{ts,js}', { cwd: root });

test('names of files › are kebab-case, with a role that has its place', (t) => {
  t.true(files.length > 100, 'it read the tree');
  t.deepEqual(
    files.filter((path) => !isNamedWell(path)),
    [],
  );
});

test('names of files › show the ports', (t) => {
  const others = files.filter(
    (path) => path.startsWith('src/application/ports/') && named(path).role !== 'port',
  );
  t.deepEqual(others, ['src/application/ports/errors.ts'], 'what ports answer when they cannot');
});

for (const path of [
  'src/domain/chatEvent.ts',
  'src/domain/chat_event.ts',
  'src/liveAgent/events.ts',
  'src/domain/clock.port.ts',
  'src/application/ports/yalo.adapter.ts',
  'src/adapters/yalo.adapter.ts',
  'src/main/crm.use-case.ts',
  'test/unit/crm.suite.ts',
  'src/domain/chat.test.ts',
  'src/domain/chat.helper.ts',
])
  test(`names of files › cannot be: ${path}`, (t) => {
    t.false(isNamedWell(path));
  });
