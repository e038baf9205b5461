import test from 'ava';
import { makeRestoreDesks } from '../../../src/application/lanes/restore-desks.ts';
import type { AgentDesk } from '../../../src/application/ports/agent-desk.port.ts';
import { decideAll } from '../../../src/domain/chat.ts';
import { emptyConversation } from '../../../src/domain/conversation.ts';
import { E } from '../../../src/domain/fp.ts';
import { policyOf } from '../../support/arbitraries/policy.ts';
import { ana, makeBench, reserved } from './fixture.ts';

const setUp = (kind: string, state: unknown) => {
  const { deps, logged } = makeBench();
  const restore = (stored: unknown) =>
    typeof stored === 'string' ? E.right(stored) : E.left('sample session: wrong at key');
  const desk = { kind: 'sample', restore } as unknown as AgentDesk;
  const at = Date.UTC(2026, 10, 2, 12);
  const { conversation } = deps.decide(emptyConversation(ana), [
    reserved(),
    { type: 'session-opened', chatId: 'chat-a', at, desk: { kind, state } },
    { type: 'request-taken', chatId: 'chat-a', at, state },
  ]);
  const plan = makeRestoreDesks({ desks: new Map([['sample', desk]]), clock: deps.clock, log: deps.log });
  return { conversation, plan, logged, decide: decideAll(policyOf()) };
};

test('restore › a session whose state can be read goes on', (t) => {
  const { conversation, plan } = setUp('sample', 'readable');
  t.deepEqual(plan(conversation), []);
});

for (const [what, kind, state] of [
  ['a state that cannot be read', 'sample', null],
  ['a desk that is not there any more', 'gone', 'readable'],
] as const) {
  test(`restore › ${what}: the session is over, and operators hear of it`, (t) => {
    const { conversation, plan, logged, decide } = setUp(kind, state);
    const { chat, lanes } = decide(conversation, plan(conversation)).conversation;
    t.like(chat, { state: 'failed', reason: 'session-lost' });
    t.is(lanes.bot.length, 1);
    t.deepEqual(logged, ['session-not-restored']);
  });
}
