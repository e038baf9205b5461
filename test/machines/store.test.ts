import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { findOwnEngine, withEngine } from '../support/mongo.ts';
import { startEngine } from '../support/mongo-engine.ts';
import { startProxy } from '../support/mongo-proxy.ts';
import { assertAllArrived, pause, startMachines, until } from './fleet.ts';

const directory = await mkdtemp(join(tmpdir(), 'relevo-machines-'));
const found = await findOwnEngine({ directory });
test.after.always(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

const idleSeconds = Number(process.env.MACHINES_IDLE_SECONDS ?? 6);

/** Commands that write. */
const writes = ['insert', 'update', 'delete', 'findAndModify', 'bulkWrite'];

withEngine('machines and their store', found, (first) => {
  test.serial('chats that wait › cost no write: only heartbeats are written', async (t) => {
    t.timeout(60_000 + idleSeconds * 1_000);
    const proxy = await startProxy(first.uri);
    const world = await startMachines(proxy.uri, { size: 1, chats: 20 });
    t.teardown(async () => {
      await world.close();
      await proxy.close();
    });
    const { database } = world.service;
    await world.connectAll();
    const written = (): number => writes.reduce((sum, name) => sum + (proxy.commands.get(name) ?? 0), 0);
    const beats = async (): Promise<number> => (await database.instances.findOne({}))?.beat ?? 0;
    const revs = async (): Promise<number> =>
      (await database.conversations.find({}).toArray()).reduce((sum, { rev }) => sum + rev, 0);
    // until what the connecting left is done
    let last = -1;
    await until('nothing changes any more', async () => {
      const before = last;
      last = await revs();
      await pause(500);
      return before === last;
    });
    /** Of one instant: a beat may come between two looks. */
    const still = async (): Promise<{ readonly written: number; readonly beats: number }> => {
      for (;;) {
        const look = { written: written(), beats: await beats() };
        if (look.written === written()) return look;
      }
    };
    const before = await still();
    await pause(idleSeconds * 1_000);
    const after = await still();
    const beaten = after.beats - before.beats;
    t.true(beaten > 0);
    t.is(after.written - before.written, beaten);
    t.is(await revs(), last);
    t.log(`20 chats, ${idleSeconds} s: ${after.written - before.written} writes, ${beaten} heartbeats`);
  });

  test.serial(
    'the engine dies and comes back in mid-traffic › nothing lost, nothing twice, in order',
    async (t) => {
      t.timeout(120_000);
      const port = Number(new URL(first.uri).port);
      let present = first;
      t.teardown(() => present.kill());
      const world = await startMachines(first.uri, { size: 2, chats: 8, env: { LEASE_SECONDS: '15' } });
      t.teardown(world.close);
      await world.connectAll();
      const traffic = world.traffic();
      await pause(1_000);
      await first.kill();
      await pause(1_000);
      present = await startEngine({ directory, port });
      await pause(2_000);
      await traffic.stop();
      await assertAllArrived(t, world);
      t.deepEqual(world.service.logged('instance-dead'), [], 'nobody calls the others dead for it');
    },
  );
});
