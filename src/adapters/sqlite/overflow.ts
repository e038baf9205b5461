import type { DatabaseSync } from 'node:sqlite';
import type { ChatStore } from '../../application/ports/chat-store.port.ts';
import { userKey, type User } from '../../domain/channel.ts';
import { readOverflow, storedKey, type OverflowRow } from './documents.ts';
import type { Read } from './reader.ts';
import type { Writer } from './writer.ts';

export const overflowSql = {
  insert: `INSERT INTO overflow (user, ord, epoch, attempt, doc) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (user, ord) DO UPDATE SET epoch = excluded.epoch, attempt = excluded.attempt, doc = excluded.doc
    WHERE (excluded.epoch, excluded.attempt) > (epoch, attempt)`,
  next: 'SELECT rowid AS id, ord, doc FROM overflow WHERE user = ? AND ord > ? ORDER BY ord LIMIT ?',
  drop: 'DELETE FROM overflow WHERE user = ? AND ord <= ?',
  erase: 'DELETE FROM overflow WHERE user = ?',
};

export interface Overflow extends Pick<ChatStore, 'spill' | 'spilled' | 'unspill'> {
  /** Inside a write. `key`: as stored. */
  readonly forget: (key: string) => void;
}

export const makeOverflow = (db: DatabaseSync, read: Read, write: Writer['write']): Overflow => {
  const insert = db.prepare(overflowSql.insert);
  const next = db.prepare(overflowSql.next);
  const drop = db.prepare(overflowSql.drop);
  const erase = db.prepare(overflowSql.erase);
  const keyOf = (user: User): string => storedKey(userKey(user));

  return {
    spill: (user, effects, { epoch, attempt }) => {
      const rows = effects.map(({ order, effect }) => ({ order, doc: JSON.stringify(effect) }));
      return write(
        () => {
          for (const { order, doc } of rows) insert.run(keyOf(user), order, epoch, attempt, doc);
        },
        rows.reduce((size, { doc }) => size + doc.length, 0),
      );
    },
    spilled: (user, after, limit) =>
      read(() => (next.all(keyOf(user), after, limit) as unknown as OverflowRow[]).map(readOverflow)),
    unspill: (user, upTo) =>
      write(() => {
        drop.run(keyOf(user), upTo);
      }),
    forget: (key) => {
      erase.run(key);
    },
  };
};
