import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { ContextStore } from '../../application/ports/context-store.port.ts';
import { userKey, type User } from '../../domain/channel.ts';
import type { Settlement } from '../../domain/effect.ts';
import { E } from '../../domain/fp.ts';
import type { StoredMessage } from '../../domain/message.ts';
import { dayMs, messageLifeMs, type StoreOptions } from '../shared/stores.ts';
import type { Arrivals } from './arrivals.ts';
import { readMessage, storedKey, type MessageRow } from './documents.ts';
import type { Read } from './reader.ts';
import { messageState as is } from './schema.ts';
import type { Writer } from './writer.ts';

/**
 * All that is asked of one user's messages goes through `messages_id`, whose entries hold `n` too: of what lies beyond
 * `n` no row is read. It is in the order of ids, so answers are put in order here, by what is small.
 */
export const messageSql = {
  insert: `INSERT INTO messages (n, user, id, ts, by_user, state, until, expire, doc)
    VALUES (?, ?, ?, ?, ?, ${is.new}, ?, ?, ?) ON CONFLICT (user, id) DO NOTHING`,
  listed: 'SELECT n, ts FROM messages WHERE user = ? AND state < 2 AND n <= ? AND until > ?',
  one: 'SELECT n, until, doc FROM messages WHERE n = ?',
  untaken: `SELECT n FROM messages WHERE user = ? AND n > ? AND state = ${is.new} AND by_user = 1`,
  finish: `UPDATE messages SET state = ${is.done}, doc = NULL WHERE user = ? AND id = ? AND state < 2`,
  mark: 'UPDATE messages SET state = ? WHERE user = ? AND id = ? AND state < 2',
  finishAt: `UPDATE messages SET state = ${is.done}, doc = NULL WHERE n = ? AND user = ? AND state < 2`,
  keep: `UPDATE messages SET expire = ?1
    WHERE user = ?2 AND n > ?3 AND state = ${is.new} AND by_user = 1 AND expire < ?1`,
  erase: `UPDATE messages SET state = ${is.done}, doc = NULL, expire = ? WHERE user = ? AND state < 2`,
  sweep: `DELETE FROM messages WHERE n IN
    (SELECT n FROM messages WHERE state <> ${is.setAside} AND expire <= ? ORDER BY expire LIMIT ?)`,
};

interface Deps extends Pick<StoreOptions, 'contextTtlMs' | 'deliveryDeadlineMs'> {
  readonly db: DatabaseSync;
  readonly clock: Pick<Clock, 'now'>;
  readonly arrivals: Arrivals;
  readonly read: Read;
  readonly write: Writer['write'];
}

export interface SweptContextStore extends ContextStore {
  /** Inside a write: takes expired messages away, `limit` at most; answers how many. */
  readonly sweep: (limit: number) => number;
}

export const makeSqliteContextStore = (deps: Deps): SweptContextStore => {
  const { db, clock, arrivals, read, write, contextTtlMs } = deps;
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

  const settle = (key: string, settlement: Settlement): void => {
    if (settlement.what === 'context') for (const n of settlement.arrivals) finishAt.run(n, key);
    else if (settlement.as === 'posted') finish.run(key, storedKey(settlement.id));
    else mark.run(settlement.as === 'context' ? is.new : is.setAside, key, storedKey(settlement.id));
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
          const { changes } = insert.run(
            arrivals.next(),
            key,
            id,
            message.timestamp,
            message.from === 'user' ? 1 : 0,
            storedAt + contextTtlMs,
            storedAt + lifeMs,
            doc,
          );
          return changes === 1 ? 'stored' : 'seen';
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
        const places = listed.all(keyOf(user), upTo, clock.now()) as unknown as { n: number; ts: number }[];
        places.sort((a, b) => a.ts - b.ts || a.n - b.n);
        return places.slice(Math.max(0, places.length - newest)).map(messageAt);
      }),

    untaken: (user, after, limit) =>
      read(() => {
        const places = untaken.all(keyOf(user), after) as unknown as { n: number }[];
        places.sort((a, b) => a.n - b.n);
        return places.slice(0, limit).map(messageAt);
      }),

    settle: (user, _chatId, settlements) =>
      write(() => {
        for (const settlement of settlements) settle(keyOf(user), settlement);
      }),

    keep: (user, after) =>
      write(() => {
        keep.run(clock.now() + dayMs, keyOf(user), after);
      }),

    erase: (user) =>
      write(() => {
        erase.run(clock.now() + dayMs, keyOf(user));
      }),

    sweep: (limit) => Number(sweep.run(clock.now(), limit).changes),
  };
};
