import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SqliteOpenError, type OpenProblem } from './open-error.ts';
import { applicationId, migrate, migrations, pragma } from './schema.ts';

/** How long a start waits for a predecessor that is just closing, ms. */
const patience = 1_000;

const sqliteBusy = 5;
const mebibyte = 1024 * 1024;

/** The open file, and the way to leave it to the next process. */
export interface OwnFile {
  /** Without links: SQLite's other files lie beside it. */
  readonly path: string;
  readonly db: DatabaseSync;
  readonly disown: () => void;
}

/**
 * Opens the file for this process alone: SQLite's own exclusive lock, on an empty file beside it (`<path>.lock`), which
 * the kernel drops with the process however it dies, so no leftover ever stands in the way of a start. Who holds it stands
 * in `<path>.pid`, for the refusal's text only. Wants a local disk: locks of network file systems are not to be trusted.
 * The directory is made.
 */
export const ownFile = (given: string): OwnFile => {
  const opened: DatabaseSync[] = [];
  const open = (path: string): DatabaseSync => {
    const db = new DatabaseSync(path, { timeout: patience });
    opened.unshift(db);
    return db;
  };
  try {
    mkdirSync(dirname(given), { recursive: true });
    const path = withoutLinks(given);
    open(`${path}.lock`).exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    const db = open(path);
    db.exec('PRAGMA journal_mode = WAL');
    // one that cannot be written is refused at once
    db.exec('BEGIN IMMEDIATE; COMMIT');
    refuseStrangers(path, db);
    // the log is brought to the disk by `Disk`
    db.exec(
      `PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = ${128 * mebibyte}`,
    );
    // what a predecessor left in the log may never have reached the disk, and would tear off whatever is written after it
    if (pragma(db, 'wal_checkpoint(TRUNCATE)', 'busy') !== 0)
      throw new SqliteOpenError(given, { _tag: 'Unusable', detail: 'another program is reading it' });
    // copying is the checkpointer's work; 128 MiB of log, and SQLite does it itself.
    // A larger cache finds no more of the pages, and each commit looks through all of it
    db.exec('PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 32000');
    migrate(db);
    // nobody else writes: the thread that copies the log may hold a lock for an instant, and a longer wait would hold up
    // everything
    db.exec('PRAGMA busy_timeout = 100');
    const pid = pidFile(given);
    writeFileSync(pid, `${process.pid} ${hostname()}\n`);
    return {
      path,
      db,
      disown: () => {
        rmSync(pid, { force: true });
        closeAll(opened);
      },
    };
  } catch (cause) {
    closeAll(opened);
    throw cause instanceof SqliteOpenError
      ? cause
      : new SqliteOpenError(given, problemOf(given, cause), cause);
  }
};

/** Two names of one file must not have two locks. */
const withoutLinks = (path: string): string =>
  existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));

const closeAll = (opened: ReadonlyArray<DatabaseSync>): void => opened.forEach((db) => db.close());

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
