import test from 'ava';
import type { HttpAnswer } from '../../../src/adapters/shared/http-client.ts';
import { makeLiveAgentDesk } from '../../../src/adapters/live-agent/desk.adapter.ts';
import { makeAgentLane } from '../../../src/application/lanes/agent-lane.ts';
import { makeBindPosts } from '../../../src/application/lanes/bind-posts.ts';
import { makeRemoteGate } from '../../../src/application/lanes/remote-gate.ts';
import type { Keeper } from '../../../src/application/conversations/keeper.ts';
import type { RemoteFailure } from '../../../src/application/ports/errors.ts';
import type { Save } from '../../../src/application/ports/chat-store.port.ts';
import { makePace, type Pace } from '../../../src/application/lanes/pace.ts';
import { noProbe } from '../../../src/application/ports/probe.port.ts';
import type { Conversation } from '../../../src/domain/conversation.ts';
import type { Settlement } from '../../../src/domain/effect.ts';
import { E, TE, type Either } from '../../../src/domain/fp.ts';
import type { StoredMessage } from '../../../src/domain/message.ts';
import { policyOf } from '../../support/arbitraries/policy.ts';
import { noMetrics } from '../../support/no-metrics.ts';
import { session, settings } from '../live-agent/samples.ts';
import { ana, chatId, deskTold, keeperOf, makeBench, noContexts, reserved, talking } from './fixture.ts';

/** An active chat with one message of the user, the real Live Agent adapter, and a desk that answers posts as told. */

type Answer = Either<RemoteFailure, HttpAnswer>;

const answered = (status: number, text = ''): Answer => E.right({ status, text });

const setUp = async (answer: () => Promise<Answer>, pace?: Pace) => {
  const bench = makeBench();
  const { clock, deps } = bench;
  let posts = 0;
  const desk = makeLiveAgentDesk({
    ...settings,
    exchange: () => {
      posts += 1;
      return answer();
    },
    pollExchange: () => new Promise(() => undefined),
    clock,
    ids: { random: () => 0.5 },
    log: deps.log,
  });
  const desks = new Map([[desk.kind, desk]]);
  const at = clock.now();
  await talking(bench, desk.kind, session());
  const gate = makeRemoteGate('desk', { clock, ids: deps.ids });
  const message: StoredMessage = {
    user: ana,
    id: 'm1',
    from: 'user',
    timestamp: at,
    content: { type: 'text', text: 'uno' },
    arrival: 10,
    contextUntil: at + 86_400_000,
  };
  const settled: Settlement[] = [];
  /** Posts in the lane, as stored, whenever something was marked. */
  const postsWhenMarked: (number | undefined)[] = [];
  const start = async (change: Partial<Keeper> = {}) => {
    const [rest, halt] = [new AbortController(), new AbortController()];
    let pump = (): void => undefined;
    const complete = makeBindPosts({ desks, clock, decide: deps.decide });
    const keeper: Keeper = keeperOf({ ...bench, deps: { ...deps, complete } }, await bench.stored(), {
      onSaved: () => pump(),
    });
    Object.assign(keeper, change);
    // as whoever takes a conversation over does first
    await keeper.apply(() => [{ type: 'recovered' }]);
    const lane = makeAgentLane(
      {
        ...deps,
        desks,
        gate,
        contexts: {
          ...noContexts,
          untaken: () => TE.right(settled.length > 0 ? [] : [message]),
          settle: (_user, _chatId, settlements) => {
            settled.push(...settlements);
            postsWhenMarked.push(agentOf(keeper.conversation())?.posts.length);
            return TE.right(undefined);
          },
        },
        turns: { take: () => Promise.resolve(true) },
        pace: pace ?? makePace(clock),
        metrics: noMetrics,
        probe: noProbe,
        policy: policyOf(),
        mayBegin: () => !rest.signal.aborted,
        rest: rest.signal,
        halt: halt.signal,
      },
      keeper,
      chatId,
      { interrupt: () => undefined, needed: () => undefined, hurry: () => undefined },
    );
    pump = lane.pump;
    pump();
    await clock.advance(0);
    return { keeper, lane, rest };
  };
  return {
    clock,
    gate,
    settled,
    postsWhenMarked,
    saves: bench.saves,
    store: bench.store,
    start,
    posts: () => posts,
  };
};

const agentOf = (conversation: Conversation) => conversation.lanes.chats[chatId]?.agent;

const end = deskTold(Date.UTC(2026, 10, 2, 12, 5), { type: 'chat-ended', reason: 'agent' });

