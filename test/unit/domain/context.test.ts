import test from 'ava';
import fc from 'fast-check';
import { localTime, renderContext } from '../../../src/domain/context.ts';
import type { Content, StoredMessage } from '../../../src/domain/message.ts';
import { contextMaxBytes } from '../../../src/domain/policy.ts';
import { policyOf } from '../../support/arbitraries/policy.ts';
import { texts } from '../../support/arbitraries/texts.ts';
import { image, start, text } from './story.ts';

const policy = policyOf();

const entries = (
  contents: ReadonlyArray<Content>,
  overrides: (index: number) => Partial<StoredMessage> = () => ({}),
): ReadonlyArray<StoredMessage> =>
  contents.map((content, index) => ({
    user: { provider: 'whatsapp', id: '5215512345678' },
    id: `wamid.${index}`,
    from: 'user',
    timestamp: start + index * 1_000,
    content,
    arrival: 100 + index,
    contextUntil: start + 86_400_000,
    ...overrides(index),
  }));

const rendered = (...args: Parameters<typeof renderContext>): string =>
  renderContext(...args)?.parts.join('') ?? '';

test('context › label, time and text of each entry, oldest first', (t) => {
  const said = entries([text('Hola'), text('¿En qué le ayudo?'), text('Quiero un asesor')], (index) =>
    index === 1 ? { from: 'bot' } : {},
  );
  t.is(
    rendered(said, policy),
    'Contexto:\n' +
      'Cliente [10-10-2025 09:20:00]:Hola\n\n' +
      'Bot [10-10-2025 09:20:01]:¿En qué le ayudo?\n\n' +
      'Cliente [10-10-2025 09:20:02]:Quiero un asesor\n\n',
  );
});

test('context › labels and title as they are configured', (t) => {
  const own = policyOf({}, { context: 'Context', clientLabel: 'Customer', botLabel: 'Robot' });
  const said = entries([text('hi'), text('hello')], (index) => (index === 1 ? { from: 'bot' } : {}));
  t.is(
    rendered(said, own),
    'Context:\nCustomer [10-10-2025 09:20:00]:hi\n\nRobot [10-10-2025 09:20:01]:hello\n\n',
  );
});

test('context › media as caption and link, other kinds as their line', (t) => {
  const said = entries([
    image('a', 'mi recibo'),
    image('b'),
    image('c', ''),
    { type: 'line', line: 'location', value: '19.4,-99.1' },
    { type: 'unknown', kind: 'order' },
  ]);
  const lines = rendered(said, policy)
    .split('\n\n')
    .map((line) => line.replace(/^.*\]:/su, ''));
  t.deepEqual(lines, [
    'mi recibo https://media.example.com/a.jpg',
    'https://media.example.com/b.jpg',
    'https://media.example.com/c.jpg',
    'Ubicación: 19.4,-99.1',
    '**El usuario envió un mensaje de tipo order que no se puede mostrar**',
    '',
  ]);
});

test('context › trailing line breaks of an entry are trimmed, inner ones and spaces stay', (t) => {
  t.is(
    rendered(entries([text('uno\n\ndos \r\n\n')]), policy),
    'Contexto:\nCliente [10-10-2025 09:20:00]:uno\n\ndos \n\n',
  );
});

test('context › nothing to tell, or switched off: no message', (t) => {
  t.is(renderContext([], policy), undefined);
  t.is(renderContext(entries([text('hola')]), policyOf({}, { context: '' })), undefined);
});

// -- times

const times: ReadonlyArray<[string, string, string]> = [
  ['2025-10-10T15:20:05Z', 'America/Mexico_City', '10-10-2025 09:20:05'],
  ['2021-07-01T12:00:00Z', 'America/Mexico_City', '01-07-2021 07:00:00'],
  ['2021-12-01T12:00:00Z', 'America/Mexico_City', '01-12-2021 06:00:00'],
  ['2025-03-30T00:59:59Z', 'Europe/Madrid', '30-03-2025 01:59:59'],
  ['2025-03-30T01:00:00Z', 'Europe/Madrid', '30-03-2025 03:00:00'],
  ['2025-10-26T00:30:00Z', 'Europe/Madrid', '26-10-2025 02:30:00'],
  ['2025-10-26T01:30:00Z', 'Europe/Madrid', '26-10-2025 02:30:00'],
  ['2025-01-01T00:00:00Z', 'UTC', '01-01-2025 00:00:00'],
  ['2024-12-31T18:30:00Z', 'Asia/Kolkata', '01-01-2025 00:00:00'],
  ['2025-01-01T04:59:59Z', 'America/Bogota', '31-12-2024 23:59:59'],
];
for (const [instant, zone, expected] of times) {
  test(`context › ${instant} is ${expected} in ${zone}`, (t) => {
    t.is(localTime(Date.parse(instant), zone), expected);
  });
}

