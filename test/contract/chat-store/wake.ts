import type { ChatStore } from '../../../src/application/ports/chat-store.port.ts';
import { userKey } from '../../../src/domain/channel.ts';
import { done, holds, same, type ContractCase } from '../contract.ts';
import { ana, anaOnFacebook, luis, saving, talk } from '../samples.ts';
import { found, saved, that } from './reading.ts';

const woken = async (store: ChatStore, owner: string): Promise<ReadonlyArray<string>> =>
  (await done(store.woken(owner))).map(userKey).sort();

export const wakeCases: ReadonlyArray<ContractCase<ChatStore>> = [
  that('wake › is told to the owner once, however often it was asked for', async ({ store }) => {
    await saved(store, saving(talk(ana), { owner: 'host-1' }));
    await saved(store, saving(talk(luis), { owner: 'host-1' }));
    await saved(store, saving(talk(anaOnFacebook), { owner: 'host-2' }));
    same(await woken(store, 'host-1'), [], 'nobody is woken by being saved');
    for (const user of [ana, ana, anaOnFacebook]) await done(store.wake(user));
    same(await woken(store, 'host-1'), [userKey(ana)], 'an owner hears of its own woken users, each once');
    same(await woken(store, 'host-1'), [], 'and not again');
    same(await woken(store, 'host-2'), [userKey(anaOnFacebook)], 'the other owner hears of its own');
    await done(store.wake(ana));
    same(await woken(store, 'host-1'), [userKey(ana)], 'a later wake is a new one');
  }),

  that("wake › survives the owner's saves until it is taken", async ({ store }) => {
    await saved(store, saving(talk(ana), { owner: 'host-1' }));
    await done(store.wake(ana));
    await saved(store, saving(talk(ana), { rev: 1, as: { owner: 'host-1', epoch: 1 } }));
    await saved(store, saving(talk(ana), { rev: 2 }));
    same(await woken(store, 'host-1'), [userKey(ana)], 'no save takes a wake away');
  }),

  that('wake › changes nothing else of the conversation', async ({ store }) => {
    const before = await saved(store, saving(talk(ana), { owner: 'host-1' }));
    await done(store.wake(ana));
    same(await found(store, ana), before, 'the revision stands, so that no save meets a conflict by it');
    await done(store.woken('host-1'));
    same(await found(store, ana), before, 'nor does telling it');
  }),

  that('wake › of a user whose conversation nobody owns does no harm', async ({ store }) => {
    await done(store.wake(luis));
    same(await found(store, luis), undefined, 'it makes no document');
    await saved(store, saving(talk(ana, 'ended'), { owner: null }));
    await done(store.wake(ana));
    same(await woken(store, 'host-1'), [], 'nobody is told');
    await saved(store, saving(talk(ana), { rev: 1, owner: 'host-1' }));
    await done(store.wake(ana));
    same(await woken(store, 'host-1'), [userKey(ana)], 'once it is owned its owner is');
    await saved(store, saving(talk(ana, 'ended'), { rev: 2, owner: null }));
    await done(store.wake(ana));
    await done(store.erase(ana));
    await done(store.wake(ana));
    same(await woken(store, 'host-1'), [], 'nor is anybody after the end');
  }),

  that('wake › waits for the one who takes over', async ({ store }) => {
    await saved(store, saving(talk(ana), { owner: 'dead' }));
    await done(store.wake(ana));
    same(await woken(store, 'me'), [], 'it is not told to others');
    await done(store.takeOver(ana, { owner: 'dead', epoch: 1 }, 'me'));
    same(await woken(store, 'me'), [userKey(ana)], 'but to the new owner');
  }),

  that('wake › none is lost between asking and telling', async ({ handles }) => {
    const both = await handles();
    await saved(both[0], saving(talk(ana), { owner: 'host-1' }));
    for (let round = 0; round < 20; round += 1) {
      const [told] = await Promise.all([woken(both[0], 'host-1'), done(both[1].wake(ana))]);
      const later = await woken(both[0], 'host-1');
      holds(
        told.length + later.length >= 1,
        'a wake at the same time as `woken` is told by it or by the next',
      );
    }
  }),
];
