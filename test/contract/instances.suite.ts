import type { Instances } from '../../src/application/ports/instances.port.ts';
import { allUnavailable, contractCase, done, same, type ContractCase } from './contract.ts';

const that = contractCase<Instances>();

const beats = async (instances: Instances): Promise<Readonly<Record<string, number>>> =>
  Object.fromEntries((await done(instances.list())).map(({ id, beat }) => [id, beat]));

/** What `Instances` promises. */
export const instancesContract: ReadonlyArray<ContractCase<Instances>> = [
  that('beat › a process is listed from its first beat on, and each beat adds one', async ({ store }) => {
    same(await beats(store), {}, 'nobody is listed before the first beat');
    await done(store.beat('host-1', 0));
    same(await beats(store), { 'host-1': 1 }, 'the first beat lists the process');
    await done(store.beat('host-1', 0));
    await done(store.beat('host-2', 0));
    same(await beats(store), { 'host-1': 2, 'host-2': 1 }, 'each process has a counter of its own');
  }),

  that('beat › beats at the same time are all counted', async ({ handles }) => {
    const both = await handles();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => done((both[index % 2] ?? both[0]).beat('host-1', 0))),
    );
    same(await beats(both[1]), { 'host-1': 20 }, 'twenty beats at once add twenty');
  }),

  that('release › a released process is not listed any more, others are', async ({ store }) => {
    await done(store.beat('host-1', 0));
    await done(store.beat('host-2', 0));
    await done(store.release('host-1'));
    same(await beats(store), { 'host-2': 1 }, 'release takes exactly that process off the list');
    await done(store.release('host-1'));
    await done(store.release('never seen'));
    same(
      await beats(store),
      { 'host-2': 1 },
      'a release of who is not listed changes nothing, and is no failure',
    );
  }),

  that('release › who was called dead by mistake is back with its next beat', async ({ store }) => {
    await done(store.beat('host-1', 0));
    await done(store.release('host-1'));
    await done(store.beat('host-1', 0));
    same(
      (await done(store.list())).map(({ id }) => id),
      ['host-1'],
      'a process that beats is alive, whatever was said of it before',
    );
  }),

  that('list › another process sees the same', { needs: 'another' }, async ({ store, another }) => {
    const other = await another();
    await done(store.beat('host-1', 0));
    await done(other.beat('host-2', 0));
    await done(store.beat('host-1', 0));
    same(await beats(other), { 'host-1': 2, 'host-2': 1 }, 'the counters are common to all processes');
    await done(other.release('host-1'));
    same(await beats(store), { 'host-2': 1 }, 'and so is a release');
  }),

  that('unavailable › every method says so', { needs: 'cut-off' }, async ({ store, cutOff }) => {
    await cutOff();
    await allUnavailable({
      beat: store.beat('host-1', 0),
      list: store.list(),
      release: store.release('host-1'),
    });
  }),
];
