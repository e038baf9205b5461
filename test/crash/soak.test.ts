import test from 'ava';
import { heard, makeWorld, shown, withoutRepeats } from './world.ts';

/**
 * Traffic in both directions for `SOAK_SECONDS` (short by default, an hour with `npm run test:soak`): the heap that is left
 * after collections does not grow with what has passed through, nothing is lost, and no metric was counted by a wrong name.
 */
const seconds = Number(process.env.SOAK_SECONDS ?? 24);
const chats = Number(process.env.SOAK_CHATS ?? 40);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const valueOf = (text: string, name: string): number =>
  Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'mu').exec(text)?.[1] ?? NaN);

test('a long run › memory stays flat, nothing is lost', async (t) => {
  t.timeout(seconds * 1_000 + 180_000);
  const world = await makeWorld({ chats });
  t.teardown(world.close);
  const { service, talks } = world;
  await service.start();
  await world.connectAll();
  const metrics = async (): Promise<string> => (await fetch(`${service.url}/metrics`)).text();
  let going = true;
  const writers = talks.map(async (talk, index) => {
    await pause(index * 10);
    while (going) {
      await world.write(talk);
      world.answer(talk, 1);
      await pause(150);
    }
  });
  const held = async (): Promise<number> => {
    service.send('SIGUSR2');
    await pause(100);
    return valueOf(await metrics(), 'relevo_nodejs_heap_size_used_bytes');
  };
  const heaps: number[] = [];
  const until = performance.now() + seconds * 1_000;
  while (performance.now() < until) {
    await pause(900);
    heaps.push(await held());
  }
  going = false;
  await Promise.all(writers);
  await world.settled(60_000);
  for (const talk of talks) {
    const { said, answered, chat } = talk;
    // the sandbox keeps the last lines of a long talk, and how many there were
    const [toAgent, toUser] = [heard(talk), withoutRepeats(shown(world, talk))];
    t.deepEqual(toAgent, said.slice(-toAgent.length));
    t.deepEqual(toUser, answered.slice(-toUser.length));
    const welcome = 1;
    t.is(chat?.transcript.at(-1)?.sequence, welcome + said.length + answered.length);
  }
  const third = Math.floor(heaps.length / 3);
  const early = Math.min(...heaps.slice(third, 2 * third));
  const late = Math.min(...heaps.slice(2 * third));
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const passed = talks.reduce((sum, { said, answered }) => sum + said.length + answered.length, 0);
  t.log(`${passed} messages; heap ${mib(early)} in the second third, ${mib(late)} in the last`);
  t.true(late - early < 16 * 2 ** 20, `grew from ${mib(early)} to ${mib(late)}`);
  const text = await metrics();
  t.is(valueOf(text, 'relevo_set_aside'), 0);
  t.is(valueOf(text, 'relevo_metrics_misused_total') || 0, 0);
});
