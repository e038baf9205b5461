import type { ExecutionContext } from 'ava';
import { MongoClient } from 'mongodb';
import { collectionsOf } from '../../src/adapters/mongodb/schema.ts';
import { storedUser } from '../../src/adapters/mongodb/keys.ts';
import { freePort, makeServiceProcess, type ServiceProcess } from '../crash/service-process.ts';
import { heard, makeWorldWith, shown, withoutRepeats, type Talk, type World } from '../crash/world.ts';
import { databaseName } from '../support/mongo.ts';
import { startBalancer } from './balancer.ts';

/** `MACHINES_LEASE`: LEASE_SECONDS of the instances. */
export const leaseSeconds = Number(process.env.MACHINES_LEASE ?? 3);

export interface Machine extends ServiceProcess {
  /** INSTANCE_ID: how its boot ids begin. */
  readonly name: string;
  readonly port: number;
}

/** Several processes over one database, behind one address. */
export interface Fleet {
  readonly url: string;
  readonly machines: ReadonlyArray<Machine>;
  /** Everything goes to this one, until told otherwise. */
  readonly only: (machine?: Machine) => void;
  /** Who owns the talk's conversation, by the database; nobody when it is given back. */
  readonly ownerOf: (talk: Talk) => Promise<Machine | undefined>;
  readonly database: ReturnType<typeof collectionsOf>;
  readonly kill: () => Promise<void>;
  readonly logged: ServiceProcess['logged'];
}

const makeFleet = async (
  uri: string,
  size: number,
  env: Readonly<Record<string, string>>,
): Promise<Fleet> => {
  const name = databaseName();
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 20_000 });
  const machines = await Promise.all(
    Array.from({ length: size }, async (_, index): Promise<Machine> => {
      const port = await freePort();
      const own = {
        STORE: 'mongodb',
        MONGODB_URI: uri,
        MONGODB_DATABASE: name,
        INSTANCE_ID: `machine-${index}`,
        LEASE_SECONDS: env.LEASE_SECONDS ?? String(leaseSeconds),
      };
      return { ...makeServiceProcess(port, { ...env, ...own }), name: `machine-${index}`, port };
    }),
  );
  // whatever ends this process: none of them outlives it
  process.once('exit', () => machines.forEach(({ send }) => send('SIGKILL')));
  const balancer = await startBalancer(machines.map(({ port }) => port));
  const database = collectionsOf(client.db(name));
  return {
    url: balancer.url,
    machines,
    only: (machine) => balancer.only(machine?.port),
    database,
    ownerOf: async ({ provider, userId }) => {
      const _id = storedUser({ provider, id: userId });
      const found = await database.conversations.findOne({ _id }, { projection: { owner: 1 } });
      const owner = found?.owner ?? '';
      return machines.find((machine) => owner.startsWith(`${machine.name}-`));
    },
    logged: (event) => machines.flatMap(({ logged }) => logged(event)),
    kill: async () => {
      await Promise.all(machines.filter(({ isRunning }) => isRunning()).map(({ kill }) => kill()));
      await balancer.close();
      await client.db(name).dropDatabase();
      await client.close();
    },
  };
};

export interface Traffic {
  readonly stop: () => Promise<void>;
}

export interface Machines extends World<Fleet> {
  /** People and agents write, until it is stopped. */
  readonly traffic: () => Traffic;
}

interface MachinesOptions {
  readonly size?: number;
  readonly chats: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A fleet over that engine, started, before people who are not connected yet. */
export const startMachines = async (
  uri: string,
  { size = 3, chats, env = {} }: MachinesOptions,
): Promise<Machines> => {
  const world = await makeWorldWith({ chats, env }, (whole) => makeFleet(uri, size, whole));
  await Promise.all(world.service.machines.map(({ start }) => start()));
  return {
    ...world,
    traffic: () => {
      let going = true;
      const writers = world.talks.map(async (talk, index) => {
        await pause(index * 15);
        while (going) {
          await world.write(talk);
          world.answer(talk, 1 + (talk.said.length % 2));
          await pause(250);
        }
      });
      return {
        stop: async () => {
          going = false;
          await Promise.all(writers);
        },
      };
    },
  };
};

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until it is so, for a minute at most; answers how long it took, ms. */
export const until = async (what: string, isSo: () => Promise<boolean>): Promise<number> => {
  const since = performance.now();
  while (!(await isSo())) {
    if (performance.now() - since > 60_000) throw new Error(`not within a minute: ${what}`);
    await pause(20);
  }
  return performance.now() - since;
};

/** Everything has arrived, in order, and as often as the wire allows (relay.md §4.1 to §4.3). */
export const assertAllArrived = async (t: ExecutionContext, world: Machines): Promise<void> => {
  await world.settled(30_000);
  let repeats = 0;
  for (const talk of world.talks) {
    const who = `${talk.provider} ${talk.userId}`;
    t.deepEqual(heard(talk), talk.said, `${who}: to the agent`);
    const seen = shown(world, talk);
    t.deepEqual(withoutRepeats(seen), talk.answered, `${who}: to the user`);
    const again = seen.length - talk.answered.length;
    if (talk.provider === 'whatsapp') t.is(again, 0, `${who}: shown twice`);
    repeats += again;
  }
  const uncertain = world.service.logged('delivery-uncertain').length;
  t.true(uncertain >= repeats, 'every repeat on Facebook was counted as uncertain');
  t.deepEqual(world.sandbox.salesforce.agents.violations.list(), []);
  const said = world.talks.reduce((sum, talk) => sum + talk.said.length, 0);
  const answered = world.talks.reduce((sum, talk) => sum + talk.answered.length, 0);
  t.log(`${said} to agents, ${answered} to users, ${repeats} repeats on Facebook, ${uncertain} uncertain`);
};
