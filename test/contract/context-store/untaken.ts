import type { ContextStore } from '../../../src/application/ports/context-store.port.ts';
import { day, done, hour, minute, same, type ContractCase } from '../contract.ts';
import { ana, botSays, chatId, luis, says } from '../samples.ts';
import { listed, owed, that } from './reading.ts';

export const untakenCases: ReadonlyArray<ContractCase<ContextStore>> = [
  that("untaken › the user's own new messages after the mark, in order of arrival", async ({ store }) => {
    await done(store.append(says(ana, 'before')));
    const mark = await done(store.mark());
    await done(store.append(says(ana, 'first', { timestamp: 900 })));
    await done(store.append(botSays(ana, "the bot's")));
    await done(store.append(says(ana, 'second', { timestamp: 100 })));
    await done(store.append(says(luis, "another user's")));
    await done(store.append(says(ana, 'third', { timestamp: 500 })));
    same(
      await owed(store, ana, mark),
      ['first', 'second', 'third'],
      "the bot's and other users' are not owed",
    );
    same(await owed(store, ana, mark, 2), ['first', 'second'], 'so many at most, the earliest first');
    const [first] = await done(store.untaken(ana, mark, 1));
    same(
      await owed(store, ana, first?.arrival ?? 0),
      ['second', 'third'],
      'what arrived exactly at the mark is not after it',
    );
    same(await owed(store, ana, mark), ['first', 'second', 'third'], 'reading takes nothing');
  }),

  that(
    'untaken › an owed message is there after its time as context is over',
    { settings: { contextTtlMs: minute, deliveryDeadlineMs: minute } },
    async ({ store, clock, sweeps }) => {
      await done(store.append(says(ana, 'm1')));
      await clock.advance(20 * hour);
      await sweeps();
      same(await listed(store, ana), [], 'it is not context any more');
      same(await owed(store, ana), ['m1'], 'it is still owed, for 24 h at least without any `keep`');
    },
  ),

  that(
    'keep › what an open chat owes is not swept for another day',
    { settings: { contextTtlMs: minute, deliveryDeadlineMs: minute } },
    async ({ store, clock, sweeps }) => {
      await done(store.append(says(ana, 'before')));
      const mark = await done(store.mark());
      await done(store.append(says(ana, 'm1')));
      await done(store.append(says(ana, 'm2')));
      for (let days = 0; days < 5; days += 1) {
        await done(store.keep(ana, mark));
        await clock.advance(23 * hour);
        await sweeps();
        same(await owed(store, ana, mark), ['m1', 'm2'], 'what is kept again and again stays');
      }
      same(await done(store.append(says(ana, 'm1'))), 'seen', 'and its repeat is known as long');
      await done(store.keep(luis, 0));
    },
  ),

  that(
    'keep › never shortens the time of a message',
    { settings: { contextTtlMs: 10 * day, deliveryDeadlineMs: day } },
    async ({ store, clock, sweeps }) => {
      await done(store.append(says(ana, 'm1')));
      await done(store.keep(ana, 0));
      await clock.advance(9 * day);
      await sweeps();
      same(await listed(store, ana), ['m1'], 'it is context as long as CONTEXT_TTL (contextTtlMs) says');
      await done(store.settle(ana, chatId, []));
    },
  ),
];
