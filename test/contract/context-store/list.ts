import type { ContextStore } from '../../../src/application/ports/context-store.port.ts';
import { done, hour, minute, same, type ContractCase } from '../contract.ts';
import { ana, botSays, luis, says } from '../samples.ts';
import { listed, that } from './reading.ts';

export const listCases: ReadonlyArray<ContractCase<ContextStore>> = [
  that('list › oldest first by timestamp, equal ones by arrival, user and bot alike', async ({ store }) => {
    same(await listed(store, ana), [], 'of a user without messages the list is empty');
    await done(store.append(says(ana, 'late', { timestamp: 3000 })));
    await done(store.append(botSays(ana, 'equal-1', { timestamp: 2000 })));
    await done(store.append(says(ana, 'equal-2', { timestamp: 2000 })));
    await done(store.append(botSays(ana, 'a-equal-3', { timestamp: 2000 })));
    await done(store.append(says(ana, 'early', { timestamp: 9 })));
    await done(store.append(says(ana, 'future', { timestamp: 8_000_000_000_000 })));
    await done(store.append(says(luis, 'of another', { timestamp: 10 })));
    same(
      await listed(store, ana),
      ['early', 'equal-1', 'equal-2', 'a-equal-3', 'late', 'future'],
      'the list goes by timestamp as a number, then by arrival',
    );
  }),

  that('list › `newest` takes the end of the list, `upTo` what had arrived by then', async ({ store }) => {
    for (const [id, timestamp] of [
      ['a', 5],
      ['b', 1],
      ['c', 4],
    ] as const)
      await done(store.append(says(ana, id, { timestamp })));
    const mark = await done(store.mark());
    for (const [id, timestamp] of [
      ['d', 3],
      ['e', 2],
    ] as const)
      await done(store.append(says(ana, id, { timestamp })));
    same(await listed(store, ana), ['b', 'e', 'd', 'c', 'a'], 'without options everything is listed');
    same(
      await listed(store, ana, { newest: 2 }),
      ['c', 'a'],
      '`newest` keeps the last of the list, in its order',
    );
    same(await listed(store, ana, { newest: 0 }), [], 'none is none');
    same(await listed(store, ana, { newest: 99 }), ['b', 'e', 'd', 'c', 'a'], 'more than there are is all');
    same(
      await listed(store, ana, { upTo: mark }),
      ['b', 'c', 'a'],
      '`upTo` goes by arrival, not by timestamp',
    );
    same(await listed(store, ana, { upTo: mark, newest: 2 }), ['c', 'a'], '`newest` counts among those');
    const [first] = await done(store.list(ana, { upTo: mark }));
    same(
      await listed(store, ana, { upTo: first?.arrival ?? 0 }),
      ['b', 'a'],
      'what arrived exactly at `upTo` is among them',
    );
  }),

  that(
    'list › an entry is told with the end of its time, and never from then on',
    { settings: { contextTtlMs: 2 * hour } },
    async ({ store, clock }) => {
      const storedAt = clock.now();
      await done(store.append(says(ana, 'm1')));
      await clock.advance(hour);
      await done(store.append(botSays(ana, 'm2')));
      same(
        (await done(store.list(ana))).map(({ contextUntil }) => contextUntil),
        [storedAt + 2 * hour, storedAt + 3 * hour],
        '`contextUntil` is the time of storing and CONTEXT_TTL (contextTtlMs)',
      );
      await clock.advance(hour - 1);
      same(await listed(store, ana), ['m1', 'm2'], 'until a moment before it is listed');
      await clock.advance(1);
      same(await listed(store, ana), ['m2'], 'from `contextUntil` on it is not, sweep or no sweep');
      same(await listed(store, ana, { newest: 1 }), ['m2'], 'nor does it take a place among the newest');
      await clock.advance(hour + minute);
      same(await listed(store, ana), [], 'nor is any other');
    },
  ),
];
