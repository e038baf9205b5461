import test from 'ava';
import fc from 'fast-check';
import { align, alignPosted, digest, readTranscript } from '../../../src/adapters/live-agent/transcript.ts';
import { line } from './samples.ts';

const words = (text: string): ReadonlyArray<string> => (text === '' ? [] : text.split(' '));
const end = (lines: string, known: string, count = words(known).length): number | undefined =>
  align(words(lines), words(known), count)?.end;

for (const [lines, known, expected] of [
  ['a b c', 'a b', 2],
  ['a b', 'a b', 2],
  ['a b', '', 0],
  ['', '', 0],
  ['', 'a', undefined],
  ['x y', 'a b', undefined],
  // what lies before the known part does not matter
  ['x a b c', 'a b', 3],
  // the desk cut the beginning off
  ['b c', 'a b', 1],
  // the whole is known, so that the second one is news
  ['a a', 'a', 1],
  ['ok ok ok', 'ok ok', 2],
  // the longest match, not the first or the last
  ['b a b c b', 'a b', 3],
  // equally good: nothing is repeated
  ['b x b y', 'q b', 3],
] as const) {
  test(`alignment › of (${known}) with (${lines}) ends at ${expected}`, (t) => {
    t.is(end(lines, known), expected);
  });
}

test('alignment › more lines than are remembered', (t) => {
  const all = Array.from({ length: 50 }, () => 'ok');
  t.is(align(all, all.slice(0, 30), 45)?.end, 45);
  t.is(align(all, all.slice(0, 30), 60)?.end, 50);
});

test('alignment › news after what is known is found, however often lines repeat themselves', (t) => {
  const talk = fc.array(fc.constantFrom('ok', 'no', 'hola', 'sí'), { maxLength: 60 });
  fc.assert(
    fc.property(talk, talk, (known, news) => {
      t.is(align([...known, ...news], known.slice(-30), known.length)?.end, known.length);
    }),
  );
});

test('alignment › a transcript without its beginning is aligned where lines do not repeat', (t) => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 60 }),
      fc.nat(),
      fc.nat(),
      (talk, a, b) => {
        const known = 1 + (a % talk.length);
        const cut = b % known;
        t.is(align(talk.slice(cut), talk.slice(0, known).slice(-30), known)?.end, known - cut);
      },
    ),
  );
});

test('alignment › of posts that may or may not have arrived', (t) => {
  const ends = (lines: string, posted: string) =>
    alignPosted(words(lines), words(posted), words(posted).length)?.end;
  t.is(ends('a b', 'a ?b'), 2);
  t.is(ends('a', 'a ?b'), 1);
  t.is(ends('a c', 'a ?b c'), 2);
  t.is(ends('c', '?b'), 0);
  t.is(ends('', '?b'), 0);
});

test('a digest › does not depend on how the desk gives the text back', (t) => {
  t.is(digest('a < b & "c"\r\nd '), digest('a &lt; b &amp; &quot;c&quot;\nd'));
  t.not(digest('a'), digest('b'));
  t.is(digest('x'.repeat(100_000)).length, 12);
});

test('a transcript › odd lines are passed over', (t) => {
  const transcript = readTranscript({
    chatMessages: [
      line('Agent', 'Hola'),
      line('OperatorTransferred', ''),
      'Hola',
      null,
      { type: 'Agent' },
      { type: 5, content: 'x' },
      line('Chasitor', 'buenas'),
    ],
  });
  t.deepEqual(transcript, { agent: ['Hola'], visitor: [digest('buenas')] });
});

test('a transcript › may be missing', (t) => {
  for (const data of [undefined, null, {}, [], { chatMessages: 'x' }]) t.is(readTranscript(data), undefined);
});
