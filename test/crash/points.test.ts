import test from 'ava';
import type { CrashPoint } from '../../src/application/ports/probe.port.ts';
import { heard, makeWorld, shown, withoutRepeats, type Talk, type World } from './world.ts';

/** What makes the service come by each place where a crash hurts. */
const provoke: Readonly<Record<CrashPoint, (world: World, talk: Talk, fresh: Talk) => Promise<void> | void>> =
  {
    'message-stored': (world, talk) => world.write(talk),
    reserved: (world, _, fresh) => world.connect(fresh),
    'case-made': (world, _, fresh) => world.connect(fresh),
    'session-stored': (world, _, fresh) => world.connect(fresh),
    'chat-requested': (world, _, fresh) => world.connect(fresh),
    'events-received': (world, talk) => world.answer(talk, 3),
    'events-stored': (world, talk) => world.answer(talk, 3),
    'post-bound': (world, talk) => world.write(talk),
    'post-sent': (world, talk) => world.write(talk),
    'post-ticked': (world, talk) => world.write(talk),
    'effect-due': (world, talk) => world.answer(talk, 2),
    'effect-sent': (world, talk) => world.answer(talk, 2),
    'set-aside-stored': ({ sandbox }, { chat }) => {
      if (chat !== undefined) sandbox.salesforce.agents.say(chat, 'veneno');
    },
    'taken-over': () => undefined,
  };

const points = Object.keys(provoke) as ReadonlyArray<CrashPoint>;

test('killed at each place between a write and what follows › nothing lost, nothing made twice', async (t) => {
  t.timeout(5 * 60_000);
  const world = await makeWorld({ chats: 2 + points.length, env: { CONNECT_TIMEOUT: '3s' } });
  t.teardown(world.close);
  const { service, talks, sandbox } = world;
  const [whatsapp, facebook, ...fresh] = talks;
  if (whatsapp === undefined || facebook === undefined) throw new Error('too few talks');
  sandbox.yalo.faults.add({
    kind: 'status',
    status: 400,
    path: '*/messages',
    times: 'forever',
    when: ({ body }) => body.includes('veneno'),
  });
  await service.start();
  await Promise.all([world.connect(whatsapp), world.connect(facebook)]);
  let repeatable = 0;
  for (const [index, point] of points.entries()) {
    const newcomer = fresh[index];
    if (newcomer === undefined) throw new Error('too few talks');
    await service.stop();
    await service.start({ point, time: 1 });
    const talk = index % 2 === 0 ? whatsapp : facebook;
    const provoked = provoke[point](world, talk, newcomer);
    const died = await Promise.race([
      service.gone().then(() => true),
      new Promise((resolve) => setTimeout(() => resolve(false), 20_000)),
    ]);
    t.true(died, `${point}: the service came by it`);
    repeatable += 1;
    await service.start();
    await provoked;
    await world.write(whatsapp);
    await world.write(facebook);
    world.answer(whatsapp, 1);
    world.answer(facebook, 1);
  }
  await world.settled(30_000);
  for (const talk of talks) {
    const who = `${talk.provider} ${talk.userId}`;
    t.deepEqual(heard(talk), talk.said, `${who}: to the agent`);
    const seen = shown(world, talk);
    t.deepEqual(withoutRepeats(seen), talk.answered, `${who}: to the user`);
    const repeats = seen.length - talk.answered.length;
    t.true(
      talk.provider === 'whatsapp' ? repeats === 0 : repeats <= repeatable,
      `${who}: ${repeats} repeats`,
    );
  }
  const { records } = sandbox.salesforce;
  const emails = records.list('Contact').map(({ Email }) => Email);
  t.is(new Set(emails).size, emails.length, 'no contact was made twice');
  const owners = records.list('Case').map(({ ContactId }) => ContactId);
  t.is(new Set(owners).size, owners.length, 'no case was made twice');
  // a request that may have left is ended under the number after it; the desk corrects those of which it knows nothing
  const breaches = sandbox.salesforce.agents.violations.list(({ detail }) => detail !== 'number 2 after 0');
  t.deepEqual(breaches, []);
});
