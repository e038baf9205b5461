import test from 'ava';
import { makeMemoryStores } from '../../../src/adapters/memory/memory-stores.ts';
import { storeUnavailable } from '../../../src/application/ports/errors.ts';
import { makeEraseUser, type EraseDeps } from '../../../src/application/use-cases/erase-user.use-case.ts';
import type { ChatState } from '../../../src/domain/conversation.ts';
import { E, TE } from '../../../src/domain/fp.ts';
import { done } from '../../contract/contract.ts';
import {
  ana,
  anaOnFacebook,
  botSays,
  luis,
  saving,
  says,
  setAsideEntry,
  talk,
  textEffect,
} from '../../contract/samples.ts';
import { makeVirtualClock } from '../../support/virtual-clock.ts';

const day = 24 * 60 * 60_000;

const setUp = (trouble: Partial<EraseDeps['store']> = {}) => {
  const clock = makeVirtualClock();
  const stores = makeMemoryStores({
    clock,
    contextTtlMs: day,
    deliveryDeadlineMs: day,
    chatRetentionMs: 30 * day,
  });
  const lines: unknown[] = [];
  const nothing = (): void => undefined;
  const log = {
    debug: nothing,
    warn: nothing,
    error: nothing,
    info: (event: string, fields = {}) => void lines.push([event, fields]),
  };
  const { chatStore: store, contextStore: contexts } = stores;
  const erase = makeEraseUser({ store: { ...store, ...trouble }, contexts, clock, log });
  return { clock, store, contexts, erase, lines };
};

const refused = (why: string): object => E.left({ _tag: 'EraseRefused', why });

test('erase › context, ended chat, spilled and set-aside texts go; other users keep theirs', async (t) => {
  const { store, contexts, erase, lines } = setUp();
  for (const user of [ana, luis]) {
    await done(contexts.append(says(user, 'm1')));
    await done(contexts.append(botSays(user, 'm2')));
    await done(store.save(saving(talk(user, 'ended'), { owner: null })));
    await done(
      store.spill(user, [{ order: 0, effect: textEffect(`spilled-${user.id}`) }], { epoch: 1, attempt: 1 }),
    );
    await done(store.setAside(setAsideEntry(user, `aside-${user.id}`)));
  }
  const left = async (user: typeof ana) => [
    (await done(contexts.list(user))).length,
    (await done(store.load(user)))._tag,
    (await done(store.spilled(user, -1, 9))).length,
    await done(store.countSetAside(user)),
  ];
  t.deepEqual(await erase({ userId: ana.id })(), E.right(undefined));
  t.deepEqual(await left(ana), [0, 'None', 0, 0]);
  t.deepEqual(await left(luis), [2, 'Some', 1, 1]);
  t.is(await done(contexts.append(says(ana, 'm1'))), 'seen', 'a repeat does not bring it back');
  t.deepEqual(await left(ana), [0, 'None', 0, 0]);
  t.deepEqual(await erase({ userId: ana.id })(), E.right(undefined), 'and there may be nothing');
  t.false(JSON.stringify(lines).includes('text of'));
});

test('erase › both channels without a provider, one with it; a + is no part of a number', async (t) => {
  const { contexts, erase } = setUp();
  const both = [ana, anaOnFacebook];
  const counts = () => Promise.all(both.map(async (user) => (await done(contexts.list(user))).length));
  for (const user of both) await done(contexts.append(says(user, 'm1')));
  await erase({ userId: ana.id, provider: 'facebook' })();
  t.deepEqual(await counts(), [1, 0]);
  await done(contexts.append(says(anaOnFacebook, 'm2')));
  await erase({ userId: `+${ana.id}` })();
  t.deepEqual(await counts(), [0, 1], 'on Facebook that is another id');
});

for (const state of ['requested', 'waiting', 'active'] satisfies ChatState[]) {
  test(`erase › a chat that is ${state} has to be finished first, and nothing is erased meanwhile`, async (t) => {
    const { store, contexts, erase } = setUp();
    await done(contexts.append(says(ana, 'm1')));
    await done(contexts.append(says(anaOnFacebook, 'm1')));
    // the other channel's comes second
    await done(store.save(saving(talk(anaOnFacebook, state), { owner: 'host-1' })));
    t.deepEqual(await erase({ userId: ana.id })(), refused('chat-open'));
    for (const user of [ana, anaOnFacebook]) t.is((await done(contexts.list(user))).length, 1);
    t.is((await done(store.load(anaOnFacebook)))._tag, 'Some');
  });
}

test('erase › what an ended chat still sends is waited for, and not without end', async (t) => {
  const { clock, store, contexts, erase } = setUp();
  const sending = talk(ana, 'ended');
  const busy = { ...sending, lanes: { ...sending.lanes, user: [textEffect('last')] } };
  await done(contexts.append(says(ana, 'm1')));
  await done(store.save(saving(busy, { owner: 'host-1' })));
  const impatient = erase({ userId: ana.id })();
  await clock.advance(60_000);
  t.deepEqual(await impatient, refused('still-delivering'));
  t.is((await done(contexts.list(ana))).length, 1);

  const patient = erase({ userId: ana.id })();
  await clock.advance(500);
  await done(store.save(saving(sending, { rev: 1, owner: null })));
  await clock.advance(500);
  t.deepEqual(await patient, E.right(undefined));
  t.is((await done(store.load(ana)))._tag, 'None');
  t.deepEqual(
    clock.timers().filter((due) => due < 1_000),
    [],
  );
});

test('erase › a store in trouble is told, and the words go all the same where they can', async (t) => {
  const down = storeUnavailable('sample trouble');
  const { contexts, erase } = setUp({ erase: () => TE.left(down) });
  await done(contexts.append(says(ana, 'm1')));
  t.deepEqual(await erase({ userId: ana.id })(), E.left(down));
  t.deepEqual(await done(contexts.list(ana)), []);
  const unread = setUp({ load: () => TE.left(down) });
  await done(unread.contexts.append(says(ana, 'm1')));
  t.deepEqual(await unread.erase({ userId: ana.id })(), E.left(down));
  t.is((await done(unread.contexts.list(ana))).length, 1, 'nothing goes while nobody knows of an open chat');
});
