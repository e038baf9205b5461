import { randomInt } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import type { FaultRule } from '../../sandbox/http/faults.ts';
import { randomOf, type Random } from '../simulation/random.ts';
import { filed, heard, movedOn, shown, withoutRepeats, type Talk, type World } from './world.ts';

export interface Killing {
  readonly kills: number;
  readonly seed: number;
  /** Of the talks so many come and go: their chats end, and begin again. */
  readonly visitors: number;
  /** How long the process may live, ms: at least, and at most. */
  readonly lifeMs: readonly [number, number];
}

/** `CRASH_SEED` repeats a run: it decides when the process is killed, whose answers get lost, and who says what. */
export const seedOfThisRun = (): number => Number(process.env.CRASH_SEED ?? randomInt(1_000_000));

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The remote has done it, and nobody hears of it. */
const losses: ReadonlyArray<Pick<FaultRule, 'server' | 'path' | 'method'>> = [
  { server: 'integrations', path: '*/messages' },
  { server: 'botrunner', path: '*/send-to' },
  { server: 'data', path: '*/composite' },
  { server: 'chat', path: '*/Chasitor/ChatMessage' },
  { server: 'chat', path: '*/Chasitor/ChatEnd' },
  { server: 'chat', path: '*/System/Messages' },
];

/** Loses the answer to one call of a kind that chance picks. Tells later whether it came to that. */
const loseOne = ({ sandbox }: World, random: Random): (() => number) => {
  const loss = losses[random.between(0, losses.length - 1)] ?? {};
  const ofYalo = loss.server === 'integrations' || loss.server === 'botrunner';
  const handle = (ofYalo ? sandbox.yalo : sandbox.salesforce).faults.add({ ...loss, kind: 'reset-after' });
  return () => handle.hits;
};

/** Writes and answers in one chat that lasts. */
const stay = async (world: World, talk: Talk, random: Random, isGoing: () => boolean): Promise<void> => {
  while (isGoing()) {
    await (random.chance(0.06) ? world.sendFile(talk) : world.write(talk));
    if (random.chance(0.7)) world.answer(talk, random.between(1, 3));
    await pause(random.between(300, 1_500));
  }
};

/** One chat after the other, ended by either side; each time the bot is to take the user up again. Answers how often. */
const comeAndGo = async (
  world: World,
  talk: Talk,
  random: Random,
  isGoing: () => boolean,
): Promise<number> => {
  let ended = 0;
  for (; isGoing(); ended += 1) {
    await world.connect(talk);
    await world.write(talk);
    world.answer(talk, random.between(1, 2));
    const { chat } = talk;
    if (chat !== undefined && random.chance(0.5)) {
      // what the agent does not get before the end is context of the next chat
      await until('the agent was told', talk, () => heard(talk).length >= talk.said.length);
      world.sandbox.salesforce.agents.end(chat);
    } else {
      // as is what was written to a chat that is finished before the service knows of the agent; and what an agent wrote
      // that the service has not heard of by then is dropped once the user has a newer chat (ADR 8)
      await until('the user was told', talk, () => shown(world, talk).at(-1) === talk.answered.at(-1));
      await world.finish(talk);
    }
    const wanted = ended + 1;
    await until('the bot takes the user up again', talk, () => movedOn(world, talk) >= wanted);
  }
  return ended;
};

const until = async (what: string, talk: Talk, isSo: () => boolean): Promise<void> => {
  const end = performance.now() + 90_000;
  while (!isSo()) {
    if (performance.now() > end) {
      const chats = talk.chats.map(({ id, state, endReason }) => `${id} ${state} ${endReason ?? ''}`);
      throw new Error(
        `not within 90 s: ${what}; ${talk.userId}, said ${talk.said.length}, ${chats.join(', ')}`,
      );
    }
    await pause(50);
  }
};

/** How often something was there once more, by kind. */
type Repeats = Record<'texts' | 'files' | 'moves', number>;

/**
 * Kills the real process again and again while people and agents write, send files, come and go, and answers get lost.
 * Afterwards everything has arrived, in order, and as often as the wire allows (relay.md §4.1 to §4.3).
 */
