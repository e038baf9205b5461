import test from 'ava';
import { userKey } from '../../../src/domain/channel.ts';
import { leaseMs, makeCluster, pollStartPerSecond, userAt, type Machine } from './cluster.ts';

const second = 1_000;

const started = async (...machines: ReadonlyArray<Machine>): Promise<void> => {
  for (const { ownership } of machines) await ownership.start();
};

test('a process that died › is replaced within the lease and two looks at it, and only then', async (t) => {
  const cluster = makeCluster();
  const [a, b] = [cluster.machine('a'), cluster.machine('b')];
  await started(a, b);
  await cluster.put('a', 10);
  await a.keepers.resolveDoubts();
  await cluster.clock.advance(10 * second);
  a.kill();
  await cluster.clock.advance(leaseMs - leaseMs / 5 - second);
  t.deepEqual(await cluster.owners(10), { a: 10 }, 'its last heartbeat is not older than the lease');
  await cluster.clock.advance(leaseMs / 5 + 3 * second);
  t.deepEqual(await cluster.owners(10), { b: 10 });
  t.is(b.begun.size, 10);
});

test('a process that cannot write its heartbeat › begins nothing when others begin to take over', async (t) => {
  const cluster = makeCluster();
  const [a, b] = [cluster.machine('a'), cluster.machine('b')];
  await cluster.put('a', 20);
  await started(a, b);
  await cluster.clock.advance(5 * second);
  const beganThen: boolean[] = [];
  cluster.trouble = (machine) => machine === 'a';
  cluster.before = (machine, method) => {
    if (machine === 'b' && method === 'takeOver') beganThen.push(a.ownership.mayBegin());
  };
  await cluster.clock.advance(2 * leaseMs);
  t.deepEqual(await cluster.owners(20), { b: 20 });
  t.true(beganThen.length >= 20);
  t.false(beganThen.includes(true));
});

test('a paused process › finds on waking what was taken from it, and begins nothing before', async (t) => {
  const cluster = makeCluster();
  const [a, b] = [cluster.machine('a'), cluster.machine('b')];
  await cluster.put('gone', 10);
  await started(a);
  await cluster.clock.advance(2 * second);
  t.is(a.keepers.count(), 10);
  await started(b);
  await cluster.clock.advance(2 * second);
  a.pause();
  await cluster.clock.advance(2 * leaseMs);
  t.deepEqual(await cluster.owners(10), { b: 10 });
  a.resume();
  t.false(a.ownership.mayBegin());
  await cluster.clock.advance(5 * second);
  t.is(a.keepers.count(), 0, 'it has let go of all');
  t.true(a.ownership.mayBegin(), 'and is one of the living again');
  t.deepEqual(await cluster.owners(10), { b: 10 });
});

test('a process that began after the living were read › keeps what it owns', async (t) => {
  const cluster = makeCluster();
  const [a, newcomer] = [cluster.machine('a'), cluster.machine('newcomer')];
  await cluster.put('gone', 5);
  let done = false;
  cluster.before = async (machine, method) => {
    if (machine !== 'a' || method !== 'ownedByOthers' || done) return;
    done = true;
    await cluster.instances.beat('newcomer', 0)();
    await cluster.put('newcomer', 5, 5);
  };
  await started(a);
  await cluster.clock.advance(2 * second);
  await started(newcomer);
  await cluster.clock.advance(5 * second);
  t.deepEqual(await cluster.owners(10), { a: 5, newcomer: 5 });
});

test('after an outage of the store › nobody calls a healthy process dead', async (t) => {
  for (const outageMs of [4, 8, 9, 10, 11, 12, 14, 15, 16, 20, 60].map((seconds) => seconds * second)) {
    const cluster = makeCluster();
    const machines = ['a', 'b', 'c'].map(cluster.machine);
    await started(...machines);
    await cluster.put('a', 5);
    await cluster.clock.advance(7 * second);
    cluster.trouble = () => true;
    await cluster.clock.advance(outageMs);
    cluster.trouble = () => false;
    await cluster.clock.advance(3 * leaseMs);
    const told = machines.flatMap(({ logged }) => logged);
    t.false(told.includes('instance-dead'), `an outage of ${outageMs} ms`);
    t.deepEqual(await cluster.owners(5), { a: 5 });
    t.true(machines.every(({ ownership }) => ownership.mayBegin()));
  }
});

test('a conversation that cannot be read › holds up neither the heartbeat, nor the others, nor the stop', async (t) => {
  const cluster = makeCluster();
  const a = cluster.machine('a');
  await cluster.put('gone', 5);
  await started(a);
  await cluster.clock.advance(second);
  t.is(a.keepers.count(), 5);
  const poisoned = userKey(userAt(2));
  cluster.trouble = () => true;
  await cluster.clock.advance(leaseMs);
  t.false(a.ownership.mayBegin());
  const isPoisoned = ([user]: ReadonlyArray<unknown>): boolean => userKey(user as never) === poisoned;
  cluster.trouble = (_, method, args) => method === 'load' && isPoisoned(args);
  a.poked.length = 0;
  await cluster.clock.advance(leaseMs);
  t.true(a.ownership.mayBegin(), 'the heart beats');
  t.is(new Set(a.poked).size, 4, 'the others were looked at');
  t.false(a.poked.includes(poisoned));
  a.ownership.rest();
  let stopped = false;
  a.keepers.abandonAll();
  void a.ownership.stop().then(() => (stopped = true));
  await cluster.clock.advance(second);
  t.true(stopped);
});

