import test from 'ava';
import { heard, shown } from '../crash/world.ts';
import { findEngine, withEngine } from '../support/mongo.ts';
import {
  assertAllArrived,
  leaseSeconds,
  pause,
  startMachines,
  until,
  type Machine,
  type Machines,
} from './fleet.ts';

/**
 * Three real processes over one engine, with chats on each of them and people writing, wherever their webhooks arrive.
 * `MACHINES_CHATS`, `MACHINES_LEASE` and `MACHINES_MESSAGES` make it larger.
 */
const chats = Number(process.env.MACHINES_CHATS ?? 15);
const messages = Number(process.env.MACHINES_MESSAGES ?? 30);

const ownersOf = async ({ service, talks }: Machines): Promise<ReadonlyArray<Machine | undefined>> =>
  Promise.all(talks.map(service.ownerOf));

/** How long until none of the chats is that machine's, ms. */
const leftBy = (world: Machines, machine: Machine): Promise<number> =>
  until('every chat has another owner', async () =>
    (await ownersOf(world)).every((owner) => owner !== undefined && owner !== machine),
  );

const percentile = (times: ReadonlyArray<number>, part: number): number =>
  Math.round([...times].sort((a, b) => a - b)[Math.floor(times.length * part)] ?? NaN);

withEngine('several machines', await findEngine(), (engine) => {
  let world: Machines;
  const machine = (index: number): Machine => {
    const found = world.service.machines[index];
    if (found === undefined) throw new Error('too few machines');
    return found;
  };

  test.before(async (t) => {
    t.timeout(60_000);
    world = await startMachines(engine.uri, { chats });
  });
  test.after.always(() => world.close());

  test.serial('a chat › belongs to the instance through which it was connected', async (t) => {
    t.timeout(60_000);
    const { service, talks } = world;
    for (const [index, talk] of talks.entries()) {
      service.only(machine(index % 3));
      await world.connect(talk);
      t.is(await service.ownerOf(talk), machine(index % 3));
    }
    service.only();
  });

  test.serial('a webhook at another instance › reaches the owner, one after the other', async (t) => {
    t.timeout(60_000 + messages * 1_000);
    const { service, talks, sandbox } = world;
    const delays: number[] = [];
    for (let count = 0; count < messages; count += 1) {
      const talk = talks[count % talks.length];
      if (talk?.chat === undefined) return t.fail('not connected');
      // the talk's own machine is (count % 3) since 3 divides the number of talks
      service.only(machine((count + 1) % 3));
      const text = `u${talk.said.length + 1}`;
      const since = performance.now();
      const arrival = sandbox.salesforce.agents.waitForText(talk.chat, text, 20_000);
      await world.write(talk);
      await arrival;
      delays.push(performance.now() - since);
    }
    service.only();
    t.log(`${messages} messages: median ${percentile(delays, 0.5)} ms, p99 ${percentile(delays, 0.99)} ms`);
    t.is(delays.length, messages);
    await assertAllArrived(t, world);
  });

  test.serial('kill -9 › the others go on; nothing lost, nothing twice, in order', async (t) => {
    t.timeout(120_000);
    const traffic = world.traffic();
    await pause(1_000);
    t.true((await ownersOf(world)).includes(machine(0)));
    await machine(0).kill();
    t.log(
      `taken over ${Math.round(await leftBy(world, machine(0)))} ms after the kill, lease ${leaseSeconds} s`,
    );
    await machine(0).start();
    await traffic.stop();
    await assertAllArrived(t, world);
  });

  test.serial('an owner that is paused until others took over › does no harm when it wakes up', async (t) => {
    t.timeout(120_000);
    const traffic = world.traffic();
    await pause(500);
    t.true((await ownersOf(world)).includes(machine(1)));
    machine(1).send('SIGSTOP');
    t.log(
      `taken over ${Math.round(await leftBy(world, machine(1)))} ms after the stop, lease ${leaseSeconds} s`,
    );
    machine(1).send('SIGCONT');
    await until('it is ready again', async () => {
      const answer = await fetch(`${machine(1).url}/health/ready`).catch(() => undefined);
      return answer?.status === 200;
    });
    await pause(1_000);
    await traffic.stop();
    await assertAllArrived(t, world);
    t.true(machine(1).logged('heartbeat-resumed').length > 0);
  });

  test.serial('a restart of all, one after the other › exit 0, nothing lost, nothing twice', async (t) => {
    t.timeout(120_000);
    const { service, talks } = world;
    const repeatsBefore = talks.map((talk) => shown(world, talk).length - talk.answered.length);
    const traffic = world.traffic();
    for (const each of service.machines) {
      await pause(300);
      t.is(await each.stop(), 0);
      t.log(`its chats have other owners ${Math.round(await leftBy(world, each))} ms after its end`);
      await each.start();
    }
    await pause(300);
    await traffic.stop();
    await assertAllArrived(t, world);
    t.deepEqual(
      talks.map((talk) => shown(world, talk).length - talk.answered.length),
      repeatsBefore,
      'a clean stop leaves nothing to repeat, on Facebook either',
    );
    t.true(talks.every((talk) => heard(talk).length === talk.said.length));
  });
});
