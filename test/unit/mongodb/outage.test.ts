import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { MongoOpenError } from '../../../src/adapters/mongodb/open-error.ts';
import { E } from '../../../src/domain/fp.ts';
import { allUnavailable, done } from '../../contract/contract.ts';
import { ana, chatId, saving, says, talk } from '../../contract/samples.ts';
import { findOwnEngine, withEngine, type Missing } from '../../support/mongo.ts';
import { startEngine, type Engine } from '../../support/mongo-engine.ts';
import { openStores } from './open-stores.ts';

const server = fileURLToPath(new URL('../../../src/main/server.ts', import.meta.url));
interface Place extends Engine {
  readonly directory: string;
  readonly port: number;
}

/** Nobody listens there. */
const nowhere = 'mongodb://someone:hidden@127.0.0.1:1/?directConnection=true';
const deadlineMs = 1_000;

/** A place at which an engine ran, and can run again. */
const findPlace = async (): Promise<Place | Missing> => {
  const directory = await mkdtemp(join(tmpdir(), 'relevo-mongo-restart-'));
  const found = await findOwnEngine({ directory });
  if ('missing' in found) return found;
  await found.kill();
  return { ...found, directory, port: Number(new URL(found.uri).port) };
};

const [paused, place] = await Promise.all([findOwnEngine(), findPlace()]);

test('a start without a database › fails within its deadline, in one line without the password', async (t) => {
  const error = await t.throwsAsync(openStores(t, { uri: nowhere, deadlineMs }), {
    instanceOf: MongoOpenError,
  });
  t.regex(error.message, /cannot be reached/u);
  t.notRegex(error.message, /hidden|\n/u);
});

test('a connection string that nobody can read › is refused at once', async (t) => {
  const error = await t.throwsAsync(openStores(t, { uri: 'mongodb://' }), { instanceOf: MongoOpenError });
  t.notRegex(error.message, /\n/u);
});

test('the service without a database › ends with exit code 69 and says why', async (t) => {
  const child = spawn(process.execPath, [server], {
    env: { PATH: process.env.PATH, STORE: 'mongodb', MONGODB_URI: nowhere, PORT: '0', LOG_LEVEL: 'error' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  t.is(code, 69);
  t.regex(said, /relevo cannot start: the database cannot be reached/u);
  t.notRegex(said, /hidden/u);
});

withEngine('mongodb outages', paused, (engine) => {
  test.after.always(() => engine.kill());

  test.serial(
    'an engine that stands still › is StoreUnavailable within the deadline, for every call',
    async (t) => {
      const { contextStore, chatStore, instances, told } = await openStores(t, {
        uri: engine.uri,
        deadlineMs,
      });
      await done(contextStore.append(says(ana, 'before')));
      engine.signal('SIGSTOP');
      try {
        const calls = {
          append: contextStore.append(says(ana, 'm1')),
          mark: contextStore.mark(),
          list: contextStore.list(ana),
          settle: contextStore.settle(ana, chatId, [{ what: 'message', id: 'before', as: 'context' }]),
          load: chatStore.load(ana),
          save: chatStore.save(saving(talk(ana))),
          wake: chatStore.wake(ana),
          woken: chatStore.woken('host-1'),
          beat: instances.beat('host-1', 0),
        };
        await Promise.all(Object.entries(calls).map(([name, call]) => allUnavailable({ [name]: call })));
      } finally {
        engine.signal('SIGCONT');
      }
      const since = performance.now();
      while (E.isLeft(await contextStore.append(says(ana, 'after'))()))
        if (performance.now() - since > 30_000) return t.fail('it does not come back');
      t.deepEqual(told, ['store-unavailable'], 'an outage is told once');
      const ids = (await done(contextStore.list(ana))).map(({ id }) => id);
      t.true(ids.includes('before') && ids.includes('after'));
      t.is(new Set(ids).size, ids.length);
    },
  );

  test.serial('closing while the engine stands still › comes to an end', async (t) => {
    const { contextStore, close } = await openStores(t, { uri: engine.uri, deadlineMs });
    await done(contextStore.mark());
    engine.signal('SIGSTOP');
    try {
      const asked = contextStore.append(says(ana, 'm1'))();
      await close();
      t.is((await asked)._tag, 'Left');
      t.is((await contextStore.mark()())._tag, 'Left');
    } finally {
      engine.signal('SIGCONT');
    }
  });
});

withEngine('mongodb restarts', place, ({ directory, port }) => {
  test.after.always(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

  test.serial(
    'an engine that dies in mid-traffic › loses nothing that was answered; traffic goes on',
    async (t) => {
      let present = await startEngine({ directory, port });
      t.teardown(() => present.kill());
      const { contextStore } = await openStores(t, { uri: present.uri, deadlineMs });
      const answered: string[] = [];
      let stopped = false;
      let number = 0;
      /** As a sender of webhooks does: the same again until it is taken. */
      const write = async (): Promise<void> => {
        while (!stopped) {
          const id = `m${(number += 1)}`;
          for (;;) {
            const answer = await contextStore.append(says(ana, id))();
            if (answer._tag === 'Right') break;
            if (stopped) return;
            await sleep(20);
          }
          answered.push(id);
        }
      };
      const writers = Promise.all(Array.from({ length: 8 }, write));
      const more = async (count: number): Promise<void> => {
        const wanted = answered.length + count;
        for (let waited = 0; answered.length < wanted; waited += 20) {
          if (waited > 30_000) throw new Error('traffic does not go on');
          await sleep(20);
        }
      };
      for (let round = 0; round < 2; round += 1) {
        await more(100);
        await present.kill();
        present = await startEngine({ directory, port });
      }
      await more(100);
      stopped = true;
      await writers;
      const stored = (await done(contextStore.untaken(ana, 0, 100_000))).map(({ id }) => id);
      t.is(new Set(stored).size, stored.length, 'none is there twice');
      t.deepEqual(
        answered.filter((id) => !stored.includes(id)),
        [],
        'none that was answered is lost',
      );
    },
  );
});
