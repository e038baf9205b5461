import type { ContextStore } from '../../../src/application/ports/context-store.port.ts';
import type { User } from '../../../src/domain/channel.ts';
import type { Settlement } from '../../../src/domain/effect.ts';
import { day, done, hostileIds, minute, same, type ContractCase } from '../contract.ts';
import { ana, botSays, chatId, luis, says } from '../samples.ts';
import { listed, owed, that } from './reading.ts';

const message = (id: string, as: 'posted' | 'set-aside' | 'context'): Settlement => ({
  what: 'message',
  id,
  as,
});

const arrivalsOf = async (store: ContextStore, user: User): Promise<ReadonlyArray<number>> =>
  (await done(store.list(user))).map(({ arrival }) => arrival);

export const settleCases: ReadonlyArray<ContractCase<ContextStore>> = [
  that('settle › a posted message is neither owed nor context any more', async ({ store }) => {
    for (const id of ['m1', 'm2', 'm3']) await done(store.append(says(ana, id)));
    await done(store.append(says(luis, 'm1')));
    await done(store.settle(ana, chatId, [message('m1', 'posted'), message('m3', 'posted')]));
    same(await owed(store, ana), ['m2'], 'posted messages are not owed');
    same(await listed(store, ana), ['m2'], 'posted messages are not listed');
    same(await listed(store, luis), ['m1'], "another user's message with that id is another message");
    same(await done(store.append(says(ana, 'm1'))), 'seen', 'the repeat of a posted message is seen');
    same(await listed(store, ana), ['m2'], 'and does not bring it back');
  }),

  that(
    'settle › again, or with ids that nobody knows, changes nothing and is no failure',
    async ({ store }) => {
      await done(store.append(says(ana, 'm1')));
      await done(store.append(says(ana, 'm2')));
      for (let times = 0; times < 2; times += 1)
        await done(store.settle(ana, chatId, [message('m1', 'posted')]));
      await done(store.settle(ana, chatId, []));
      await done(store.settle(ana, chatId, [message('unknown', 'posted'), message('unknown', 'context')]));
      await done(
        store.settle(luis, chatId, [
          message('m2', 'posted'),
          { what: 'context', arrivals: await arrivalsOf(store, ana) },
        ]),
      );
      await done(store.settle(ana, chatId, [{ what: 'context', arrivals: [] }]));
      same(await listed(store, ana), ['m2'], 'only what was settled is');
      same(await listed(store, luis), [], 'a settlement makes no messages');
    },
  ),

  that('settle › one of a kind that was set aside is not owed, and waits as context', async ({ store }) => {
    for (const id of ['m1', 'm2']) await done(store.append(says(ana, id)));
    await done(store.settle(ana, chatId, [message('m1', 'set-aside')]));
    same(await owed(store, ana), ['m2'], 'the next one follows');
    same(await listed(store, ana), ['m1', 'm2'], 'no agent has seen it: it is listed');
    await done(store.settle(ana, chatId, [message('m1', 'context')]));
    same(await owed(store, ana), ['m1', 'm2'], 'as `context` it is new again');
    await done(store.settle(ana, chatId, [message('m1', 'set-aside')]));
    await done(store.settle(ana, chatId, [message('m1', 'posted')]));
    same(await listed(store, ana), ['m2'], 'a message that was set aside can be posted after all');
  }),

  that(
    'settle › no sweep takes what was set aside',
    { settings: { contextTtlMs: minute, deliveryDeadlineMs: minute } },
    async ({ store, clock, sweeps }) => {
      await done(store.append(says(ana, 'm1')));
      await done(store.settle(ana, chatId, [message('m1', 'set-aside')]));
      await clock.advance(90 * day);
      await sweeps();
      same(
        await done(store.append(says(ana, 'm1'))),
        'seen',
        'it is in the hands of an operator, for however long',
      );
      await done(store.settle(ana, chatId, [message('m1', 'context')]));
      const [back] = await done(store.untaken(ana, 0, 1));
      same(back?.content, says(ana, 'm1').content, 'and has kept its words');
    },
  ),

  that('settle › posted is for good', async ({ store }) => {
    await done(store.append(says(ana, 'm1')));
    await done(store.settle(ana, chatId, [message('m1', 'posted')]));
    await done(store.settle(ana, chatId, [message('m1', 'context')]));
    await done(store.settle(ana, chatId, [message('m1', 'set-aside')]));
    same(await listed(store, ana), [], 'a settlement that comes late does not show an agent the same again');
    same(await owed(store, ana), [], 'nor is it owed again');
  }),

  that('settle › the context message: exactly the entries of these arrivals', async ({ store }) => {
    for (const id of ['m0', 'm1', 'm2', 'm3', 'm4'])
      await done(store.append(id === 'm2' ? botSays(ana, id) : says(ana, id, { timestamp: 1 })));
    await done(store.append(says(luis, 'other')));
    await done(store.settle(ana, chatId, [message('m3', 'set-aside')]));
    const arrivals = new Map((await done(store.list(ana))).map(({ id, arrival }) => [id, arrival]));
    const shown: Settlement = {
      what: 'context',
      arrivals: ['m1', 'm2', 'm3'].map((id) => arrivals.get(id) ?? 0),
    };
    for (let times = 0; times < 2; times += 1) await done(store.settle(ana, chatId, [shown]));
    same(
      [...(await listed(store, ana))].sort(),
      ['m0', 'm4'],
      "the agent has seen them: the user's, the bot's, and what was set aside",
    );
    same(await listed(store, luis), ['other'], 'those of that user alone');
    await done(store.append(says(ana, 'm5')));
    same(await owed(store, ana), ['m0', 'm4', 'm5'], 'what was not in it stays owed');
  }),

  that('settle › many at once, with any ids', async ({ store }) => {
    for (const id of hostileIds) await done(store.append(says(ana, id)));
    const [first = '', ...others] = hostileIds;
    await done(
      store.settle(
        ana,
        chatId,
        others.map((id) => message(id, 'posted')),
      ),
    );
    same(await listed(store, ana), [first], 'each settlement meets exactly the message that it names');
  }),
];
