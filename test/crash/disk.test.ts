import test from 'ava';
import { heard, makeWorld, shown } from './world.ts';

test('a disk that takes nothing any more › no webhook is answered 200, the process ends with 70, and nothing is lost', async (t) => {
  t.timeout(120_000);
  const world = await makeWorld({ chats: 4 });
  t.teardown(world.close);
  const { service, talks } = world;
  await service.start();
  await world.connectAll();
  for (const talk of talks) await world.write(talk);
  service.send('SIGWINCH');
  // each is sent until it is answered 200, which no process can do before the next start
  const written = Promise.all(talks.map(world.write));
  t.is(await service.gone(), 70);
  t.is(service.logged('disk-failed').length, 1);
  await service.start();
  await written;
  for (const talk of talks) world.answer(talk, 2);
  await world.settled(30_000);
  for (const talk of talks) {
    t.deepEqual(heard(talk), talk.said);
    t.deepEqual(shown(world, talk), talk.answered);
  }
});
