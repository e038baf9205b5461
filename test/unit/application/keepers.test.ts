import test from 'ava';
import { amend } from '../../../src/application/conversations/amend.ts';
import { makeKeepers } from '../../../src/application/conversations/keepers.ts';
import type { Keeper } from '../../../src/application/conversations/keeper.ts';
import { pause } from '../../../src/application/pause.ts';
import type { ChatStore } from '../../../src/application/ports/chat-store.port.ts';
import { storeUnavailable } from '../../../src/application/ports/errors.ts';
import { E } from '../../../src/domain/fp.ts';
import { ana, begun, finishAsked, makeBench, other, reserved, self } from './fixture.ts';

const setUp = () => {
  const bench = makeBench();
  const pokes: Keeper[] = [];
  const keepers = makeKeepers({
    ...bench.deps,
    patienceMs: 4_500,
    restore: ({ chat }) => (chat?.flow === 'unreadable' ? [finishAsked] : []),
    makeWorker: (keeper) => ({
      pump: () => undefined,
      poke: () => void pokes.push(keeper),
      stop: () => undefined,
      isBusy: () => false,
    }),
  });
  return { ...bench, bench, keepers, pokes };
};

test('keepers › a conversation that nobody owns becomes ours with the first thing to do', async (t) => {
  const { keepers, stored } = setUp();
  t.true(E.isRight(await keepers.amend(ana, () => [])));
  t.false(keepers.owns(ana));
  t.true(E.isRight(await keepers.amend(ana, () => [reserved()])));
  t.true(keepers.owns(ana));
  t.like((await stored()).owner, { value: self });
});

test('keepers › another’s stays another’s, and its owner is told until the store has heard it', async (t) => {
  const { bench, keepers, clock, trouble, wakes, stored } = setUp();
  await begun(bench, other);
  trouble.wake = 'down';
  t.like(await keepers.amend(ana, () => [finishAsked]), { right: { chat: { state: 'ended' } } });
  t.false(keepers.owns(ana));
  t.like((await stored()).owner, { value: other });
  t.is(wakes.length, 1);
  await clock.advance(2_000);
  t.true(wakes.length > 1);
  trouble.wake = 'none';
  await clock.advance(60_000);
  const told = wakes.length;
  await clock.advance(600_000);
  t.is(wakes.length, told);
  t.like(await bench.real.woken(other)(), { right: [ana] });
});

test('keepers › woken for one that is ours in the store only: it is gone on with', async (t) => {
  const { bench, keepers } = setUp();
  await begun(bench, self);
  keepers.woken(ana);
  t.false(keepers.owns(ana));
  await keepers.resolveDoubts();
  t.true(keepers.owns(ana));
});

test('keepers › a claim whose answer was lost is found again', async (t) => {
  const { keepers, trouble, clock } = setUp();
  trouble.save = 'answer-lost';
  const claimed = keepers.amend(ana, () => {
    trouble.load = 'down';
    return [reserved()];
  });
  await clock.advance(60_000);
  t.true(E.isLeft(await claimed));
  t.false(keepers.owns(ana));
  trouble.save = 'none';
  trouble.load = 'none';
  await keepers.resolveDoubts();
  t.true(keepers.owns(ana));
});

test('keepers › callers wait so long for the store, and so many of them', async (t) => {
  const { bench, keepers, clock, trouble, stored } = setUp();
  await begun(bench, self);
  keepers.adopt(await stored());
  trouble.save = 'down';
  trouble.load = 'down';
  const waiting = Array.from({ length: 200 }, () => keepers.amend(ana, () => [finishAsked]));
  await clock.advance(4_600);
  const answers = await Promise.all(waiting);
  t.true(answers.every(E.isLeft));
  const refused = answers.filter((answer) => E.isLeft(answer) && /too much/u.test(answer.left.detail));
  t.true(refused.length > 60, `${refused.length} were refused at once`);
});

test('keepers › callers wait so long for a store that answers late, whoever keeps the conversation', async (t) => {
  const { bench, clock } = setUp();
  let asked = 0;
  const late: ChatStore['load'] = () => async () => {
    asked += 1;
    await pause(clock, 4_000);
    return E.left(storeUnavailable('sample trouble'));
  };
  const answer = amend(
    { ...bench.deps, store: { ...bench.store, load: late }, patienceMs: 4_500 },
    ana,
    () => [reserved()],
  );
  await clock.advance(10_000);
  t.true(E.isLeft(await answer));
  t.is(asked, 2);
});

test('keepers › distrust › one that cannot be read holds up no other', async (t) => {
  const { bench, keepers, store, stored, clock } = setUp();
  await begun(bench, self);
  const bob = { ...ana, id: '5215587654321' };
  const unreadable = await stored();
  keepers.adopt({ ...unreadable, conversation: { ...unreadable.conversation, user: bob } });
  keepers.adopt(unreadable);
  const { load } = store;
  Object.assign(store, {
    load: (user: typeof ana) => (user.id === bob.id ? () => new Promise(() => undefined) : load(user)),
  });
  keepers.distrustAll();
  await clock.advance(1_000);
  t.is(keepers.count(), 2);
  t.true(E.isRight(await keepers.amend(ana, () => [finishAsked])));
  keepers.abandonAll();
  t.is(keepers.count(), 0);
});

test('keepers › what cannot be gone on with ends before anything else', async (t) => {
  const { bench, keepers, stored, clock } = setUp();
  const { conversation, ...rest } = await begun(bench, self);
  const unreadable = {
    ...conversation,
    ...(conversation.chat && { chat: { ...conversation.chat, flow: 'unreadable' } }),
  };
  await bench.real.save({ conversation: unreadable, rev: rest.rev, writeId: 'w-2' })();
  keepers.adopt(await stored());
  await clock.advance(100);
  t.is((await stored()).conversation.chat?.state, 'ended');
});
