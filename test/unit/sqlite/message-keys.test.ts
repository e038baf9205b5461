import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { keyHash, type KeySizes } from '../../../src/adapters/sqlite/message-keys.ts';
import { openSqlite } from '../../../src/adapters/sqlite/open-sqlite.ts';
import { migrations } from '../../../src/adapters/sqlite/schema.ts';
import { userKey, type User } from '../../../src/domain/channel.ts';
import { E } from '../../../src/domain/fp.ts';
import { day, done } from '../../contract/contract.ts';
import { ana, chatId, luis, says } from '../../contract/samples.ts';
import { bench, copyWithLog } from './open-store.ts';

const keySizes: KeySizes = { recent: 8, step: 3 };

const users = Array.from({ length: 7 }, (_, index): User => ({
  provider: 'whatsapp',
  id: `52155500001${index}`,
}));
const userAt = (index: number): User => users[index % users.length] ?? ana;

const count = (path: string, from: string): number => {
  const db = new DatabaseSync(path, { readOnly: true });
  const { rows } = db.prepare(`SELECT count(*) AS rows FROM ${from}`).get() as { rows: number };
  db.close();
  return rows;
};

test('keys › are moved to the file some at a time, and tell repeats and find messages wherever they are', async (t) => {
  const { path, options } = await bench(t);
  const { contextStore, close } = openSqlite(path, options, { keySizes });
  for (let index = 0; index < 100; index += 1) {
    const message = says(userAt(index), `m${index}`);
    t.is(await done(contextStore.append(message)), 'stored');
    t.is(await done(contextStore.append(message)), 'seen');
    const early = says(userAt(index >> 1), `m${index >> 1}`);
    t.is(await done(contextStore.append(early)), 'seen');
  }
  for (const [index, user] of users.entries()) {
    const own = Array.from({ length: 100 }, (_, at) => at).filter((at) => at % users.length === index);
    const found = await done(contextStore.untaken(user, 0, 100));
    t.deepEqual(
      found.map(({ id }) => id),
      own.map((at) => `m${at}`),
    );
    t.is((await done(contextStore.list(user))).length, own.length);
  }
  const moved = count(path, 'message_keys');
  t.true(moved > 70 && moved <= 100, `${moved} of 100 are in the file`);
  await close();
});

test('keys › a crash takes none of them, at whichever step of a round', async (t) => {
  const { path, options } = await bench(t);
  const { contextStore, close } = openSqlite(path, options, { keySizes });
  for (let index = 0; index < 40; index += 1) {
    await done(contextStore.append(says(userAt(index), `m${index}`)));
    const copy = await copyWithLog(path, `after-${index}`);
    const next = openSqlite(copy, options, { keySizes });
    t.is(count(copy, 'message_keys'), index + 1);
    for (let at = 0; at <= index; at += 1)
      t.is(await done(next.contextStore.append(says(userAt(at), `m${at}`))), 'seen');
    t.is(await done(next.contextStore.append(says(userAt(index), 'new'))), 'stored');
    await next.close();
  }
  await close();
});

test('keys › go with their messages, from wherever they are', async (t) => {
  const { path, options, clock } = await bench(t);
  const { contextStore, close } = openSqlite(path, options, { keySizes });
  for (let index = 0; index < 30; index += 1)
    await done(contextStore.append(says(userAt(index), `m${index}`)));
  await clock.advance(3 * day);
  await done(contextStore.append(says(ana, 'later')));
  t.is(count(path, 'messages'), 1);
  t.true(count(path, 'message_keys') <= 1);
  for (let index = 0; index < 30; index += 1)
    await done(contextStore.append(says(userAt(index), `later ${index}`)));
  t.true(count(path, 'message_keys') <= count(path, 'messages'), 'none was moved that leads nowhere');
  t.is(await done(contextStore.append(says(userAt(0), 'm0'))), 'stored', 'it is long forgotten');
  await close();
});

/** Two texts of that form with one hash. */
const twins = (form: (n: number) => string, hashed: (text: string) => string): readonly [string, string] => {
  const seen = new Map<number, string>();
  for (let n = 0; ; n += 1) {
    const text = form(n);
    const hash = keyHash(hashed(text));
    const twin = seen.get(hash);
    if (twin !== undefined) return [twin, text];
    seen.set(hash, text);
  }
};

