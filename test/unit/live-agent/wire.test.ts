import test, { type ExecutionContext } from 'ava';
import { type Sandbox, startSandbox, type SandboxOptions } from '../../../sandbox/index.ts';
import { E } from '../../../src/domain/fp.ts';
import { makeLiveAgentDesk } from '../../../src/adapters/live-agent/desk.adapter.ts';
import type { SessionState } from '../../../src/adapters/live-agent/state.ts';
import { DeskRelay, soon } from '../../contract/desk-relay.ts';
import { end, text } from './samples.ts';
import { deskOptions } from './wire.ts';

/** The adapter on the wire, against the chat servers of the sandbox, which note every breach of the protocol. */

interface World {
  readonly sandbox: Sandbox;
  readonly agents: Sandbox['salesforce']['agents'];
  readonly relay: DeskRelay;
  readonly id: () => string;
  /** What the agent sees of the visitor. */
  readonly visitor: () => ReadonlyArray<string>;
  readonly violations: () => ReadonlyArray<string>;
}

const setUp = async (t: ExecutionContext, options: SandboxOptions = {}): Promise<World> => {
  const sandbox = await startSandbox(options);
  const { options: deskSettings, close } = deskOptions(sandbox);
  t.teardown(async () => {
    close();
    await sandbox.stop();
  });
  const { agents } = sandbox.salesforce;
  const relay = new DeskRelay(makeLiveAgentDesk(deskSettings));
  const id = (): string => (relay.state as SessionState).sessionId;
  return {
    sandbox,
    agents,
    relay,
    id,
    visitor: () =>
      (agents.find(id())?.transcript ?? []).filter(({ from }) => from === 'visitor').map((line) => line.text),
    violations: () => agents.violations.list().map(({ rule }) => rule),
  };
};

const request = ({ salesforce: { org } }: Sandbox) => ({
  provider: 'whatsapp' as const,
  buttonId: org.buttons.whatsapp,
  visitorName: 'Ana P.',
  caseId: '500000000000001',
  contactId: '003000000000001',
});

/** An agent said "Hola", the visitor "buenas", and both are known. */
const talking = async (t: ExecutionContext, options: SandboxOptions = {}): Promise<World> => {
  const world = await setUp(t, options);
  await world.relay.open(request(world.sandbox));
  await world.relay.hearUntil('request-accepted');
  world.agents.accept(world.id(), 'Andrea', 'Hola');
  await world.relay.hearUntil('agent-said');
  await world.relay.post(text('buenas'));
  return world;
};

test('a talk › is had without a breach of the protocol', async (t) => {
  const { relay, agents, id, visitor, violations } = await talking(t);
  agents.say(id(), ['¿en qué le ayudo?', 'Dígame']);
  await relay.hearUntil('agent-said', 3);
  await relay.post(text('uno'), text('dos'), end);
  t.deepEqual(relay.texts(), ['Hola', '¿en qué le ayudo?', 'Dígame']);
  t.deepEqual(visitor(), ['buenas', 'uno', 'dos']);
  t.is(agents.find(id())?.state, 'ended');
  t.is(agents.find(id())?.lastSequence, 5);
  t.deepEqual(violations(), []);
});

test('availability › follows the desk, and SwitchServer to where it sends', async (t) => {
  const { relay, sandbox, agents } = await setUp(t);
  const other = await startSandbox();
  t.teardown(() => other.stop());
  const { whatsapp } = sandbox.salesforce.org.buttons;
  t.deepEqual(await relay.desk.available(whatsapp, soon())(), E.right(true));
  agents.setAvailability(whatsapp, { isAvailable: false });
  t.deepEqual(await relay.desk.available(whatsapp, soon())(), E.right(false));
  agents.settings.switchServer = `${other.salesforce.chatUrl}/chat/rest`;
  t.deepEqual(await relay.desk.available(whatsapp, soon())(), E.right(true));
  await relay.open(request(sandbox));
  t.is((relay.state as SessionState).pod, other.salesforce.chatUrl);
  t.is(other.salesforce.agents.chats().length, 1);
});

