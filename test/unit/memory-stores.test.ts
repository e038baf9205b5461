import test from 'ava';
import { makeMemoryChatStore } from '../../src/adapters/memory/chat-store.adapter.ts';
import { makeMemoryContextStore } from '../../src/adapters/memory/context-store.adapter.ts';
import { makeMemoryStores } from '../../src/adapters/memory/memory-stores.ts';
import { makeAnswer } from '../../src/adapters/memory/answer.ts';
import type { Clock } from '../../src/application/ports/clock.port.ts';
import { makeTestClock } from '../contract/clock.ts';
import { day, done, hour } from '../contract/contract.ts';
import { ana, chatId, luis, saving, says, talk } from '../contract/samples.ts';

const settings = { contextTtlMs: day, deliveryDeadlineMs: day, chatRetentionMs: hour };
const answer = makeAnswer(() => false);

test('memory store › what has expired is taken away, so many at a time, and nothing else', async (t) => {
  const clock = makeTestClock();
  const store = makeMemoryContextStore(answer, { ...settings, clock });
  for (const id of ['a', 'b', 'aside', 'd', 'e']) await done(store.append(says(ana, id)));
  await done(store.settle(ana, chatId, [{ what: 'message', id: 'aside', as: 'set-aside' }]));
  await clock.advance(2 * day - 1);
  t.is(store.sweep(10), 0, 'not a moment early');
  await done(store.append(says(luis, 'young')));
  await clock.advance(1);
  t.deepEqual([store.sweep(3), store.sweep(3), store.sweep(3)], [3, 1, 0]);
  t.is(await done(store.append(says(ana, 'a'))), 'stored', 'its id is forgotten with it');
  t.is(await done(store.append(says(ana, 'aside'))), 'seen');
  t.is(await done(store.append(says(luis, 'young'))), 'seen');
});

test('memory store › conversations go with what they had spilled', async (t) => {
  const clock = makeTestClock();
  const store = makeMemoryChatStore(answer, { ...settings, clock });
  await done(store.save(saving(talk(ana, 'ended'), { owner: null })));
  await done(store.save(saving(talk(luis), { owner: 'host-1' })));
  await clock.advance(hour);
  t.is(store.sweep(10), 1);
  t.is(store.sweep(10), 0);
});

test('memory store › sweeps by the clock it was given, and stops when it is closed', async (t) => {
  const clock = makeTestClock();
  const waiting = new Set<() => void>();
  const counting: Clock = {
    ...clock,
    after: (_ms, call) => {
      waiting.add(call);
      return () => waiting.delete(call);
    },
  };
  const stores = makeMemoryStores({ ...settings, clock: counting });
  t.is(waiting.size, 1);
  await stores.close();
  await stores.close();
  t.is(waiting.size, 0);
});