export const killAgainAndAgain = async (
  t: ExecutionContext,
  world: World,
  { kills, seed, visitors, lifeMs: [shortest, longest] }: Killing,
): Promise<void> => {
  const { service, talks, sandbox } = world;
  t.log(`CRASH_SEED=${seed} KILLS=${kills}, ${talks.length - visitors} chats and ${visitors} visitors`);
  const random = randomOf(seed, 'killer');
  await service.start();
  await Promise.all(talks.slice(visitors).map(world.connect));

  let going = true;
  const isGoing = (): boolean => going;
  const coming = talks
    .slice(0, visitors)
    .map((talk) => comeAndGo(world, talk, randomOf(seed, talk.userId), isGoing));
  const staying = talks
    .slice(visitors)
    .map((talk) => stay(world, talk, randomOf(seed, talk.userId), isGoing));
  const everybody = Promise.all([Promise.all(coming), Promise.all(staying)]);
  // it is awaited below: until then a failure is not one that nobody looks at
  everybody.catch(() => undefined);
  const lost: (() => number)[] = [];
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      lost.push(loseOne(world, random));
      await pause(random.between(shortest, longest));
      await service.kill();
      await service.start();
    }
  } finally {
    going = false;
  }
  const [ends] = await everybody;
  await world.settled(60_000);

  const losses = lost.reduce((sum, hits) => sum + hits(), 0);
  const allowed = kills + losses;
  const repeats: Repeats = { texts: 0, files: 0, moves: 0 };
  for (const [index, talk] of talks.entries()) {
    const who = `${talk.provider} ${talk.userId}`;
    t.deepEqual(heard(talk), talk.said, `${who}: to the agent`);
    const seen = shown(world, talk);
    t.deepEqual(withoutRepeats(seen), talk.answered, `${who}: to the user`);
    const files = filed(world, talk);
    t.deepEqual([...withoutRepeats(files)].sort(), [...talk.files].sort(), `${who}: files`);
    const again = {
      texts: seen.length - talk.answered.length,
      files: files.length - talk.files.length,
      moves: index < visitors ? movedOn(world, talk) - (ends[index] ?? 0) : 0,
    };
    if (talk.provider === 'whatsapp') t.is(again.texts, 0, `${who}: shown twice`);
    for (const kind of ['texts', 'files', 'moves'] as const) {
      t.true(again[kind] >= 0 && again[kind] <= allowed, `${who}: ${again[kind]} repeats of ${kind}`);
      repeats[kind] += again[kind];
    }
  }

  const uncertain = (lane: string): number =>
    service.logged('delivery-uncertain').filter((line) => line.lane === lane).length;
  t.true(uncertain('user') >= repeats.texts, 'every repeat of a text was counted as uncertain');
  t.true(uncertain('files') >= repeats.files, 'every repeat of a file was counted as uncertain');
  t.true(uncertain('bot') >= repeats.moves, 'every repeat of a bot state was counted as uncertain');
  const emails = sandbox.salesforce.records.list('Contact').map(({ Email }) => Email);
  t.is(new Set(emails).size, emails.length, 'no contact was made twice');
  // a request that may have left is ended under the number after it; the desk corrects those of which it knows nothing
  t.deepEqual(
    sandbox.salesforce.agents.violations.list(({ detail }) => detail !== 'number 2 after 0'),
    [],
  );
  t.is(service.logged('message-set-aside').length, 0, 'nothing was given up');

  const sum = (count: (talk: Talk) => number): number => talks.reduce((all, talk) => all + count(talk), 0);
  const desk = sum(({ chats }) => chats.reduce((all, { duplicates }) => all + duplicates, 0));
  t.log(
    `${sum(({ chats }) => chats.length)} chats; ${sum(({ said }) => said.length)} messages to agents, ` +
      `${sum(({ files }) => files.length)} of them files; ${sum(({ answered }) => answered.length)} to users; ` +
      `${losses} answers lost`,
  );
  t.log(
    `recognised by the remote: ${sandbox.yalo.deliveries.duplicates} on WhatsApp, ${desk} at the desk; ` +
      `repeated: ${repeats.texts} texts on Facebook, ${repeats.files} files, ${repeats.moves} bot states; ` +
      `uncertain: ${service.logged('delivery-uncertain').length}`,
  );
};
