import { spawnSync } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import test from 'ava';
import { openDisk, type Disk } from '../../../src/adapters/sqlite/disk.ts';
import { openSqlite } from '../../../src/adapters/sqlite/open-sqlite.ts';
import { E } from '../../../src/domain/fp.ts';
import { done } from '../../contract/contract.ts';
import { ana, says, saving, talk } from '../../contract/samples.ts';
import { bench, copyWithLog } from './open-store.ts';

interface SlowDisk {
  readonly open: typeof openDisk;
  /** Syncs that were asked for. */
  readonly asked: () => number;
  /** Lets the oldest sync end, well or with an error. */
  readonly end: (error?: Error) => void;
}

const makeSlowDisk = (): SlowDisk => {
  const waiting: ((error?: Error) => void)[] = [];
  let asked = 0;
  let failed = false;
  return {
    open: (_path, tell): Disk => ({
      sync: () =>
        new Promise((resolve, reject) => {
          asked += 1;
          waiting.push((error) => {
            if (error === undefined) return resolve();
            failed = true;
            tell(error);
            reject(error);
          });
        }),
      syncFile: () => Promise.resolve(),
      fail: tell,
      hasFailed: () => failed,
      close: () => undefined,
    }),
    asked: () => asked,
    end: (error) => waiting.shift()?.(error),
  };
};

const turns = async (count = 20): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
};

test('a write › is seen when it was made, and answered when it is on the disk', async (t) => {
  const { path, options } = await bench(t);
  const disk = makeSlowDisk();
  const { contextStore, close } = openSqlite(path, options, disk);
  let answered = false;
  const append = contextStore
    .append(says(ana, 'm1'))()
    .finally(() => {
      answered = true;
    });
  await turns();
  t.is((await done(contextStore.list(ana))).length, 1);
  t.false(answered);
  disk.end();
  t.is((await append)._tag, 'Right');
  await close();
});

test('a message › what is asked for when it can be read shares its sync', async (t) => {
  const { path, options } = await bench(t);
  const disk = makeSlowDisk();
  const { contextStore, chatStore, close } = openSqlite(path, options, disk);
  const answers: Promise<{ readonly _tag: string }>[] = [];
  const visible = (): void => {
    const save = async (): Promise<{ readonly _tag: string }> => {
      await contextStore.untaken(ana, 0, 10)();
      return chatStore.save(saving(talk(ana)))();
    };
    answers.push(save());
  };
  answers.push(contextStore.append(says(ana, 'm1'), visible)());
  await turns();
  t.is(answers.length, 2);
  t.is((await done(chatStore.load(ana)))._tag, 'Some');
  disk.end();
  t.true((await Promise.all(answers)).every(({ _tag }) => _tag === 'Right'));
  t.is(disk.asked(), 1);
  await close();
});

test('a message › whoever fails over it when it can be read holds nothing up', async (t) => {
  const { path, options, errors } = await bench(t);
  const { contextStore, close } = openSqlite(path, options);
  const visible = (): never => {
    throw new Error('no use');
  };
  t.is(await done(contextStore.append(says(ana, 'm1'), visible)), 'stored');
  t.is(await done(contextStore.append(says(ana, 'm2'))), 'stored');
  t.deepEqual(errors, ['store-follower-failed']);
  await close();
});

test('writes › asked for while the disk is waited for share the next sync', async (t) => {
  const { path, options } = await bench(t);
  const disk = makeSlowDisk();
  const { contextStore, close } = openSqlite(path, options, disk);
  const first = contextStore.append(says(ana, 'm1'))();
  await turns();
  const others = ['m2', 'm3', 'm4'].map((id) => contextStore.append(says(ana, id))());
  await turns();
  t.is(disk.asked(), 1);
  disk.end();
  await first;
  await turns();
  disk.end();
  t.true((await Promise.all(others)).every(({ _tag }) => _tag === 'Right'));
  t.is(disk.asked(), 2);
  await close();
});

test('a disk that fails › what it did not confirm was not stored, and nothing is believed from then on', async (t) => {
  const { path, options, errors } = await bench(t);
  const disk = makeSlowDisk();
  const failures: Error[] = [];
  const { contextStore, chatStore, tryWrite, close } = openSqlite(
    path,
    { ...options, onDiskFailed: (error) => failures.push(error) },
    disk,
  );
  const first = contextStore.append(says(ana, 'm1'))();
  await turns();
  const second = contextStore.append(says(ana, 'm2'))();
  disk.end(new Error('EIO: i/o error, fdatasync'));
  t.is((await first)._tag, 'Left');
  await turns();
  disk.end(new Error('EIO: i/o error, fdatasync'));
  t.is((await second)._tag, 'Left');
  for (const call of [
    contextStore.append(says(ana, 'm3')),
    contextStore.list(ana),
    chatStore.load(ana),
    tryWrite,
  ])
    t.is((await call())._tag, 'Left');
  t.true(errors.includes('disk-failed'));
  t.regex(failures[0]?.message ?? '', /EIO/u);
  await close();
  // SQLite would have copied the log and removed it
  t.true(statSync(`${path}-wal`).size > 0);
});

