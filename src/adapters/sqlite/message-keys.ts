import type { DatabaseSync } from 'node:sqlite';
import { E } from '../../domain/fp.ts';
import type { Arrival } from '../../domain/message.ts';
import type { Writer } from './writer.ts';

export interface KeySizes {
  /** Keys that are kept in memory before they are moved. */
  readonly recent: number;
  /** Keys that one write moves; more where one user wrote more. */
  readonly step: number;
}

const usualSizes: KeySizes = { recent: 8_192, step: 128 };

/**
 * Which message of whom lies where: tells repeats, and finds a user's messages. Messages come from many users by turns,
 * so that each changes another page of whatever is in order of users, and to write that page is most of what it costs to
 * store one. So new keys are kept in memory, and moved to the file many at a time, in their order: some pages for all of
 * them. What a crash takes from the memory stands in the messages too (ADR 14).
 */
export interface MessageKeys {
  /** Inside a write. False: there is a message of that user with that id. */
  readonly add: (user: string, id: string, n: Arrival) => boolean;
  /** Inside a write, when the message is gone. */
  readonly remove: (user: string, id: string, n: Arrival) => void;
}

/**
 * 32 bits of a user or an id, as the keys hold them: so many keys share a page, and few are read for one. Those of two may
 * be the same: what they lead to is compared. FNV-1a.
 */
export const keyHash = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash | 0;
};

/** To SQL it is `key_hash`. */
export const teachKeyHash = (db: DatabaseSync): void =>
  db.function('key_hash', { deterministic: true }, (text) => keyHash(String(text)));

/** `keys` is both parts as one; no key is in both. */
const makeRecent = `
  PRAGMA temp_store = MEMORY;
  CREATE TEMP TABLE recent_keys
    (u INTEGER NOT NULL, i INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (u, i, n)) WITHOUT ROWID;
  CREATE TEMP VIEW keys AS
    SELECT u, i, n FROM main.message_keys UNION ALL SELECT u, i, n FROM temp.recent_keys;
`;

export const keySql = {
  near: 'SELECT n FROM keys WHERE u = ? AND i = ?',
  same: 'SELECT n FROM keys JOIN messages USING (n) WHERE u = ? AND i = ? AND user = ? AND id = ?',
  add: 'INSERT INTO temp.recent_keys (u, i, n) VALUES (?, ?, ?)',
  remove: 'DELETE FROM main.message_keys WHERE u = ? AND i = ? AND n = ?',
  removeRecent: 'DELETE FROM temp.recent_keys WHERE u = ? AND i = ? AND n = ?',
  newest: 'SELECT coalesce(max(n), 0) AS n FROM messages',
  end: 'SELECT u FROM temp.recent_keys WHERE u > ? ORDER BY u LIMIT 1 OFFSET ?',
  move: `INSERT INTO main.message_keys (u, i, n)
    SELECT u, i, n FROM temp.recent_keys WHERE u > ? AND u <= ? ORDER BY u, i, n`,
  drop: 'DELETE FROM temp.recent_keys WHERE u > ? AND u <= ?',
  /** Up to there no message has its key in memory alone. */
  keyed: "UPDATE meta SET value = ? WHERE key = 'keyed'",
};

const catchUpSql = `
  BEGIN IMMEDIATE;
  INSERT OR IGNORE INTO message_keys (u, i, n)
    SELECT key_hash(user), key_hash(id), n FROM messages
    WHERE n > (SELECT value FROM meta WHERE key = 'keyed') ORDER BY 1, 2, 3;
  UPDATE meta SET value = newest.n FROM (SELECT max(n) AS n FROM messages) AS newest
    WHERE key = 'keyed' AND value < newest.n;
  COMMIT;
`;

/** What was kept in memory, once nobody else has the file any more. */
export const catchUpKeys = (db: DatabaseSync): void => {
  teachKeyHash(db);
  db.exec(catchUpSql);
};

/** Of `keyHash`, both included. */
const [lowest, highest] = [-(2 ** 31), 2 ** 31 - 1];

/** Once through all keys in memory, in their order. */
interface Round {
  /** Up to there they were moved. */
  readonly from: number;
  /** Absent: the round begins. No message up to there had no key when it began. */
  readonly until?: Arrival;
}

export const makeMessageKeys = (
  db: DatabaseSync,
  write: Writer['write'],
  sizes = usualSizes,
): MessageKeys => {
  db.exec(makeRecent);
  const near = db.prepare(keySql.near);
  const same = db.prepare(keySql.same);
  const add = db.prepare(keySql.add);
  const remove = db.prepare(keySql.remove);
  const removeRecent = db.prepare(keySql.removeRecent);
  const newest = db.prepare(keySql.newest);
  const end = db.prepare(keySql.end);
  const move = db.prepare(keySql.move);
  const drop = db.prepare(keySql.drop);
  const keyed = db.prepare(keySql.keyed);
  const newestPlace = (): Arrival => (newest.get() as { n: Arrival }).n;

  /** Since the last round began; more, where some were undone. */
  let added = 0;
  let moving = false;

  /** Inside a write. Answers how the round goes on; undefined: it is done. */
  const moveSome = ({ from, until = newestPlace() }: Round): Round | undefined => {
    const last = end.get(from, sizes.step - 1) as { u: number } | undefined;
    const to = last?.u ?? highest;
    move.run(from, to);
    drop.run(from, to);
    if (to < highest) return { from: to, until };
    keyed.run(until);
    return undefined;
  };

  /** What is added meanwhile to where the round has passed waits for the next. */
  const moveAll = async (): Promise<void> => {
    moving = true;
    added = 0;
    let round: Round | undefined = { from: lowest - 1 };
    while (round !== undefined) {
      const here: Round = round;
      const moved = await write(() => moveSome(here))();
      // the next key that is added tries again
      if (E.isLeft(moved)) added = sizes.recent;
      round = E.isLeft(moved) ? undefined : moved.right;
    }
    moving = false;
  };

  return {
    add: (user, id, n) => {
      const [u, i] = [keyHash(user), keyHash(id)];
      // no row of a message is read for a new one
      if (near.get(u, i) !== undefined && same.get(u, i, user, id) !== undefined) return false;
      add.run(u, i, n);
      added += 1;
      if (added >= sizes.recent && !moving) void moveAll();
      return true;
    },
    remove: (user, id, n) => {
      const key = [keyHash(user), keyHash(id), n] as const;
      remove.run(...key);
      removeRecent.run(...key);
    },
  };
};
