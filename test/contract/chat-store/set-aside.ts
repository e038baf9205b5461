import type { ChatStore } from '../../../src/application/ports/chat-store.port.ts';
import type { EffectId } from '../../../src/domain/effect.ts';
import { day, done, hostileIds, same, type ContractCase } from '../contract.ts';
import { ana, anaOnFacebook, luis, setAsideEntry } from '../samples.ts';
import { that } from './reading.ts';

export const setAsideCases: ReadonlyArray<ContractCase<ChatStore>> = [
  that('set aside › entries are kept until they are taken out', async ({ store, clock, sweeps }) => {
    same(await done(store.countSetAside()), 0, 'at first there are none');
    const entry = setAsideEntry(ana, 'e1');
    await done(store.setAside(entry));
    await done(store.setAside(setAsideEntry(luis, 'e2')));
    await clock.advance(90 * day);
    await sweeps();
    same(await done(store.listSetAside(ana)), [entry], 'they come back as they were given, of that user');
    same(await done(store.countSetAside(ana)), 1, 'and are counted, of that user');
    same(await done(store.countSetAside(anaOnFacebook)), 0, 'the namesake elsewhere has none');
    same(await done(store.countSetAside()), 2, 'and of all');
    const taken = await done(store.removeSetAside('e1'));
    same(taken._tag === 'Some' ? taken.value : undefined, entry, 'taking out answers the entry');
    same((await done(store.removeSetAside('e1')))._tag, 'None', 'which is then there no more');
    same((await done(store.removeSetAside('never')))._tag, 'None', 'nor is what never was');
    same(await done(store.listSetAside()), [setAsideEntry(luis, 'e2')], 'the others stay');
  }),

  that('set aside › the same effect again is there once, as it was first', async ({ handles }) => {
    const both = await handles();
    await done(both[0].setAside(setAsideEntry(ana, 'e1')));
    await Promise.all(
      Array.from({ length: 6 }, (_, turn) =>
        done(
          (both[turn % 2] ?? both[0]).setAside({ ...setAsideEntry(ana, 'e1'), lastError: `again ${turn}` }),
        ),
      ),
    );
    same(
      await done(both[1].listSetAside(ana)),
      [setAsideEntry(ana, 'e1')],
      'a repeat is known by the effect id',
    );
  }),

  that('set aside › of many who take one out exactly one gets it', async ({ handles }) => {
    const both = await handles();
    await done(both[0].setAside(setAsideEntry(ana, 'e1')));
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, turn) => done((both[turn % 2] ?? both[0]).removeSetAside('e1'))),
    );
    same(answers.filter(({ _tag }) => _tag === 'Some').length, 1, 'so that it is retried once');
  }),

  that('set aside › pages by the id of the last one tell each exactly once', async ({ store }) => {
    const ids = hostileIds;
    for (const [index, id] of ids.entries())
      await done(store.setAside(setAsideEntry(index % 2 ? ana : luis, id)));
    for (const user of [undefined, ana, luis]) {
      const wanted = ids.filter((_, index) => user === undefined || (index % 2 ? ana : luis) === user);
      for (const limit of [1, 3, 500]) {
        const told: EffectId[] = [];
        let page = await done(store.listSetAside(user, { limit }));
        while (page.length > 0 && told.length < 200) {
          same(page.length <= limit, true, `a page has ${limit} at most`);
          told.push(...page.map(({ effect }) => effect.id));
          page = await done(store.listSetAside(user, { limit, after: told.at(-1) ?? '' }));
        }
        same([...told].sort(), [...wanted].sort(), `all pages of ${limit} together tell all, once`);
      }
      same((await done(store.listSetAside(user))).length, wanted.length, 'without a page all are told');
    }
  }),
];
