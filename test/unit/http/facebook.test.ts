import test from 'ava';
import { makeReadFacebook } from '../../../src/adapters/http/webhooks/facebook.ts';
import type { Notes } from '../../../src/adapters/http/webhooks/reading.ts';
import { E } from '../../../src/domain/fp.ts';
import type { Content, Message } from '../../../src/domain/message.ts';
import { facebookText, facebookWith } from '../../http/support.ts';

const read = makeReadFacebook(() => 1_700_000_000_000);

const readingOf = (
  messaging: ReadonlyArray<unknown>,
  more: object = {},
): { readonly messages: ReadonlyArray<Message>; readonly notes: Readonly<Notes> } => {
  const reading = read(facebookWith(messaging, more));
  if (E.isLeft(reading) || reading.right._tag !== 'Messages') throw new Error(JSON.stringify(reading));
  return reading.right;
};

const said = (message: object): ReadonlyArray<readonly [string, Content]> =>
  readingOf([facebookText({}, { message: { mid: 'm', ...message } })]).messages.map(({ id, content }) => [
    id,
    content,
  ]);

const item = (more: object): object => ({
  sender: { id: 'user-1' },
  recipient: { id: 'page-1' },
  timestamp: 1_632_348_042_261,
  ...more,
});

const text = (words: string): Content => ({ type: 'text', text: words });
const link = 'https://media.example.com/1';

test('text and attachments › the text has the mid, the attachments follow with numbers', (t) => {
  t.deepEqual(
    said({
      text: 'Mira',
      attachments: [
        { type: 'image', payload: { url: link } },
        { type: 'file', payload: { url: link } },
      ],
    }),
    [
      ['m', text('Mira')],
      ['m#1', { type: 'media', media: 'image', url: link }],
      ['m#2', { type: 'media', media: 'file', url: link }],
    ],
  );
});

test('attachments alone › the first has the mid', (t) => {
  t.deepEqual(
    said({
      attachments: [
        { type: 'audio', payload: { url: link } },
        { type: 'video', payload: { url: link } },
      ],
    }),
    [
      ['m', { type: 'media', media: 'audio', url: link }],
      ['m#1', { type: 'media', media: 'video', url: link }],
    ],
  );
});

test('a bad attachment › is skipped, and the ids of its neighbours stay theirs', (t) => {
  const { messages, notes } = readingOf([
    facebookText({
      text: undefined,
      attachments: [null, { type: 'image', payload: { url: link } }, 7, { type: 'location' }],
    }),
  ]);
  t.deepEqual(
    messages.map(({ id }) => id),
    ['m_1#1', 'm_1#3'],
  );
  t.deepEqual(notes, { bad: 2 });
  t.deepEqual(readingOf([facebookText({ attachments: 'x' })]).notes, { bad: 1 });
});

test('fallback › text with its link, once', (t) => {
  t.deepEqual(said({ attachments: [{ type: 'fallback', title: 'Nota', url: link }] }), [
    ['m', text(`Nota\n${link}`)],
  ]);
  t.deepEqual(said({ attachments: [{ type: 'fallback', payload: { url: link, title: 'Nota' } }] }), [
    ['m', text(`Nota\n${link}`)],
  ]);
  t.deepEqual(said({ text: 'Mira', attachments: [{ type: 'fallback', payload: { url: link } }] }), [
    ['m', text('Mira')],
    ['m#1', text(link)],
  ]);
  t.deepEqual(said({ text: `Mira ${link}`, attachments: [{ type: 'fallback', title: 'Nota', url: link }] }), [
    ['m', text(`Mira ${link}`)],
  ]);
  t.deepEqual(said({ attachments: [{ type: 'fallback', payload: null }] }), [
    ['m', { type: 'unknown', kind: 'fallback' }],
  ]);
});

