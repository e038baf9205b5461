import test from 'ava';
import fc from 'fast-check';
import { record, shown } from './samples.ts';

for (const [name, value, expected] of [
  ['password', 'hunter2', '[secret]'],
  ['SFC_PASSWORD', 'hunter2', '[secret]'],
  ['accessToken', { a: 'hunter2' }, '[secret]'],
  ['Authorization', 'Basic abc', '[secret]'],
  ['X-LIVEAGENT-SESSION-KEY', 'k', '[secret]'],
  ['jwt', ['a', 'b'], '[secret]'],
  ['mongodb_uri', 'mongodb://u:p@db', '[secret]'],
  ['text', 'hola', '[masked]'],
  ['caption', 'mi casa', '[masked]'],
  ['name', 'María Pérez', '[masked]'],
  ['first_name', 'María', '[masked]'],
  ['email', 'maria', '[masked]'],
  ['extraData', { rfc: 'PEMA800101' }, '[masked]'],
  ['userId', '5215512345678', '…5678'],
  ['userID', 5215512345678, '…5678'],
  ['user', '123456', '…56'],
  ['user', '12345', '…'],
  ['phoneNumber', '+52 55 1234 5678', '…5678'],
  ['from', '5215512345678', '…5678'],
  ['user', { provider: 'whatsapp', id: '5215512345678' }, { provider: 'whatsapp', id: '…5678' }],
  ['state', 'waiting', 'waiting'],
  ['caseId', '500Dn000001AbCdIAK', '500Dn000001AbCdIAK'],
  ['at', Date.UTC(2026, 10, 2), Date.UTC(2026, 10, 2)],
  ['count', 123_456, 123_456],
  ['any', 5215512345678n, '…5678'],
  ['any', 15512345678, '…5678'],
] as const) {
  test(`member ${name} of ${typeof value} › is shown as ${JSON.stringify(expected)}`, (t) => {
    t.deepEqual(shown({ [name]: value }), { [name]: expected });
    t.deepEqual(shown({ in: [{ [name]: value }] }), { in: [{ [name]: expected }] }, 'at any depth');
  });
}

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.57liIDu0WkNYVluL15dPGT93TYxzckQ7r4VRhia9M';
for (const [text, expected] of [
  ['user 5215512345678 is gone', 'user …5678 is gone'],
  ['call +52 (55) 1234-5678 now', 'call …5678 now'],
  ['call 55.12.34.56.78.90 now', 'call …7890 now'],
  ['call 55 1234 5678', 'call …5678'],
  ['_id "whatsapp|5215512345678|7"', '_id "whatsapp|…5678|7"'],
  ['٥٢١٥٥١٢٣٤٥٦٧٨', '…٥٦٧٨'],
  ['from maria.perez@example.com, twice', 'from [email], twice'],
  ['from maria%40example.com', 'from [email]'],
  [`token ${jwt}!`, 'token [token]!'],
  ['Bearer abc.def-ghi', 'Bearer [secret]'],
  ['Authorization: Digest a=b, c=d', 'Authorization: [secret]'],
  ['client_secret=abc&username=x', 'client_secret=[secret]&username=x'],
  ["password: 'a b c', port: 1", 'password: [secret], port: 1'],
  ['at https://u:p@api.example.com/v1/x?jwt=abc failed', 'at https://api.example.com/… failed'],
  ['see http://127.0.0.1:9000/page?token=abc', 'see http://127.0.0.1:9000/page?…'],
  ['00Dn00000001abc!AQ8AQFx.yz went', '[token] went'],
  ['wamid.HBgNNTIxNTUxMjM0NTY3OBUCABIYFDNB', 'wamid.…FDNB'],
  ['key AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGh', 'key [opaque …EfGh]'],
  ['Unexpected token \'h\', "hola María" is not valid JSON', 'Unexpected token \'h\', "…" is not valid JSON'],
  ['{"text":"hola","n":1}', '{"text":"[masked]","n":1}'],
  ['[{"password":"abc"}]', '[{"password":"[secret]"}]'],
  ['body was {"text": "hola \\"tú\\"", "n": 1', 'body was {"text": "[masked]", "n": 1'],
  ['2026-11-02T12:00:00.000Z', '2026-11-02T12:00:00.000Z'],
  ['3f2504e0-4f89-11d3-9a0c-030512345678', '3f2504e0-4f89-11d3-9a0c-030512345678'],
  ['from 198.51.100.200:41234', 'from 198.51.100.200:41234'],
  ['text to the user: 503', 'text to the user: 503'],
  ['at 1793620800000', 'at 1793620800000'],
] as const) {
  test(`text ${JSON.stringify(text)} › is shown as ${JSON.stringify(expected)}`, (t) => {
    t.deepEqual(shown({ detail: text }), { detail: expected });
  });
}

