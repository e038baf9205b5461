import type { DatabaseSync } from 'node:sqlite';
import type { Arrival } from '../../domain/message.ts';

export interface KeySizes {
  /** New keys before a round begins that moves them. */
  readonly recent: number;
  /** Keys that are moved at once, with every half as many new ones; all of a user's together, however many. */
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
  /** Writes that called `add` or `remove` were undone. */
  readonly undone: () => void;
  /** Changes of rows so far, as SQLite counts them, that wrote nothing to the file. */
  readonly changesInMemory: () => number;
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
  /** All messages up to there have their key in the file. */
  keyed: "UPDATE meta SET value = max(value, ?) WHERE key = 'keyed'",
};

/** A place is given once, so a key that was moved already is the same one. */
const catchUpSql = `
  BEGIN IMMEDIATE;
  INSERT OR IGNORE INTO message_keys (u, i, n)
    SELECT key_hash(user), key_hash(id), n FROM messages
    WHERE n > (SELECT value FROM meta WHERE key = 'keyed') ORDER BY 1, 2, 3;
  UPDATE meta SET value = newest.n FROM (SELECT max(n) AS n FROM messages) AS newest
    WHERE key = 'keyed' AND value < newest.n;
  COMMIT;
`;

/** What was kept in memory, once nobody else has the file any more; after `migrate`, which teaches `key_hash`. */
export const catchUpKeys = (db: DatabaseSync): void => db.exec(catchUpSql);

/** Of `keyHash`, both included. */
const [lowest, highest] = [-(2 ** 31), 2 ** 31 - 1];

/** Once through all keys in memory, in their order. What is added where it has passed waits for the next. */
interface Round {
  /** Up to there they were moved. */
  readonly from: number;
  /** The newest message when the round began: at its end all up to there have their key in the file. Absent: it begins. */
  readonly until?: Arrival;
}

export const makeMessageKeys = (db: DatabaseSync, sizes = usualSizes): MessageKeys => {
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

  /** Since the last step of a round. */
  let added = 0;
  let round: Round | undefined;
  let changesInMemory = 0;

  /** Answers how the round goes on; undefined: it is done. */
  const moveSome = ({ from, until = newestPlace() }: Round): Round | undefined => {
    const last = end.get(from, sizes.step - 1) as { u: number } | undefined;
    const to = last?.u ?? highest;
    move.run(from, to);
    changesInMemory += Number(drop.run(from, to).changes);
    if (to < highest) return { from: to, until };
    keyed.run(until);
    return undefined;
  };

  return {
    add: (user, id, n) => {
      const [u, i] = [keyHash(user), keyHash(id)];
      // the row of a message is read only where hashes are alike
      if (near.get(u, i) !== undefined && same.get(u, i, user, id) !== undefined) return false;
      add.run(u, i, n);
      added += 1;
      changesInMemory += 1;
      // with what is being written anyway, and faster than new ones come
      if (added >= (round === undefined ? sizes.recent : sizes.step / 2)) {
        added = 0;
        round = moveSome(round ?? { from: lowest - 1 });
      }
      return true;
    },
    remove: (user, id, n) => {
      const key = [keyHash(user), keyHash(id), n] as const;
      remove.run(...key);
      changesInMemory += Number(removeRecent.run(...key).changes);
    },
    undone: () => {
      // what the round moved may be in memory again: it says nothing at its end
      if (round !== undefined) round = { from: round.from, until: 0 };
    },
    changesInMemory: () => changesInMemory,
  };
};