test('a bare session › is dropped, and its late request is an expired session', async (t) => {
  const { relay, sandbox, violations } = await setUp(t);
  const opened = await relay.desk.openSession(soon())();
  if (E.isLeft(opened)) return t.fail(opened.left.detail);
  relay.keep(opened.right);
  t.deepEqual(await relay.post(end), ['delivered']);
  t.like(await relay.desk.requestChat(opened.right, request(sandbox), soon())(), {
    left: { _tag: 'SessionExpired' },
  });
  t.deepEqual(violations(), []);
});

test('a chat request › whose answer was lost leaves no chat behind', async (t) => {
  const { relay, sandbox, agents, id, violations } = await setUp(t);
  sandbox.salesforce.faults.add({ path: '*/ChasitorInit', kind: 'reset-after' });
  const opened = await relay.desk.openSession(soon())();
  if (E.isLeft(opened)) return t.fail(opened.left.detail);
  relay.keep(relay.desk.requesting(opened.right));
  t.like(await relay.desk.requestChat(relay.state, request(sandbox), soon())(), { left: { certain: false } });
  t.deepEqual(await relay.post(end), ['delivered']);
  t.like(agents.find(id()), { state: 'ended', endReason: 'client' });
  t.deepEqual(violations(), []);
});

test('a chat request › repeated after a lost answer is one request', async (t) => {
  const { relay, sandbox, agents, id } = await setUp(t);
  sandbox.salesforce.faults.add({ path: '*/ChasitorInit', kind: 'reset-after' });
  const opened = await relay.desk.openSession(soon())();
  if (E.isLeft(opened)) return t.fail(opened.left.detail);
  relay.keep(opened.right);
  await relay.desk.requestChat(relay.state, request(sandbox), soon())();
  const again = await relay.desk.requestChat(relay.state, request(sandbox), soon())();
  t.true(E.isRight(again));
  t.is(agents.chats().length, 1);
  t.is(agents.find(id())?.duplicates, 1);
});

for (const resetSequence of [true, false, 'absent'] as const) {
  test(`a failover › met by a post, numbers reset: ${resetSequence}`, async (t) => {
    const world = await talking(t, { liveAgent: { resetSequence } });
    const { relay, agents, id, visitor, violations } = world;
    agents.say(id(), 'perdido');
    agents.failover(id());
    t.deepEqual(await relay.post(text('uno')), ['again', 'delivered']);
    await relay.post(text('dos'));
    agents.say(id(), 'nuevo');
    await relay.hearUntil('agent-said', 3);
    t.deepEqual(relay.texts(), ['Hola', 'perdido', 'nuevo']);
    t.deepEqual(visitor(), ['buenas', 'uno', 'dos']);
    t.deepEqual(violations(), []);
  });
}

test('a failover › cuts the poll that waits', async (t) => {
  const { relay, sandbox, agents, id, violations } = await talking(t);
  const stop = new AbortController();
  // a poll that the desk forgot in its failover
  sandbox.salesforce.faults.add({ path: '*/System/Messages', kind: 'hang' });
  const arrived = sandbox.salesforce.requests.waitForNext(({ path }) => path.endsWith('/Messages'));
  const waiting = relay.desk.receive(relay.state, stop.signal);
  await arrived;
  agents.failover(id());
  relay.queue(text('uno'));
  const answer = await relay.send();
  const settled = relay.desk.settle(relay.state, answer, Date.now());
  t.true(settled.interrupt);
  relay.keep(settled.state);
  stop.abort();
  relay.absorb(await waiting);
  await relay.post();
  t.deepEqual(violations(), []);
});

for (const repeatTranscriptLines of [false, true]) {
  test(`a failover › a line is shown once, ${repeatTranscriptLines ? 'also' : 'not'} coming again`, async (t) => {
    const world = await talking(t, { liveAgent: { repeatTranscriptLines } });
    const { relay, agents, id, visitor } = world;
    agents.say(id(), ['perdido', 'y otro']);
    // absorbed, and not acknowledged any more
    await relay.hearUntil('agent-said', 3);
    agents.say(id(), 'y uno más');
    agents.failover(id());
    await relay.hear();
    await relay.recover();
    agents.say(id(), 'nuevo');
    await relay.hearUntil('agent-said', 5);
    t.deepEqual(relay.texts(), ['Hola', 'perdido', 'y otro', 'y uno más', 'nuevo']);
    await relay.post(text('uno'));
    t.deepEqual(visitor(), ['buenas', 'uno']);
  });
}