const refusals: Readonly<Record<string, Answer>> = {
  'connection refused': E.left({ _tag: 'RemoteUnreachable', certain: true, detail: 'refused' }),
  'busy, and does not say for how long': E.left({ _tag: 'RemoteBusy', certain: true, detail: '429' }),
  'over the limit': answered(403, '[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]'),
  401: answered(401),
  'the right number called wrong': answered(409, 'Out of sync Ack. Expected 2. Actual 1'),
  500: answered(500),
};

for (const [what, answer] of Object.entries(refusals)) {
  test(`a post that is not taken, ${what} › is tried again after growing pauses`, async (t) => {
    const { clock, posts, start } = await setUp(
      () => new Promise((resolve) => clock.after(20, () => resolve(answer))),
    );
    const { lane } = await start();
    for (let quarters = 0; quarters < 40; quarters += 1) {
      await clock.advance(250);
      lane.pump();
    }
    t.true(posts() >= 4 && posts() <= 6, `${posts()} posts in 10 s`);
  });
}

test('a post meets 403 › the end is listened for, and comes first', async (t) => {
  const { clock, posts, start } = await setUp(() => Promise.resolve(answered(403)));
  const { keeper, lane } = await start();
  await clock.advance(1_500);
  t.is(posts(), 1);
  t.is(keeper.conversation().chat?.state, 'active');
  await keeper.apply(() => [end]);
  await clock.advance(0);
  t.false(lane.isBusy());
  t.like(keeper.conversation().chat, { state: 'ended', reason: 'agent' });
});

test('a post meets 403 › with nothing heard in two seconds the session is lost', async (t) => {
  const { clock, settled, start } = await setUp(() => Promise.resolve(answered(403)));
  const { keeper } = await start();
  await clock.advance(2_000);
  t.like(keeper.conversation().chat, { state: 'ended', reason: 'session-lost' });
  t.deepEqual(settled, [], 'the message is context');
});

test('a post meets 403 after the end was heard › nobody waits', async (t) => {
  const late = Promise.withResolvers<Answer>();
  const { clock, start } = await setUp(() => late.promise);
  const { keeper, lane } = await start();
  await keeper.apply(() => [end]);
  t.true(lane.isBusy());
  late.resolve(answered(403));
  await clock.advance(0);
  t.false(lane.isBusy());
  t.is(agentOf(keeper.conversation()), undefined, 'the lane is done with');
});

test('a post meets 403 › while the end is listened for the gate is free for others', async (t) => {
  const { clock, gate, posts, start } = await setUp(() => Promise.resolve(answered(403)));
  for (let failures = 0; failures < 3; failures += 1) gate.troubled({ kind: 'free' });
  t.false(gate.isUp());
  await start();
  while (posts() === 0) await clock.advance(10);
  const probe = gate.enter();
  t.is(probe?.kind, 'probe');
});

test('a post meets 403 and the process stops › the message is context, not one in doubt', async (t) => {
  const { clock, settled, start } = await setUp(() => Promise.resolve(answered(403)));
  const { keeper, lane, rest } = await start();
  await clock.advance(500);
  rest.abort();
  await clock.advance(0);
  t.false(lane.isBusy());
  t.like(keeper.conversation().chat, { state: 'ended', reason: 'session-lost' });
  t.is(agentOf(keeper.conversation()), undefined, 'nothing is left to doubt');
  t.deepEqual(settled, []);
});

test('a 403 to a post that left before its session was reached anew › is no end, and nobody waits', async (t) => {
  const late = Promise.withResolvers<Answer>();
  const { clock, posts, start } = await setUp(() => late.promise);
  const { keeper } = await start();
  await keeper.apply(() => [
    { type: 'desk-state', chatId, state: session({ generation: 1, head: { kind: 'text', text: 'uno' } }) },
  ]);
  late.resolve(answered(403));
  await clock.advance(0);
  await clock.advance(20);
  t.is(posts(), 2);
  t.is(keeper.conversation().chat?.state, 'active');
});

const finished = [
  { type: 'finish-asked', at: Date.UTC(2026, 10, 2, 12, 5), mark: 5 },
  { type: 'closing-drained', chatId, at: Date.UTC(2026, 10, 2, 12, 5) },
] as const;

test('the end is posted › what the agent said before it is listened for, until the desk tells its end', async (t) => {
  const { clock, start } = await setUp(() => Promise.resolve(answered(200)));
  const { keeper, lane } = await start();
  await clock.advance(20);
  await keeper.apply(() => finished);
  await clock.advance(20);
  t.deepEqual(
    agentOf(keeper.conversation())?.posts.map(({ post }) => post.kind),
    ['end'],
  );
  await keeper.apply(({ chat }) => [deskTold(chat?.since ?? 0, { type: 'agent-said', text: 'adiós' }), end]);
  await clock.advance(0);
  t.is(keeper.conversation().lanes.user.at(-1)?.text, 'adiós');
  t.false(lane.isBusy());
  t.is(agentOf(keeper.conversation()), undefined, 'the lane is done with');
});

