import test from 'ava';
import type { Save } from '../../../src/application/ports/chat-store.port.ts';
import type { Decision } from '../../../src/domain/chat.ts';
import { isOpen } from '../../../src/domain/conversation.ts';
import { ana, begun, finishAsked, keeperOf, makeBench, other, reserved, self } from './fixture.ts';

test('keeper › plans that wait for the same write share it, and one that throws fails alone', async (t) => {
  const bench = makeBench();
  const keeper = keeperOf(bench, await begun(bench));
  const spoke = { type: 'user-spoke', chatId: 'chat-a', at: Date.UTC(2026, 10, 2, 13) } as const;
  const first = keeper.apply(() => [spoke]);
  const second = keeper.apply(() => [finishAsked]);
  const broken = keeper.apply(() => {
    throw new Error('sample');
  });
  const third = keeper.apply(() => []);
  t.is(await first, 'saved');
  t.is(await second, 'saved');
  await t.throwsAsync(broken, { message: 'sample' });
  t.is(await third, 'saved');
  t.is(keeper.conversation().chat?.state, 'ended');
  t.is(bench.saves.length, 2);
});

test('keeper › a plan that rides › is carried out with the next write, and causes none', async (t) => {
  const bench = makeBench();
  const keeper = keeperOf(bench, await begun(bench));
  const before = bench.saves.length;
  const at = Date.UTC(2026, 10, 2, 13);
  keeper.ride(() => [{ type: 'user-spoke', chatId: 'chat-a', at }]);
  keeper.ride(() => {
    throw new Error('sample');
  });
  await bench.clock.advance(60_000);
  t.is(bench.saves.length, before);
  t.is(keeper.backlog(), 0, 'nobody waits for it');
  t.is(await keeper.apply(() => [finishAsked]), 'saved');
  t.is(bench.saves.length, before + 1);
  t.is(keeper.conversation().chat?.activeAt, at);
  t.is(keeper.conversation().chat?.state, 'ended');
});

test('keeper › a write whose answer was lost is found by its id, and written once', async (t) => {
  const bench = makeBench();
  const keeper = keeperOf(bench, await begun(bench));
  bench.trouble.save = 'answer-lost';
  t.is(await keeper.apply(() => [finishAsked]), 'saved');
  t.is(bench.saves.length, 1);
  t.is((await bench.stored()).conversation.chat?.state, 'ended');
});

test('keeper › while the store does not answer it waits, longer from time to time', async (t) => {
  const bench = makeBench();
  const keeper = keeperOf(bench, await begun(bench));
  bench.trouble.save = 'down';
  bench.trouble.load = 'down';
  let done = false;
  const applied = keeper
    .apply(() => [finishAsked])
    .then((outcome) => {
      done = true;
      return outcome;
    });
  await bench.clock.advance(60_000);
  t.false(done);
  t.true(bench.logged.length > 5 && bench.logged.length < 40, `${bench.logged.length} tries in a minute`);
  bench.trouble.save = 'none';
  bench.trouble.load = 'none';
  await bench.clock.advance(5_000);
  t.is(await applied, 'saved');
});

test('keeper › a store that refuses writes at once and can be read › is asked with pauses, and in the end has it', async (t) => {
  const bench = makeBench();
  const keeper = keeperOf(bench, await begun(bench));
  const { save } = bench.store;
  let tries = 0;
  Object.assign(bench.store, {
    save: (one: Save) => {
      tries += 1;
      if (tries > 1_000) throw new Error('asked without end');
      return save(one);
    },
  });
  bench.trouble.save = 'down';
  const applied = keeper.apply(() => [finishAsked]);
  await bench.clock.advance(60_000);
  t.true(tries > 5 && tries < 40, `${tries} tries in a minute`);
  bench.trouble.save = 'none';
  await bench.clock.advance(5_000);
  t.is(await applied, 'saved');
  t.is((await bench.stored()).conversation.chat?.state, 'ended');
});

test('keeper › decides again over what somebody else wrote meanwhile', async (t) => {
  const bench = makeBench();
  const initial = await begun(bench);
  const keeper = keeperOf(bench, initial);
  const { conversation } = bench.deps.decide(initial.conversation, [finishAsked]);
  await bench.real.save({ conversation, rev: initial.rev, writeId: 'w-theirs' })();
  const seen: (string | undefined)[] = [];
  const applied = await keeper.apply(({ chat }) => {
    seen.push(chat?.state);
    return chat?.state === 'ended' ? [reserved('chat-b')] : [{ type: 'recovered' }, finishAsked];
  });
  t.is(applied, 'saved');
  t.deepEqual(seen, ['requested', 'ended']);
  t.is((await bench.stored()).conversation.chat?.id, 'chat-b');
});