test('a failover › the post whose answer was lost before it is found in the transcript', async (t) => {
  const { relay, sandbox, agents, id, visitor, violations } = await talking(t);
  sandbox.salesforce.faults.add({ path: '*/ChatMessage', kind: 'reset-after' });
  relay.queue(text('buenas'));
  t.is(relay.settle(await relay.send()), 'unknown');
  agents.failover(id());
  await relay.hear();
  await relay.recover();
  t.deepEqual(relay.done, [text('buenas'), text('buenas')]);
  await relay.post(text('dos'));
  t.deepEqual(visitor(), ['buenas', 'buenas', 'dos']);
  t.deepEqual(violations(), []);
});

test('a failover › trouble in each of its steps is waited out', async (t) => {
  const { relay, sandbox, agents, id, visitor } = await talking(t);
  const { faults } = sandbox.salesforce;
  agents.say(id(), 'perdido');
  agents.failover(id());
  faults.add({ path: '*/ReconnectSession', kind: 'status', status: 503 });
  faults.add({ path: '*/ReconnectSession', kind: 'reset-after' });
  faults.add({ path: '*/ReconnectSession', kind: 'garbage' });
  faults.add({ path: '*/Messages', skip: 1, kind: 'status', status: 500 });
  faults.add({ path: '*/ChasitorResyncState', kind: 'reset-after' });
  faults.add({ path: '*/ChasitorResyncState', kind: 'trigger', trigger: 'new-affinity' });
  t.deepEqual(await relay.post(text('uno')), ['again', 'delivered']);
  t.deepEqual(relay.texts(), ['Hola', 'perdido']);
  t.deepEqual(visitor(), ['buenas', 'uno']);
});

test('a failover › that had not happened', async (t) => {
  const { relay, sandbox, agents, id, visitor, violations } = await talking(t);
  sandbox.salesforce.faults.add({ path: '*/ChatMessage', kind: 'status', status: 503 });
  t.deepEqual(await relay.post(text('uno')), ['unknown', 'delivered']);
  agents.say(id(), 'sigo aquí');
  await relay.hearUntil('agent-said', 2);
  t.deepEqual(visitor(), ['buenas', 'uno']);
  t.deepEqual(violations(), []);
});

test('a failover › of a session that died meanwhile', async (t) => {
  const { relay, agents, id } = await talking(t);
  agents.failover(id());
  await relay.hear();
  agents.expire(id());
  await relay.hearUntil('session-over');
  t.deepEqual(relay.types().slice(-1), ['session-over']);
});

test('a post › given up without an outcome does not cost the next one', async (t) => {
  const { relay, sandbox, visitor } = await talking(t);
  sandbox.salesforce.faults.add({ path: '*/ChatMessage', kind: 'reset-before' });
  const bound = relay.desk.prepare(relay.state, [text('uno')], 0);
  if (!bound.ready) return t.fail();
  const { state, outcome } = relay.desk.settle(bound.state, await relay.desk.send(bound.state, soon()), 0);
  t.is(outcome.outcome, 'unknown');
  relay.keep(relay.desk.drop(state));
  t.deepEqual(await relay.post(text('dos'), text('tres')), ['again', 'delivered', 'delivered']);
  t.deepEqual(visitor(), ['buenas', 'dos', 'tres']);
});

test('a post › that an earlier process had sent already is delivered', async (t) => {
  const { relay, visitor, agents, id } = await talking(t);
  const before = relay.state;
  await relay.post(text('uno'), text('dos'));
  relay.keep(before);
  relay.queue(text('uno'));
  // its number was passed by: nobody can tell any more
  t.is(relay.settle(await relay.send()), 'delivered');
  t.deepEqual(visitor(), ['buenas', 'uno', 'dos']);
  t.is((relay.state as SessionState).next, (agents.find(id())?.lastSequence ?? 0) + 1);
});