/** As another program finds it (sqlite.org/walformat.html §2.1: `nBackfill`). */
const copiedPages = (path: string): number => {
  const script = `const db = new (process.getBuiltinModule('node:sqlite').DatabaseSync)(process.argv[1]); db.prepare('SELECT count(*) FROM messages').get();
    console.log(require('node:fs').readFileSync(process.argv[1] + '-shm').readUInt32LE(96)); process.exit()`;
  const { stdout } = spawnSync(process.execPath, ['-e', script, path], { encoding: 'utf8' });
  return Number(stdout);
};

test('a disk that fails with what was copied back into the file › is not believed either', async (t) => {
  const { path, options, errors } = await bench(t);
  const openFailing: typeof openDisk = (...given) => {
    const disk = openDisk(...given);
    let syncs = 0;
    const syncFile = (): Promise<void> => {
      syncs += 1;
      if (syncs === 2) disk.fail(new Error('EIO: i/o error, fdatasync'));
      return Promise.resolve();
    };
    return { ...disk, syncFile };
  };
  const { contextStore, close } = openSqlite(path, options, { open: openFailing });
  let written = 0;
  while (errors.length === 0 && written < 10_000) {
    const ids = Array.from({ length: 250 }, (_, index) => `m${written + index}`);
    t.true((await Promise.all(ids.map((id) => contextStore.append(says(ana, id))()))).every(E.isRight));
    written += 250;
    // after each transaction the log is copied, if there is enough
    await turns();
  }
  t.deepEqual(errors, ['disk-failed']);
  t.is((await contextStore.append(says(ana, 'one more'))())._tag, 'Left');
  await close();
  t.true(statSync(`${path}-wal`).size > 0);
  t.is(copiedPages(path), 0, 'whoever opens the file knows of nothing that was copied');
});

test('opening › after a crash leaves nothing in the log: what never reached the disk there would tear off what follows', async (t) => {
  const { path, options } = await bench(t);
  const { contextStore, close } = openSqlite(path, options);
  await done(contextStore.append(says(ana, 'm1')));
  await copyWithLog(path);
  t.true(statSync(`${path}.copy-wal`).size > 0);
  const next = openSqlite(`${path}.copy`, options);
  t.is(statSync(`${path}.copy-wal`).size, 0);
  t.is((await done(next.contextStore.list(ana))).length, 1);
  await next.close();
  await close();
});

test('closing › waits for the disk', async (t) => {
  const { path, options } = await bench(t);
  const disk = makeSlowDisk();
  const { contextStore, close } = openSqlite(path, options, disk);
  const append = contextStore.append(says(ana, 'm1'))();
  let closed = false;
  const closing = close().finally(() => {
    closed = true;
  });
  await turns();
  t.false(closed);
  disk.end();
  t.is((await append)._tag, 'Right');
  await closing;
});

test('the disk › confirms nothing any more when it has failed with the file', async (t) => {
  const { path, options } = await bench(t);
  const { close } = openSqlite(path, options);
  const disk = openDisk(path, () => undefined);
  disk.fail(new Error('EIO: i/o error, fdatasync'));
  await t.throwsAsync(disk.sync(), { message: /EIO/u });
  await close();
  disk.close();
});

test.serial('the disk › a sync that fails is told once, and every later one fails as well', async (t) => {
  const { path, options } = await bench(t);
  const { close } = openSqlite(path, options);
  const told: Error[] = [];
  const disk = openDisk(path, (error) => told.push(error));
  await t.notThrowsAsync(disk.sync());
  // the next descriptors to be opened have these numbers, and are of something that cannot be synced
  disk.close();
  const numbers = [openSync('/dev/null', 'r'), openSync('/dev/null', 'r')];
  t.teardown(() => numbers.forEach(closeSync));
  await disk.syncFile();
  t.is(told.length, 1);
  const [one, two] = await Promise.allSettled([disk.sync(), disk.sync()]);
  t.is(one.status, 'rejected');
  t.is(two.status, 'rejected');
  t.true(disk.hasFailed());
  t.is(told.length, 1);
  await close();
});
