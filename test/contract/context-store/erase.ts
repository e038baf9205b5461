import type { ContextStore } from '../../../src/application/ports/context-store.port.ts';
import { day, done, hour, same, type ContractCase } from '../contract.ts';
import { ana, anaOnFacebook, botSays, chatId, luis, says } from '../samples.ts';
import { listed, owed, that } from './reading.ts';

export const eraseCases: ReadonlyArray<ContractCase<ContextStore>> = [
  that(
    'erase › nothing of the user is left but bare ids, and no other user is touched',
    async ({ store }) => {
      for (const user of [ana, luis, anaOnFacebook]) {
        await done(store.append(says(user, 'new')));
        await done(store.append(botSays(user, "the bot's")));
        await done(store.append(says(user, 'aside')));
        await done(store.append(says(user, 'posted')));
        await done(
          store.settle(user, chatId, [
            { what: 'message', id: 'aside', as: 'set-aside' },
            { what: 'message', id: 'posted', as: 'posted' },
          ]),
        );
      }
      await done(store.erase(ana));
      await done(store.erase(ana));
      same(await listed(store, ana), [], 'nothing is listed');
      same(await owed(store, ana), [], 'nothing is owed');
      await done(store.settle(ana, chatId, [{ what: 'message', id: 'new', as: 'context' }]));
      same(await owed(store, ana), [], 'and no settlement brings anything back');
      for (const user of [luis, anaOnFacebook])
        same(await listed(store, user), ['new', "the bot's", 'aside'], 'the others have what they had');
    },
  ),

  that('erase › repeats are seen for 24 h; what comes new is stored', async ({ store, clock, sweeps }) => {
    for (const id of ['m1', 'aside']) await done(store.append(says(ana, id)));
    await done(store.settle(ana, chatId, [{ what: 'message', id: 'aside', as: 'set-aside' }]));
    await done(store.erase(ana));
    await clock.advance(23 * hour);
    await sweeps();
    for (const id of ['m1', 'aside'])
      same(
        await done(store.append(says(ana, id))),
        'seen',
        "the channel's repeat does not bring the words back",
      );
    same(await done(store.append(says(ana, 'm2'))), 'stored', 'an erased user may write again');
    same(await listed(store, ana), ['m2'], 'and only that is there');
  }),

  that('erase › the id of what was set aside long before stays as long', async ({ store, clock, sweeps }) => {
    await done(store.append(says(ana, 'aside')));
    await done(store.settle(ana, chatId, [{ what: 'message', id: 'aside', as: 'set-aside' }]));
    await clock.advance(10 * day);
    await done(store.erase(ana));
    for (const hours of [2, 21]) {
      await clock.advance(hours * hour);
      await sweeps();
      same(
        await done(store.append(says(ana, 'aside'))),
        'seen',
        'bare ids stay for 24 h from the erasing on, however old they are',
      );
    }
  }),
];
