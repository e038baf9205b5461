import test from 'ava';
import { makeLiveAgentDesk } from '../../../src/adapters/live-agent/desk.adapter.ts';
import { makeHearing } from '../../../src/application/lanes/hearing.ts';
import { noProbe } from '../../../src/application/ports/probe.port.ts';
import { E } from '../../../src/domain/fp.ts';
import { policyOf } from '../../support/arbitraries/policy.ts';
import { session, settings } from '../live-agent/samples.ts';
import { chatId, keeperOf, makeBench, noContexts, talking } from './fixture.ts';

const batch = JSON.stringify({
  messages: [{ type: 'ChatMessage', message: { text: 'adiós', name: 'Andrea' } }],
  sequence: 0,
  offset: 1,
});

test('a batch that comes as its poll is called off › is heard', async (t) => {
  const bench = makeBench();
  const { clock, deps } = bench;
  let polls = 0;
  const desk = makeLiveAgentDesk({
    ...settings,
    exchange: () => new Promise(() => undefined),
    pollExchange: (_what, _request, deadline) => {
      polls += 1;
      return new Promise((resolve) =>
        deadline.addEventListener('abort', () => resolve(E.right({ status: 200, text: batch }))),
      );
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
      metrics: { count: () => undefined, gauge: () => undefined, observe: () => undefined },
      probe: noProbe,
      policy: policyOf(),
      mayBegin: () => true,
      rest: new AbortController().signal,
      halt: new AbortController().signal,
    },
    keeper,
    chatId,
  );
  t.teardown(hearing.stop);
  hearing.pump();
  await clock.advance(0);
  t.is(polls, 1);
  hearing.interrupt();
  await clock.advance(0);
  t.is(keeper.conversation().lanes.user.at(-1)?.text, 'adiós');
});
