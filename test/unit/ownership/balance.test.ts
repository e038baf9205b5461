import test from 'ava';
import { surplus } from '../../../src/application/conversations/balance.ts';
import { userKey } from '../../../src/domain/channel.ts';
import { leaseMs, makeCluster, userAt } from './cluster.ts';

test('surplus › what is beyond the mean, when that is far more', (t) => {
  t.is(surplus(300, [0, 0]), 200);
  t.is(surplus(1_000, [900, 1_100]), 0);
  t.is(surplus(140, [80, 80]), 0, 'some more');
  t.is(surplus(200, [50, 50]), 100);
  t.is(surplus(29, [0]), 0, 'few are not worth a move');
});

test('surplus › none for who is alone, or beside one that does not say what it keeps', (t) => {
  t.is(surplus(1_000, []), 0);
  t.is(surplus(1_000, [0, undefined]), 0);
});

test('one that keeps far more than the mean › gives idle conversations away until it does not; none is lost', async (t) => {
  const cluster = makeCluster();
  const a = cluster.machine('a');
  await cluster.put('gone', 200);
  await a.ownership.start();
  await cluster.clock.advance(2_000);
  t.is(a.keepers.count(), 200);
  const busy = userKey(userAt(3));
  a.busy.add(busy);
  const b = cluster.machine('b');
  await b.ownership.start();
  await cluster.clock.advance(3 * leaseMs);
  t.is(a.keepers.count(), 100);
  t.is(b.keepers.count(), 100);
  t.deepEqual(await cluster.owners(200), { a: 100, b: 100 });
  t.true(a.keepers.owns(userAt(3)), 'a send in flight keeps a conversation where it is');
  t.is(b.begun.size, 100);
  await cluster.clock.advance(10 * leaseMs);
  t.deepEqual(await cluster.owners(200), { a: 100, b: 100 }, 'and then nothing moves');
});

test('one that dies while it gives away › has lost none', async (t) => {
  const cluster = makeCluster();
  const [a, b] = [cluster.machine('a'), cluster.machine('b')];
  await cluster.put('gone', 200);
  await a.ownership.start();
  await cluster.clock.advance(2_000);
  await b.ownership.start();
  let given = 0;
  cluster.before = (machine, method, args) => {
    if (machine !== 'a' || method !== 'takeOver' || args[2] === 'a') return;
    given += 1;
    if (given === 40) a.kill();
  };
  await cluster.clock.advance(4 * leaseMs);
  t.is(given, 40);
  t.deepEqual(await cluster.owners(200), { b: 200 });
  t.is(b.keepers.count(), 200);
});

test('what was given away while the others die › is taken again by who gave it', async (t) => {
  const cluster = makeCluster();
  const [a, b] = [cluster.machine('a'), cluster.machine('b')];
  await cluster.put('gone', 200);
  await a.ownership.start();
  await cluster.clock.advance(2_000);
  await b.ownership.start();
  cluster.before = (machine, method, args) => {
    if (machine === 'a' && method === 'takeOver' && args[2] !== 'a') b.kill();
  };
  await cluster.clock.advance(4 * leaseMs);
  t.deepEqual(await cluster.owners(200), { a: 200 });
  t.is(a.keepers.count(), 200);
});

test('a move that the store does not answer › leaves the conversation with one who knows of it', async (t) => {
  for (const when of ['before', 'after'] as const) {
    const cluster = makeCluster();
    const [a, b] = [cluster.machine('a'), cluster.machine('b')];
    await cluster.put('gone', 100);
    await a.ownership.start();
    await cluster.clock.advance(2_000);
    await b.ownership.start();
    let moves = 0;
    cluster.trouble = (machine, method, args) => {
      if (machine !== 'a' || method !== 'takeOver' || args[2] === 'a') return false;
      moves += 1;
      // the write is carried out, and its answer lost
      if (when === 'after' && moves === 1) {
        const [user, from, to] = args as Parameters<typeof cluster.store.takeOver>;
        void cluster.store.takeOver(user, from, to)();
      }
      return moves === 1;
    };
    await cluster.clock.advance(4 * leaseMs);
    t.true(moves > 1);
    const owners = await cluster.owners(100);
    t.is(owners.a, a.keepers.count(), when);
    t.is(owners.b, b.keepers.count(), when);
    t.is(a.keepers.count() + b.keepers.count(), 100, when);
  }
});
