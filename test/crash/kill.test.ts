import test from 'ava';
import { killAgainAndAgain, seedOfThisRun } from './killing.ts';
import { makeWorld } from './world.ts';

/** `KILLS` and `CRASH_CHATS` make it longer. */
const kills = Number(process.env.KILLS ?? 50);
const chats = Number(process.env.CRASH_CHATS ?? 50);
const visitors = 6;

test('killed at random instants › nothing lost, in order, no repeats but where the wire knows none', async (t) => {
  t.timeout(5 * 60_000 + kills * 6_000);
  const world = await makeWorld({
    chats: chats + visitors,
    env: { CONNECT_TIMEOUT: '5s', MEDIA_WAIT: '2s' },
  });
  t.teardown(world.close);
  await killAgainAndAgain(t, world, { kills, seed: seedOfThisRun(), visitors, lifeMs: [20, 620] });
});