test('secrets of the configuration › are masked wherever they stand', (t) => {
  const secret = 'tr0ub4dor & "3"';
  const { log, output } = record({ secrets: [secret, 'abc'] });
  log.info(`said ${secret}`, {
    detail: `x${secret}y`,
    quoted: `z${JSON.stringify(secret)}`,
    query: `a=${encodeURIComponent(secret)}`,
    [secret]: 1,
    error: new Error(secret),
    short: 'abcabc',
  });
  t.notRegex(output(), /tr0ub4dor/u);
  t.true(output().includes('abcabc'), 'three letters are no secret');
});

/** Wraps a value so that no name gives it away. */
const wrapped = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    value,
    value.map((inner) => [inner]),
    value.map((inner) => ({ a: { b: inner } })),
    value.map((inner) => new Map([['a', inner]])),
    value.map((inner) => ({ toJSON: () => inner })),
    value.map((inner) => JSON.stringify({ a: inner })),
    value.map((inner) => new Error(typeof inner === 'string' ? inner : 'x', { cause: inner })),
  );

const word = fc.string({ unit: fc.constantFrom(...'abcxyzáñ'), minLength: 0, maxLength: 5 });
const said = fc.string({ unit: fc.constantFrom(...'bcdfghjklmnpqrstvwz'), minLength: 12, maxLength: 30 });
const digits = fc.tuple(
  fc.constantFrom('52155', '5255', '4479', '1555', '4915', '23480'),
  fc.integer({ min: 10_000_000, max: 99_999_999 }),
);
const separator = fc.constantFrom('', ' ', '-', '.', ') ', ' (', '\u00a0', '\u2011');

test('a phone number › is nowhere in the output, however it is written and wherever it stands', (t) => {
  const phone = fc.tuple(digits, separator, word, word).map(([[code, rest], between, before, after]) => ({
    secret: `${code}${between}${String(rest).slice(0, 4)}${between}${String(rest).slice(4)}`,
    before,
    after,
  }));
  fc.assert(
    fc.property(phone, fc.constantFrom('detail', 'what', 'user', 'id'), (one, name) => {
      const [value] = fc.sample(wrapped(fc.constant(`${one.before} ${one.secret} ${one.after}`)), 1);
      const { log, output } = record();
      log.info(one.secret, { [name]: value, [one.secret]: one.secret });
      t.false(output().includes(one.secret), output());
      const plainDigits = one.secret.replace(/\D/gu, '');
      t.false(
        output()
          .replace(/[^\d"]/gu, '')
          .includes(plainDigits),
        output(),
      );
    }),
    { numRuns: 500 },
  );
});

const secretShapes = said.chain((secret) =>
  fc
    .constantFrom<Record<string, unknown>>(
      { password: secret },
      { nested: { client_secret: secret } },
      { list: [{ text: secret }, { Body: secret }] },
      { headers: { authorization: `Bearer ${secret}`, Cookie: secret } },
      { detail: `Bearer ${secret}` },
      { detail: `https://host.example.com/send-to?jwt=${secret}` },
      { detail: `https://host.example.com/media/${secret}.jpg` },
      { detail: `password=${secret}` },
      { detail: `{"text":"${secret}` },
      { detail: `"{\\"caption\\":\\"${secret}\\"}"` },
      { detail: JSON.stringify({ a: JSON.stringify({ name: secret }) }) },
      { detail: `${secret}@example.com` },
      { error: new Error(`Unexpected token 'x', ..."${secret} y"... is not valid JSON`) },
      { error: new Error('x', { cause: { token: secret } }) },
      { profile: { any: [secret] } },
    )
    .map((fields) => ({ secret, fields })),
);

test('a secret › is nowhere in the output', (t) => {
  fc.assert(
    fc.property(
      secretShapes,
      fc.constantFrom('json' as const, 'pretty' as const),
      ({ secret, fields }, format) => {
        const { log, output } = record({ format });
        log.error('it happened', fields);
        t.false(output().includes(secret), output());
      },
    ),
    { numRuns: 1000 },
  );
});

test('texts made to slow the masks down › do not', (t) => {
  const begun = process.cpuUsage();
  for (const part of [
    'a',
    'a.',
    'eyJ',
    '1',
    '1 ',
    '"text":"',
    'a@',
    '://',
    '"',
    '\\"',
    'password',
    '{',
    'wamid.',
    '-----BEGIN A-----',
  ]) {
    shown({ detail: part.repeat(100_000) });
  }
  const { user } = process.cpuUsage(begun);
  t.true(user < 5_000_000, `${user / 1000} ms for fourteen lines`);
});
