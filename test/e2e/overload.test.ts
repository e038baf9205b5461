import test from 'ava';
import { heard, makeWorld, shown } from '../crash/world.ts';
import { storeUnavailable, type StoreUnavailable } from '../../src/application/ports/errors.ts';
import { E, type TaskEither } from '../../src/domain/fp.ts';
import type { Stores } from '../../src/adapters/shared/stores.ts';
import { tokens } from '../../src/main/tokens.ts';
import {
  facebookConnect,
  heardBy,
  shownTo,
  talk,
  until,
  user,
  welcome,
  withService,
} from './support/conversations.ts';
import type { Answer } from './support/service.ts';

/** More than the service can take (relay.md §4.6): a 503 with Retry-After, and nothing that was taken is lost. */

/** Messages of one webhook; the queue of the store has room for a twelfth of all. */
const messages = 400;
const webhooks = 150;

/** Every webhook is of a user of its own, so that what became of it can be told apart. */
const flood = (index: number): object => {
  const id = `49900000${1000 + index}`;
  return {
    authorRole: 'user',
    botId: 'sandbox-facebook',
    message: {
      object: 'page',
      entry: [
        {
          id: '1',
          time: Date.now(),
          messaging: Array.from({ length: messages }, (_, place) => ({
            sender: { id },
            recipient: { id: '1' },
            timestamp: 1_760_000_000_000 + place,
            message: { mid: `flood-${index}-${place}`, text: `mensaje ${place}` },
          })),
        },
      ],
    },
    provider: 'facebook',
    timestamp: Date.now(),
  };
};

const percentile = (times: ReadonlyArray<number>, part: number): number =>
  Math.round([...times].sort((a, b) => a - b)[Math.floor(times.length * part)] ?? NaN);

