import test from 'ava';
import type { Reading } from '../../../src/adapters/http/webhooks/reading.ts';
import { makeReadWhatsApp } from '../../../src/adapters/http/webhooks/whatsapp.ts';
import { E } from '../../../src/domain/fp.ts';
import type { Content, Message } from '../../../src/domain/message.ts';

const read = makeReadWhatsApp(new Set());

const body = (more: object): object => ({ id: 'wamid.1', from: '5217', timestamp: '1632367928574', ...more });

const readingOf = (given: unknown): Extract<Reading, { _tag: 'Messages' }> => {
  const reading = read(given);
  if (E.isLeft(reading) || reading.right._tag !== 'Messages') throw new Error(JSON.stringify(reading));
  return reading.right;
};

const messageOf = (given: unknown): Message => {
  const [message] = readingOf(given).messages;
  if (message === undefined) throw new Error('no message');
  return message;
};

const contentOf = (more: object): Content => messageOf(body(more)).content;

const line = (kind: 'location' | 'contacts' | 'choice' | 'reaction', value: string): Content => ({
  type: 'line',
  line: kind,
  value,
});

const unknown = (kind: string): Content => ({ type: 'unknown', kind });

test('media › each kind with link, type and caption; empty ones left out', (t) => {
  for (const kind of ['image', 'sticker', 'audio', 'voice', 'document', 'video'] as const) {
    const url = `https://media.example.com/${kind}`;
    t.deepEqual(contentOf({ type: kind, [kind]: { url, mimeType: 'a/b', caption: 'Mira' } }), {
      type: 'media',
      media: kind,
      url,
      mimeType: 'a/b',
      caption: 'Mira',
    });
    t.deepEqual(contentOf({ type: kind, [kind]: { url, mimeType: '', caption: '' } }), {
      type: 'media',
      media: kind,
      url,
    });
    t.deepEqual(contentOf({ type: kind, [kind]: { URL: url, MIMETYPE: null, Caption: 'C' } }), {
      type: 'media',
      media: kind,
      url,
      caption: 'C',
    });
  }
});

test('media › without a link, or without the member, is told by its kind', (t) => {
  t.deepEqual(contentOf({ type: 'image' }), unknown('image'));
  t.deepEqual(contentOf({ type: 'image', image: null }), unknown('image'));
  t.deepEqual(contentOf({ type: 'image', image: { url: '' } }), unknown('image'));
  t.deepEqual(contentOf({ type: 'image', video: { url: 'https://media.example.com/1' } }), unknown('image'));
});

test('location › name, address and coordinates', (t) => {
  t.deepEqual(
    contentOf({
      type: 'location',
      location: { latitude: 19.4326, longitude: -99.1332, name: 'Zócalo', address: 'Centro' },
    }),
    line('location', 'Zócalo, Centro, 19.4326, -99.1332'),
  );
  t.deepEqual(
    contentOf({ type: 'location', location: { Latitude: '19.4', LONGITUDE: '-99.1' } }),
    line('location', '19.4, -99.1'),
  );
  t.deepEqual(
    contentOf({ type: 'location', location: { latitude: 0, longitude: 0 } }),
    line('location', '0, 0'),
  );
  for (const location of [undefined, null, {}, 'here', { latitude: 1 }, []]) {
    t.deepEqual(contentOf({ type: 'location', location }), unknown('location'));
  }
});

test('contacts › names and numbers', (t) => {
  t.deepEqual(
    contentOf({
      type: 'contacts',
      contacts: [
        { name: { formatted_name: 'Ana P.' }, phones: [{ phone: '+52 1' }, { wa_id: '522' }] },
        { name: { first_name: 'Luis', last_name: 'Q.' } },
        null,
        { phones: 'x' },
        { phones: [null, { phone: '+52 3' }] },
      ],
    }),
    line('contacts', 'Ana P., +52 1, 522; Luis Q.; +52 3'),
  );
  for (const contacts of [undefined, {}, [], [null], 'x']) {
    t.deepEqual(contentOf({ type: 'contacts', contacts }), unknown('contacts'));
  }
});

test('buttons and lists › what was chosen', (t) => {
  t.deepEqual(contentOf({ type: 'button', button: { text: 'Sí', payload: 'YES' } }), line('choice', 'Sí'));
  t.deepEqual(contentOf({ type: 'button', button: { payload: 'YES' } }), line('choice', 'YES'));
  t.deepEqual(contentOf({ type: 'button', button: {} }), unknown('button'));
  const interactive = (more: object): Content => contentOf({ type: 'interactive', interactive: more });
  t.deepEqual(
    interactive({ type: 'button_reply', button_reply: { id: 'b1', title: 'Ventas' } }),
    line('choice', 'Ventas'),
  );
  t.deepEqual(
    interactive({ type: 'list_reply', list_reply: { id: 'l1', title: 'Norte', description: 'Tienda 5' } }),
    line('choice', 'Norte, Tienda 5'),
  );
  t.deepEqual(interactive({ list_reply: { id: 'l1' } }), line('choice', 'l1'));
  t.deepEqual(interactive({ nfm_reply: { body: 'Sent', name: 'flow' } }), line('choice', 'Sent'));
  t.deepEqual(interactive({ type: 'list', body: { text: 'Elige una opción' } }), {
    type: 'text',
    text: 'Elige una opción',
  });
  t.deepEqual(interactive({ type: 'other' }), unknown('interactive'));
});

