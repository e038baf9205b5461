import type { ChatStore } from '../../../src/application/ports/chat-store.port.ts';
import type { User } from '../../../src/domain/channel.ts';
import { done, same, type ContractCase } from '../contract.ts';
import { ana, luis, textEffect } from '../samples.ts';
import { that } from './reading.ts';

const spilled = (order: number): { order: number; effect: ReturnType<typeof textEffect> } => ({
  order,
  effect: textEffect(`effect-${order}`),
});

const stamp = { epoch: 1, attempt: 1 } as const;

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
    await done(store.spill(ana, [spilled(10), spilled(2), spilled(0)], stamp));
    await done(store.spill(ana, [spilled(100), spilled(9)], stamp));
    await done(store.spill(ana, [], stamp));
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
      Array.from({ length: 6 }, (_, turn) => done((both[turn % 2] ?? both[0]).spill(ana, batch, stamp))),
    );
    await done(both[0].spill(ana, [...batch, spilled(3)], stamp));
    same(
      await done(both[1].spilled(ana, -1, 100)),
      [...batch, spilled(3)],
      'a repeat is known by its place and stamp',
    );
  }),

  that(
    'spill › of two writes for one place the later stamp stays, whichever comes last',
    async ({ handles }) => {
      const [store, other] = await handles();
      const at = (order: number, name: string) => ({ order, effect: textEffect(name) });
      const texts = async (): Promise<ReadonlyArray<string>> =>
        (await done(other.spilled(ana, -1, 100))).map(({ effect }) => effect.id);
      await done(store.spill(ana, [at(0, 'first'), at(1, 'kept')], { epoch: 2, attempt: 5 }));
      await done(other.spill(ana, [at(0, 'newer')], { epoch: 2, attempt: 6 }));
      await done(store.spill(ana, [at(0, 'late'), at(2, 'unseen place')], { epoch: 2, attempt: 4 }));
      same(await texts(), ['newer', 'kept', 'unseen place'], 'a late attempt replaces nothing');
      await done(other.spill(ana, [at(0, 'of a former owner')], { epoch: 1, attempt: 99 }));
      same(await texts(), ['newer', 'kept', 'unseen place'], 'nor does an earlier epoch');
      await done(other.spill(ana, [at(0, 'next owner'), at(2, 'filled')], { epoch: 3, attempt: 1 }));
      same(await texts(), ['next owner', 'kept', 'filled'], 'a later epoch does');
    },
  ),

  that('unspill › drops up to an order, and again is fine', async ({ store }) => {
    await done(store.spill(ana, [spilled(0), spilled(1), spilled(2), spilled(3)], stamp));
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
    await done(store.spill(ana, batch, stamp));
    same(await done(store.spilled(ana, -1, 100)), batch, 'nothing is cut');
  }),
];
