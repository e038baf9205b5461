import test from 'ava';
import type { StoreUnavailable } from '../../../src/application/ports/errors.ts';
import { groupMax, makeGrouper, queueMax, type Grouper } from '../../../src/adapters/mongodb/grouper.ts';
import { makeTrouble } from '../../../src/adapters/mongodb/trouble.ts';
import { E, type Either } from '../../../src/domain/fp.ts';
import { makeTestClock, type TestClock } from '../../contract/clock.ts';

const nothing = (): void => undefined;
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const metrics = { count: nothing, gauge: nothing, observe: nothing };

type Outcomes = ReadonlyArray<Either<StoreUnavailable, string>>;

interface Bench {
  readonly grouper: Grouper<string, string>;
  readonly clock: TestClock;
  /** Groups as they were sent. */
  readonly groups: ReadonlyArray<string>[];
  /** Answers the oldest group under way; lets all go on that this sets free. */
  readonly answer: (outcomes?: (items: ReadonlyArray<string>) => Outcomes) => Promise<void>;
  readonly fail: (cause: Error) => Promise<void>;
}

const deadlineMs = 1_000;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const bench = (): Bench => {
  const clock = makeTestClock();
  const groups: ReadonlyArray<string>[] = [];
  const flying: {
    items: ReadonlyArray<string>;
    resolve: (o: Outcomes) => void;
    reject: (e: Error) => void;
  }[] = [];
  const grouper = makeGrouper<string, string>({
    carryOut: (items) =>
      new Promise((resolve, reject) => {
        groups.push(items);
        flying.push({ items, resolve, reject });
      }),
    sizes: { group: 1_000, queue: 10_000 },
    clock,
    deadlineMs,
    metrics,
    trouble: makeTrouble(log, metrics),
  });
  return {
    grouper,
    clock,
    groups,
    answer: async (outcomes = (items) => items.map((item) => E.right(item))) => {
      const group = flying.shift();
      group?.resolve(outcomes(group.items));
      await turn();
    },
    fail: async (cause) => {
      flying.shift()?.reject(cause);
      await turn();
    },
  };
};

test('requests of one turn › go as one group, each with its own answer', async (t) => {
  const { grouper, groups, answer } = bench();
  const asked = ['a', 'b', 'c'].map((item) => grouper.ask(item, 1));
  await turn();
  t.deepEqual(groups, [['a', 'b', 'c']]);
  await answer(() => [
    E.right('first'),
    E.left({ _tag: 'StoreUnavailable', detail: 'only b' }),
    E.right('third'),
  ]);
  t.deepEqual(await Promise.all(asked), [
    E.right('first'),
    E.left({ _tag: 'StoreUnavailable', detail: 'only b' }),
    E.right('third'),
  ]);
});

test('requests that come while a group is under way › wait, and go as the next one', async (t) => {
  const { grouper, groups, answer } = bench();
  const first = grouper.ask('a', 1);
  await turn();
  const others = ['b', 'c'].map((item) => grouper.ask(item, 1));
  await turn();
  t.deepEqual(groups, [['a']]);
  await answer();
  t.deepEqual(groups, [['a'], ['b', 'c']]);
  await answer();
  t.deepEqual(await Promise.all([first, ...others]), [E.right('a'), E.right('b'), E.right('c')]);
});

test('a group that fails › fails for all of it, and the next one goes', async (t) => {
  const { grouper, groups, answer, fail } = bench();
  const both = ['a', 'b'].map((item) => grouper.ask(item, 1));
  await turn();
  const next = grouper.ask('c', 1);
  await fail(new Error('cut off'));
  for (const outcome of await Promise.all(both))
    t.like(outcome, { _tag: 'Left', left: { detail: 'cut off' } });
  t.deepEqual(groups, [['a', 'b'], ['c']]);
  await answer();
  t.deepEqual(await next, E.right('c'));
});

test('a group › is bounded in number and size, and one that is larger alone goes alone', async (t) => {
  const { grouper, groups, answer } = bench();
  const many = Array.from({ length: groupMax + 1 }, (_, index) => grouper.ask(String(index), 1));
  await turn();
  t.deepEqual(
    groups.map(({ length }) => length),
    [groupMax],
  );
  const sized = [600, 600, 5_000, 1].map((size) => grouper.ask(`of ${size}`, size));
  for (let sent = 1; sent < 5; sent += 1) await answer();
  t.deepEqual(groups.slice(1), [['256', 'of 600'], ['of 600'], ['of 5000'], ['of 1']]);
  await answer();
  t.true((await Promise.all([...many, ...sized])).every(E.isRight));
});

test('beyond the bounds of the queue › requests are refused at once', async (t) => {
  const { grouper } = bench();
  const all = Array.from({ length: queueMax }, () => grouper.ask('x', 1));
  t.like(await grouper.ask('one more', 1), { _tag: 'Left' });
  await turn();
  t.like(await grouper.ask('one more', 1), { _tag: 'Left' }, 'what is under way counts, too');
  t.is(all.length, queueMax);
  const sized = bench().grouper;
  void sized.ask('x', 9_000);
  t.like(await sized.ask('y', 2_000), { _tag: 'Left' });
});

test('the deadline › answers what waits and what is under way, each in its time; what waited is not sent', async (t) => {
  const { grouper, clock, groups, answer } = bench();
  const flying = grouper.ask('flying', 1);
  await turn();
  const waiting = grouper.ask('waiting', 1);
  await clock.advance(400);
  const younger = grouper.ask('younger', 1);
  await clock.advance(600);
  t.like(await flying, { _tag: 'Left', left: { _tag: 'StoreUnavailable' } });
  t.like(await waiting, { _tag: 'Left' });
  await answer();
  t.deepEqual(groups, [['flying'], ['younger']]);
  await clock.advance(400);
  t.like(await younger, { _tag: 'Left' });
});

test('closing › carries out what was asked for before, and nothing after', async (t) => {
  const { grouper, answer } = bench();
  const before = grouper.ask('before', 1);
  const closing = grouper.close();
  t.like(await grouper.ask('after', 1), { _tag: 'Left' });
  await turn();
  await answer();
  t.deepEqual(await before, E.right('before'));
  await closing;
  await bench().grouper.close();
});
