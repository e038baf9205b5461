import test, { type ExecutionContext } from 'ava';
import type { HttpAnswer } from '../../../src/adapters/shared/http-client.ts';
import { makeLiveAgentDesk } from '../../../src/adapters/live-agent/desk.adapter.ts';
import { makeHearing } from '../../../src/application/lanes/hearing.ts';
import { makePace } from '../../../src/application/lanes/pace.ts';
import type { Keeper } from '../../../src/application/conversations/keeper.ts';
import { noProbe } from '../../../src/application/ports/probe.port.ts';
import { E } from '../../../src/domain/fp.ts';
import { policyOf } from '../../support/arbitraries/policy.ts';
import { noMetrics } from '../../support/no-metrics.ts';
import { session, settings } from '../live-agent/samples.ts';
import {
  chatId,
  deskTold,
  finishAsked,
  keeperOf,
  makeBench,
  noContexts,
  reserved,
  talking,
} from './fixture.ts';

const batch = JSON.stringify({
  messages: [{ type: 'ChatMessage', message: { text: 'adiós', name: 'Andrea' } }],
  sequence: 0,
  offset: 1,
});

const ok = { status: 200, text: batch };

/** Hears a talk whose polls are answered when they are called off, if at all. */
const setUp = async (t: ExecutionContext, answer: HttpAnswer | undefined) => {
  const bench = makeBench();
  const { clock, deps } = bench;
  const polls: AbortSignal[] = [];
  const asked: string[] = [];
  const own = { mayBegin: true, turns: 0 };
  const pace = makePace(clock);
  const desk = makeLiveAgentDesk({
    ...settings,
    exchange: (what) => {
      asked.push(what);
      return new Promise(() => undefined);
    },
    pollExchange: (_what, _request, deadline) => {
      polls.push(deadline);
      return new Promise((resolve) => {
        deadline.addEventListener('abort', () => void (answer && resolve(E.right(answer))));
      });
    },
    clock,
    ids: { random: () => 0.5 },
    log: deps.log,
  });
  await talking(bench, desk.kind, session());
  const keeper = keeperOf(bench, await bench.stored());
  const hearing = makeHearing(
    {
      ...deps,
      desks: new Map([[desk.kind, desk]]),
      contexts: noContexts,
      pace: () => {
        own.turns += 1;
        return pace();
      },
      metrics: noMetrics,
      probe: noProbe,
      policy: policyOf(),
      mayBegin: () => own.mayBegin,
      rest: new AbortController().signal,
      halt: new AbortController().signal,
    },
    keeper,
    chatId,
  );
  t.teardown(hearing.stop);
  hearing.pump();
  await clock.advance(0);
  t.is(polls.length, 1);
  return { asked, clock, hearing, keeper, own, polls };
};

test('a batch that comes as its poll is called off › is heard', async (t) => {
  const { clock, hearing, keeper } = await setUp(t, ok);
  hearing.interrupt();
  await clock.advance(0);
  t.is(keeper.conversation().lanes.user.at(-1)?.text, 'adiós');
});

test('after a finish › it is heard on until the end has left, for that chat alone', async (t) => {
  const { hearing, keeper, polls } = await setUp(t, undefined);
  const isHeard = (): boolean => {
    hearing.pump();
    return polls.at(-1)?.aborted === false;
  };
  const at = keeper.conversation().chat?.since ?? 0;
  await keeper.apply(() => [finishAsked, { type: 'closing-drained', chatId, at }]);
  t.is(keeper.conversation().lanes.chats[chatId]?.agent.posts[0]?.post.kind, 'end');
  t.true(isHeard());
  await keeper.apply(() => [reserved('chat-b')]);
  t.false(isHeard());
});

const crowd = async (keeper: Keeper): Promise<void> => {
  const at = keeper.conversation().chat?.since ?? 0;
  const lines = Array.from({ length: 90 }, (_, index) => `a${index}`);
  await keeper.apply(() => lines.map((text) => deskTold(at, { type: 'agent-said', text })));
};

for (const [why, goOn] of [
  ['the session is about to be given up', 'hurry'],
  ['the session has to be recovered', 'needed'],
] as const) {
  test(`polling that pauses because many texts wait for the user › goes on at once when ${why}`, async (t) => {
    const { clock, hearing, keeper, polls } = await setUp(t, ok);
    await crowd(keeper);
    hearing.interrupt();
    await clock.advance(29_000);
    t.is(polls.length, 1);
    hearing[goOn]();
    await clock.advance(0);
    t.is(polls.length, 2);
    hearing.interrupt();
    await clock.advance(29_000);
    t.is(polls.length, 2, 'once');
  });
}

test('a session that has to be recovered › is, at once, however many texts wait for the user', async (t) => {
  const { asked, clock, hearing, keeper } = await setUp(t, { status: 503, text: '' });
  await crowd(keeper);
  hearing.interrupt();
  await clock.advance(0);
  t.deepEqual(asked, ['reconnect']);
});

test('a poll that waits for its turn › is begun with it, unless it may not be by then', async (t) => {
  const { clock, hearing, own, polls } = await setUp(t, ok);
  hearing.interrupt();
  await clock.flush();
  t.is(polls.length, 1);
  await clock.advance(0);
  t.is(polls.length, 2);
  hearing.interrupt();
  await clock.flush();
  own.mayBegin = false;
  await clock.advance(60_000);
  t.is(polls.length, 2);
  own.mayBegin = true;
  hearing.pump();
  await clock.advance(0);
  t.is(polls.length, 3);
});

test('a poll that waits for its turn › is not begun once the chat is somebody else’s', async (t) => {
  const { clock, hearing, keeper, polls } = await setUp(t, ok);
  hearing.interrupt();
  await clock.flush();
  keeper.abandon();
  hearing.pump();
  await clock.advance(60_000);
  t.is(polls.length, 1);
  t.deepEqual(clock.timers(), []);
});

test('an interrupt while a poll waits for its turn › costs no second turn', async (t) => {
  const { asked, clock, hearing, own } = await setUp(t, { status: 503, text: '' });
  hearing.interrupt();
  await clock.flush();
  hearing.interrupt();
  await clock.advance(0);
  t.deepEqual(asked, ['reconnect']);
  t.is(own.turns, 2);
});
