import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SqliteOpenError, type OpenProblem } from './open-error.ts';
import { applicationId, migrate, migrations, pragma } from './schema.ts';

/** How long a start waits for a predecessor that is just closing, ms. */
const patience = 1_000;

const sqliteBusy = 5;

/**
 * Opens the file for this process alone: SQLite's own exclusive lock, which the kernel drops with the process however
 * it dies, so no leftover ever stands in the way of a start. Who holds it stands in `<path>.pid`, for the refusal's
 * text only. Wants a local disk: locks of network file systems are not to be trusted. The directory is made.
 */
export const ownFile = (path: string): DatabaseSync => {
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    db = new DatabaseSync(path, { timeout: patience });
    // in this order: with the locking mode set first, the log needs no shared memory
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('BEGIN IMMEDIATE; COMMIT');
    refuseStrangers(path, db);
    // the log is brought to the disk by `Disk`
    db.exec('PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 67108864');
    // what a predecessor left in the log may never have reached the disk, and would tear off whatever is written after it
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    // 64 MiB of log between two checkpoints: pages of the indexes by user come up several times in it, and are copied once.
    // A larger cache finds no more of them, and each commit looks through all of it
    db.exec('PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 16000');
    migrate(db);
    writeFileSync(pidFile(path), `${process.pid} ${hostname()}\n`);
    return db;
  } catch (cause) {
    if (db?.isOpen) db.close();
    throw cause instanceof SqliteOpenError ? cause : new SqliteOpenError(path, problemOf(path, cause), cause);
  }
};

/** Closes the file; the next process may open it at once. */
export const disown = (path: string, db: DatabaseSync): void => {
  if (!db.isOpen) return;
  rmSync(pidFile(path), { force: true });
  db.close();
};

const pidFile = (path: string): string => `${path}.pid`;

const refuseStrangers = (path: string, db: DatabaseSync): void => {
  const version = pragma(db, 'user_version');
  const owner = pragma(db, 'application_id');
  const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number };
  if (owner !== applicationId && (tables > 0 || owner !== 0))
    throw new SqliteOpenError(path, { _tag: 'Foreign' });
  if (version > migrations.length)
    throw new SqliteOpenError(path, { _tag: 'TooNew', found: version, known: migrations.length });
};

const problemOf = (path: string, cause: unknown): OpenProblem =>
  isBusy(cause)
    ? { _tag: 'InUse', ...holder(path) }
    : { _tag: 'Unusable', detail: cause instanceof Error ? cause.message : String(cause) };

const isBusy = (cause: unknown): boolean =>
  cause instanceof Error &&
  'errcode' in cause &&
  typeof cause.errcode === 'number' &&
  (cause.errcode & 0xff) === sqliteBusy;

const holder = (path: string): { pid?: number; host?: string } => {
  try {
    const [, pid = '', host = ''] = /^(\d+) (\S*)/u.exec(readFileSync(pidFile(path), 'utf8')) ?? [];
    if (pid === '') return {};
    // a dead process's name: the holder is another one, which has not left its own
    if (host === hostname()) return isAlive(Number(pid)) ? { pid: Number(pid) } : {};
    return { pid: Number(pid), host };
  } catch {
    return {};
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
};
