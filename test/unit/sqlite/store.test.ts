import { readFileSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import type { Clock } from '../../../src/application/ports/clock.port.ts';
import type { Stores } from '../../../src/adapters/shared/stores.ts';
import { openSqlite } from '../../../src/adapters/sqlite/open-sqlite.ts';
import { queueMax } from '../../../src/adapters/sqlite/writer.ts';
import { day, done, hour } from '../../contract/contract.ts';
import { ana, botSays, chatId, luis, saving, says, talk, textEffect } from '../../contract/samples.ts';
import { bench, copyWithLog } from './open-store.ts';

const rows = (path: string, sql: string): ReadonlyArray<unknown> => {
  const db = new DatabaseSync(path);
  const found = db.prepare(sql).all();
  db.close();
  return found.map((row) => ({ ...row }));
};

test('writes of one turn › one that fails takes none of its neighbours along', async (t) => {
  const { path, options, errors } = await bench(t);
  const { contextStore, chatStore, close } = openSqlite(path, options);
  await done(chatStore.save(saving(talk(luis), { owner: 'host-1' })));
  const [refused, ...others] = (
    await Promise.all([
      contextStore.append(says(ana, 'm1'))(),
      chatStore.save(saving(talk(ana), { owner: 'host-1' }))(),
      chatStore.save(saving(talk(luis, 'ended'), { rev: 1, owner: null }))(),
      contextStore.append(says(ana, 'm3'))(),
      contextStore.append(says(ana, 'm2', { timestamp: NaN }))(),
    ])
  ).reverse();
  t.is(refused?._tag, 'Left');
  t.true(others.every(({ _tag }) => _tag === 'Right'));
  t.true(errors.includes('store-write-failed'));
  t.deepEqual(
    (await done(contextStore.list(ana))).map(({ id }) => id),
    ['m1', 'm3'],
  );
  await done(chatStore.wake(ana));
  await done(chatStore.wake(luis));
  t.deepEqual(await done(chatStore.woken('host-1')), [ana], 'who owns what is known after the undoing, too');
  t.like(await done(chatStore.countByState()), { active: 1, ended: 1 });
  await close();
});

test('writes › beyond the bound of the queue they are refused at once, the others are stored', async (t) => {
  const { path, options } = await bench(t);
  const { contextStore, close } = openSqlite(path, options);
  const answers = await Promise.all(
    Array.from({ length: queueMax + 3 }, (_, index) => contextStore.append(says(ana, `m${index}`))()),
  );
  t.is(answers.filter(({ _tag }) => _tag === 'Left').length, 3);
  t.is((await done(contextStore.untaken(ana, 0, 10_000))).length, queueMax);
  await close();
});

test('arrival › a mark is not undercut after a crash, though nothing was stored since, with the clock set back', async (t) => {
  const { path, options, clock } = await bench(t);
  const { contextStore, close } = openSqlite(path, options);
  await clock.advance(day);
  const mark = await done(contextStore.mark());
  await copyWithLog(path);
  clock.jump(-3 * day);
  const next = openSqlite(`${path}.copy`, options);
  t.true((await done(next.contextStore.mark())) >= mark);
  await done(next.contextStore.append(says(ana, 'm1')));
  t.is((await done(next.contextStore.untaken(ana, mark, 10))).length, 1);
  await next.close();
  await close();
});

test('arrival › a mark shortly after another arrival or mark writes nothing, and holds all the same', async (t) => {
  const { path, options, clock } = await bench(t);
  let written = 0;
  const metrics = { ...options.metrics, observe: () => void (written += 1) };
  const { contextStore, close } = openSqlite(path, { ...options, metrics });
  await done(contextStore.append(says(ana, 'm1')));
  t.is(written, 1);
  const mark = await done(contextStore.mark());
  t.is(written, 1);
  await done(contextStore.append(says(ana, 'm2')));
  const later = await done(contextStore.untaken(ana, mark, 10));
  t.deepEqual(
    later.map(({ id }) => id),
    ['m2'],
  );
  clock.jump(hour);
  t.true((await done(contextStore.mark())) > mark);
  t.is(written, 3, 'an hour later the file is told anew');
  await close();
});

test('closing › carries out what was asked for before, and nothing that comes after', async (t) => {
  const { path, options } = await bench(t);
  const { contextStore, close } = openSqlite(path, options);
  const before = contextStore.append(says(ana, 'before'))();
  const closing = close();
  const after = contextStore.append(says(ana, 'after'))();
  await closing;
  t.is((await before)._tag, 'Right');
  t.is((await after)._tag, 'Left');
  const next = openSqlite(path, options);
  t.deepEqual(
    (await done(next.contextStore.list(ana))).map(({ id }) => id),
    ['before'],
  );
  await next.close();
});

test('sweeps › take what has expired in slices, and stop with the store', async (t) => {
  let timers = 0;
  const { path, options, clock } = await bench(t, { chatRetentionMs: hour });
  const counting: Clock = {
    ...clock,
    after: (ms, call) => {
      timers += 1;
      const cancel = clock.after(ms, () => {
        timers -= 1;
        call();
      });
      return () => {
        timers -= 1;
        cancel();
      };
    },
  };
  const { contextStore, chatStore, tryWrite, close } = openSqlite(path, { ...options, clock: counting });
  await Promise.all(
    Array.from({ length: 1000 }, (_, index) => done(contextStore.append(says(ana, `m${index}`)))),
  );
  await done(chatStore.save(saving(talk(ana, 'ended'), { owner: null })));
  await done(chatStore.spill(ana, [{ order: 0, effect: textEffect('e1') }], { epoch: 1, attempt: 1 }));
  await clock.advance(3 * day);
  await done(contextStore.append(says(luis, 'young')));
  for (let slices = 0; slices < 10; slices += 1) {
    await clock.advance(10);
    // comes after the slice that was asked for before
    await done(tryWrite);
  }
  t.is(timers, 1, 'one timer waits for the next round');
  await close();
  t.is(timers, 0);
  t.deepEqual(rows(path, 'SELECT id FROM messages'), [{ id: 'young' }]);
  t.deepEqual(rows(path, 'SELECT user FROM conversations UNION ALL SELECT user FROM overflow'), []);
});

test('posted and erased messages › leave a bare id, without a word of what was said', async (t) => {
  const { path, options } = await bench(t);
  const { contextStore, close } = openSqlite(path, options);
  for (const id of ['posted', 'in range', 'aside', 'new']) await done(contextStore.append(says(ana, id)));
  await done(contextStore.append(botSays(luis, 'erased')));
  const [, inRange] = await done(contextStore.list(ana));
  const arrival = inRange?.arrival ?? 0;
  await done(
    contextStore.settle(ana, chatId, [
      { what: 'message', id: 'posted', as: 'posted' },
      { what: 'context', arrivals: [arrival] },
      { what: 'message', id: 'aside', as: 'set-aside' },
    ]),
  );
  await done(contextStore.erase(luis));
  await close();
  t.deepEqual(rows(path, 'SELECT id, doc IS NULL AS bare FROM messages ORDER BY n'), [
    { id: 'posted', bare: 1 },
    { id: 'in range', bare: 1 },
    { id: 'aside', bare: 0 },
    { id: 'new', bare: 0 },
    { id: 'erased', bare: 1 },
  ]);
});

/** A sweep goes to the disk several times, and so do these. */
const writeWhile = async (tryWrite: Stores['tryWrite'], isSo: () => boolean): Promise<void> => {
  for (let time = 0; time < 500 && isSo(); time += 1) await done(tryWrite);
};

test('what was erased › stands in no file any more after the next sweep', async (t) => {
  const { path, options, clock, errors } = await bench(t);
  const { contextStore, chatStore, tryWrite, close } = openSqlite(path, options);
  const secret = 'clave-secreta-de-ana';
  const isThere = (): boolean => [path, `${path}-wal`].some((file) => readFileSync(file).includes(secret));
  await done(contextStore.append(says(ana, 'm1', { content: { type: 'text', text: secret.repeat(500) } })));
  await done(contextStore.append(says(ana, 'm2', { content: { type: 'text', text: secret } })));
  await done(
    chatStore.spill(ana, [{ order: 0, effect: textEffect('e1', secret) }], { epoch: 1, attempt: 1 }),
  );
  await done(chatStore.save(saving(talk(ana, 'ended'))));
  await done(chatStore.erase(ana));
  await done(contextStore.erase(ana));
  t.true(isThere());
  await clock.advance(60_000);
  await writeWhile(tryWrite, isThere);
  t.false(isThere());
  t.deepEqual(errors, []);
  await close();
});

test('what was erased › stands in the log while another program reads the file, which is told, and goes with a later sweep', async (t) => {
  const { path, options, clock, errors } = await bench(t);
  const { contextStore, tryWrite, close } = openSqlite(path, options);
  const secret = 'clave-secreta-de-ana';
  const isThere = (): boolean => [path, `${path}-wal`].some((file) => readFileSync(file).includes(secret));
  await done(contextStore.append(says(ana, 'm1', { content: { type: 'text', text: secret } })));
  const reader = new DatabaseSync(path);
  reader.exec('BEGIN; SELECT * FROM messages');
  await done(contextStore.erase(ana));
  await clock.advance(60_000);
  await writeWhile(tryWrite, () => errors.length === 0);
  t.true(isThere());
  t.deepEqual(errors, ['store-log-not-cut']);
  reader.close();
  await clock.advance(60_000);
  await writeWhile(tryWrite, isThere);
  t.false(isThere());
  await close();
});

test('what was erased › stands in no file any more after a stop, though another program has it open', async (t) => {
  const { path, options, errors } = await bench(t);
  const { contextStore, close } = openSqlite(path, options);
  const secret = 'clave-secreta-de-ana';
  await done(contextStore.append(says(ana, 'm1', { content: { type: 'text', text: secret } })));
  const other = new DatabaseSync(path);
  other.exec('SELECT * FROM messages');
  await done(contextStore.erase(ana));
  await close();
  for (const file of [path, `${path}-wal`]) t.false(readFileSync(file).includes(secret));
  other.close();
  t.deepEqual(errors, []);
});

test('a damaged document › is told, and does not hide the others', async (t) => {
  const { path, options, errors } = await bench(t);
  const first = openSqlite(path, options);
  for (const user of [ana, luis]) await done(first.chatStore.save(saving(talk(user), { owner: 'dead' })));
  await first.close();
  rows(
    path,
    `UPDATE conversations SET doc = '{"secret words' WHERE user = 'whatsapp|${ana.id}' RETURNING rowid`,
  );
  const { chatStore, close } = openSqlite(path, options);
  const loaded = await chatStore.load(ana)();
  t.is(loaded._tag, 'Left');
  t.notRegex(JSON.stringify(loaded), /secret/u);
  const others = await done(chatStore.ownedByOthers(['me'], { limit: 1 }));
  t.deepEqual(
    others.map(({ conversation }) => conversation.user),
    [luis],
  );
  t.true(errors.includes('store-document-damaged'));
  await close();
});

test('ids with lone surrogates › are told apart, though UTF-8 has one sign for all of them', async (t) => {
  const { path, options } = await bench(t);
  const { contextStore, chatStore, close } = openSqlite(path, options);
  const users = ['\ud800', '\udbff', '\ufffd', 'a\udc00'].map((id) => ({ ...ana, id }));
  for (const user of users) {
    t.is(await done(contextStore.append(says(ana, user.id))), 'stored');
    await done(chatStore.save(saving(talk(user), { owner: 'host-1' })));
    await done(chatStore.wake(user));
  }
  t.deepEqual(
    (await done(contextStore.untaken(ana, 0, 10))).map(({ id }) => id),
    users.map(({ id }) => id),
  );
  t.deepEqual(await done(chatStore.woken('host-1')), users);
  for (const user of users) {
    const stored = await done(chatStore.load(user));
    t.deepEqual(stored._tag === 'Some' ? stored.value.conversation.user : undefined, user);
  }
  await close();
});

test('a trial write › goes to the disk and changes nothing', async (t) => {
  const { path, options } = await bench(t);
  const { contextStore, tryWrite, close } = openSqlite(path, options);
  await done(contextStore.append(says(ana, 'm1')));
  const before = statSync(`${path}-wal`).size;
  await done(tryWrite);
  t.true(statSync(`${path}-wal`).size > before);
  await close();
  t.is((await tryWrite())._tag, 'Left');
  const again = openSqlite(path, options);
  t.is((await done(again.contextStore.list(ana))).length, 1);
  await again.close();
});