test('keys › that are alike are told apart by what they lead to', async (t) => {
  const [first, second] = twins(
    (n) => `id ${n}`,
    (id) => id,
  );
  const userOf = (id: string): User => ({ provider: 'whatsapp', id });
  const [one, other] = twins(
    (n) => `52155${n}`,
    (id) => userKey(userOf(id)),
  ).map(userOf) as [User, User];
  const { path, options } = await bench(t);
  for (const sizes of [keySizes, undefined]) {
    const { contextStore, close } = openSqlite(
      `${path}.${sizes?.recent}`,
      options,
      sizes && { keySizes: sizes },
    );
    for (const user of [one, other])
      for (const id of [first, second]) {
        t.is(await done(contextStore.append(says(user, id))), 'stored');
        t.is(await done(contextStore.append(says(user, id))), 'seen');
      }
    for (let more = 0; more < 20; more += 1) await done(contextStore.append(says(luis, `more ${more}`)));
    const idsOf = async (user: User): Promise<ReadonlyArray<string>> =>
      (await done(contextStore.untaken(user, 0, 10))).map(({ id }) => id);
    await done(contextStore.settle(one, chatId, [{ what: 'message', id: first, as: 'posted' }]));
    t.deepEqual(await idsOf(one), [second]);
    t.deepEqual(
      (await done(contextStore.list(one))).map(({ id }) => id),
      [second],
    );
    t.deepEqual(await idsOf(other), [first, second]);
    await done(contextStore.settle(other, chatId, [{ what: 'message', id: second, as: 'set-aside' }]));
    t.deepEqual(await idsOf(one), [second]);
    t.deepEqual(await idsOf(other), [first]);
    await done(contextStore.erase(one));
    t.deepEqual(await idsOf(one), []);
    t.deepEqual(
      (await done(contextStore.list(other))).map(({ id }) => id),
      [first, second],
    );
    await close();
  }
});

test('keys › of writes that were undone come again, and a crash takes none of them', async (t) => {
  const { path, options } = await bench(t);
  const { contextStore, close } = openSqlite(path, options, { keySizes });
  let stored = 0;
  for (let group = 0; group < 12; group += 1) {
    const some = Array.from({ length: 1 + group }, (_, at) => says(userAt(stored + at), `m${stored + at}`));
    const bad = says(ana, `bad ${group}`, { timestamp: NaN });
    const answers = await Promise.all([...some, bad].map((message) => contextStore.append(message)()));
    t.true(answers.slice(0, -1).every(E.isRight));
    t.true(E.isLeft(answers[some.length] ?? E.right('stored')));
    stored += some.length;
    const copy = await copyWithLog(path, `after-${group}`);
    const next = openSqlite(copy, options, { keySizes });
    t.is(count(copy, 'message_keys'), stored);
    await next.close();
  }
  for (let at = 0; at < stored; at += 1)
    t.is(await done(contextStore.append(says(userAt(at), `m${at}`))), 'seen');
  await close();
});

test('keys › do not pile up in memory, however many are added with each write', async (t) => {
  const { path, options } = await bench(t);
  const { contextStore, close } = openSqlite(path, options, { keySizes: { recent: 100, step: 10 } });
  for (let group = 0; group < 10; group += 1) {
    const some = Array.from({ length: 400 }, (_, at) =>
      says({ provider: 'whatsapp', id: `5215551${at}` }, `m${group}-${at}`),
    );
    await Promise.all(some.map((message) => done(contextStore.append(message))));
    const inMemory = count(path, 'messages') - count(path, 'message_keys');
    t.true(inMemory <= 250, `${inMemory} in memory`);
  }
  await close();
  const late = count(path, "messages WHERE n > (SELECT value FROM meta WHERE key = 'keyed')");
  t.true(late <= 400, `the next start makes ${late}`);
});

test('keys › of a file of the version without them are made when it is opened', async (t) => {
  const { path, options } = await bench(t);
  await openSqlite(path, options).close();
  const old = new DatabaseSync(path);
  for (const { name } of old.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as {
    name: string;
  }[])
    old.exec(`DROP TABLE ${name}`);
  old.exec(migrations[0] ?? '');
  old.exec('PRAGMA user_version = 1');
  const insert = old.prepare(
    'INSERT INTO messages (n, user, id, ts, by_user, state, until, expire, doc) VALUES (?, ?, ?, 1, 1, 0, ?, ?, ?)',
  );
  const later = options.clock.now() + day;
  for (let n = 1; n <= 20; n += 1) {
    const message = says(userAt(n), `m${n}`);
    insert.run(n, userKey(message.user), message.id, later, later, JSON.stringify(message));
  }
  old.close();
  const { contextStore, close } = openSqlite(path, options);
  t.is(await done(contextStore.append(says(userAt(7), 'm7'))), 'seen');
  t.deepEqual(
    (await done(contextStore.list(userAt(1)))).map(({ id }) => id),
    ['m1', 'm8', 'm15'],
  );
  t.is(count(path, 'message_keys'), 20);
  await close();
});
