import type { ContextStore } from '../../../src/application/ports/context-store.port.ts';
import type { Message } from '../../../src/domain/message.ts';
import {
  allUnavailable,
  day,
  done,
  holds,
  hostileIds,
  hour,
  minute,
  same,
  type ContractCase,
} from '../contract.ts';
import { ana, anaOnFacebook, botSays, chatId, luis, says } from '../samples.ts';
import { listed, owed, that } from './reading.ts';

const numbered = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, index) => `m${index}`);

export const appendCases: ReadonlyArray<ContractCase<ContextStore>> = [
  that('append › a message is stored once; its repeat is seen and changes nothing', async ({ store }) => {
    same(await done(store.append(says(ana, 'm1'))), 'stored', 'the first message with an id is stored');
    const before = await done(store.list(ana));
    const repeat = says(ana, 'm1', { timestamp: 1, content: { type: 'text', text: 'other words' } });
    same(await done(store.append(repeat)), 'seen', 'a further one with the same user and id is seen');
    same(await done(store.list(ana)), before, 'a repeat changes nothing of what is stored, arrival included');
  }),

  that(
    'append › a task is a description: nothing is stored until it is run, and each run is a call',
    async ({ store }) => {
      const task = store.append(says(ana, 'm1'));
      same(await listed(store, ana), [], 'a task that was not run has done nothing');
      same(await done(task), 'stored', 'the first run stores');
      same(await done(task), 'seen', 'the second run is a second call');
    },
  ),

  that('append › of the same message many times at once exactly one is stored', async ({ handles }) => {
    const both = await handles();
    const ids = numbered(10);
    const answers = await Promise.all(
      ids.flatMap((id) =>
        Array.from({ length: 8 }, async (_, turn) => ({
          id,
          answer: await done((both[turn % 2] ?? both[0]).append(says(ana, id))),
        })),
      ),
    );
    for (const wanted of ids) {
      const stored = answers.filter(({ id, answer }) => id === wanted && answer === 'stored').length;
      same(stored, 1, 'of concurrent calls with one id exactly one answers stored');
    }
    same([...(await listed(both[0], ana))].sort(), [...ids].sort(), 'and it is there once');
  }),

  that(
    'append › many different messages at once are all stored, each with a place of its own',
    async ({ handles }) => {
      const both = await handles();
      const ids = numbered(200);
      await Promise.all(ids.map((id, turn) => done((both[turn % 2] ?? both[0]).append(says(ana, id)))));
      const stored = await done(both[0].untaken(ana, 0, 1000));
      same(stored.map(({ id }) => id).sort(), [...ids].sort(), 'concurrent calls lose nothing');
      same(
        new Set(stored.map(({ arrival }) => arrival)).size,
        200,
        'no two messages of a user share an arrival',
      );
    },
  ),

  that('append › an id counts per user: providers and users do not meet', async ({ store }) => {
    for (const user of [ana, luis, anaOnFacebook])
      same(
        await done(store.append(says(user, 'm1'))),
        'stored',
        'the same id of another user is another message',
      );
    for (const user of [ana, luis, anaOnFacebook]) {
      same(await listed(store, user), ['m1'], 'each user has exactly the own messages');
      same((await done(store.list(user)))[0]?.user, user, 'and they come back with their user');
    }
  }),

  that(
    'append › arrival grows strictly from call to call, also when the clock is set back',
    async ({ store, clock }) => {
      const ids: string[] = [];
      for (const jump of [0, 0, -1, -hour, 0, -day, 3 * day, -3 * day, 0]) {
        clock.jump(jump);
        ids.push(`m${ids.length}`);
        await done(store.append(says(ana, ids.at(-1) ?? '')));
      }
      const arrivals = (await done(store.untaken(ana, 0, 100))).map(({ id, arrival }) => ({ id, arrival }));
      same(
        arrivals.map(({ id }) => id),
        ids,
        'messages stand in the order in which append was called, whatever the clock did',
      );
      for (const [index, { arrival }] of arrivals.slice(1).entries())
        holds(arrival > (arrivals[index]?.arrival ?? Infinity), 'each arrival is above the one before');
    },
  ),

  that(
    'append › arrival and marks go on growing after a restart, also when the clock was set back',
    { needs: 'reopen' },
    async ({ store, clock, reopen }) => {
      await done(store.append(says(ana, 'm1')));
      const mark = await done(store.mark());
      clock.jump(-2 * day);
      const next = await reopen();
      holds((await done(next.mark())) >= mark, 'a mark after a restart is not below one before it');
      await done(next.append(says(ana, 'm2')));
      same(
        await owed(next, ana, mark),
        ['m2'],
        'what arrives after the restart is after a mark from before it',
      );
      clock.jump(-day);
      const last = await reopen();
      await done(last.append(says(ana, 'm3')));
      same(await owed(last, ana), ['m1', 'm2', 'm3'], 'the order of arrival goes on over restarts');
    },
  ),

  that(
    'append › what was answered stored is there after a restart',
    { needs: 'reopen' },
    async ({ store, reopen }) => {
      await Promise.all(numbered(50).map((id) => done(store.append(says(ana, id)))));
      await done(store.settle(ana, chatId, [{ what: 'message', id: 'm0', as: 'posted' }]));
      await done(store.append(says(luis, 'm1')));
      await done(store.erase(luis));
      const before = await done(store.list(ana));
      const next = await reopen();
      same(await done(next.list(ana)), before, 'a restart loses and changes nothing');
      same(await listed(next, luis), [], 'what was erased stays so');
      for (const [user, id] of [
        [ana, 'm0'],
        [ana, 'm49'],
        [luis, 'm1'],
      ] as const)
        same(await done(next.append(says(user, id))), 'seen', 'repeats are known after a restart');
    },
  ),

  that(
    'append › a repeat is seen for at least 24 h, however short CONTEXT_TTL (contextTtlMs) is',
    { settings: { contextTtlMs: minute, deliveryDeadlineMs: minute } },
    async ({ store, clock, sweeps }) => {
      for (const id of ['new', 'posted', 'aside', 'erased']) {
        const user = id === 'erased' ? luis : ana;
        await done(store.append(says(user, id)));
      }
      await done(store.settle(ana, chatId, [{ what: 'message', id: 'posted', as: 'posted' }]));
      await done(store.settle(ana, chatId, [{ what: 'message', id: 'aside', as: 'set-aside' }]));
      await done(store.erase(luis));
      await clock.advance(23 * hour);
      await sweeps();
      for (const id of ['new', 'posted', 'aside', 'erased']) {
        const user = id === 'erased' ? luis : ana;
        same(
          await done(store.append(says(user, id))),
          'seen',
          `the repeat of a message (${id}) after 23 h is seen`,
        );
      }
    },
  ),

  that('mark › after every message that was answered, before every later one', async ({ store, clock }) => {
    const marks: number[] = [];
    for (const [index, jump] of [0, 0, -hour, day, -day].entries()) {
      clock.jump(jump);
      marks.push(await done(store.mark()));
      await done(store.append(says(ana, `m${index}`)));
    }
    const end = await done(store.mark());
    for (const [index, mark] of marks.entries()) {
      same(
        await owed(store, ana, mark),
        numbered(5).slice(index),
        'exactly what was stored after the mark is after it',
      );
      same(
        await listed(store, ana, { upTo: mark }),
        numbered(index),
        'exactly what was stored before the mark is up to it',
      );
    }
    same(await owed(store, ana, end), [], 'nothing is after the last mark');
  }),

  that('mark › holds between processes', { needs: 'another' }, async ({ store, another }) => {
    const other = await another();
    for (let round = 0; round < 5; round += 1) {
      await done(store.append(says(ana, `before-${round}`)));
      const mark = await done(other.mark());
      await done(store.append(says(ana, `after-${round}`)));
      holds(
        !(await owed(store, ana, mark)).includes(`before-${round}`),
        "one process's mark is after what another had stored",
      );
      holds(
        (await owed(store, ana, mark)).includes(`after-${round}`),
        "what a process stores later is after another's mark",
      );
    }
  }),

  that('append › any id and any user that the channels could send is taken as it is', async ({ store }) => {
    for (const id of hostileIds) {
      same(
        await done(store.append(says(ana, id))),
        'stored',
        `the message id ${JSON.stringify(id)} is one of its own`,
      );
      same(
        await done(store.append(says({ provider: 'facebook', id }, 'm1'))),
        'stored',
        `the user id ${JSON.stringify(id)} is one of its own`,
      );
    }
    same(await owed(store, ana), hostileIds, 'every id comes back as it was given');
    for (const id of hostileIds)
      same(
        (await done(store.list({ provider: 'facebook', id }))).map(({ user }) => user.id),
        [id],
        `the user ${JSON.stringify(id)} has exactly the own message`,
      );
    for (const id of hostileIds)
      same(await done(store.append(says(ana, id))), 'seen', `the repeat of ${JSON.stringify(id)} is seen`);
  }),

  that('append › what a message says comes back to the letter', async ({ store }) => {
    const contents: ReadonlyArray<Message['content']> = [
      { type: 'text', text: '' },
      { type: 'text', text: `'"\\ $set {"a":1} \u2028 🙂 \n\r\t` },
      { type: 'media', media: 'voice', url: 'https://media.example.com/v?a=1&b=%20' },
      {
        type: 'media',
        media: 'image',
        url: 'https://media.example.com/i',
        mimeType: 'image/png',
        caption: 'á',
      },
      { type: 'line', line: 'location', value: '19.43, -99.13' },
      { type: 'unknown', kind: '__proto__' },
    ];
    const messages = contents.map((content, index) =>
      says(ana, `m${index}`, { content, timestamp: index, from: index % 2 === 0 ? 'user' : 'bot' }),
    );
    for (const message of messages) await done(store.append(message));
    const back = (await done(store.list(ana))).map(
      ({ arrival: _a, contextUntil: _c, ...message }) => message,
    );
    same(back, messages, 'user, id, from, timestamp and content are kept as they are');
  }),

  that(
    'append › the raw member of a webhook comes back, whatever its members are called',
    async ({ store }) => {
      const raw: unknown = JSON.parse(
        '{"__proto__": {"polluted": true}, "$set": {"a.b": [null, 1.5, "x"]}, "": {"constructor": 1}, "deep": {"_id": 1}}',
      );
      await done(store.append(says(ana, 'm1', { raw })));
      const [back] = await done(store.list(ana));
      same(JSON.stringify(back?.raw), JSON.stringify(raw), '`raw` is kept, and in its order');
      same(({} as { polluted?: boolean }).polluted, undefined, 'and never becomes a prototype');
    },
  ),

  that('append › a message of 64 KiB is kept whole', async ({ store }) => {
    const text = '¿🙂?'.repeat(8 * 1024);
    await done(store.append(says(ana, 'm1', { content: { type: 'text', text } })));
    const [back] = await done(store.untaken(ana, 0, 1));
    same(back?.content, { type: 'text', text }, 'long messages are not cut');
  }),

  that('append › what was handed in or out is not shared with the store', async ({ store }) => {
    const raw = { list: [1] };
    await done(store.append(says(ana, 'm1', { raw })));
    raw.list.push(2);
    const [first] = await done(store.list(ana));
    same(first?.raw, { list: [1] }, 'a change of what was handed in does not reach the store');
    (first?.raw as { list: number[] }).list.push(3);
    const [second] = await done(store.list(ana));
    same(second?.raw, { list: [1] }, 'a change of what was handed out does not reach the store');
  }),

  that(
    'append › says at most once that a message is visible, before it answers, when it is so and when it is new',
    async ({ store }) => {
      const order: string[] = [];
      const read: Promise<ReadonlyArray<string>>[] = [];
      const append = async (id: string): Promise<void> => {
        const visible = (): void => {
          order.push(`${id} visible`);
          read.push(owed(store, ana));
        };
        order.push(`${id} ${await done(store.append(says(ana, id), visible))}`);
      };
      await append('m1');
      await append('m1');
      const told = [...read];
      holds(
        told.length === 0 || store.journal !== undefined,
        'only a store with a journal tells it before it answers',
      );
      same(
        order,
        [...(told.length === 0 ? [] : ['m1 visible']), 'm1 stored', 'm1 seen'],
        'once, for the new one, before the answer',
      );
      for (const ids of await Promise.all(told)) same(ids, ['m1'], 'and untaken tells it from then on');
    },
  ),

  that('unavailable › every method says so', { needs: 'cut-off' }, async ({ store, cutOff }) => {
    await done(store.append(says(ana, 'm1')));
    await cutOff();
    await allUnavailable({
      append: store.append(botSays(ana, 'm2')),
      mark: store.mark(),
      list: store.list(ana),
      untaken: store.untaken(ana, 0, 10),
      settle: store.settle(ana, chatId, [{ what: 'message', id: 'm1', as: 'posted' }]),
      keep: store.keep(ana, 0),
      erase: store.erase(ana),
    });
  }),
];
