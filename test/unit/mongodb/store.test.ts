import test from 'ava';
import { MongoClient, type Db } from 'mongodb';
import { collectionsOf } from '../../../src/adapters/mongodb/schema.ts';
import { done, day, hour } from '../../contract/contract.ts';
import { makeTestClock } from '../../contract/clock.ts';
import {
  ana,
  botSays,
  chatId,
  luis,
  saving,
  says,
  talk,
  textEffect,
  setAsideEntry,
} from '../../contract/samples.ts';
import { databaseName, findEngine, withEngine } from '../../support/mongo.ts';
import { startProxy } from '../../support/mongo-proxy.ts';
import { openStores } from './open-stores.ts';

withEngine('mongodb stores', await findEngine(), ({ uri }) => {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 10_000 });
  const databases: string[] = [];
  const fresh = (): { database: string; db: Db } => {
    const database = databaseName();
    databases.push(database);
    return { database, db: client.db(database) };
  };
  test.after.always(async () => {
    for (const database of databases) await client.db(database).dropDatabase();
    await client.close();
  });

  test('a start › makes the indexes of the design, of which none is unique but that of `_id`', async (t) => {
    const { database, db } = fresh();
    await openStores(t, { uri, database });
    const indexes = new Map<string, string[]>();
    for (const { collectionName } of await db.collections()) {
      const found = await db.collection(collectionName).indexes();
      t.true(found.every(({ unique }) => unique !== true));
      indexes.set(
        collectionName,
        found.map(({ key, expireAfterSeconds }) =>
          [Object.keys(key).join(' '), expireAfterSeconds]
            .filter((part) => part !== undefined)
            .join(' after '),
        ),
      );
    }
    t.deepEqual(indexes.get('messages')?.toSorted(), ['_id', 'expireAt after 0', 'user state n']);
    t.deepEqual(indexes.get('conversations')?.toSorted(), [
      '_id',
      'expireAt after 3600',
      'owner wake',
      'state expireAt',
    ]);
    t.deepEqual(indexes.get('overflow')?.toSorted(), ['_id', 'expireAt after 0', 'user order']);
    t.deepEqual(indexes.get('set_aside')?.toSorted(), ['_id', 'user _id']);
  });

  test('a start › leaves an index as the operator made it, and tells', async (t) => {
    const { database, db } = fresh();
    await db.collection('messages').createIndex({ expireAt: 1 }, { expireAfterSeconds: 60 });
    const { told } = await openStores(t, { uri, database });
    t.deepEqual(told, ['store-index-differs']);
    const indexes = await db.collection('messages').indexes();
    t.is(indexes.find(({ key }) => 'expireAt' in key)?.expireAfterSeconds, 60);
  });

  test('messages › have dates to be swept by: a day beyond all that they may be asked for', async (t) => {
    const { database, db } = fresh();
    const clock = makeTestClock();
    const now = Date.now();
    clock.jump(now - clock.now());
    const { contextStore } = await openStores(t, { uri, database }, { clock, contextTtlMs: hour });
    for (const id of ['new', 'aside', 'posted']) await done(contextStore.append(says(ana, id)));
    await done(contextStore.append(says(luis, 'erased')));
    await done(
      contextStore.settle(ana, chatId, [
        { what: 'message', id: 'aside', as: 'set-aside' },
        { what: 'message', id: 'posted', as: 'posted' },
      ]),
    );
    await done(contextStore.erase(luis));
    const found = await db
      .collection<{ _id: string; expireAt?: Date }>('messages')
      .find()
      .sort({ n: 1 })
      .toArray();
    t.deepEqual(
      found.map(({ _id, expireAt }) => [_id, expireAt]),
      [
        [`whatsapp|${ana.id}|new`, new Date(now + 2 * day)],
        [`whatsapp|${ana.id}|aside`, undefined],
        [`whatsapp|${ana.id}|posted`, new Date(now + 2 * day)],
        [`whatsapp|${luis.id}|erased`, new Date(now + day + hour)],
      ],
    );
  });

  test('posted and erased messages › leave a bare id, without a word of what was said', async (t) => {
    const { database, db } = fresh();
    const { contextStore } = await openStores(t, { uri, database });
    for (const id of ['posted', 'in range', 'aside', 'new']) await done(contextStore.append(says(ana, id)));
    await done(contextStore.append(botSays(luis, 'erased')));
    const arrival = (await done(contextStore.list(ana)))[1]?.arrival ?? 0;
    await done(
      contextStore.settle(ana, chatId, [
        { what: 'message', id: 'posted', as: 'posted' },
        { what: 'context', arrivals: [arrival] },
        { what: 'message', id: 'aside', as: 'set-aside' },
      ]),
    );
    await done(contextStore.erase(luis));
    const found = await db.collection('messages').find().sort({ n: 1 }).toArray();
    t.deepEqual(
      found.map((document) => 'doc' in document),
      [false, false, true, true, false],
    );
  });

  test('keys › of two pairs of user and id never meet, whatever signs are in them', async (t) => {
    const { contextStore, chatStore } = await openStores(t, { uri, database: fresh().database });
    const pairs = [
      ['a|b', 'c'],
      ['a', 'b|c'],
      ['a%7Cb', 'c'],
      ['a', ''],
      ['', 'a'],
      ['\ud800', 'c'],
      ['\udbff', 'c'],
      ['\ufffd', 'c'],
      ['a', '\udc00'],
      ['a', '\udc01'],
      ['a\u0000b', 'c'],
    ] as const;
    const usersOf = pairs.map(([user]) => ({ provider: 'facebook' as const, id: user }));
    for (const [index, [, id]] of pairs.entries())
      t.is(await done(contextStore.append(says(usersOf[index] ?? ana, id))), 'stored', JSON.stringify(id));
    for (const user of new Set(usersOf.map(({ id }) => id))) {
      const owner = { provider: 'facebook' as const, id: user };
      t.deepEqual(
        (await done(contextStore.untaken(owner, 0, 100))).map(({ id }) => id),
        pairs.flatMap(([name, id]) => (name === user ? [id] : [])),
      );
      await done(chatStore.save(saving(talk(owner), { owner: 'host-1' })));
      await done(chatStore.wake(owner));
      t.deepEqual(await done(chatStore.woken('host-1')), [owner]);
      const stored = await done(chatStore.load(owner));
      t.deepEqual(stored._tag === 'Some' ? stored.value.conversation.user : undefined, owner);
    }
  });

  test('requests of one turn › are one insert, one update for all wakes, one for all settlements', async (t) => {
    const proxy = await startProxy(uri);
    t.teardown(() => proxy.close());
    const { contextStore, chatStore } = await openStores(t, { uri: proxy.uri, database: fresh().database });
    const ids = Array.from({ length: 100 }, (_, index) => `m${index}`);
    const users = ids.map((id) => ({ ...ana, id }));
    const sent = (command: string): number => proxy.commands.get(command) ?? 0;
    const before = { insert: sent('insert'), update: sent('update') };
    t.deepEqual(
      new Set(await Promise.all(ids.map((id) => done(contextStore.append(says(ana, id)))))),
      new Set(['stored']),
    );
    t.is(sent('insert') - before.insert, 1);
    await Promise.all(users.map((user) => done(chatStore.wake(user))));
    t.is(sent('update') - before.update, 1);
    await Promise.all(
      ids.map((id) => done(contextStore.settle(ana, chatId, [{ what: 'message', id, as: 'posted' }]))),
    );
    t.is(sent('update') - before.update, 2);
    t.deepEqual(await done(contextStore.list(ana)), []);
  });

  test('a counter that got lost › is made anew above all that it had given', async (t) => {
    const { database, db } = fresh();
    const { contextStore, close } = await openStores(t, { uri, database });
    await done(contextStore.append(says(ana, 'before')));
    const mark = await done(contextStore.mark());
    await db.collection('counters').drop();
    await done(contextStore.append(says(ana, 'at once')));
    await close();
    await db.collection('counters').drop();
    const next = await openStores(t, { uri, database });
    await done(next.contextStore.append(says(ana, 'after a start')));
    t.deepEqual(
      (await done(next.contextStore.untaken(ana, mark, 10))).map(({ id }) => id),
      ['at once', 'after a start'],
    );
  });

  test('a heartbeat › tells what the process keeps; one of an earlier version says nothing', async (t) => {
    const { database, db } = fresh();
    const { instances } = await openStores(t, { uri, database });
    await done(instances.beat('host-1', 7));
    await done(instances.beat('host-1', 5));
    await collectionsOf(db).instances.insertOne({ _id: 'host-0', beat: 3 });
    const listed = [...(await done(instances.list()))].sort((a, b) => (a.id < b.id ? -1 : 1));
    t.deepEqual(listed, [
      { id: 'host-0', beat: 3 },
      { id: 'host-1', beat: 2, owned: 5 },
    ]);
  });

  test('a damaged document › is told, without its words, and does not hide the others', async (t) => {
    const { database, db } = fresh();
    const { chatStore, told } = await openStores(t, { uri, database });
    for (const user of [ana, luis]) {
      await done(chatStore.save(saving(talk(user), { owner: 'dead' })));
      await done(chatStore.setAside(setAsideEntry(user, `aside ${user.id}`)));
    }
    const damage = { $set: { doc: '{"secret words' } };
    await db.collection<{ _id: string }>('conversations').updateOne({ _id: `whatsapp|${ana.id}` }, damage);
    await db.collection<{ _id: string }>('set_aside').updateOne({ _id: `aside ${ana.id}` }, damage);
    const loaded = await chatStore.load(ana)();
    t.is(loaded._tag, 'Left');
    t.notRegex(JSON.stringify(loaded), /secret/u);
    t.deepEqual(
      (await done(chatStore.ownedByOthers(['me'], { limit: 1 }))).map(
        ({ conversation }) => conversation.user,
      ),
      [luis],
    );
    t.deepEqual(
      (await done(chatStore.listSetAside())).map(({ user }) => user),
      [luis],
    );
    t.is((await chatStore.removeSetAside(`aside ${ana.id}`)())._tag, 'Left');
    t.is(await done(chatStore.countSetAside(ana)), 1, 'it stays for who can mend it');
    t.deepEqual(new Set(told), new Set(['store-document-damaged']));
  });

  test('spilled effects › that nothing counts go by themselves, long after all that may be owed', async (t) => {
    const { database, db } = fresh();
    const before = Date.now();
    const { chatStore } = await openStores(t, { uri, database });
    await done(chatStore.spill(ana, [{ order: 0, effect: textEffect('e1') }], { epoch: 1, attempt: 1 }));
    const [spilled] = await db.collection('overflow').find().toArray();
    t.true((spilled?.expireAt as Date).getTime() >= before + 32 * day);
  });
});