test('keeper › a write whose answer was lost, under one of somebody else’s › what it decided is told, once', async (t) => {
  const bench = makeBench();
  const told: Decision[] = [];
  const keeper = keeperOf(bench, await begun(bench), { onDecided: (_user, decision) => told.push(decision) });
  const { save } = bench.store;
  Object.assign(bench.store, {
    save: (one: Save) => async () => {
      bench.trouble.save = 'answer-lost';
      const outcome = await save(one)();
      const { conversation, rev } = await bench.stored();
      await bench.real.save({ conversation, rev, writeId: 'w-theirs' })();
      return outcome;
    },
  });
  const applied = keeper.apply(({ chat }) => (isOpen(chat) ? [finishAsked] : []));
  await bench.clock.advance(1_000);
  t.is(await applied, 'saved');
  t.is(told.length, 1);
  t.is(told[0]?.conversation.chat?.reason, 'finished');
});

test('keeper › somebody else came first, and nothing is left to do › nothing is told', async (t) => {
  const bench = makeBench();
  const initial = await begun(bench);
  const told: Decision[] = [];
  const keeper = keeperOf(bench, initial, { onDecided: (_user, decision) => told.push(decision) });
  const { conversation } = bench.deps.decide(initial.conversation, [finishAsked]);
  await bench.real.save({ conversation, rev: initial.rev, writeId: 'w-theirs' })();
  t.is(await keeper.apply(({ chat }) => (isOpen(chat) ? [finishAsked] : [])), 'saved');
  t.deepEqual(told, []);
});

test('keeper › one that was taken over writes nothing, and says so once', async (t) => {
  const bench = makeBench();
  const initial = await begun(bench);
  let lost = 0;
  const keeper = keeperOf(bench, initial, { onLost: () => (lost += 1) });
  await bench.real.takeOver(ana, { owner: self, epoch: initial.epoch }, other)();
  t.is(await keeper.apply(() => [finishAsked]), 'lost');
  t.is(await keeper.apply(() => [finishAsked]), 'lost');
  t.true(keeper.isLost());
  t.false(keeper.mayAct());
  t.is(lost, 1);
  t.is((await bench.stored()).conversation.chat?.state, 'requested');
});

test('keeper › distrusted, begins nothing until the store has been read', async (t) => {
  const bench = makeBench();
  const keeper = keeperOf(bench, await begun(bench));
  t.true(keeper.mayAct());
  keeper.distrust();
  bench.trouble.load = 'down';
  const looked = keeper.refresh();
  await bench.clock.advance(20_000);
  t.false(keeper.mayAct());
  bench.trouble.load = 'none';
  await bench.clock.advance(5_000);
  t.is(await looked, 'saved');
  t.true(keeper.mayAct());
});

test('keeper › what is stored is stored, whatever its follower makes of it', async (t) => {
  const bench = makeBench();
  const keeper = keeperOf(bench, await begun(bench), {
    onSaved: () => {
      throw new Error('sample');
    },
  });
  t.is(await keeper.apply(() => [{ type: 'user-spoke', chatId: 'chat-a', at: 1_793_620_900_000 }]), 'saved');
  t.is(await keeper.apply(() => [finishAsked]), 'saved');
  t.true(bench.logged.includes('worker-failed'));
});

test('keeper › with nothing left to do the conversation is nobody’s', async (t) => {
  const bench = makeBench();
  const keeper = keeperOf(bench, await begun(bench));
  await keeper.apply(() => [{ ...finishAsked }, reserved('chat-b'), { ...finishAsked, mark: 9 }]);
  const drained = await keeper.apply(({ lanes }) =>
    lanes.bot.map(({ id }) => ({
      type: 'effect-done' as const,
      lane: 'bot' as const,
      id,
      at: 1_793_620_900_000,
    })),
  );
  t.is(drained, 'saved');
  t.true(keeper.isLost());
  t.is((await bench.stored()).owner._tag, 'None');
});

test('keeper › an answer to what was asked before the distrust settles nothing', async (t) => {
  const bench = makeBench();
  const keeper = keeperOf(bench, await begun(bench));
  const { save } = bench.store;
  const late = Promise.withResolvers<void>();
  Object.assign(bench.store, {
    save: (one: Parameters<typeof save>[0]) => async () => {
      const outcome = await save(one)();
      await late.promise;
      return outcome;
    },
  });
  const applied = keeper.apply(() => [{ type: 'user-spoke', chatId: 'chat-a', at: 1_793_620_900_000 }]);
  await bench.clock.flush();
  keeper.distrust();
  late.resolve();
  t.is(await applied, 'saved');
  t.false(keeper.mayAct());
  t.is(await keeper.refresh(), 'saved');
  t.true(keeper.mayAct());
});
