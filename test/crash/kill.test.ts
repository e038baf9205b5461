import { randomInt } from 'node:crypto';
import test from 'ava';
import { heard, makeWorld, shown, withoutRepeats } from './world.ts';

/**
 * The real process, killed again and again at random instants while people and agents write; afterwards everything has
 * arrived, in order, and as often as the wire allows (relay.md §4.1 to §4.3). `KILLS` and `CRASH_SEED` make a longer run
 * and repeat one: the seed decides when it is killed and who writes when.
 */
const kills = Number(process.env.KILLS ?? 50);
const chats = Number(process.env.CRASH_CHATS ?? 50);
const seed = Number(process.env.CRASH_SEED ?? randomInt(1_000_000));

/** mulberry32: small, and the same everywhere. */
const randomOf = (start: number) => {
  let state = start;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

test('killed at random instants › nothing lost, in order, no repeats but where the wire knows none', async (t) => {
  t.timeout(15 * 60_000);
  t.log(`seed ${seed}, ${kills} kills, ${chats} chats`);
  const random = randomOf(seed);
  const world = await makeWorld({ chats });
  t.teardown(world.close);
  const { service, talks } = world;
  await service.start();
  await world.connectAll();

  let going = true;
  const writers = talks.map(async (talk) => {
    while (going) {
      await world.write(talk);
      if (random() < 0.7) world.answer(talk, 1 + Math.floor(random() * 3));
      await new Promise((resolve) => setTimeout(resolve, 200 + random() * 800));
    }
  });
  for (let kill = 0; kill < kills; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20 + random() * 600));
    await service.kill();
    await service.start();
  }
  going = false;
  await Promise.all(writers);
  await world.settled(60_000);

  let repeats = 0;
  for (const talk of talks) {
    const who = `${talk.provider} ${talk.userId}`;
    t.deepEqual(heard(talk), talk.said, `${who}: to the agent`);
    const seen = shown(world, talk);
    t.deepEqual(withoutRepeats(seen), talk.answered, `${who}: to the user`);
    const again = seen.length - talk.answered.length;
    if (talk.provider === 'whatsapp') t.is(again, 0, `${who}: shown twice`);
    else t.true(again <= kills, `${who}: more repeats than kills`);
    repeats += again;
  }
  const uncertain = service.logged('delivery-uncertain').length;
  t.true(uncertain >= repeats, 'every repeat was counted as uncertain');
  const said = talks.reduce((sum, talk) => sum + talk.said.length, 0);
  const answered = talks.reduce((sum, talk) => sum + talk.answered.length, 0);
  t.log(`${said} to agents, ${answered} to users, ${repeats} repeats on Facebook, ${uncertain} uncertain`);
  t.deepEqual(world.sandbox.salesforce.agents.violations.list(), []);
});
