import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { SqliteOpenError, type OpenProblem } from '../../../src/adapters/sqlite/open-error.ts';
import { openSqlite } from '../../../src/adapters/sqlite/open-sqlite.ts';
import { bench, type Bench } from './open-store.ts';

const problem = ({ path, options }: Bench): OpenProblem => {
  try {
    void openSqlite(path, options).close();
  } catch (thrown) {
    if (thrown instanceof SqliteOpenError) return thrown.problem;
    throw thrown;
  }
  throw new Error('it was opened');
};

const execute = async ({ path }: Bench, sql: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
};

test('opening › makes the directory and the file; closing frees it for the next', async (t) => {
  const { path, options } = await bench(t);
  for (let times = 0; times < 2; times += 1) {
    const stores = openSqlite(path, options);
    t.is((await readFile(`${path}.pid`, 'utf8')).split(' ')[0], String(process.pid));
    await stores.close();
    await stores.close();
  }
  await t.throwsAsync(readFile(`${path}.pid`), { code: 'ENOENT' });
});

test('opening › a database of something else is refused and left as it is', async (t) => {
  const place = await bench(t);
  await execute(place, 'CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)');
  t.deepEqual(problem(place), { _tag: 'Foreign' });
  const db = new DatabaseSync(place.path);
  t.deepEqual({ ...db.prepare('SELECT a FROM theirs').get() }, { a: 1 });
  db.close();
});

test('opening › a file of a newer version is refused', async (t) => {
  const place = await bench(t);
  await openSqlite(place.path, place.options).close();
  await execute(place, 'PRAGMA user_version = 99');
  t.deepEqual(problem(place), { _tag: 'TooNew', found: 99, known: 1 });
});

test('opening › what is no database is refused in one line', async (t) => {
  const place = await bench(t);
  await mkdir(dirname(place.path), { recursive: true });
  await writeFile(place.path, 'not a database, but longer than a header would be. '.repeat(100));
  t.is(problem(place)._tag, 'Unusable');
});

test("opening › the name of a dead process stands in nobody's way", async (t) => {
  const { path, options } = await bench(t);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.pid`, '999999999 host.example.com\n');
  const { close } = openSqlite(path, options);
  t.is((await readFile(`${path}.pid`, 'utf8')).split(' ')[0], String(process.pid));
  await close();
});
