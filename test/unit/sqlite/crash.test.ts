import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { openSqlite } from '../../../src/adapters/sqlite/open-sqlite.ts';
import { SqliteOpenError } from '../../../src/adapters/sqlite/open-error.ts';
import type { User } from '../../../src/domain/channel.ts';
import { done } from '../../contract/contract.ts';
import { bench } from './open-store.ts';

const users = Array.from({ length: 8 }, (_, index): User => ({
  provider: 'whatsapp',
  id: `521555000000${index}`,
}));

const script = fileURLToPath(new URL('appending-process.ts', import.meta.url));

interface Appending {
  readonly pid: number;
  /** Resolves when so many ids were answered. */
  readonly answered: (count: number) => Promise<void>;
  /** Ends it as a power cut would; the ids that it had said to be stored. */
  readonly kill: () => Promise<ReadonlyArray<string>>;
}

const startAppending = (t: ExecutionContext, path: string, round: number): Appending => {
  const child = spawn(process.execPath, [script, path, String(round), String(users.length)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const closed = once(child, 'close');
  let text = '';
  let heard = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    heard();
  });
  // the last line may be cut by the kill
  const ids = (): ReadonlyArray<string> => text.split('\n').slice(0, -1);
  return {
    pid: child.pid ?? 0,
    answered: (count) =>
      new Promise((resolve, reject) => {
        void closed.then(() => reject(new Error('the process ended by itself')));
        heard = () => {
          if (ids().length >= count) resolve();
        };
        heard();
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
      return ids();
    },
  };
};

test('kill -9 › every message that was answered is there, in order, round after round', async (t) => {
  const { path, options } = await bench(t);
  const answered: string[] = [];
  for (const [round, count] of [1, 150, 333].entries()) {
    const appending = startAppending(t, path, round);
    await appending.answered(count);
    answered.push(...(await appending.kill()));
    const { contextStore, close } = openSqlite(path, options);
    const stored = await Promise.all(users.map((user) => done(contextStore.untaken(user, 0, 1_000_000))));
    const place = new Map(
      stored.flatMap((messages) => messages.map(({ id }, index) => [id, index] as const)),
    );
    t.deepEqual(
      answered.filter((id) => !place.has(id)),
      [],
      'none is lost',
    );
    t.is(place.size, stored.flat().length, 'none is there twice');
    for (const messages of stored) {
      const told = answered.filter((id) => messages.some((message) => message.id === id));
      const places = told.map((id) => place.get(id) ?? -1);
      t.deepEqual(
        places,
        [...places].sort((x, y) => x - y),
        'the order of arrival goes on over crashes',
      );
    }
    const all = stored.flat();
    for (let from = 0; from < all.length; from += 1_000) {
      const some = all.slice(from, from + 1_000);
      const again = await Promise.all(some.map((message) => done(contextStore.append(message))));
      t.false(again.includes('stored'), 'all are known');
    }
    await close();
  }
});

test('a second process on the same file › is refused with the pid of the first, which goes on', async (t) => {
  const { path, options } = await bench(t);
  const appending = startAppending(t, path, 0);
  await appending.answered(1);
  const error = t.throws(() => openSqlite(path, options), { instanceOf: SqliteOpenError });
  t.is(error.problem._tag, 'InUse');
  t.regex(error.message, new RegExp(`pid ${appending.pid}\\b`, 'u'));
  t.false(error.message.includes('\n'));
  await appending.answered(60);
  await appending.kill();
  const { close } = openSqlite(path, options);
  await close();
  t.pass('its death sets the file free');
});
