import type { DatabaseSync } from 'node:sqlite';
import type { ChatStore, StoredConversation } from '../../application/ports/chat-store.port.ts';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { Log } from '../../application/ports/log.port.ts';
import { userKey, type User } from '../../domain/channel.ts';
import type { ChatState } from '../../domain/conversation.ts';
import { O, type Option } from '../../domain/fp.ts';
import { headAfter, living, type Head } from '../shared/save-rule.ts';
import { readConversation, readUndamaged, storedKey, type ConversationRow } from './documents.ts';
import type { Read } from './reader.ts';
import type { Standing } from './standing.ts';
import type { Writer } from './writer.ts';

const columns = 'rowid AS id, user, rev, write_id, owner, epoch, doc';

export const conversationSql = {
  load: `SELECT ${columns} FROM conversations WHERE user = ? AND (expire IS NULL OR expire > ?)`,
  head: 'SELECT rev, owner, epoch, state, expire FROM conversations WHERE user = ?',
  put: `INSERT INTO conversations (user, rev, write_id, owner, epoch, state, expire, doc)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user) DO UPDATE SET
    rev = excluded.rev, write_id = excluded.write_id, owner = excluded.owner, epoch = excluded.epoch,
    state = excluded.state, expire = excluded.expire, doc = excluded.doc`,
  owned: `SELECT ${columns} FROM conversations WHERE owner IS NOT NULL AND user > ?
    AND owner NOT IN (SELECT value FROM json_each(?)) ORDER BY user`,
  takeOver: 'UPDATE conversations SET owner = ?, epoch = epoch + 1 WHERE user = ?',
  erase: 'DELETE FROM conversations WHERE user = ?',
  expired: `SELECT user FROM conversations
    WHERE expire IS NOT NULL AND expire <= ? ORDER BY expire LIMIT ?`,
};

type HeadRow = Head & { readonly state: ChatState | null };

type Part = 'load' | 'save' | 'wake' | 'woken' | 'ownedByOthers' | 'takeOver' | 'countByState';

export interface Conversations extends Pick<ChatStore, Part> {
  /** Inside a write. `key`: as stored. */
  readonly forget: (key: string) => void;
  /** Inside a write: takes expired ones away, `limit` at most; answers whose. */
  readonly sweep: (limit: number) => ReadonlyArray<string>;
}

interface Deps {
  readonly db: DatabaseSync;
  readonly clock: Pick<Clock, 'now'>;
  readonly chatRetentionMs: number;
  readonly standing: Standing;
  readonly read: Read;
  readonly write: Writer['write'];
  readonly log: Log;
}

export const makeConversations = (deps: Deps): Conversations => {
  const { db, clock, chatRetentionMs, standing, read, write, log } = deps;
  const load = db.prepare(conversationSql.load);
  const head = db.prepare(conversationSql.head);
  const put = db.prepare(conversationSql.put);
  const owned = db.prepare(conversationSql.owned);
  const takeOver = db.prepare(conversationSql.takeOver);
  const erase = db.prepare(conversationSql.erase);
  const expired = db.prepare(conversationSql.expired);
  /** In memory only: a restart takes every conversation over, and who takes over looks for messages anyway. */
  const wakes = new Map<string, User>();

  const keyOf = (user: User): string => storedKey(userKey(user));

  const find = (key: string): Option<StoredConversation> => {
    const row = load.get(key, clock.now());
    return row === undefined ? O.none : O.some(readConversation(row as unknown as ConversationRow));
  };

  const headOf = (key: string): HeadRow | undefined => head.get(key) as unknown as HeadRow | undefined;

  const forget = (key: string): void => {
    standing.moved(key, headOf(key), undefined);
    erase.run(key);
  };

  return {
    load: (user) => read(() => find(keyOf(user))),

    save: (save) => {
      const { conversation, writeId } = save;
      const key = keyOf(conversation.user);
      const doc = JSON.stringify(conversation);
      return write(() => {
        const now = clock.now();
        const found = headOf(key);
        const next = headAfter(living(found, now), save, now + chatRetentionMs);
        if (next === undefined) return 'conflict';
        const state = conversation.chat?.state ?? null;
        put.run(key, next.rev, writeId, next.owner, next.epoch, state, next.expire, doc);
        standing.moved(key, found, { owner: next.owner, state });
        return 'saved';
      }, doc.length);
    },

    wake: (user) =>
      read(() => {
        const key = keyOf(user);
        if (standing.ownerOf(key) !== undefined) wakes.set(key, user);
      }),

    woken: (owner) =>
      read(() => {
        const users: User[] = [];
        for (const [key, user] of wakes) {
          const present = standing.ownerOf(key);
          // of a dead owner's: kept for who takes it over
          if (present !== undefined && present !== owner) continue;
          wakes.delete(key);
          if (present === owner) users.push(user);
        }
        return users;
      }),

    ownedByOthers: (alive, { after = '', limit }) =>
      read(() =>
        standing.hasOwnersBeside(alive)
          ? readUndamaged(
              owned.iterate(storedKey(after), JSON.stringify(alive)),
              readConversation,
              limit,
              log,
            )
          : [],
      ),

    takeOver: (user, from, to) => {
      const key = keyOf(user);
      return write(() => {
        const found = headOf(key);
        if (found === undefined || found.owner !== from.owner || found.epoch !== from.epoch) return O.none;
        takeOver.run(to, key);
        standing.moved(key, found, { owner: to, state: found.state });
        return find(key);
      });
    },

    countByState: () => read(() => standing.counts()),

    forget,

    sweep: (limit) => {
      const keys = (expired.all(clock.now(), limit) as unknown as { user: string }[]).map(({ user }) => user);
      keys.forEach(forget);
      return keys;
    },
  };
};
