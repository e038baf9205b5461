import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';

/**
 * A little of Redis in a file: hashes of texts, all of them in memory, every change appended to a log that is replayed at
 * the next start. A change is seen at once, and is on the disk when `saved` resolves. The file is for one process.
 */
export interface HashFile {
  readonly keys: () => ReadonlyArray<string>;
  readonly hgetall: (key: string) => ReadonlyMap<string, string>;
  readonly hset: (key: string, field: string, value: string) => void;
  readonly hdel: (key: string, field: string) => void;
  /** Everything that was changed before this call is on the disk. Rejects when it cannot be had there. */
  readonly saved: () => Promise<void>;
  readonly close: () => Promise<void>;
}

type Change = readonly [key: string, field: string, value: string | null];

const nothing: ReadonlyMap<string, string> = new Map();

/** Rejects while the file is open, here or in another process. */
export const openHashFile = async (path: string): Promise<HashFile> => {
  const lock = takeLock(path);
  const hashes = new Map<string, Map<string, string>>();

  const apply = ([key, field, value]: Change): void => {
    const hash = hashes.get(key) ?? new Map<string, string>();
    if (value === null) hash.delete(field);
    else hash.set(field, value);
    if (hash.size === 0) hashes.delete(key);
    else hashes.set(key, hash);
  };

  // a line without its end was being written when the process died: nobody was told that it is there
  const log = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  for (const line of log) apply(JSON.parse(line) as Change);
  rewrite(path, hashes);

  const file = await open(path, 'a');
  let waiting: string[] = [];
  let writing = Promise.resolve();
  let problem: Error | undefined;

  const flush = async (): Promise<void> => {
    if (problem !== undefined) throw problem;
    if (waiting.length === 0) return;
    const lines = waiting.join('');
    waiting = [];
    try {
      await file.appendFile(lines);
      await file.datasync();
    } catch (thrown) {
      // memory is ahead of the disk now: nothing more is answered before a new start
      problem = thrown instanceof Error ? thrown : new Error(String(thrown));
      throw problem;
    }
  };

  const change = (...changed: Change): void => {
    if (problem !== undefined) throw problem;
    apply(changed);
    waiting.push(`${JSON.stringify(changed)}\n`);
  };

  /** Whoever comes while a write is under way shares the next one. */
  const saved = (): Promise<void> => {
    const next = writing.catch(() => undefined).then(flush);
    writing = next.catch(() => undefined);
    return next;
  };

  return {
    keys: () => [...hashes.keys()],
    hgetall: (key) => hashes.get(key) ?? nothing,
    hset: (key, field, value) => change(key, field, value),
    hdel: (key, field) => change(key, field, null),
    saved,
    close: async () => {
      if (problem?.message === 'closed') return;
      await saved().catch(() => undefined);
      problem = new Error('closed');
      await file.close();
      lock.close();
    },
  };
};

/** The lock of a database, since that is gone with the process that holds it, however the process ends. */
const takeLock = (path: string): DatabaseSync => {
  const lock = new DatabaseSync(`${path}.lock`);
  try {
    // without a write SQLite would be content with a file that can only be read, and lock nothing
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; PRAGMA user_version = 1');
    return lock;
  } catch (cause) {
    lock.close();
    throw new Error(`${path} is in use`, { cause });
  }
};

/** The log as short as it can be, whole or not at all. */
const rewrite = (path: string, hashes: ReadonlyMap<string, ReadonlyMap<string, string>>): void => {
  const lines = [...hashes].flatMap(([key, hash]) =>
    [...hash].map(([field, value]) => `${JSON.stringify([key, field, value])}\n`),
  );
  const fresh = openSync(`${path}.new`, 'w');
  writeFileSync(fresh, lines.join(''), { flush: true });
  closeSync(fresh);
  renameSync(`${path}.new`, path);
};
