import type { ChatStore } from '../../../src/application/ports/chat-store.port.ts';
import type { User } from '../../../src/domain/channel.ts';
import type { ChatState } from '../../../src/domain/conversation.ts';
import { day, done, hour, same, type ContractCase } from '../contract.ts';
import { ana, anaOnFacebook, luis, saving, setAsideEntry, talk, textEffect } from '../samples.ts';
import { found, saved, standing, that } from './reading.ts';

const none: Readonly<Record<ChatState, number>> = {
  requested: 0,
  waiting: 0,
  active: 0,
  ended: 0,
  failed: 0,
};

export const retentionCases: ReadonlyArray<ContractCase<ChatStore>> = [
  that('countByState › counts the present chat of each user', async ({ store }) => {
    same(await done(store.countByState()), none, 'every state is told, also with none in it');
    const states: ReadonlyArray<ChatState> = ['requested', 'waiting', 'waiting', 'active', 'ended', 'failed'];
    for (const [index, state] of states.entries())
      await saved(store, saving(talk({ ...ana, id: `52${index}` }, state), { owner: 'host-1' }));
    const { chat: _none, ...withoutChat } = talk(luis);
    await saved(store, saving(withoutChat));
    same(
      await done(store.countByState()),
      { requested: 1, waiting: 2, active: 1, ended: 1, failed: 1 },
      'a conversation without a chat is in no state',
    );
    await saved(store, saving(talk({ ...ana, id: '520' }, 'waiting'), { rev: 1 }));
    await done(store.save(saving(talk({ ...ana, id: '520' }, 'active'), { rev: 1 })));
    await done(store.takeOver({ ...ana, id: '521' }, { owner: 'host-1', epoch: 1 }, 'host-2'));
    await done(store.erase({ ...ana, id: '523' }));
    same(
      await done(store.countByState()),
      { ...none, waiting: 3, ended: 1, failed: 1 },
      'a save moves it, a conflict and a take-over do not, an erasure takes it out',
    );
  }),

  that(
    'retention › what nobody owns any more is kept for CHAT_RETENTION (chatRetentionMs) since its last save',
    { settings: { chatRetentionMs: 10 * day } },
    async ({ store, clock, sweeps }) => {
      await saved(store, saving(talk(ana, 'active'), { owner: 'host-1' }));
      await clock.advance(9 * day);
      await saved(store, saving(talk(ana, 'ended'), { rev: 1, owner: null }));
      await saved(store, saving(talk(luis, 'failed')));
      await clock.advance(9 * day);
      await sweeps();
      same((await found(store, ana))?.conversation.chat?.state, 'ended', 'it is there for all that time');
      await saved(store, saving(talk(luis, 'failed'), { rev: 1 }));
      await clock.advance(day);
      same(await found(store, ana), undefined, 'then it is not, sweep or no sweep');
      same(await done(store.countByState()), { ...none, failed: 1 }, 'nor is it counted');
      await sweeps();
      same(await done(store.countByState()), { ...none, failed: 1 }, 'the other was saved later, and stays');
    },
  ),

  that(
    'retention › a document whose time is over is no document for the next save',
    { settings: { chatRetentionMs: hour } },
    async ({ store, clock }) => {
      await saved(store, saving(talk(ana, 'ended'), { owner: null }));
      await clock.advance(hour);
      same(await done(store.save(saving(talk(ana), { rev: 1 }))), 'conflict', 'its revision is gone with it');
      const fresh = await saved(store, saving(talk(ana), { owner: 'host-1' }));
      same(standing(fresh), { rev: 1, owner: 'host-1', epoch: 1 }, 'the user begins anew');
      await clock.advance(2 * hour);
      same((await found(store, ana))?.writeId, fresh.writeId, 'and the former end is forgotten');
    },
  ),

  that(
    'retention › what is owned never expires',
    { settings: { chatRetentionMs: hour } },
    async ({ store, clock, sweeps }) => {
      await saved(store, saving(talk(ana, 'ended'), { owner: null }));
      await saved(store, saving(talk(ana, 'active'), { rev: 1, owner: 'host-1' }));
      await clock.advance(60 * day);
      await sweeps();
      same(
        standing(await found(store, ana)),
        { rev: 2, owner: 'host-1', epoch: 1 },
        'an owner still has to do with it',
      );
    },
  ),

  that(
    'erase › the conversation, what was spilled and what was set aside, of that user alone',
    async ({ store }) => {
      const users: ReadonlyArray<User> = [ana, luis, anaOnFacebook];
      for (const [index, user] of users.entries()) {
        await saved(store, saving(talk(user), { owner: 'host-1' }));
        await done(
          store.spill(user, [{ order: 0, effect: textEffect(`spilled-${index}`) }], { epoch: 1, attempt: 1 }),
        );
        await done(store.setAside(setAsideEntry(user, `aside-${index}`)));
        await done(store.wake(user));
      }
      await done(store.erase(ana));
      await done(store.erase(ana));
      same(await found(store, ana), undefined, 'the conversation is gone');
      same(await done(store.spilled(ana, -1, 10)), [], 'spilled effects are');
      same(await done(store.listSetAside(ana)), [], 'set-aside effects are');
      same((await done(store.woken('host-1'))).length, 2, 'and nobody is woken for it');
      const late = saving(talk(ana), { rev: 1, as: { owner: 'host-1', epoch: 1 } });
      same(await done(store.save(late)), 'conflict', 'its owner cannot bring it back');
      for (const user of [luis, anaOnFacebook]) {
        same((await found(store, user))?.conversation.user, user, 'other users keep their conversation');
        same((await done(store.spilled(user, -1, 10))).length, 1, 'their spilled effects');
        same(await done(store.countSetAside(user)), 1, 'and their set-aside effects');
      }
      const fresh = await saved(store, saving(talk(ana), { owner: 'host-1' }));
      same(standing(fresh), { rev: 1, owner: 'host-1', epoch: 1 }, 'an erased user may begin anew');
    },
  ),
];
