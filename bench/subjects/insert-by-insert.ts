import { messageSql } from '../../src/adapters/sqlite/context-store.adapter.ts';
import { storedKey } from '../../src/adapters/sqlite/documents.ts';
import { openSqlite } from '../../src/adapters/sqlite/open-sqlite.ts';
import { ownFile } from '../../src/adapters/sqlite/own-file.ts';
import { userKey } from '../../src/domain/channel.ts';
import { E } from '../../src/domain/fp.ts';
import { run } from '../../src/main/run.ts';
import { tokens } from '../../src/main/tokens.ts';

/**
 * The service with the plainest way to store: one insert, one transaction for each message, done when it is asked for.
 * Same rows, same safety, an index that tells repeats; it shows what grouping gains. Messages lie in a file of their
 * own, since the store keeps its file to itself; nothing reads them here.
 */
await run((container) => {
  const path = process.env.SQLITE_PATH ?? '';
  const options = {
    clock: container.resolve(tokens.clock),
    log: container.resolve(tokens.log),
    metrics: container.resolve(tokens.metrics),
    contextTtlMs: 86_400_000,
    deliveryDeadlineMs: 86_400_000,
    chatRetentionMs: 86_400_000,
  };
  const { db, disown } = ownFile(`${path}.messages`);
  db.exec('PRAGMA synchronous = FULL; CREATE UNIQUE INDEX IF NOT EXISTS plain ON messages (user, id)');
  const insert = db.prepare(`${messageSql.insert} ON CONFLICT (user, id) DO NOTHING`);
  const stores = openSqlite(path, options);
  let last = 0;
  container.registerInstance(tokens.stores, {
    ...stores,
    contextStore: {
      ...stores.contextStore,
      append: (message) => async () => {
        const storedAt = options.clock.now();
        last = Math.max(last + 1, storedAt * 1000);
        const { changes } = insert.run(
          last,
          storedKey(userKey(message.user)),
          storedKey(message.id),
          message.timestamp,
          message.from === 'user' ? 1 : 0,
          storedAt + options.contextTtlMs,
          storedAt + 2 * options.contextTtlMs,
          JSON.stringify(message),
        );
        return E.right(changes === 1 ? 'stored' : 'seen');
      },
    },
    close: async () => {
      await stores.close();
      disown();
    },
  });
});
