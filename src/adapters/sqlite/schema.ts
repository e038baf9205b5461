import type { DatabaseSync } from 'node:sqlite';
import { teachKeyHash } from './message-keys.ts';

/** `relv`, in SQLite's header field for what the file belongs to. */
export const applicationId = 0x72_65_6c_76;

/**
 * Values of `messages.state`. Done: posted or erased, for good; the document is gone and the bare id is left, for
 * telling repeats.
 */
export const messageState = { new: 0, setAside: 1, done: 2 } as const;

/**
 * Each takes the schema one version on; forward only, and never changed once released. Documents are JSON text, and
 * columns exist only for what is queried. Rows of messages are laid down in the order of arrival (the rowid);
 * `MessageKeys` writes their keys.
 */
export const migrations: ReadonlyArray<string> = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

  CREATE TABLE messages (
    n INTEGER PRIMARY KEY,
    user TEXT NOT NULL,
    id TEXT NOT NULL,
    ts REAL NOT NULL,
    by_user INTEGER NOT NULL,
    state INTEGER NOT NULL,
    until INTEGER NOT NULL,
    expire INTEGER NOT NULL,
    doc TEXT
  );
  CREATE UNIQUE INDEX messages_id ON messages (user, id);
  CREATE INDEX messages_expire ON messages (expire) WHERE state <> 1;

  CREATE TABLE conversations (
    user TEXT NOT NULL UNIQUE,
    rev INTEGER NOT NULL,
    write_id TEXT NOT NULL,
    owner TEXT,
    epoch INTEGER NOT NULL,
    state TEXT,
    expire INTEGER,
    doc TEXT NOT NULL
  );
  CREATE INDEX conversations_owner ON conversations (user, owner) WHERE owner IS NOT NULL;
  CREATE INDEX conversations_state ON conversations (state) WHERE state IS NOT NULL;
  CREATE INDEX conversations_expire ON conversations (expire) WHERE expire IS NOT NULL;

  CREATE TABLE overflow (
    user TEXT NOT NULL,
    ord INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    doc TEXT NOT NULL,
    UNIQUE (user, ord)
  );

  CREATE TABLE set_aside (id TEXT NOT NULL UNIQUE, user TEXT NOT NULL, doc TEXT NOT NULL);
  CREATE INDEX set_aside_user ON set_aside (user, id);
  `,
  `
  CREATE TABLE message_keys
    (u INTEGER NOT NULL, i INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (u, i, n)) WITHOUT ROWID;
  INSERT INTO message_keys (u, i, n) SELECT key_hash(user), key_hash(id), n FROM messages ORDER BY 1, 2, 3;
  INSERT INTO meta (key, value) SELECT 'keyed', coalesce(max(n), 0) FROM messages;
  DROP INDEX messages_id;
  `,
];

/** `column` of its answer. */
export const pragma = (db: DatabaseSync, name: string, column = name): number => {
  const row = db.prepare(`PRAGMA ${name}`).get() as Record<string, number> | undefined;
  return row?.[column] ?? 0;
};

/** Brings the schema up to date, one transaction per version: a crash in between leaves a whole version. */
export const migrate = (db: DatabaseSync): void => {
  teachKeyHash(db);
  for (let version = pragma(db, 'user_version'); version < migrations.length; version++) {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(migrations[version] ?? '');
      db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version + 1}`);
      db.exec('COMMIT');
    } catch (cause) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw cause;
    }
  }
};