test('template › the words of a bot’s menu', (t) => {
  const template = (payload: object): Content | undefined =>
    said({ attachments: [{ type: 'template', payload }] })[0]?.[1];
  t.deepEqual(template({ template_type: 'button', text: 'Elige' }), text('Elige'));
  t.deepEqual(
    template({ elements: [{ title: 'Ventas', subtitle: 'Nuevo' }, null, { title: 'Cobranza' }] }),
    text('Ventas\nNuevo\nCobranza'),
  );
});

test('location › title, coordinates, link', (t) => {
  t.deepEqual(
    said({
      attachments: [
        { type: 'location', title: 'Aquí', payload: { coordinates: { lat: 19.4, long: -99.1 } } },
      ],
    }),
    [['m', { type: 'line', line: 'location', value: 'Aquí, 19.4, -99.1' }]],
  );
});

test('other attachments, and media without link › told by their kind', (t) => {
  for (const kind of ['template', 'story_mention', '__proto__', 'constructor']) {
    t.deepEqual(said({ attachments: [{ type: kind, payload: { url: link } }] }), [
      ['m', { type: 'unknown', kind }],
    ]);
  }
  t.deepEqual(said({ attachments: [{ type: 'image', payload: {} }] }), [
    ['m', { type: 'unknown', kind: 'image' }],
  ]);
  t.deepEqual(said({ is_deleted: true }), [['m', { type: 'unknown', kind: 'message' }]]);
});

test('choices › quick replies and postbacks', (t) => {
  const choice = (value: string): Content => ({ type: 'line', line: 'choice', value });
  t.deepEqual(said({ text: 'Sí', quick_reply: { payload: 'YES' } }), [['m', choice('Sí')]]);
  t.deepEqual(said({ quick_reply: { payload: 'YES' } }), [['m', choice('YES')]]);
  const postback = (more: object): Message | undefined => readingOf([item({ postback: more })]).messages[0];
  t.like(postback({ mid: 'p1', title: 'Empezar', payload: 'START' }), {
    id: 'p1',
    content: choice('Empezar'),
  });
  t.like(postback({ payload: 'START' }), { content: choice('START') });
  t.like(postback({}), { content: { type: 'unknown', kind: 'postback' } });
});

test('reactions › have an id of their own, not that of the message they are about', (t) => {
  const reaction = (more: object): Message | undefined =>
    readingOf([item({ reaction: { mid: 'm_1', reaction: 'love', emoji: '❤', action: 'react', ...more } })])
      .messages[0];
  t.like(reaction({}), { content: { type: 'line', line: 'reaction', value: '❤' } });
  t.like(reaction({ emoji: undefined }), { content: { value: 'love' } });
  t.like(reaction({ action: 'unreact' }), { content: { value: '–' } });
  t.not(reaction({})?.id, 'm_1');
  t.not(reaction({})?.id, reaction({ action: 'unreact' })?.id);
});

test('other items › told by their kind', (t) => {
  t.like(readingOf([item({ referral: { ref: 'x' } })]).messages[0], {
    content: { type: 'unknown', kind: 'referral' },
    raw: { ref: 'x' },
  });
  t.deepEqual(readingOf([item({})]), {
    _tag: 'Messages',
    provider: 'facebook',
    messages: [],
    notes: { bad: 1 },
  });
});

test('without a mid › a digest of sender, time and item, the same for a repeat', (t) => {
  const idOf = (more: object): string | undefined => readingOf([item(more)]).messages[0]?.id;
  const postback = { postback: { payload: 'A' } };
  t.is(idOf(postback), idOf(postback));
  const others = [
    { postback: { payload: 'B' } },
    { ...postback, timestamp: 5 },
    { ...postback, sender: { id: 'user-2' } },
    { message: { text: 'A' } },
    { message: { mid: '', text: 'A' } },
    { message: { mid: 'x'.repeat(257), text: 'A' } },
  ].map(idOf);
  t.is(new Set([idOf(postback), ...others]).size, others.length + 1);
  for (const id of others) t.regex(String(id), /^digest-[\w-]{43}$/u);
});