test('a clean stop › another instance goes on within two seconds', async (t) => {
  const cluster = makeCluster();
  const [a, b] = [cluster.machine('a'), cluster.machine('b')];
  await cluster.put('gone', 30);
  await started(a);
  await cluster.clock.advance(second);
  await started(b);
  await cluster.clock.advance(second);
  t.is(a.keepers.count(), 30, 'too few to be shared');
  a.keepers.abandonAll();
  await Promise.all([a.ownership.stop(), cluster.clock.advance(2 * second)]);
  t.deepEqual(await cluster.owners(30), { b: 30 });
});

test('10,000 conversations of a dead process › are gone on with at the rate of polls, the woken one at once', async (t) => {
  t.timeout(120_000);
  const count = 10_000;
  const cluster = makeCluster();
  await cluster.put('gone', count);
  cluster.latency = 5;
  const a = cluster.machine('a');
  const last = userAt(count - 1);
  const starting = started(a);
  await cluster.clock.advance(10);
  await starting;
  const began = cluster.clock.monotonic();
  await cluster.clock.advance(3 * second);
  t.false(a.begun.has(userKey(last)), 'its turn is far away');
  const wokenAt = cluster.clock.monotonic();
  await cluster.store.wake(last)();
  await cluster.clock.advance(22 * second);
  t.is(a.begun.size, count);
  const times = [...a.begun.values()].sort((one, other) => one - other);
  t.true(
    (times.at(-1) ?? Infinity) - began <= 25 * second,
    `the last one after ${(times.at(-1) ?? 0) - began} ms`,
  );
  t.true((a.begun.get(userKey(last)) ?? Infinity) - wokenAt < 300);
  for (let index = 0; index + 2 * pollStartPerSecond < times.length; index += 1) {
    const inRow = (times[index + 2 * pollStartPerSecond] ?? 0) - (times[index] ?? 0);
    if (inRow < 0.9 * second) return t.fail(`${2 * pollStartPerSecond} began within ${inRow} ms`);
  }
});

test('two that take over together › share, and nothing is kept by both', async (t) => {
  const cluster = makeCluster();
  await cluster.put('gone', 1_000);
  cluster.latency = 5;
  const [a, b] = [cluster.machine('a'), cluster.machine('b')];
  void a.ownership.start();
  void b.ownership.start();
  await cluster.clock.advance(leaseMs + 10 * second);
  const owners = await cluster.owners(1_000);
  t.is(owners.a, a.keepers.count());
  t.is(owners.b, b.keepers.count());
  t.is(a.keepers.count() + b.keepers.count(), 1_000);
  t.true(Math.min(a.keepers.count(), b.keepers.count()) > 250);
});

test('a wake for a conversation that the process does not know to be its own › makes it go on with it', async (t) => {
  const cluster = makeCluster();
  const a = cluster.machine('a');
  await started(a);
  await cluster.clock.advance(second);
  await cluster.put('a', 1);
  await cluster.store.wake(userAt(0))();
  await cluster.clock.advance(500);
  t.true(a.keepers.owns(userAt(0)));
  t.is(a.begun.size, 1);
});

test('a wake by another instance › is heard within 250 ms, at one query for each interval however many chats', async (t) => {
  const cluster = makeCluster();
  const [a, b] = [cluster.machine('a'), cluster.machine('b')];
  await cluster.put('gone', 50);
  await started(a);
  await cluster.clock.advance(second);
  t.is(a.keepers.count(), 50);
  let asked = 0;
  cluster.before = (machine, method) => {
    if (machine === 'a' && method === 'woken') asked += 1;
  };
  for (let index = 0; index < 40; index += 1) {
    a.poked.length = 0;
    await cluster.clock.advance(37 * index);
    await b.keepers.wake(userAt(index));
    const wokenAt = cluster.clock.monotonic();
    while (a.poked.length === 0) await cluster.clock.advance(10);
    t.true(cluster.clock.monotonic() - wokenAt <= 250);
    t.deepEqual(a.poked, [userKey(userAt(index))], 'and nobody else is looked at');
  }
  asked = 0;
  await cluster.clock.advance(10 * second);
  t.true(asked >= 45 && asked <= 55, `${asked} queries in ten seconds`);
});

test('an idle instance › asks the same of the store however many chats wait, and writes its heartbeat alone', async (t) => {
  const counts = async (chats: number): Promise<Readonly<Record<string, number>>> => {
    const cluster = makeCluster();
    const a = cluster.machine('a');
    await cluster.put('gone', chats);
    await started(a);
    await cluster.clock.advance(2 * second);
    t.is(a.keepers.count(), chats);
    const calls: Record<string, number> = {};
    cluster.before = (_, method) => {
      calls[method] = (calls[method] ?? 0) + 1;
    };
    await cluster.clock.advance(60 * second);
    return calls;
  };
  for (const chats of [3, 300]) {
    const { woken = 0, list = 0, beat = 0, ownedByOthers = 0, ...more } = await counts(chats);
    t.deepEqual(more, {});
    t.true(woken <= 330 && list <= 80 && ownedByOthers <= 15 && beat <= 23, `${chats} chats`);
  }
});
