import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { startCheckpointer } from '../../../src/adapters/sqlite/checkpointer.ts';
import { openDisk } from '../../../src/adapters/sqlite/disk.ts';
import { openSqlite } from '../../../src/adapters/sqlite/open-sqlite.ts';
import { done } from '../../contract/contract.ts';
import { ana, says } from '../../contract/samples.ts';
import { bench } from './open-store.ts';

const pages = (path: string): number => statSync(path).size / 4096;

/** Another one each time that the log begins anew (sqlite.org/fileformat2.html §4.1). */
const saltOf = (path: string): string => {
  const header = Buffer.alloc(32);
  const log = openSync(`${path}-wal`, 'r');
  readSync(log, header, 0, 32, 0);
  closeSync(log);
  return header.toString('hex', 16, 24);
};

/** `until` holds, within 20 s. */
const comesTrue = async (until: () => boolean): Promise<boolean> => {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (until()) return true;
    await pause(20);
  }
  return false;
};

const text = 'palabras '.repeat(400);

/** Each a page or more of the log. */
const append = (
  { contextStore }: Pick<ReturnType<typeof openSqlite>, 'contextStore'>,
  from: number,
  count: number,
): Promise<unknown> =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      done(contextStore.append(says(ana, `m${from + index}`, { content: { type: 'text', text } }))),
    ),
  );

/** What the file holds without its log. */
const inFile = (path: string): number => {
  const db = new DatabaseSync(path);
  try {
    return (db.prepare('SELECT count(*) AS n FROM messages').get() as { n: number }).n;
  } finally {
    db.close();
  }
};

test('the log › is copied into the file while the store goes on', async (t) => {
  const { path, options, clock, errors } = await bench(t);
  const stores = openSqlite(path, options);
  const empty = pages(path);
  await append(stores, 0, 600);
  t.is(pages(path), empty);
  await clock.advance(1_000);
  t.true(await comesTrue(() => pages(path) >= empty + 600));
  t.deepEqual(errors, []);
  await stores.close();
  t.is(inFile(path), 600);
});

test('the log › begins anew, though writing never pauses', async (t) => {
  const { path, options, clock, errors } = await bench(t);
  await openSqlite(path, options).close();
  const db = new DatabaseSync(path);
  // nobody else copies
  db.exec('PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0; CREATE TABLE things (a)');
  const insert = db.prepare('INSERT INTO things VALUES (zeroblob(3500))');
  const disk = openDisk(path, () => undefined);
  const { close } = startCheckpointer({ path, db, disk, clock, log: options.log });
  let written = 0;
  let first: string | undefined;
  let isAnew = false;
  while (!isAnew && written < 200_000) {
    db.exec('BEGIN');
    for (let row = 0; row < 40; row += 1) insert.run();
    db.exec('COMMIT');
    written += 40;
    await clock.advance(1_000);
    first ??= saltOf(path);
    isAnew = saltOf(path) !== first;
  }
  t.true(isAnew);
  t.deepEqual(errors, []);
  await close();
  db.close();
  disk.close();
});

test('a thread that cannot copy › is told, and tried anew with the next write', async (t) => {
  const { path, options, clock, errors } = await bench(t);
  const stores = openSqlite(path, options);
  const db = new DatabaseSync(`${path}.other`);
  db.exec('CREATE TABLE things (a)');
  const disk = openDisk(path, () => undefined);
  const { close } = startCheckpointer({ path: `${path}/nowhere`, db, disk, clock, log: options.log });
  for (const count of [1, 2]) {
    db.exec(`INSERT INTO things VALUES ${Array.from({ length: 500 }, () => '(1)').join()}`);
    await clock.advance(1_000);
    t.true(await comesTrue(() => errors.length === count));
  }
  await clock.advance(1_000);
  t.deepEqual(errors, ['store-checkpoint-failed', 'store-checkpoint-failed']);
  await close();
  db.close();
  disk.close();
  await stores.close();
});

test('closing › waits for the thread, and leaves no log', async (t) => {
  const { path, options, clock } = await bench(t);
  const stores = openSqlite(path, options);
  await append(stores, 0, 600);
  await clock.advance(1_000);
  await stores.close();
  t.throws(() => statSync(`${path}-wal`), { code: 'ENOENT' });
  t.is(inFile(path), 600);
});
