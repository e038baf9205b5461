import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import test, { type ExecutionContext } from 'ava';
import { makeCheckpointer, type Checkpointer } from '../../../src/adapters/sqlite/checkpointer.ts';
import { openDisk, type Disk } from '../../../src/adapters/sqlite/disk.ts';
import { openSqlite } from '../../../src/adapters/sqlite/open-sqlite.ts';
import { ownFile } from '../../../src/adapters/sqlite/own-file.ts';
import { done } from '../../contract/contract.ts';
import { ana, says } from '../../contract/samples.ts';
import { bench, copyWithLog } from './open-store.ts';

interface Writing {
  readonly path: string;
  readonly disk: Disk;
  readonly checkpointer: Checkpointer;
  /** Logged as errors. */
  readonly errors: ReadonlyArray<string>;
  /** Times that SQLite was asked to copy. */
  readonly copies: () => number;
  /** Rows of nearly a page each, in one transaction. */
  readonly write: (rows: number) => void;
}

interface Faults {
  /** Instead of the disk's own. */
  readonly syncFile?: Disk['syncFile'];
  /** Thrown by SQLite when it is asked to copy; undefined: it copies. */
  readonly failure?: () => Error | undefined;
}

/** A file that nobody writes to but the test, and whose log nobody copies but the checkpointer. */
const writing = async (t: ExecutionContext, { syncFile, failure }: Faults = {}): Promise<Writing> => {
  const { path, options, errors } = await bench(t);
  const own = ownFile(path);
  own.db.exec('PRAGMA synchronous = OFF; CREATE TABLE things (a)');
  const opened = openDisk(path, () => undefined);
  const disk = syncFile === undefined ? opened : { ...opened, syncFile };
  let copies = 0;
  const prepare = (sql: string): unknown => {
    const statement = own.db.prepare(sql);
    const get = (): unknown => {
      copies += 1;
      const error = failure?.();
      if (error !== undefined) throw error;
      return statement.get();
    };
    return sql.includes('wal_checkpoint') ? { get } : statement;
  };
  const db = { prepare } as unknown as DatabaseSync;
  const checkpointer = makeCheckpointer({ db, marker: own.marker, disk, log: options.log });
  t.teardown(() => {
    own.disown();
    disk.close();
  });
  const insert = own.db.prepare('INSERT INTO things VALUES (zeroblob(3500))');
  const write = (rows: number): void => {
    own.db.exec('BEGIN');
    for (let row = 0; row < rows; row += 1) insert.run();
    own.db.exec('COMMIT');
  };
  return { path, disk, checkpointer, errors, copies: () => copies, write };
};

const pages = (path: string): number => statSync(path).size / 4096;

/** Another one each time that the log begins anew (sqlite.org/fileformat2.html §4.1). */
const saltOf = (path: string): string => {
  const header = Buffer.alloc(32);
  const log = openSync(`${path}-wal`, 'r');
  readSync(log, header, 0, 32, 0);
  closeSync(log);
  return header.toString('hex', 16, 24);
};

/** What a start would find after a kill. */
const rowsAfterKill = async (path: string): Promise<number> => {
  await copyWithLog(path);
  const db = new DatabaseSync(`${path}.copy`);
  try {
    return (db.prepare('SELECT count(*) AS n FROM things').get() as { n: number }).n;
  } finally {
    db.close();
  }
};

const ioError = Object.assign(new Error('disk I/O error'), { errcode: 1034 });
const diskIsFull = Object.assign(new Error('database or disk is full'), { errcode: 13 });

test('the log › is copied little by little, each time as far as it reached the time before', async (t) => {
  const { path, checkpointer, copies, write } = await writing(t);
  write(2_000);
  checkpointer.copy(0);
  const empty = pages(path);
  t.true(empty < 50);
  await checkpointer.settled();
  write(10);
  checkpointer.copy(0);
  t.is(copies(), 1, 'it waits for more');
  write(1_990);
  t.is(pages(path), empty, 'nobody else copies');
  checkpointer.copy(0);
  await checkpointer.settled();
  t.true(pages(path) >= empty + 2_000);
  t.true(pages(path) < empty + 2_100);
});