test('a flood of webhooks › 503 with Retry-After or stored, taken when they come again; chats go on', async (t) => {
  t.timeout(120_000);
  const world = await makeWorld({ chats: 4 });
  t.teardown(world.close);
  const { service, talks, sandbox } = world;
  await service.start();
  await world.connectAll();

  let going = true;
  const writers = talks.map(async (one) => {
    while (going) {
      await world.write(one);
      world.answer(one, 1);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  const rest = async (): Promise<void> => {
    going = false;
    await Promise.all(writers);
  };
  t.teardown(rest);
  const times: number[] = [];
  const send = async (index: number): Promise<'stored' | 'refused'> => {
    const began = performance.now();
    const answer = await fetch(`${service.url}/v1/integrations/facebook/webhook`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(flood(index)),
    });
    if (answer.status === 200) times.push(performance.now() - began);
    else {
      t.is(answer.status, 503);
      t.regex(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/u);
      t.deepEqual(await answer.json(), {
        ErrorDescription: 'There was an error inserting integration message',
      });
    }
    return answer.status === 200 ? 'stored' : 'refused';
  };
  const all = Array.from({ length: webhooks }, (_, index) => index);
  // it finds them all at once, however fast it is
  service.send('SIGSTOP');
  const sent = Promise.all(all.map(send));
  await new Promise((resolve) => setTimeout(resolve, 500));
  service.send('SIGCONT');
  const outcomes = await sent;
  const refused = all.filter((index) => outcomes[index] === 'refused');
  t.true(refused.length > 0, 'the store has taken them all: more are needed');
  t.true(refused.length < webhooks);
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  t.regex(metrics, /^relevo_store_refused [1-9]/mu);
  // as the sender would
  for (const index of refused) while ((await send(index)) === 'refused');
  await rest();
  await world.settled(30_000);

  for (const one of talks) {
    t.deepEqual(heard(one), one.said);
    t.deepEqual(shown(world, one), one.answered);
  }
  t.is(sandbox.yalo.deliveries.duplicates, 0);
  const token = await world.login();
  for (const index of all) {
    const answer = await fetch(`${service.url}/v1/context/49900000${1000 + index}`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    const entries = (await answer.json()) as ReadonlyArray<{ readonly text: string }>;
    t.deepEqual(
      entries.map(({ text }) => text),
      Array.from({ length: messages }, (_, place) => `mensaje ${place}`),
      `webhook ${index}: each message once, in order`,
    );
  }
  t.log(
    `${webhooks} webhooks of ${messages} messages, ${refused.length} refused at first; those taken took ` +
      `${percentile(times, 0.5)} ms, p99 ${percentile(times, 0.99)} ms`,
  );
});

/** The stores, behind a wire that can be cut: nothing gets through then, as every caller hears after a while. */
const withWire = (stores: Stores): { readonly stores: Stores; readonly cut: (on: boolean) => void } => {
  let isCut = false;
  const wired =
    <Args extends unknown[], A>(method: (...args: Args) => TaskEither<StoreUnavailable, A>) =>
    (...args: Args): TaskEither<StoreUnavailable, A> =>
    async () => {
      if (!isCut) return method(...args)();
      await new Promise((resolve) => setTimeout(resolve, 300));
      return E.left(storeUnavailable('no answer in time'));
    };
  const { contextStore, chatStore } = stores;
  return {
    stores: {
      ...stores,
      contextStore: {
        ...contextStore,
        append: wired(contextStore.append),
        mark: wired(contextStore.mark),
        untaken: wired(contextStore.untaken),
        settle: wired(contextStore.settle),
      },
      chatStore: {
        ...chatStore,
        save: wired(chatStore.save),
        load: wired(chatStore.load),
        wake: wired(chatStore.wake),
        woken: wired(chatStore.woken),
      },
      tryWrite: wired(() => stores.tryWrite)(),
    },
    cut: (on) => {
      isCut = on;
    },
  };
};

test('a store that does not answer › webhook, connect and finish are 503 with Retry-After; then all goes on', async (t) => {
  t.timeout(60_000);
  let cut: (on: boolean) => void = () => undefined;
  const service = await withService(t, {
    prepare: (container) => {
      const made = withWire(container.resolve(tokens.stores));
      container.registerInstance(tokens.stores, made.stores);
      cut = made.cut;
    },
  });
  const chat = await talk(service);
  const facebook = await talk(service, facebookConnect);
  const { salesforce, yalo } = service.sandbox;
  const written = {
    id: 'cut-1',
    from: user,
    timestamp: '1760000000000',
    type: 'text',
    text: { body: 'mientras' },
  };
  const other = '5215500000099';
  const newcomer = { userID: other, email: 'other@example.com', phoneNumber: other };
  const write = (): Promise<Answer> => service.call('POST', '/v1/integrations/whatsapp/webhook', written);
  const finish = (): Promise<Answer> => service.call('DELETE', `/v1/chat/finish/${facebookConnect.userID}`);

  cut(true);
  salesforce.agents.say(chat, 'desde la mesa');
  const refused = await Promise.all([
    write(),
    service.connect(newcomer),
    finish(),
    service.call('GET', '/health/ready'),
  ]);
  for (const { status, headers } of refused) {
    t.is(status, 503);
    t.regex(headers.get('retry-after') ?? '', /^[1-9]\d*$/u);
  }
  t.deepEqual(refused[0].body, { ErrorDescription: 'There was an error inserting integration message' });
  cut(false);

  t.is((await write()).status, 200);
  await salesforce.agents.waitForText(chat, 'mientras');
  await yalo.deliveries.waitForText(user, 'desde la mesa', 15_000);
  t.deepEqual(heardBy(chat), [welcome, 'mientras']);
  t.deepEqual(shownTo(service), ['Esperando un agente', 'desde la mesa']);
  t.is((await finish()).status, 200);
  await salesforce.agents.waitFor(facebook, ({ state }) => state === 'ended');
  await until(
    () => service.connect(newcomer),
    ({ status }) => status === 200 || status === 409,
    40_000,
  );
  t.is((await service.call('GET', '/health/ready')).status, 200);
});
