import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { makeMemoryStores } from '../../src/adapters/memory/memory-stores.ts';
import type { Stores } from '../../src/adapters/shared/stores.ts';
import { openSqlite } from '../../src/adapters/sqlite/open-sqlite.ts';
import type { Settlement } from '../../src/domain/effect.ts';
import { makeTestClock, type TestClock } from './clock.ts';
import { hour } from './contract.ts';
import { ana, anaOnFacebook, chatId, luis, says, setAsideEntry, talk, textEffect } from './samples.ts';

// Whatever is asked of them, in whatever order: the memory store and the sqlite store answer the same.

type Step = (stores: Stores) => Promise<unknown>;

const user = fc.constantFrom(ana, luis, anaOnFacebook);
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const owner = fc.constantFrom('host-1', 'host-2');
const small = fc.integer({ min: 0, max: 6 });
/** Arrivals are microseconds of the clock, or just after: those of the first hours of the test. */
const arrival = fc.integer({ min: -2, max: 60 }).map((n) => Date.UTC(2026, 2, 1, 12) * 1000 + n);
const settlement: fc.Arbitrary<Settlement> = fc.oneof(
  fc.record({
    what: fc.constant('message' as const),
    id,
    as: fc.constantFrom('posted' as const, 'set-aside' as const, 'context' as const),
  }),
  fc.record({ what: fc.constant('context' as const), arrivals: fc.array(arrival, { maxLength: 8 }) }),
);
const state = fc.constantFrom('requested' as const, 'active' as const, 'ended' as const, 'failed' as const);

let writes = 0;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(user, id, small, fc.boolean()).map(([who, what, timestamp, fromUser]): Step => {
      const message = says(who, what, { timestamp, from: fromUser ? 'user' : 'bot' });
      return ({ contextStore }) => contextStore.append(message)();
    }),
  },
  fc.constant<Step>(({ contextStore }) => contextStore.mark()()),
  fc.tuple(user, arrival, small).map(
    ([who, upTo, newest]): Step =>
      ({ contextStore }) =>
        contextStore.list(who, { upTo, newest })(),
  ),
  fc.tuple(user, arrival, small).map(
    ([who, after, limit]): Step =>
      ({ contextStore }) =>
        contextStore.untaken(who, after, limit)(),
  ),
  fc.tuple(user, fc.array(settlement, { maxLength: 3 })).map(
    ([who, all]): Step =>
      ({ contextStore }) =>
        contextStore.settle(who, chatId, all)(),
  ),
  fc.tuple(user, arrival).map(
    ([who, after]): Step =>
      ({ contextStore }) =>
        contextStore.keep(who, after)(),
  ),
  user.map(
    (who): Step =>
      ({ contextStore }) =>
        contextStore.erase(who)(),
  ),
  {
    weight: 6,
    arbitrary: fc
      .tuple(user, state, small, fc.option(owner), fc.constantFrom('keep', 'own', 'free'), small)
      .map(([who, of, rev, as, change, epoch]): Step => {
        const writeId = `write-${(writes += 1)}`;
        const save = {
          conversation: talk(who, of),
          rev,
          writeId,
          ...(as === null ? {} : { as: { owner: as, epoch } }),
          ...(change === 'keep' ? {} : { owner: change === 'own' ? 'host-1' : null }),
        };
        return ({ chatStore }) => chatStore.save(save)();
      }),
  },
  user.map(
    (who): Step =>
      ({ chatStore }) =>
        chatStore.wake(who)(),
  ),
  owner.map((whose): Step => async ({ chatStore }) => {
    const told = await chatStore.woken(whose)();
    return told._tag === 'Right'
      ? told.right.map(({ provider, id: name }) => `${provider} ${name}`).sort()
      : told;
  }),
  fc.tuple(fc.subarray(['host-1', 'host-2']), small).map(
    ([living, limit]): Step =>
      ({ chatStore }) =>
        chatStore.ownedByOthers(living, { limit })(),
  ),
  fc.tuple(user, owner, small, owner).map(
    ([who, from, epoch, to]): Step =>
      ({ chatStore }) =>
        chatStore.takeOver(who, { owner: from, epoch }, to)(),
  ),
  fc.tuple(user, small, small, small).map(
    ([who, order, epoch, attempt]): Step =>
      ({ chatStore }) =>
        chatStore.spill(who, [{ order, effect: textEffect(`${who.id} ${order} ${epoch} ${attempt}`) }], {
          epoch,
          attempt,
        })(),
  ),
  fc.tuple(user, small).map(
    ([who, after]): Step =>
      ({ chatStore }) =>
        chatStore.spilled(who, after, 3)(),
  ),
  fc.tuple(user, small).map(
    ([who, upTo]): Step =>
      ({ chatStore }) =>
        chatStore.unspill(who, upTo)(),
  ),
  fc.tuple(user, id).map(
    ([who, effect]): Step =>
      ({ chatStore }) =>
        chatStore.setAside(setAsideEntry(who, effect))(),
  ),
  fc.tuple(fc.option(user, { nil: undefined }), id, small).map(
    ([who, after, limit]): Step =>
      ({ chatStore }) =>
        chatStore.listSetAside(who, { after, limit })(),
  ),
  fc.option(user, { nil: undefined }).map(
    (who): Step =>
      ({ chatStore }) =>
        chatStore.countSetAside(who)(),
  ),
  id.map(
    (effect): Step =>
      ({ chatStore }) =>
        chatStore.removeSetAside(effect)(),
  ),
  fc.constant<Step>(({ chatStore }) => chatStore.countByState()()),
  user.map(
    (who): Step =>
      ({ chatStore }) =>
        chatStore.erase(who)(),
  ),
  user.map(
    (who): Step =>
      ({ chatStore }) =>
        chatStore.load(who)(),
  ),
);

type Passing = { readonly hours: number; readonly jump: number };

const passing: fc.Arbitrary<Passing> = fc.record({
  hours: fc.constantFrom(0, 0, 0, 1, 12, 30),
  jump: fc.constantFrom(0, 0, 0, -1, 1).map((hours) => hours * hour),
});

const run = async (
  steps: ReadonlyArray<readonly [Step, Passing]>,
  open: (clock: TestClock) => Stores,
): Promise<ReadonlyArray<unknown>> => {
  const clock = makeTestClock();
  const stores = open(clock);
  const answers: unknown[] = [];
  for (const [take, { hours, jump }] of steps) {
    answers.push(await take(stores));
    clock.jump(jump);
    for (let passed = 0; passed < hours; passed += 1) {
      await clock.advance(hour);
      // comes after what was swept
      await stores.tryWrite();
    }
  }
  await stores.close();
  return answers;
};

/** So small that keys are moved all the time. */
const keySizes = { recent: 2, step: 1 };
const settings = { contextTtlMs: 20 * hour, deliveryDeadlineMs: hour, chatRetentionMs: 15 * hour };
const nothing = (): void => undefined;
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const metrics = { count: nothing, gauge: nothing, observe: nothing };

test('memory and sqlite › answer every sequence of calls alike', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'relevo-alike-'));
  t.teardown(() => rm(directory, { recursive: true }));
  let files = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, passing), { minLength: 20, maxLength: 120 }), async (steps) => {
      const path = join(directory, `${(files += 1)}.db`);
      const sqlite = await run(steps, (clock) =>
        openSqlite(path, { ...settings, clock, log, metrics }, { keySizes }),
      );
      const memory = await run(steps, (clock) => makeMemoryStores({ ...settings, clock }));
      t.deepEqual(sqlite, memory);
    }),
    { numRuns: 60 },
  );
});
