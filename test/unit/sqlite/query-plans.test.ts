import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { messageSql } from '../../../src/adapters/sqlite/context-store.adapter.ts';
import { conversationSql } from '../../../src/adapters/sqlite/conversations.ts';
import { keySql, makeMessageKeys } from '../../../src/adapters/sqlite/message-keys.ts';
import { overflowSql } from '../../../src/adapters/sqlite/overflow.ts';
import { migrate } from '../../../src/adapters/sqlite/schema.ts';
import { setAsideSql } from '../../../src/adapters/sqlite/set-aside.ts';
import { standingSql } from '../../../src/adapters/sqlite/standing.ts';

const plan = (db: DatabaseSync, sql: string): ReadonlyArray<string> =>
  (db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as unknown as { detail: string }[]).map(
    ({ detail }) => detail,
  );

const database = (): DatabaseSync => {
  const db = new DatabaseSync(':memory:');
  migrate(db);
  makeMessageKeys(db);
  return db;
};

/** They read all there is of their kind, by nature: at the opening, or a count that an operator asks for. */
const readAll = new Set([standingSql.owners, standingSql.states, setAsideSql.count]);

const statements = Object.entries({ messageSql, keySql, conversationSql, overflowSql, setAsideSql }).flatMap(
  ([group, sqls]) => Object.entries(sqls).map(([name, sql]) => [`${group}.${name}`, sql] as const),
);

for (const [name, sql] of statements)
  test(`query plan › ${name} searches by an index and sorts nothing`, (t) => {
    const db = database();
    const dear = plan(db, sql).filter(
      (detail) => /TEMP B-TREE/u.test(detail) || (/^SCAN (?!json_each)/u.test(detail) && !readAll.has(sql)),
    );
    t.deepEqual(dear, []);
    db.close();
  });

for (const [sql, index] of [
  [messageSql.listed, 'message_keys USING PRIMARY KEY (u=?)'],
  [messageSql.untaken, 'message_keys USING PRIMARY KEY (u=?)'],
  [messageSql.finishAt, 'INTEGER PRIMARY KEY (rowid=?)'],
  [messageSql.keep, 'message_keys USING PRIMARY KEY (u=?)'],
  [messageSql.erase, 'recent_keys USING PRIMARY KEY (u=?)'],
  [keySql.near, 'recent_keys USING PRIMARY KEY (u=? AND i=?)'],
  [keySql.same, 'INTEGER PRIMARY KEY (rowid=?)'],
  [messageSql.finish, 'message_keys USING PRIMARY KEY (u=? AND i=?)'],
  [messageSql.sweep, 'messages_expire (expire<?)'],
  [conversationSql.owned, 'conversations_owner (user>?)'],
  [conversationSql.expired, 'conversations_expire (expire>? AND expire<?)'],
] as const)
  test(`query plan › ${index} serves: ${sql.slice(0, 60)}`, (t) => {
    const db = database();
    t.true(
      plan(db, sql).some((detail) => detail.endsWith(index)),
      plan(db, sql).join('; '),
    );
    db.close();
  });

test('query plan › the readings of the opening use indexes, not the documents', (t) => {
  const db = database();
  for (const sql of [standingSql.owners, standingSql.states])
    for (const detail of plan(db, sql)) t.regex(detail, /USING COVERING INDEX/u);
  db.close();
});