test('context › a time that no calendar has breaks nothing', (t) => {
  for (const timestamp of [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, Infinity, NaN, 0.5])
    t.regex(localTime(timestamp, 'America/Mexico_City'), /^\d\d-\d\d-\d+ \d\d:\d\d:\d\d$/u);
});

// -- limits

test('context › 200 entries are all told, of 201 the newest 200 with … in front', (t) => {
  const all = renderContext(entries(Array.from({ length: 200 }, (_, index) => text(`<${index}>`))), policy);
  t.true(all?.parts[0]?.startsWith('Contexto:\nCliente'));
  t.is(all?.arrivals.length, 200);
  const said = entries(Array.from({ length: 201 }, (_, index) => text(`<${index}>`)));
  const cut = renderContext(said, policy);
  const whole = cut?.parts.join('') ?? '';
  t.true(whole.startsWith('Contexto:\n…\nCliente'));
  t.false(whole.includes('<0>'));
  t.true(whole.includes('<1>') && whole.includes('<200>'));
  t.deepEqual(
    cut?.arrivals,
    said.slice(1).map(({ arrival }) => arrival),
    'what was cut is not marked as seen',
  );
});

test('context › 32 KiB of UTF-8 at most, whole entries, as many of the newest as fit', (t) => {
  const said = entries(Array.from({ length: 150 }, (_, index) => text(`${index} ${'ñ'.repeat(150)}`)));
  const result = renderContext(said, policy);
  const whole = result?.parts.join('') ?? '';
  const shown = whole.split('Cliente [').length - 1;
  const size = Buffer.byteLength(whole);
  const one = Math.ceil((size - 16) / shown);
  t.true(size <= contextMaxBytes);
  t.true(size + one + 5 > contextMaxBytes, 'one more would not fit');
  t.true(whole.startsWith('Contexto:\n…\nCliente ['));
  t.is(result?.arrivals.length, shown);
});

test('context › an entry longer than all there is room for is told by its end', (t) => {
  const result = renderContext(entries([text('antes'), text(`${'ñ'.repeat(40_000)}FIN`)]), policy);
  const whole = result?.parts.join('') ?? '';
  t.true(whole.startsWith('Contexto:\n…\nñ') && whole.endsWith('ñFIN\n\n'));
  t.true(Buffer.byteLength(whole) <= contextMaxBytes);
  t.is(result?.arrivals.length, 1);
});

test('context › in parts of AGENT_TEXT_MAX, which are the text when put together', (t) => {
  const said = entries(Array.from({ length: 20 }, () => text('palabra '.repeat(30).trim())));
  const result = renderContext(said, policyOf({ agentTextMax: 500 }));
  t.true((result?.parts.length ?? 0) > 8);
  t.true(result?.parts.every((part) => part.length <= 500));
  t.is(result?.parts.join(''), rendered(said, policy));
});

test('context › an entry that was cut is not marked, whenever it arrived', (t) => {
  const said = entries(
    Array.from({ length: 201 }, (_, index) => text(`<${index}>`)),
    (index) => (index === 0 ? { arrival: 5_000 } : {}),
  );
  t.false(renderContext(said, policy)?.arrivals.includes(5_000));
});

test('context › where the document has little room, fewer entries are told', (t) => {
  const said = entries(Array.from({ length: 100 }, () => text('palabra '.repeat(30))));
  const result = renderContext(said, policy, (parts) => parts.join('').length < 5_000);
  const whole = result?.parts.join('') ?? '';
  t.true(whole.length < 5_000 && whole.length > 3_000);
  t.true(whole.startsWith('Contexto:\n…\nCliente ['));
});

test('context › properties: bounded, begins with its title, marks only what it shows', (t) => {
  fc.assert(
    fc.property(
      fc.array(texts, { maxLength: 260 }),
      fc.constantFrom(100, 500, 4_000),
      (said, agentTextMax) => {
        const all = entries(said.map(text));
        const result = renderContext(all, policyOf({ agentTextMax }));
        if (result === undefined) return said.length === 0;
        const whole = result.parts.join('');
        if (result.parts.some((part) => part.length > agentTextMax)) return false;
        const shown = result.arrivals.length;
        return whole.startsWith('Contexto:') && Buffer.byteLength(whole) <= contextMaxBytes && shown <= 200;
      },
    ),
    { numRuns: 150 },
  );
  t.pass();
});
