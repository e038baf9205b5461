import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { openSqlite } from '../../../src/adapters/sqlite/open-sqlite.ts';
import { SqliteOpenError } from '../../../src/adapters/sqlite/open-error.ts';
import { done } from '../../contract/contract.ts';
import { ana } from '../../contract/samples.ts';
import { bench } from './open-store.ts';

const script = fileURLToPath(new URL('appending-process.ts', import.meta.url));

interface Appending {
  readonly pid: number;
  /** Resolves when so many ids were answered. */
  readonly answered: (count: number) => Promise<void>;
  /** Ends it as a power cut would; the ids that it had said to be stored. */
  readonly kill: () => Promise<ReadonlyArray<string>>;
}

const startAppending = (t: ExecutionContext, path: string, round: number): Appending => {
  const child = spawn(process.execPath, [script, path, String(round)], {
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
    const stored = await done(contextStore.untaken(ana, 0, 1_000_000));
    await close();
    const place = new Map(stored.map(({ id }, index) => [id, index]));
    const places = answered.map((id) => place.get(id) ?? -1);
    t.false(places.includes(-1), `lost: ${answered.filter((id) => !place.has(id)).join(' ')}`);
    t.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
      'the order of arrival goes on over crashes',
    );
    t.is(place.size, stored.length, 'none is there twice');
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
