import { spawnSync } from 'node:child_process';
import { chmod, link, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { migrations } from '../../../src/adapters/sqlite/schema.ts';
import { SqliteOpenError, type OpenProblem } from '../../../src/adapters/sqlite/open-error.ts';
import { openSqlite } from '../../../src/adapters/sqlite/open-sqlite.ts';
import { done } from '../../contract/contract.ts';
import { ana, says } from '../../contract/samples.ts';
import { type Bench, bench, copyWithLog } from './open-store.ts';

const problem = ({ path, options }: Pick<Bench, 'path' | 'options'>): OpenProblem => {
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

/** Root may write to everything. */
const asNobody = <A>(action: () => A): A => {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(65_534);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
  }
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
  t.deepEqual(problem(place), { _tag: 'TooNew', found: 99, known: migrations.length });
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

test('opening › a link is another name of the same file, and no way around its lock', async (t) => {
  const { path, options } = await bench(t);
  const { contextStore, close } = openSqlite(path, options);
  const other = `${path}.link`;
  await symlink(path, other);
  t.deepEqual(problem({ path: other, options }), { _tag: 'InUse', pid: process.pid });
  await done(contextStore.append(says(ana, 'm1')));
  await close();
  const again = openSqlite(other, options);
  t.is((await done(again.contextStore.list(ana))).length, 1);
  await done(again.contextStore.append(says(ana, 'm2')));
  await again.close();
});

test('opening › a link to a file that is not there yet makes it', async (t) => {
  const { path, options } = await bench(t);
  await mkdir(dirname(path));
  await symlink(`${path}.target`, path);
  const { contextStore, close } = openSqlite(path, options);
  await done(contextStore.append(says(ana, 'm1')));
  await close();
  const again = openSqlite(`${path}.target`, options);
  t.is((await done(again.contextStore.list(ana))).length, 1);
  await again.close();
});

test('opening › a file with damaged pages is refused in one line', async (t) => {
  const { path, options } = await bench(t);
  const { contextStore, close } = openSqlite(path, options);
  await done(contextStore.append(says(ana, 'm1')));
  await close();
  const file = await readFile(path);
  for (let page = 3; page * 4096 < file.length; page += 1) file.fill(0xff, page * 4096, page * 4096 + 1500);
  await writeFile(path, file);
  const found = problem({ path, options });
  t.regex('detail' in found ? found.detail : '', /malformed/u);
});

test('opening › a file with a second name is refused: each would have a lock of its own', async (t) => {
  const { path, options } = await bench(t);
  await openSqlite(path, options).close();
  await link(path, `${path}.other`);
  const found = problem({ path: `${path}.other`, options });
  t.regex('detail' in found ? found.detail : '', /hard link/u);
});

for (const end of ['', '.lock'])
  test.serial(`opening › a store whose ${end || 'file'} can only be read is refused`, async (t) => {
    const { path, options } = await bench(t);
    await openSqlite(path, options).close();
    for (const directory of [dirname(dirname(path)), dirname(path)]) await chmod(directory, 0o777);
    for (const file of [path, `${path}.lock`]) await chmod(file, 0o666);
    await chmod(`${path}${end}`, 0o444);
    const found = asNobody(() => problem({ path, options }));
    t.is(found._tag, 'Unusable');
    // and whoever may write to it finds it free
    await chmod(`${path}${end}`, 0o644);
    await openSqlite(path, options).close();
  });

for (const state of ['reads', 'has read'])
  test(`opening › a file that another program ${state} is refused until it is closed there`, async (t) => {
    const { path, options } = await bench(t);
    const { contextStore, close } = openSqlite(path, options);
    await done(contextStore.append(says(ana, 'm1')));
    await copyWithLog(path);
    await close();
    const other = new DatabaseSync(`${path}.copy`);
    other.exec(`${state === 'reads' ? 'BEGIN; ' : ''}SELECT * FROM messages`);
    t.is(problem({ path: `${path}.copy`, options })._tag, 'InUse');
    other.close();
    const again = openSqlite(`${path}.copy`, options);
    t.is((await done(again.contextStore.list(ana))).length, 1);
    await again.close();
  });

test('opening › a file whose lock is held is refused, though nobody has it open', async (t) => {
  const { path, options } = await bench(t);
  await openSqlite(path, options).close();
  const lock = new DatabaseSync(`${path}.lock`);
  lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  t.is(problem({ path, options })._tag, 'InUse');
  lock.close();
  await openSqlite(path, options).close();
});

test('opening › a file whose lock was removed is refused all the same', async (t) => {
  const { path, options } = await bench(t);
  const { close } = openSqlite(path, options);
  await rm(`${path}.lock`);
  t.is(problem({ path, options })._tag, 'InUse');
  await close();
});

test('while it is open › another program can copy it', async (t) => {
  const { path, options } = await bench(t);
  const { contextStore, close } = openSqlite(path, options);
  await done(contextStore.append(says(ana, 'm1')));
  const script = `const db = new (process.getBuiltinModule('node:sqlite').DatabaseSync)(process.argv[1]); db.exec("VACUUM INTO '" + process.argv[2] + "'")`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script, path, `${path}.copy`], {
    encoding: 'utf8',
  });
  t.is(status, 0, stderr);
  await done(contextStore.append(says(ana, 'm2')));
  await close();
  const copy = openSqlite(`${path}.copy`, options);
  t.deepEqual(
    (await done(copy.contextStore.list(ana))).map(({ id }) => id),
    ['m1'],
  );
  await copy.close();
});
