import type { ChatStore } from '../../../src/application/ports/chat-store.port.ts';
import { allUnavailable, done, same, type ContractCase } from '../contract.ts';
import { ana, luis, saving, setAsideEntry, talk, textEffect } from '../samples.ts';
import { found, saved, standing, that } from './reading.ts';

export const saveCases: ReadonlyArray<ContractCase<ChatStore>> = [
  that('save › the first one, based on revision 0, makes the document', async ({ store }) => {
    same(await found(store, ana), undefined, 'of an unknown user there is none');
    const save = saving(talk(ana, 'ended'));
    const stored = await saved(store, save);
    same(stored.conversation, save.conversation, 'the document comes back as it was given');
    same(standing(stored), { rev: 1, owner: null, epoch: 0 }, 'revision 1, nobody owns it');
    same(
      stored.writeId,
      save.writeId,
      'the id of the write is kept: by it a caller knows its own save again',
    );
    same(await found(store, luis), undefined, 'of another user there is still none');
  }),

  that(
    'save › a task is a description: nothing is saved until it is run, and each run is a call',
    async ({ store }) => {
      const task = store.save(saving(talk(ana)));
      same(await found(store, ana), undefined, 'a task that was not run has done nothing');
      same(await done(task), 'saved', 'the first run saves');
      same(await done(task), 'conflict', 'the second is based on a revision that has passed');
    },
  ),

  that(
    'save › based on any other revision than the present one: a conflict, and nothing is written',
    async ({ store }) => {
      same(await done(store.save(saving(talk(ana), { rev: 1 }))), 'conflict', 'there is no revision 1 yet');
      same(await found(store, ana), undefined, 'and no document is made by a conflict');
      await saved(store, saving(talk(ana, 'requested')));
      const present = await saved(store, saving(talk(ana, 'waiting'), { rev: 1 }));
      for (const rev of [0, 1, 3])
        same(
          await done(store.save(saving(talk(ana, 'active'), { rev }))),
          'conflict',
          `revision ${rev} is not 2`,
        );
      same(await found(store, ana), present, 'after a conflict everything is as before, the write id too');
    },
  ),

  that('save › the owner and its epoch are set, kept and changed as the save says', async ({ store }) => {
    const first = await saved(store, saving(talk(ana), { owner: 'host-1' }));
    same(standing(first), { rev: 1, owner: 'host-1', epoch: 1 }, 'from nobody to an owner is a change');
    const kept = await saved(store, saving(talk(ana), { rev: 1 }));
    same(standing(kept), { rev: 2, owner: 'host-1', epoch: 1 }, 'a save that names no owner changes none');
    const again = await saved(store, saving(talk(ana), { rev: 2, owner: 'host-1' }));
    same(standing(again), { rev: 3, owner: 'host-1', epoch: 1 }, 'the same owner is no change');
    const other = await saved(store, saving(talk(ana), { rev: 3, owner: 'host-2' }));
    same(
      standing(other),
      { rev: 4, owner: 'host-2', epoch: 2 },
      'each change of owner adds one to the epoch',
    );
    const freed = await saved(store, saving(talk(ana, 'ended'), { rev: 4, owner: null }));
    same(standing(freed), { rev: 5, owner: null, epoch: 3 }, 'to nobody is a change too');
    const still = await saved(store, saving(talk(ana, 'ended'), { rev: 5, owner: null }));
    same(standing(still), { rev: 6, owner: null, epoch: 3 }, 'nobody after nobody is none');
  }),

  that("save › an owner's save needs revision, owner and epoch to hold", async ({ store }) => {
    const as = { owner: 'host-1', epoch: 1 };
    same(await done(store.save(saving(talk(ana), { as }))), 'conflict', 'nobody owns what is not there');
    await saved(store, saving(talk(ana), { owner: 'host-1' }));
    for (const [wrong, why] of [
      [{ rev: 2, as }, 'another revision'],
      [{ rev: 1, as: { owner: 'host-2', epoch: 1 } }, 'another owner'],
      [{ rev: 1, as: { owner: 'host-1', epoch: 0 } }, 'an earlier epoch'],
      [{ rev: 1, as: { owner: 'host-1', epoch: 2 } }, 'a later epoch'],
    ] as const)
      same(await done(store.save(saving(talk(ana), wrong))), 'conflict', `${why} is a conflict`);
    same(
      standing(await saved(store, saving(talk(ana), { rev: 1, as }))),
      { rev: 2, owner: 'host-1', epoch: 1 },
      'with all three it is saved',
    );
    const freed = await saved(store, saving(talk(ana, 'ended'), { rev: 2, as, owner: null }));
    same(standing(freed), { rev: 3, owner: null, epoch: 2 }, 'an owner can let go in the same save');
    same(await done(store.save(saving(talk(ana), { rev: 3, as }))), 'conflict', 'and is no owner any more');
  }),

  that("save › what anybody saved is never undone by the owner's older view", async ({ store }) => {
    await saved(store, saving(talk(ana, 'active'), { owner: 'host-1' }));
    const finished = await saved(store, saving(talk(ana, 'ended'), { rev: 1 }));
    same(standing(finished)?.owner, 'host-1', 'a save without `as` needs no ownership, and takes none');
    const late = saving(talk(ana, 'active'), { rev: 1, as: { owner: 'host-1', epoch: 1 } });
    same(await done(store.save(late)), 'conflict', 'the owner has to look again');
    same((await found(store, ana))?.conversation.chat?.state, 'ended', 'the finish stands');
  }),

  that('save › of many at once on one revision exactly one is saved', async ({ handles }) => {
    const both = await handles();
    for (let rev = 0; rev < 10; rev += 1) {
      const saves = Array.from({ length: 6 }, () => saving(talk(ana), { rev }));
      const answers = await Promise.all(
        saves.map((save, turn) => done((both[turn % 2] ?? both[0]).save(save))),
      );
      same(answers.filter((answer) => answer === 'saved').length, 1, 'one wins, all others meet a conflict');
      const winner = saves[answers.indexOf('saved')];
      const stored = await found(both[1], ana);
      same(stored?.writeId, winner?.writeId, 'and what is stored is what the winner wrote');
      same(stored?.rev, rev + 1, 'one revision on');
    }
  }),

  that('save › writers that look again after a conflict lose nothing of each other', async ({ handles }) => {
    const both = await handles();
    await saved(both[0], saving(talk(ana)));
    const addOwn = async (store: ChatStore, id: string): Promise<void> => {
      for (;;) {
        const stored = await found(store, ana);
        if (stored === undefined)
          throw new Error('a document that is saved again and again is never gone in between');
        const { conversation, rev } = stored;
        const user = [...conversation.lanes.user, textEffect(id)];
        const next = { ...conversation, lanes: { ...conversation.lanes, user } };
        if ((await done(store.save(saving(next, { rev })))) === 'saved') return;
      }
    };
    const ids = Array.from({ length: 12 }, (_, index) => `effect-${index}`);
    await Promise.all(ids.map((id, turn) => addOwn(both[turn % 2] ?? both[0], id)));
    const stored = await found(both[0], ana);
    same(
      stored?.conversation.lanes.user.map(({ id }) => id).sort(),
      [...ids].sort(),
      'every change is there once',
    );
    same(stored?.rev, 13, 'and the revision counts the saves');
  }),

  that('save › users do not meet', async ({ handles }) => {
    const both = await handles();
    const users = Array.from({ length: 30 }, (_, index) => ({ ...ana, id: `52155500${index}` }));
    const answers = await Promise.all(
      users.map((user, turn) =>
        done((both[turn % 2] ?? both[0]).save(saving(talk(user), { owner: 'host-1' }))),
      ),
    );
    same(new Set(answers), new Set(['saved'] as const), "a save of one user never meets another's");
    for (const user of users)
      same((await found(both[1], user))?.conversation.user, user, 'each has the own document');
  }),

  that('unavailable › every method says so', { needs: 'cut-off' }, async ({ store, cutOff }) => {
    await saved(store, saving(talk(ana), { owner: 'host-1' }));
    await cutOff();
    await allUnavailable({
      load: store.load(ana),
      save: store.save(saving(talk(ana), { rev: 1 })),
      wake: store.wake(ana),
      woken: store.woken('host-1'),
      ownedByOthers: store.ownedByOthers([], { limit: 10 }),
      takeOver: store.takeOver(ana, { owner: 'host-1', epoch: 1 }, 'host-2'),
      spill: store.spill(ana, [{ order: 0, effect: textEffect('e1') }], { epoch: 1, attempt: 1 }),
      spilled: store.spilled(ana, -1, 10),
      unspill: store.unspill(ana, 0),
      setAside: store.setAside(setAsideEntry(ana, 'e1')),
      listSetAside: store.listSetAside(),
      countSetAside: store.countSetAside(ana),
      removeSetAside: store.removeSetAside('e1'),
      countByState: store.countByState(),
      erase: store.erase(ana),
    });
  }),
];
