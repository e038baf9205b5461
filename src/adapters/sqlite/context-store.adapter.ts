import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { ContextStore } from '../../application/ports/context-store.port.ts';
import { userKey, type User } from '../../domain/channel.ts';
import type { Settlement } from '../../domain/effect.ts';
import { E } from '../../domain/fp.ts';
import type { Arrival, StoredMessage } from '../../domain/message.ts';
import { dayMs, messageLifeMs, type StoreOptions } from '../shared/stores.ts';
import type { Arrivals } from './arrivals.ts';
import { readMessage, storedKey, type MessageRow } from './documents.ts';
import { keyHash, type MessageKeys } from './message-keys.ts';
import type { Read } from './reader.ts';
import { messageState as is } from './schema.ts';
import type { Writer } from './writer.ts';

/**
 * All that is asked of one user's messages goes by their keys (`MessageKeys`), which hold `n` too: of what lies beyond
 * `n` no row is read. They are in no order of their own, so answers are put in order here, by what is small.
 */
export const messageSql = {
  insert: `INSERT INTO messages (n, user, id, ts, by_user, state, until, expire, doc)
    VALUES (?, ?, ?, ?, ?, ${is.new}, ?, ?, ?)`,
  listed: `SELECT n, ts FROM keys JOIN messages USING (n)
    WHERE u = ? AND user = ? AND n <= ? AND state < 2 AND until > ?`,
  one: 'SELECT n, until, doc FROM messages WHERE n = ?',
  untaken: `SELECT n FROM keys JOIN messages USING (n)
    WHERE u = ? AND user = ? AND n > ? AND state = ${is.new} AND by_user = 1`,
  finish: `UPDATE messages SET state = ${is.done}, doc = NULL
    WHERE n IN (SELECT n FROM keys WHERE u = ? AND i = ?) AND user = ? AND id = ? AND state < 2`,
  mark: `UPDATE messages SET state = ?
    WHERE n IN (SELECT n FROM keys WHERE u = ? AND i = ?) AND user = ? AND id = ? AND state < 2`,
  finishAt: `UPDATE messages SET state = ${is.done}, doc = NULL WHERE n = ? AND user = ? AND state < 2`,
  keep: `UPDATE messages SET expire = ?1
    WHERE n IN (SELECT n FROM keys WHERE u = ?2 AND n > ?4)
    AND user = ?3 AND state = ${is.new} AND by_user = 1 AND expire < ?1`,
  erase: `UPDATE messages SET state = ${is.done}, doc = NULL, expire = ?
    WHERE n IN (SELECT n FROM keys WHERE u = ?) AND user = ? AND state < 2`,
  sweep: `DELETE FROM messages WHERE n IN
    (SELECT n FROM messages WHERE state <> ${is.setAside} AND expire <= ? ORDER BY expire LIMIT ?)
    RETURNING user, id, n`,
};

interface Deps extends Pick<StoreOptions, 'contextTtlMs' | 'deliveryDeadlineMs'> {
  readonly db: DatabaseSync;
  readonly clock: Pick<Clock, 'now'>;
  readonly arrivals: Arrivals;
  readonly keys: MessageKeys;
  readonly read: Read;
  readonly write: Writer['write'];
}

export interface SweptContextStore extends ContextStore {
  /** Inside a write: takes expired messages away, `limit` at most; answers how many. */
  readonly sweep: (limit: number) => number;
}

export const makeSqliteContextStore = (deps: Deps): SweptContextStore => {
  const { db, clock, arrivals, keys, read, write, contextTtlMs } = deps;
  const lifeMs = messageLifeMs(deps);
  const insert = db.prepare(messageSql.insert);
  const listed = db.prepare(messageSql.listed);
  const one = db.prepare(messageSql.one);
  const untaken = db.prepare(messageSql.untaken);
  const finish = db.prepare(messageSql.finish);
  const mark = db.prepare(messageSql.mark);
  const finishAt = db.prepare(messageSql.finishAt);
  const keep = db.prepare(messageSql.keep);
  const erase = db.prepare(messageSql.erase);
  const sweep = db.prepare(messageSql.sweep);

  const keyOf = (user: User): string => storedKey(userKey(user));
  /** As the statements ask for a user: the hash, then the key itself. */
  const whose = (user: User): readonly [number, string] => {
    const key = keyOf(user);
    return [keyHash(key), key];
  };

  const settle = (key: string, settlement: Settlement): void => {
    if (settlement.what === 'context') {
      for (const n of settlement.arrivals) finishAt.run(n, key);
      return;
    }
    const id = storedKey(settlement.id);
    const which = [keyHash(key), keyHash(id), key, id] as const;
    if (settlement.as === 'posted') finish.run(...which);
    else mark.run(settlement.as === 'context' ? is.new : is.setAside, ...which);
  };

  const messageAt = ({ n }: { n: number }): StoredMessage => readMessage(one.get(n) as unknown as MessageRow);

  return {
    append: (message, visible) => {
      const key = keyOf(message.user);
      const id = storedKey(message.id);
      const doc = JSON.stringify(message);
      return write(
        () => {
          const storedAt = clock.now();
          const n = arrivals.next();
          if (!keys.add(key, id, n)) return 'seen';
          insert.run(
            n,
            key,
            id,
            message.timestamp,
            message.from === 'user' ? 1 : 0,
            storedAt + contextTtlMs,
            storedAt + lifeMs,
            doc,
          );
          return 'stored';
        },
        doc.length,
        visible && ((outcome) => (outcome === 'stored' ? visible() : undefined)),
      );
    },

    mark: () => async () => {
      const promised = await read(() => arrivals.promisedMark())();
      return E.isRight(promised) && promised.right !== undefined
        ? E.right(promised.right)
        : write(() => arrivals.mark())();
    },

    list: (user, { upTo = Number.MAX_SAFE_INTEGER, newest = Infinity } = {}) =>
      read(() => {
        const places = listed.all(...whose(user), upTo, clock.now()) as unknown as {
          n: number;
          ts: number;
        }[];
        places.sort((a, b) => a.ts - b.ts || a.n - b.n);
        return places.slice(Math.max(0, places.length - newest)).map(messageAt);
      }),

    untaken: (user, after, limit) =>
      read(() => {
        const places = untaken.all(...whose(user), after) as unknown as { n: number }[];
        places.sort((a, b) => a.n - b.n);
        return places.slice(0, limit).map(messageAt);
      }),

    settle: (user, _chatId, settlements) =>
      write(() => {
        for (const settlement of settlements) settle(keyOf(user), settlement);
      }),

    keep: (user, after) =>
      write(() => {
        keep.run(clock.now() + dayMs, ...whose(user), after);
      }),

    erase: (user) =>
      write(() => {
        erase.run(clock.now() + dayMs, ...whose(user));
      }),

    sweep: (limit) => {
      const gone = sweep.all(clock.now(), limit) as unknown as {
        user: string;
        id: string;
        n: Arrival;
      }[];
      for (const { user, id, n } of gone) keys.remove(user, id, n);
      return gone.length;
    },
  };
};