test('reactions › the emoji, a dash when it was taken back', (t) => {
  t.deepEqual(
    contentOf({ type: 'reaction', reaction: { message_id: 'm', emoji: '👍' } }),
    line('reaction', '👍'),
  );
  t.deepEqual(
    contentOf({ type: 'reaction', reaction: { message_id: 'm', emoji: '' } }),
    line('reaction', '–'),
  );
  t.deepEqual(contentOf({ type: 'reaction' }), unknown('reaction'));
});

test('other kinds › told by their name, with what was sent', (t) => {
  for (const type of ['order', 'system', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'TEXT']) {
    t.deepEqual(contentOf({ type }), unknown(type));
  }
  t.deepEqual(messageOf(body({ type: 'order', order: { items: [1, 'a', null] } })).raw, {
    items: [1, 'a', null],
  });
  t.deepEqual(contentOf({ type: 'text' }), unknown('text'));
  t.deepEqual(contentOf({ type: 'text', text: { body: '' } }), unknown('text'));
});

test('raw › what a line or an unknown kind was read from, as long as it is of a sane size', (t) => {
  const location = { latitude: 1, longitude: 2, extra: { a: [true] } };
  t.deepEqual(messageOf(body({ type: 'location', location })).raw, location);
  t.false('raw' in messageOf(body({ type: 'text', text: { body: 'Hola' } })));
  let deep: unknown = 1;
  for (let level = 0; level < 40; level++) deep = [deep];
  for (const order of [deep, 'x'.repeat(20_000), Array.from({ length: 1000 }, () => 1)]) {
    t.false('raw' in messageOf(body({ type: 'order', order })));
  }
  const odd = JSON.parse('{"__proto__":{"polluted":1},"a\\u0000b":"c\\u0000\\ud800"}') as object;
  const raw = messageOf(body({ type: 'order', order: odd })).raw as object;
  t.deepEqual(raw, { ab: 'c\ufffd' });
  t.is(Object.getPrototypeOf(raw), Object.prototype);
});

test('texts › NULs go, halves of surrogate pairs are replaced, nothing else changes', (t) => {
  const text = (said: string): Content => contentOf({ type: 'text', text: { body: said } });
  t.deepEqual(text('a\0b\ud83d c'), { type: 'text', text: 'ab\ufffd c' });
  t.deepEqual(text('  ¡Hola! 😀\n'), { type: 'text', text: '  ¡Hola! 😀\n' });
  const message = messageOf(body({ id: 'a\0\ud800', from: '+52\0' + '1', type: 'x\0', text: null }));
  t.like(message, { id: 'a\ufffd', user: { id: '521' }, content: unknown('x') });
});

test('timestamps › numbers or digits; beyond what a date can tell they are cut', (t) => {
  const time = (timestamp: unknown): number =>
    messageOf(body({ type: 'text', text: { body: 'a' }, timestamp })).timestamp;
  t.is(time('1632367928574'), 1632367928574);
  t.is(time(1632367928574), 1632367928574);
  t.is(time('0'), 0);
  t.is(time('9'.repeat(400)), 8_640_000_000_000_000);
  t.is(time(1e300), 8_640_000_000_000_000);
});

test('member names › without regard to case at every level, the exact spelling wins', (t) => {
  const message = messageOf({
    ID: 'loose',
    From: '5217',
    TIMESTAMP: 5,
    Type: 'text',
    TEXT: { BODY: 'loose', body: 'exact' },
    tO: '',
  });
  t.like(message, { id: 'loose', user: { id: '5217' }, timestamp: 5, content: { text: 'exact' } });
  t.like(messageOf({ ...body({ type: 'text', text: { Body: 'a' } }), ID: 'other' }), { id: 'wamid.1' });
});

test('members of the prototype › are no members', (t) => {
  const polluted = JSON.parse(
    '{"__proto__":{"from":"1","id":"x"},"id":"i","timestamp":"1","type":"text","text":{"body":"a"}}',
  ) as unknown;
  t.deepEqual(readingOf(polluted), {
    _tag: 'Messages',
    provider: 'whatsapp',
    messages: [],
    notes: { nobody: 1 },
  });
});
