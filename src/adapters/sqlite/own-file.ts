import {
  accessSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { hasCode, sqliteCode } from './error-code.ts';
import { catchUpKeys } from './message-keys.ts';
import { SqliteOpenError, type OpenProblem } from './open-error.ts';
import { applicationId, migrate, migrations, pragma } from './schema.ts';

/** How long a start waits for a predecessor that is just closing, ms. */
const patience = 1_000;

/** The open file, and the way to leave it to the next process. */
export interface OwnFile {
  /** Without links: SQLite's other files lie beside it. */
  readonly path: string;
  readonly db: DatabaseSync;
  /** A second connection, which waits for nothing: for `Checkpointer`. */
  readonly marker: DatabaseSync;
  readonly disown: () => void;
  /**
   * When the disk has failed: nothing is closed, nor by the collector of garbage, as SQLite would copy the log and remove
   * it; and whoever still has the file open must not believe what was copied from it. It stays this process's until it ends.
   */
  readonly abandon: () => void;
}

const abandoned: DatabaseSync[] = [];

/**
 * Opens the file for this process alone: SQLite's own exclusive lock, on an empty file beside it (`<path>.lock`), which
 * the kernel drops with the process however it dies, so no leftover ever stands in the way of a start. Who holds it stands
 * in `<path>.pid`, for the refusal's text only. Wants a local disk: locks of network file systems are not to be trusted.
 * The directory is made.
 */
export const ownFile = (given: string): OwnFile => {
  const opened: DatabaseSync[] = [];
  let path = given;
  try {
    mkdirSync(dirname(given), { recursive: true });
    const first = connect(given);
    opened.unshift(first);
    path = realpathSync(given);
    accessSync(path, constants.R_OK | constants.W_OK);
    refuseOtherNames(given, path);
    const lock = connect(`${path}.lock`);
    // to be closed last
    opened.push(lock);
    // without a write SQLite would take a file that can only be read, and lock nothing; it is never committed
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; PRAGMA user_version = 1');
    putInOrder(given, first);
    first.close();
    const db = connect(path);
    opened.unshift(db);
    // the log is brought to the disk by `Disk`, and copied by `Checkpointer`
    db.exec('PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 0');
    // a larger cache finds no more of the pages, and each commit looks through all of it
    db.exec('PRAGMA cache_size = -8192; PRAGMA journal_size_limit = 67108864');
    // nobody else writes; a program that begins or ends to read may hold a lock for an instant
    db.exec('PRAGMA busy_timeout = 100');
    const marker = new DatabaseSync(path);
    opened.unshift(marker);
    const pid = pidFile(path);
    writeFileSync(pid, `${process.pid} ${hostname()}\n`);
    return {
      path,
      db,
      marker,
      disown: () => {
        rmSync(pid, { force: true });
        closeAll(opened);
      },
      abandon: () => {
        abandoned.push(...opened);
        // two copies of its header, without which the log is read from its beginning (sqlite.org/walformat.html §2.1); a
        // descriptor that were closed would take locks along
        writeSync(openSync(`${path}-shm`, 'r+'), new Uint8Array(96), 0, 96, 0);
      },
    };
  } catch (cause) {
    closeAll(opened);
    throw cause instanceof SqliteOpenError
      ? cause
      : new SqliteOpenError(given, problemOf(path, cause), cause);
  }
};

const connect = (path: string): DatabaseSync => new DatabaseSync(path, { timeout: patience });

/**
 * With the file itself locked, against whoever came to it by another name: it is ours, of this version, and without a log.
 * What a predecessor left in that may never have reached the disk, and would tear off whatever is written after it; and all
 * of it is copied, though somebody still knew of a part that had been, which the disk may not have taken either.
 */
const putInOrder = (path: string, db: DatabaseSync): void => {
  // before anything is read: so what others know of the log is not believed
  db.exec('PRAGMA locking_mode = EXCLUSIVE');
  refuseStrangers(path, db);
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA wal_checkpoint(TRUNCATE)');
  migrate(db);
  catchUpKeys(db);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
};

/** A lock lies beside one name of the file: whoever opened it by another would find none. */
const refuseOtherNames = (given: string, path: string): void => {
  if (statSync(path).nlink > 1)
    throw new SqliteOpenError(given, { _tag: 'Unusable', detail: 'it has a second name (a hard link)' });
};

const closeAll = (opened: ReadonlyArray<DatabaseSync>): void =>
  opened.filter(({ isOpen }) => isOpen).forEach((db) => db.close());

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
  hasCode(cause, sqliteCode.busy)
    ? { _tag: 'InUse', ...holder(path) }
    : { _tag: 'Unusable', detail: cause instanceof Error ? cause.message : String(cause) };

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
