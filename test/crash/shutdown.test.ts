import test, { type ExecutionContext } from 'ava';
import { isOpen } from '../../sandbox/salesforce/live-agent/chat.ts';
import type { ServiceProcess } from './service-process.ts';
import { heard, makeWorld, shown } from './world.ts';

const stopsInTime = async (t: ExecutionContext, service: ServiceProcess): Promise<void> => {
  const asked = performance.now();
  t.is(await service.stop(), 0);
  t.true(performance.now() - asked < 20_000, 'within SHUTDOWN_TIMEOUT');
};

test('SIGTERM in mid-traffic › exit 0 in time, nothing lost, nothing twice', async (t) => {
  t.timeout(120_000);
  const world = await makeWorld({ chats: 12 });
  t.teardown(world.close);
  const { service, talks } = world;
  await service.start();
  await world.connectAll();
  let going = true;
  const writers = talks.map(async (talk) => {
    while (going) {
      await world.write(talk);
      world.answer(talk, 2);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    await stopsInTime(t, service);
    await service.start();
  }
  going = false;
  await Promise.all(writers);
  await world.settled(30_000);
  for (const talk of talks) {
    t.deepEqual(heard(talk), talk.said);
    t.deepEqual(
      shown(world, talk),
      talk.answered,
      'a clean stop leaves nothing to repeat, on Facebook either',
    );
  }
  t.is(world.sandbox.yalo.deliveries.duplicates, 0);
});

for (const [step, server, ending] of [
  ['the contact', 'data', '/composite'],
  ['the case', 'data', '/sobjects/Case'],
  ['the session', 'chat', '/System/SessionId'],
  ['the request', 'chat', '/Chasitor/ChasitorInit'],
] as const) {
  test(`SIGTERM while a connect asks for ${step} › exit 0 in time, the user has one chat afterwards`, async (t) => {
    t.timeout(120_000);
    const world = await makeWorld({ chats: 1 });
    t.teardown(world.close);
    const { service, sandbox, talks } = world;
    const [talk] = talks;
    if (talk === undefined) throw new Error('no talk');
    await service.start();
    await world.login();
    const { agents, faults, records, requests } = sandbox.salesforce;
    faults.add({ kind: 'slow', delayMs: 1_500, server, path: `*${ending}` });
    const connected = world.connect(talk);
    await requests.waitFor(({ path }) => path.endsWith(ending));
    await stopsInTime(t, service);
    await service.start();
    await connected;
    await world.write(talk);
    world.answer(talk, 1);
    await world.settled(30_000);
    t.deepEqual(heard(talk), talk.said);
    t.deepEqual(shown(world, talk), talk.answered);
    t.is(agents.chats(({ state }) => isOpen(state)).length, 1);
    t.is(records.list('Contact').length, 1);
  });
}

test('a second signal › ends at once', async (t) => {
  t.timeout(60_000);
  const world = await makeWorld({ chats: 2 });
  t.teardown(world.close);
  const { service, sandbox, talks } = world;
  await service.start();
  await world.connectAll();
  // a text that is not answered holds up a clean stop
  sandbox.yalo.faults.add({ kind: 'hang', path: '*/messages', times: 'forever' });
  const [talk] = talks;
  if (talk === undefined) throw new Error('no talk');
  world.answer(talk, 1);
  await sandbox.yalo.requests.waitForNext(({ path }) => path.endsWith('/messages'));
  service.send('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.true(service.isRunning(), 'the first one waits for what is in flight');
  const asked = performance.now();
  service.send('SIGTERM');
  await service.gone();
  t.true(performance.now() - asked < 3_000);
});
