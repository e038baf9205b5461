import type { DatabaseSync } from 'node:sqlite';
import type { ChatStore } from '../../application/ports/chat-store.port.ts';
import type { Log } from '../../application/ports/log.port.ts';
import { userKey, type User } from '../../domain/channel.ts';
import { O } from '../../domain/fp.ts';
import { readSetAside, readUndamaged, storedKey, type SetAsideRow } from './documents.ts';
import type { Read } from './reader.ts';
import type { Writer } from './writer.ts';

export const setAsideSql = {
  insert: 'INSERT INTO set_aside (id, user, doc) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING',
  list: 'SELECT rowid AS row, doc FROM set_aside WHERE id > ? ORDER BY id',
  listOf: 'SELECT rowid AS row, doc FROM set_aside WHERE user = ? AND id > ? ORDER BY id',
  count: 'SELECT count(*) AS count FROM set_aside',
  countOf: 'SELECT count(*) AS count FROM set_aside WHERE user = ?',
  remove: 'DELETE FROM set_aside WHERE id = ? RETURNING rowid AS row, doc',
  erase: 'DELETE FROM set_aside WHERE user = ?',
};

type Part = 'setAside' | 'listSetAside' | 'countSetAside' | 'removeSetAside';

export interface SetAsides extends Pick<ChatStore, Part> {
  /** Inside a write. `key`: as stored. */
  readonly forget: (key: string) => void;
}

export const makeSetAsides = (db: DatabaseSync, read: Read, write: Writer['write'], log: Log): SetAsides => {
  const insert = db.prepare(setAsideSql.insert);
  const list = db.prepare(setAsideSql.list);
  const listOf = db.prepare(setAsideSql.listOf);
  const count = db.prepare(setAsideSql.count);
  const countOf = db.prepare(setAsideSql.countOf);
  const remove = db.prepare(setAsideSql.remove);
  const erase = db.prepare(setAsideSql.erase);
  const keyOf = (user: User): string => storedKey(userKey(user));

  return {
    setAside: (entry) => {
      const doc = JSON.stringify(entry);
      return write(() => {
        insert.run(storedKey(entry.effect.id), keyOf(entry.user), doc);
      }, doc.length);
    },
    listSetAside: (user, { after = '', limit } = { limit: Infinity }) =>
      read(() => {
        const id = storedKey(after);
        const rows = user === undefined ? list.iterate(id) : listOf.iterate(keyOf(user), id);
        return readUndamaged<SetAsideRow, ReturnType<typeof readSetAside>>(rows, readSetAside, limit, log);
      }),
    countSetAside: (user) =>
      read(() => {
        const row = user === undefined ? count.get() : countOf.get(keyOf(user));
        return (row as { count: number }).count;
      }),
    removeSetAside: (id) =>
      write(() => {
        const row = remove.get(storedKey(id)) as unknown as SetAsideRow | undefined;
        return row === undefined ? O.none : O.some(readSetAside(row));
      }),
    forget: (key) => {
      erase.run(key);
    },
  };
};
