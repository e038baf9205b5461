import test from 'ava';
import { databaseName, findEngine, withEngine } from '../support/mongo.ts';
import { killAgainAndAgain, seedOfThisRun } from './killing.ts';
import { makeWorld } from './world.ts';

/** A tenth of the kills on sqlite: what a dead process kept is taken over only when its lease is over. */
const kills = Math.ceil(Number(process.env.KILLS ?? 50) / 10);
const chats = 10;
const visitors = 2;

withEngine('killed on mongodb', await findEngine(), ({ uri }) => {
  test('killed at random instants, on mongodb › nothing lost, in order, no repeats but where the wire knows none', async (t) => {
    t.timeout(3 * 60_000 + kills * 20_000);
    const world = await makeWorld({
      chats: chats + visitors,
      env: {
        STORE: 'mongodb',
        MONGODB_URI: uri,
        MONGODB_DATABASE: databaseName(),
        LEASE_SECONDS: '2',
        CONNECT_TIMEOUT: '5s',
        MEDIA_WAIT: '2s',
      },
    });
    t.teardown(world.close);
    // most of them long enough for the take-over of what the one before has left
    await killAgainAndAgain(t, world, { kills, seed: seedOfThisRun(), visitors, lifeMs: [500, 6_000] });
  });
});
