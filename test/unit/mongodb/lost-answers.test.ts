import test, { type ExecutionContext } from 'ava';
import { MongoClient } from 'mongodb';
import { done } from '../../contract/contract.ts';
import { ana, chatId, luis, saving, says, setAsideEntry, talk, textEffect } from '../../contract/samples.ts';
import { findOwnEngine, withEngine } from '../../support/mongo.ts';
import { startProxy, type Proxy } from '../../support/mongo-proxy.ts';
import { openStores, type Opened } from './open-stores.ts';

/** relay.md §4.7. A replica set lets the driver repeat a write by itself; with a single server it is all up to us. */
const engines = await Promise.all([false, true].map((standalone) => findOwnEngine({ standalone })));

for (const [index, found] of engines.entries()) {
  const standalone = index === 1;
  const topology = standalone ? 'single server' : 'replica set';

  withEngine(`mongodb answers that get lost (${topology})`, found, (engine) => {
    test.after.always(() => engine.kill());
    const behindProxy = async (t: ExecutionContext): Promise<Opened & { readonly proxy: Proxy }> => {
      const proxy = await startProxy(engine.uri);
      t.teardown(() => proxy.close());
      return { ...(await openStores(t, { uri: proxy.uri })), proxy };
    };
    const title = (text: string): string => `${topology}: ${text}`;

    for (const lost of [1, 2])
      test.serial(
        title(`append › what it had stored itself is stored, not seen (${lost} lost)`),
        async (t) => {
          const { contextStore, proxy } = await behindProxy(t);
          await done(contextStore.append(says(ana, 'before')));
          proxy.loseAnswersTo('insert', lost);
          const answers = await Promise.all(
            ['m1', 'before', 'm2'].map((id) => contextStore.append(says(ana, id))()),
          );
          // a single server's driver tries once only, and so do we twice
          const isKnown = !standalone || lost === 1;
          t.deepEqual(
            answers.map((answer) => (answer._tag === 'Right' ? answer.right : 'unknown')),
            isKnown ? ['stored', 'seen', 'stored'] : ['unknown', 'unknown', 'unknown'],
          );
          t.is(await done(contextStore.append(says(ana, 'm1'))), 'seen', "another call's repeat is seen");
          t.deepEqual(
            (await done(contextStore.untaken(ana, 0, 10))).map(({ id }) => id),
            ['before', 'm1', 'm2'],
            'and all are there once, in order',
          );
        },
      );

    test.serial(title('mark and append › lost places on the line of arrivals do no harm'), async (t) => {
      const { contextStore, proxy } = await behindProxy(t);
      proxy.loseAnswersTo('findAndModify', 1);
      const first = await contextStore.append(says(ana, 'm1'))();
      t.true(first._tag === 'Right' || standalone);
      await done(contextStore.append(says(ana, 'm1')));
      const mark = await done(contextStore.mark());
      await done(contextStore.append(says(ana, 'm2')));
      t.deepEqual(
        (await done(contextStore.untaken(ana, mark, 10))).map(({ id }) => id),
        ['m2'],
      );
    });

    test.serial(title('save › the document tells whose write it was'), async (t) => {
      const { chatStore, proxy } = await behindProxy(t);
      for (const rev of [0, 1, 2]) {
        // the last one is conditional on an owner that only the database knows: two updates in one
        const save = saving(talk(ana), { rev, ...(rev === 2 ? { owner: 'host-2' } : { owner: 'host-1' }) });
        proxy.loseAnswersTo('update', 2);
        const answer = await chatStore.save(save)();
        t.is(answer._tag, 'Left');
        const stored = await done(chatStore.load(ana));
        t.like(stored, { _tag: 'Some', value: { writeId: save.writeId, rev: rev + 1 } });
      }
      const stored = await done(chatStore.load(ana));
      t.like(stored, { value: { epoch: 2 } }, 'and nothing was done twice');
    });

    test.serial(title('takeOver › who asks again has what it wanted'), async (t) => {
      const { chatStore, proxy } = await behindProxy(t);
      await done(chatStore.save(saving(talk(ana), { owner: 'dead' })));
      // a replica set's driver tries twice
      proxy.loseAnswersTo('update', standalone ? 1 : 2);
      t.is((await chatStore.takeOver(ana, { owner: 'dead', epoch: 1 }, 'me')())._tag, 'Left');
      const again = await done(chatStore.takeOver(ana, { owner: 'dead', epoch: 1 }, 'me'));
      t.like(again, { _tag: 'Some', value: { epoch: 2, owner: { value: 'me' } } });
      const other = await done(chatStore.takeOver(ana, { owner: 'dead', epoch: 1 }, 'another'));
      t.is(other._tag, 'None');
    });

    test.serial(title('wake and woken › no wake is lost with an answer'), async (t) => {
      const { chatStore, proxy } = await behindProxy(t);
      for (const user of [ana, luis]) await done(chatStore.save(saving(talk(user), { owner: 'host-1' })));
      proxy.loseAnswersTo('update', 1);
      await Promise.all([ana, luis].map((user) => done(chatStore.wake(user))));
      proxy.loseAnswersTo('update', 2);
      t.is((await chatStore.woken('host-1')())._tag, 'Left', 'whether they were cleared is not known');
      t.is((await done(chatStore.woken('host-1'))).length, 2, 'so they are told the next time');
      t.is((await done(chatStore.woken('host-1'))).length, 0);
    });

    test.serial(
      title('settle, spill, set aside, beat › are done once, however often they are sent'),
      async (t) => {
        const { contextStore, chatStore, instances, proxy } = await behindProxy(t);
        await done(contextStore.append(says(ana, 'm1')));
        proxy.loseAnswersTo('update', 1);
        await done(contextStore.settle(ana, chatId, [{ what: 'message', id: 'm1', as: 'posted' }]));
        t.deepEqual(await done(contextStore.list(ana)), []);
        proxy.loseAnswersTo('update', 1);
        await done(chatStore.spill(ana, [{ order: 0, effect: textEffect('e1') }], { epoch: 1, attempt: 1 }));
        t.is((await done(chatStore.spilled(ana, -1, 10))).length, 1);
        proxy.loseAnswersTo('insert', 1);
        await chatStore.setAside(setAsideEntry(ana, 'e2'))();
        await done(chatStore.setAside(setAsideEntry(ana, 'e2')));
        t.deepEqual(await done(chatStore.listSetAside()), [setAsideEntry(ana, 'e2')]);
        proxy.loseAnswersTo('update', 1);
        await instances.beat('host-1', 0)();
        await done(instances.beat('host-1', 0));
        t.true((await done(instances.list())).every(({ beat }) => beat >= 1));
      },
    );

    test.serial(
      title('a connection that breaks before the write › is no failure of the caller'),
      async (t) => {
        const stores = await openStores(t, { uri: engine.uri, appName: 'failing' });
        const fail = await failPoint(t, engine.uri);
        await fail({ failCommands: ['insert', 'find'], closeConnection: true }, 1);
        t.is(await done(stores.contextStore.append(says(ana, 'm1'))), 'stored');
        await fail({ failCommands: ['find'], closeConnection: true }, 1);
        t.is((await done(stores.contextStore.list(ana))).length, 1);
      },
    );

    test.serial(
      title('a write that no majority confirms › is asked for again, and is then stored'),
      async (t) => {
        const stores = await openStores(t, { uri: engine.uri, appName: 'failing' });
        const fail = await failPoint(t, engine.uri);
        const writeConcernError = { code: 64, errmsg: 'waiting for replication timed out' };
        await fail({ failCommands: ['insert'], writeConcernError }, 1);
        t.is(await done(stores.contextStore.append(says(ana, 'm1'))), 'stored');
        await fail({ failCommands: ['insert'], writeConcernError }, 2);
        const unconfirmed = await Promise.all(
          ['m1', 'm2'].map((id) => stores.contextStore.append(says(ana, id))()),
        );
        t.deepEqual(
          unconfirmed.map(({ _tag }) => _tag),
          ['Left', 'Left'],
          'twice: nobody can say',
        );
        await fail({ failCommands: ['update'], writeConcernError }, 2);
        const save = saving(talk(ana));
        t.is((await stores.chatStore.save(save)())._tag, 'Left');
        t.like(await done(stores.chatStore.load(ana)), { value: { writeId: save.writeId } });
      },
    );
  });
}

/** Failures that the engine itself plays, for clients named `failing`; off again after the test. */
const failPoint = async (
  t: ExecutionContext,
  uri: string,
): Promise<(data: Readonly<Record<string, unknown>>, times: number) => Promise<void>> => {
  const client = new MongoClient(uri);
  const configure = async (rest: Readonly<Record<string, unknown>>): Promise<void> => {
    await client.db('admin').command({ configureFailPoint: 'failCommand', ...rest });
  };
  t.teardown(async () => {
    await configure({ mode: 'off' });
    await client.close();
  });
  return (data, times) => configure({ mode: { times }, data: { ...data, appName: 'failing' } });
};