const agentSays = deskTold(Date.UTC(2026, 10, 2, 12, 1), { type: 'agent-said', text: 'hola' });

test('a message that was posted › is marked while that is stored, and noted with the next write, of whatever', async (t) => {
  const { clock, postsWhenMarked, saves, settled, start } = await setUp(() => Promise.resolve(answered(200)));
  const { keeper } = await start();
  await clock.advance(20);
  const marked: Settlement = { what: 'message', id: 'm1', as: 'posted' };
  t.deepEqual(settled, [marked]);
  t.deepEqual(postsWhenMarked, [1], 'that it was posted was not stored yet');
  t.deepEqual(agentOf(keeper.conversation())?.posts, []);
  t.deepEqual(agentOf(keeper.conversation())?.unsettled, [marked]);
  const before = saves.length;
  await clock.advance(60_000);
  t.is(saves.length, before, 'no write for this alone');
  await keeper.apply(() => [agentSays]);
  t.is(saves.length, before + 1);
  t.deepEqual(agentOf(keeper.conversation())?.unsettled, []);
  await clock.advance(20);
  t.deepEqual(settled, [marked], 'marked once');
});

test('a message that was posted, and marked before that is stored › is marked once', async (t) => {
  const { clock, settled, start, store } = await setUp(() => Promise.resolve(answered(200)));
  const { save } = store;
  Object.assign(store, {
    save: (one: Save) => () => new Promise((resolve) => clock.after(50, () => resolve(save(one)()))),
  });
  const starting = start();
  await clock.advance(1_000);
  const { keeper } = await starting;
  await clock.advance(1_000);
  const marked: Settlement = { what: 'message', id: 'm1', as: 'posted' };
  t.deepEqual(agentOf(keeper.conversation())?.unsettled, [marked]);
  t.deepEqual(settled, [marked]);
});

test('a message that was posted, which the write that ends the chat does not note › is noted after it', async (t) => {
  const { clock, start } = await setUp(() => Promise.resolve(answered(200)));
  // what rides comes too late for that write
  const { keeper, lane } = await start({ ride: () => undefined });
  await clock.advance(20);
  await keeper.apply(() => [end]);
  await clock.advance(20);
  t.false(lane.isBusy());
  t.is(agentOf(keeper.conversation()), undefined, 'the lane is done with');
});

test('the end is posted › once, and with nothing heard in two seconds it is done with', async (t) => {
  const { clock, posts, start } = await setUp(() => Promise.resolve(answered(200)));
  const { keeper } = await start();
  await clock.advance(20);
  const before = posts();
  await keeper.apply(() => finished);
  await clock.advance(1_900);
  t.is(agentOf(keeper.conversation())?.posts.length, 1);
  await clock.advance(150);
  t.is(agentOf(keeper.conversation()), undefined);
  t.is(posts(), before + 1);
});

test('the end is posted and the user has a newer chat › nobody listens', async (t) => {
  const { clock, start } = await setUp(() => Promise.resolve(answered(200)));
  const { keeper } = await start();
  await clock.advance(20);
  await keeper.apply(() => [...finished, reserved('chat-b')]);
  await clock.advance(20);
  t.is(agentOf(keeper.conversation()), undefined);
});

test('a post that was answered › is noted in its turn', async (t) => {
  const turn = Promise.withResolvers<void>();
  const { clock, posts, settled, start } = await setUp(
    () => Promise.resolve(answered(200)),
    () => turn.promise,
  );
  const { keeper, lane } = await start();
  await clock.advance(1_000);
  t.is(posts(), 1);
  t.deepEqual([agentOf(keeper.conversation())?.posts.length, settled.length], [1, 0]);
  turn.resolve();
  await clock.advance(0);
  t.deepEqual([agentOf(keeper.conversation())?.posts.length, settled.length], [0, 1]);
  t.false(lane.isBusy());
});

test('a post that is answered while the process ends › is noted at once', async (t) => {
  const late = Promise.withResolvers<Answer>();
  const { clock, settled, start } = await setUp(
    () => late.promise,
    () => new Promise(() => undefined),
  );
  const { lane, rest } = await start();
  rest.abort();
  late.resolve(answered(200));
  await clock.advance(0);
  t.is(settled.length, 1);
  t.false(lane.isBusy());
});
