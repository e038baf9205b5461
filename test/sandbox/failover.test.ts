import test from 'ava';
import type { ExecutionContext } from 'ava';
import type { SandboxOptions, Sandbox } from '../../sandbox/index.ts';
import { types, Visitor } from './visitor.ts';
import { withSandbox } from './with-sandbox.ts';

const talking = async (
  t: ExecutionContext<unknown>,
  options: SandboxOptions = {},
): Promise<{ sandbox: Sandbox; visitor: Visitor; offset: number }> => {
  const sandbox = await withSandbox(t, options);
  const { agents } = sandbox.salesforce;
  const visitor = new Visitor(sandbox);
  await visitor.request();
  agents.accept(visitor.id, 'Lucía', 'Hola');
  await visitor.say('buenas');
  const { offset } = await visitor.batch(-1);
  agents.settings.pollHoldMs = 10;
  await visitor.poll(0);
  agents.settings.pollHoldMs = 30_000;
  return { sandbox, visitor, offset };
};

test('failover › is 503 on every call, a waiting poll too, until ReconnectSession', async (t) => {
  const { sandbox, visitor, offset } = await talking(t);
  const waiting = visitor.poll(0);
  await sandbox.salesforce.agents.waitForPoll(visitor.id);
  sandbox.salesforce.agents.failover(visitor.id);
  t.is((await waiting).status, 503);
  t.is((await visitor.say('¿?')).status, 503);
  t.is((await visitor.poll(0)).status, 503);
  t.is((await visitor.reconnect(offset)).resetSequence, true);
});

test('failover › the transcript comes first, and nothing may be said before the resync', async (t) => {
  const { sandbox, visitor, offset } = await talking(t);
  const { agents, org } = sandbox.salesforce;
  agents.failover(visitor.id);
  await visitor.reconnect(offset);
  const resync = { organizationId: org.organizationId };
  t.is((await visitor.post('Chasitor/ChasitorResyncState', resync, null)).status, 400);
  agents.say(visitor.id, 'sigo aquí');
  const batch = await visitor.batch(-1);
  t.deepEqual(types(batch), ['ChasitorSessionData', 'ChatMessage']);
  t.is(batch.sequence, 0);
  const lines = batch.messages[0]?.message.chatMessages as ReadonlyArray<Record<string, unknown>>;
  t.deepEqual(
    lines.map(({ type, content }) => [type, content]),
    [
      ['Agent', 'Hola'],
      ['Chasitor', 'buenas'],
    ],
  );
  t.is((await visitor.say('antes de tiempo')).status, 400);
  t.is((await visitor.post('Chasitor/ChasitorResyncState', resync, null)).status, 200);
  t.is((await visitor.say('ahora sí')).status, 200);
  t.is(agents.find(visitor.id)?.lastSequence, 1);
  t.deepEqual(
    agents.violations.list().map(({ rule }) => rule),
    ['resync-before-session-data', 'post-before-resync'],
  );
});

for (const [repeatTranscriptLines, expected] of [
  [false, ['ChasitorSessionData']],
  [true, ['ChasitorSessionData', 'ChatMessage']],
] as const) {
  test(`failover › lines nobody polled ${repeatTranscriptLines ? 'come again as events' : 'are in the transcript only'}`, async (t) => {
    const { sandbox, visitor, offset } = await talking(t, { liveAgent: { repeatTranscriptLines } });
    sandbox.salesforce.agents.say(visitor.id, 'perdido');
    sandbox.salesforce.agents.failover(visitor.id);
    await visitor.reconnect(offset);
    const batch = await visitor.batch(-1);
    t.deepEqual(types(batch), expected);
    const lines = batch.messages[0]?.message.chatMessages as ReadonlyArray<Record<string, unknown>>;
    t.is(lines.at(-1)?.content, 'perdido');
  });
}

test('failover › a reconnect whose answer was lost may be repeated', async (t) => {
  const { sandbox, visitor, offset } = await talking(t);
  const { agents, faults } = sandbox.salesforce;
  agents.failover(visitor.id);
  faults.add({ path: '*/System/ReconnectSession', kind: 'reset-after' });
  await t.throwsAsync(visitor.reconnect(offset));
  await visitor.reconnect(offset);
  t.deepEqual(types(await visitor.batch(-1)), ['ChasitorSessionData']);
});

test('failover › what was given but not acknowledged is not lost', async (t) => {
  const { sandbox, visitor } = await talking(t);
  const { agents } = sandbox.salesforce;
  agents.transfer(visitor.id, 'Mateo');
  const { offset } = await visitor.batch(0);
  agents.failover(visitor.id);
  await visitor.reconnect(offset);
  t.deepEqual(types(await visitor.batch(-1)), ['ChasitorSessionData', 'ChatTransferred']);
});

test('failover › the offset must be the last one given out', async (t) => {
  const { sandbox, visitor } = await talking(t);
  sandbox.salesforce.agents.failover(visitor.id);
  await visitor.reconnect(1);
  t.deepEqual(
    sandbox.salesforce.agents.violations.list().map(({ rule }) => rule),
    ['offset-wrong'],
  );
});

test('ReconnectSession › is 405 when nothing happened', async (t) => {
  const { visitor, offset } = await talking(t);
  await t.throwsAsync(visitor.reconnect(offset), { message: /405/ });
});

test('failover › as a fault begins with the call that it hits', async (t) => {
  const { sandbox, visitor } = await talking(t);
  sandbox.salesforce.faults.add({ path: '*/ChatMessage', kind: 'trigger', trigger: 'new-affinity' });
  t.is((await visitor.say('perdido')).status, 503);
  t.is(sandbox.salesforce.agents.find(visitor.id)?.failovers, 1);
  t.false(sandbox.salesforce.agents.find(visitor.id)?.transcript.some(({ text }) => text === 'perdido'));
});
