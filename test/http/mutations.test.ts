import fc from 'fast-check';
import test from 'ava';
import {
  connectBody,
  facebookPath,
  facebookText,
  facebookWith,
  start,
  whatsAppPath,
  whatsAppText,
} from './support.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const valid: ReadonlyArray<readonly [string, object]> = [
  [whatsAppPath, whatsAppText()],
  [
    whatsAppPath,
    whatsAppText({ type: 'image', image: { url: 'https://media.example.com/1', caption: 'a' } }),
  ],
  [whatsAppPath, whatsAppText({ type: 'location', location: { latitude: 1, longitude: 2, name: 'a' } })],
  [
    whatsAppPath,
    whatsAppText({
      type: 'contacts',
      contacts: [{ name: { formatted_name: 'A' }, phones: [{ phone: '1' }] }],
    }),
  ],
  [whatsAppPath, whatsAppText({ type: 'interactive', interactive: { list_reply: { id: '1', title: 'a' } } })],
  [
    facebookPath,
    facebookWith([
      facebookText(),
      facebookText({ attachments: [{ type: 'image', payload: { url: 'https://media.example.com/1' } }] }),
      {
        sender: { id: 'u' },
        recipient: { id: 'page-1' },
        timestamp: 1,
        postback: { title: 'a', payload: 'b' },
      },
      { sender: { id: 'u' }, recipient: { id: 'page-1' }, timestamp: 1, reaction: { emoji: 'a', mid: 'm' } },
      { sender: { id: 'u' }, recipient: { id: 'page-1' }, timestamp: 1, read: { watermark: 1 } },
    ]),
  ],
  ['/v1/chats/connect', connectBody()],
  ['/v1/authenticate', { username: 'u', password: 'p' }],
];

const odd: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    '',
    0,
    -1,
    1.5,
    1e300,
    [],
    {},
    [null],
    '\0',
    '\ud800',
    '+',
    '9'.repeat(500),
  ),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);

const oddName = fc.constantFrom('__proto__', 'constructor', 'ID', 'Type', 'TO', 'text', 'x\0', 'toString');

/** Every place inside a value, as a path of names. */
const places = (value: unknown, path: ReadonlyArray<string> = []): ReadonlyArray<ReadonlyArray<string>> =>
  typeof value === 'object' && value !== null
    ? [path, ...Object.entries(value).flatMap(([name, member]) => places(member, [...path, name]))]
    : [path];

const replaced = (value: unknown, [name, ...rest]: ReadonlyArray<string>, by: Json): unknown => {
  if (name === undefined) return by;
  if (Array.isArray(value)) {
    const items: ReadonlyArray<unknown> = value;
    return items.map((item, n) => (String(n) === name ? replaced(item, rest, by) : item));
  }
  return Object.fromEntries(
    Object.entries(value as object).map(([key, member]) => [
      key,
      key === name ? replaced(member, rest, by) : member,
    ]),
  );
};

/** `__proto__` written out as an ordinary member. */
const added = (body: unknown, name: string, value: Json): string => {
  const text = JSON.stringify(body);
  return text.startsWith('{') ? `{${JSON.stringify(name)}:${JSON.stringify(value)},${text.slice(1)}` : text;
};

const mutated = fc.constantFrom(...valid).chain(([path, body]) =>
  fc
    .record({
      changes: fc.array(fc.tuple(fc.nat(), odd), { minLength: 1, maxLength: 3 }),
      extra: fc.tuple(oddName, odd),
      cut: fc.option(fc.nat(40)),
    })
    .map(({ changes, extra, cut }) => {
      const changed = changes.reduce<unknown>((present, [where, by]) => {
        const all = places(present);
        return replaced(present, all[where % all.length] ?? [], by);
      }, body);
      const text = added(changed, ...extra);
      return { path, text: cut === null ? text : text.slice(0, text.length - cut) };
    }),
);

test('a mutated body › is never a fault', async (t) => {
  const { call, logs } = await start(t);
  await fc.assert(
    fc.asyncProperty(mutated, async ({ path, text }) => {
      const answer = await call({
        method: 'POST',
        path,
        body: text,
        headers: { Authorization: 'Bearer yalo-token' },
      });
      const names = Object.keys(answer.json as object);
      return (
        answer.status === 200 ||
        (answer.status < 500 && names.length === 1 && names[0] === 'ErrorDescription')
      );
    }),
    { numRuns: 600 },
  );
  t.deepEqual(
    logs.filter(({ level }) => level === 'error'),
    [],
  );
  t.is((await call({ path: '/v1/welcome' })).status, 200);
});