test('who speaks › echoes and every role but user are the bot, the user is the other party', (t) => {
  const page = { sender: { id: 'page-1' }, recipient: { id: 'user-1' } };
  const whose = (message: object, more: object, body: object): readonly unknown[] => {
    const [first] = readingOf([facebookText(message, more)], body).messages;
    return [first?.from, first?.user.id];
  };
  t.deepEqual(whose({}, {}, {}), ['user', 'user-1']);
  t.deepEqual(whose({ is_echo: true }, page, {}), ['bot', 'user-1']);
  t.deepEqual(whose({}, page, { authorRole: 'bot' }), ['bot', 'user-1']);
  t.deepEqual(whose({}, {}, { authorRole: 'agent' }), ['bot', 'user-1']);
  t.deepEqual(whose({ is_echo: 'true' }, {}, {}), ['user', 'user-1']);
  t.deepEqual(whose({}, { sender: { id: 5018811078134037 } }, {}), ['user', '5018811078134037']);
  t.deepEqual(whose({}, { sender: { id: '+1' } }, {}), ['user', '+1']);
  t.deepEqual(whose({}, { sender: { id: 'page-1' }, recipient: {} }, {}), [undefined, undefined]);
});

test('timestamps › of the item, else of the entry, else of the body, else now', (t) => {
  const time = (timestamp: unknown, entry: unknown, body: unknown): number | undefined =>
    readingOf([], {
      timestamp: body,
      message: { entry: [{ id: 'page-1', time: entry, messaging: [facebookText({}, { timestamp })] }] },
    }).messages[0]?.timestamp;
  t.is(time(1632348042261, 2, 3), 1632348042261);
  t.is(time('1632348042261', 2, 3), 1632348042261);
  t.is(time(undefined, 2, 3), 2);
  t.is(time('soon', '2', 3), 2);
  t.is(time(null, null, '3'), 3);
  t.is(time(undefined, undefined, undefined), 1_700_000_000_000);
  t.is(time(1e300, 2, 3), 8_640_000_000_000_000);
});

test('member names › without regard to case at every level', (t) => {
  const reading = read({
    AUTHORROLE: 'user',
    BotID: 'b',
    Message: {
      ENTRY: [
        {
          ID: 'page-1',
          Messaging: [
            {
              SENDER: { ID: 'user-1' },
              Recipient: { Id: 'page-1' },
              TimeStamp: 5,
              MESSAGE: {
                MID: 'm',
                Text: 'Hola',
                Attachments: [{ TYPE: 'image', Payload: { URL: link } }],
              },
            },
          ],
        },
      ],
    },
  });
  t.deepEqual(reading, {
    _tag: 'Right',
    right: {
      _tag: 'Messages',
      provider: 'facebook',
      notes: {},
      messages: [
        {
          user: { provider: 'facebook', id: 'user-1' },
          id: 'm',
          from: 'user',
          timestamp: 5,
          content: text('Hola'),
        },
        {
          user: { provider: 'facebook', id: 'user-1' },
          id: 'm#1',
          from: 'user',
          timestamp: 5,
          content: { type: 'media', media: 'image', url: link },
        },
      ],
    },
  });
});

test('a body full of rubbish › is counted', (t) => {
  const attachments = Array.from({ length: 130_000 }, () => 0);
  t.deepEqual(readingOf([facebookText({ text: undefined, attachments })]).notes, { bad: 130_000 });
  t.deepEqual(readingOf(attachments).notes, { bad: 130_000 });
});

test('an item nested beyond writing down › is bad, and hides nobody', (t) => {
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level++) deep = [deep];
  const { messages, notes } = readingOf([
    item({ postback: { payload: 'A', deep } }),
    facebookText({ mid: 'b', deep }),
  ]);
  t.deepEqual(
    messages.map(({ id }) => id),
    ['b'],
  );
  t.deepEqual(notes, { bad: 1 });
});
