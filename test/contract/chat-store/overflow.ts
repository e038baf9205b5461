import type { ChatStore } from '../../../src/application/ports/chat-store.port.ts';
import type { User } from '../../../src/domain/channel.ts';
import { done, same, type ContractCase } from '../contract.ts';
import { ana, luis, textEffect } from '../samples.ts';
import { that } from './reading.ts';

const spilled = (order: number): { order: number; effect: ReturnType<typeof textEffect> } => ({
  order,
  effect: textEffect(`effect-${order}`),
});

const orders = async (
  store: ChatStore,
  user: User,
  after = -1,
  limit = 100,
): Promise<ReadonlyArray<number>> =>
  (await done(store.spilled(user, after, limit))).map(({ order }) => order);

export const overflowCases: ReadonlyArray<ContractCase<ChatStore>> = [
  that('spill › effects come back in order, page by page', async ({ store }) => {
    same(await orders(store, ana), [], 'at first there are none');
    await done(store.spill(ana, [spilled(10), spilled(2), spilled(0)]));
    await done(store.spill(ana, [spilled(100), spilled(9)]));
    await done(store.spill(ana, []));
    same(await orders(store, ana), [0, 2, 9, 10, 100], 'by order as a number');
    same(await orders(store, ana, -1, 2), [0, 2], 'so many at most, the first ones');
    same(await orders(store, ana, 2, 2), [9, 10], 'above `after`, which is not among them');
    same(await done(store.spilled(ana, 99, 1)), [spilled(100)], 'with the whole effect');
    same(await orders(store, luis), [], 'of that user alone');
  }),

  that('spill › the same effects again are there once', async ({ handles }) => {
    const both = await handles();
    const batch = [spilled(0), spilled(1), spilled(2)];
    await Promise.all(
      Array.from({ length: 6 }, (_, turn) => done((both[turn % 2] ?? both[0]).spill(ana, batch))),
    );
    await done(both[0].spill(ana, [...batch, spilled(3)]));
    same(
      await done(both[1].spilled(ana, -1, 100)),
      [...batch, spilled(3)],
      'a repeat is known by the effect id',
    );
  }),

  that('unspill › drops up to an order, and again is fine', async ({ store }) => {
    await done(store.spill(ana, [spilled(0), spilled(1), spilled(2), spilled(3)]));
    await done(store.unspill(ana, 1));
    await done(store.unspill(ana, 1));
    await done(store.unspill(luis, 99));
    same(await orders(store, ana), [2, 3], 'both ends included, of that user alone');
    await done(store.unspill(ana, 99));
    same(await orders(store, ana), [], 'beyond the last one is fine');
  }),

  that('spill › a batch of 64 KiB is kept whole', async ({ store }) => {
    const batch = Array.from({ length: 60 }, (_, order) => ({
      order,
      effect: textEffect(`effect-${order}`, '¿🙂?'.repeat(140)),
    }));
    await done(store.spill(ana, batch));
    same(await done(store.spilled(ana, -1, 100)), batch, 'nothing is cut');
  }),
];