test('the log › is copied though no row was changed', async (t) => {
  const { checkpointer, copies, write } = await writing(t);
  for (let time = 0; time < 2_100; time += 1) {
    write(0);
    checkpointer.copy(0);
  }
  t.is(copies(), 1);
  await checkpointer.settled();
});

test('the log › is copied though few rows hold much text', async (t) => {
  const { checkpointer, copies, write } = await writing(t);
  write(1);
  checkpointer.copy(9_000_000);
  t.is(copies(), 1);
  await checkpointer.settled();
});

test('the log › begins anew though writing never pauses, and nothing is lost with it', async (t) => {
  const { path, checkpointer, copies, write } = await writing(t);
  write(1);
  const first = saltOf(path);
  let written = 1;
  while (saltOf(path) === first && written < 20_000) {
    write(250);
    checkpointer.copy(0);
    // before the file is on the disk
    write(10);
    written += 260;
    await checkpointer.settled();
  }
  t.not(saltOf(path), first);
  t.is(await rowsAfterKill(path), written);
  const before = copies();
  write(500);
  checkpointer.copy(0);
  t.is(copies(), before, 'and it is short again');
});

test('the file › is on the disk before more is copied', async (t) => {
  let end: () => void = () => undefined;
  const syncFile = (): Promise<void> =>
    new Promise((resolve) => {
      end = resolve;
    });
  const { checkpointer, copies, write } = await writing(t, { syncFile });
  write(2_000);
  checkpointer.copy(0);
  write(2_000);
  checkpointer.copy(0);
  t.is(copies(), 1);
  end();
  await checkpointer.settled();
  checkpointer.copy(0);
  t.is(copies(), 2);
  end();
  await checkpointer.settled();
});

test('an input or output error while copying › is a failed disk, and no more is copied', async (t) => {
  const { checkpointer, copies, disk, errors, write } = await writing(t, { failure: () => ioError });
  write(2_000);
  checkpointer.copy(0);
  t.true(disk.hasFailed());
  t.deepEqual(errors, ['store-checkpoint-failed']);
  write(2_000);
  checkpointer.copy(0);
  t.is(copies(), 1);
});

test('any other error while copying › is told, and tried again with what is written next', async (t) => {
  let failure: Error | undefined = diskIsFull;
  const { path, checkpointer, disk, errors, write } = await writing(t, { failure: () => failure });
  write(2_000);
  checkpointer.copy(0);
  t.false(disk.hasFailed());
  t.deepEqual(errors, ['store-checkpoint-failed']);
  failure = undefined;
  const before = pages(path);
  for (let time = 0; time < 2; time += 1) {
    write(2_000);
    checkpointer.copy(0);
    await checkpointer.settled();
  }
  t.true(pages(path) >= before + 2_000);
  t.is(errors.length, 1);
});

test('the store › has its log copied while it goes on, and leaves none when it is closed', async (t) => {
  const { path, options, errors } = await bench(t);
  const { contextStore, close } = openSqlite(path, options);
  const empty = pages(path);
  const content = { type: 'text' as const, text: 'palabras '.repeat(400) };
  for (let group = 0; group < 20; group += 1) {
    const ids = Array.from({ length: 200 }, (_, index) => `${group}-${index}`);
    await Promise.all(ids.map((id) => done(contextStore.append(says(ana, id, { content })))));
    // between two transactions
    await new Promise(setImmediate);
  }
  t.true(pages(path) > empty + 1_000);
  await close();
  t.throws(() => statSync(`${path}-wal`), { code: 'ENOENT' });
  const again = openSqlite(path, options);
  t.is((await done(again.contextStore.list(ana))).length, 4_000);
  await again.close();
  t.deepEqual(errors, []);
});
