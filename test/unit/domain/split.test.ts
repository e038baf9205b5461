import test from 'ava';
import fc from 'fast-check';
import { splitText } from '../../../src/domain/split.ts';
import { texts } from '../../support/arbitraries/texts.ts';

test('split › a text that fits is left as it is, to the last unit', (t) => {
  t.deepEqual(splitText(' hola ', 6), [' hola ']);
  t.deepEqual(splitText('x'.repeat(4096), 4096), ['x'.repeat(4096)]);
});

test('split › at white space, the last there is', (t) => {
  t.deepEqual(splitText('uno dos tres', 8), ['uno dos ', 'tres']);
  t.deepEqual(splitText('uno dos tres', 7), ['uno dos', ' tres']);
  t.deepEqual(splitText('uno\ndos\ttres', 6), ['uno\n', 'dos\t', 'tres']);
});

test('split › a word longer than a piece is cut where it must be', (t) => {
  t.deepEqual(splitText('abcdefgh', 3), ['abc', 'def', 'gh']);
  t.deepEqual(splitText('a bcdefgh', 4), ['a ', 'bcde', 'fgh']);
});

test('split › never inside a grapheme', (t) => {
  const family = '👩‍👩‍👧‍👦';
  t.is(family.length, 11);
  t.deepEqual(splitText(`${family}${family}`, 12), [family, family]);
  t.deepEqual(splitText('ae\u0301', 2), ['a', 'e\u0301']);
  t.deepEqual(splitText('🇲🇽🇲🇽', 5), ['🇲🇽', '🇲🇽']);
  t.deepEqual(
    splitText('a\r\nb', 2),
    ['a', '\r\n', 'b'].filter((piece) => piece.trim() !== ''),
  );
});

test('split › a grapheme longer than a piece is cut at its characters', (t) => {
  const zalgo = `e${'\u0301'.repeat(10)}`;
  t.is(splitText(zalgo, 4).join(''), zalgo);
  t.deepEqual(splitText('👍🏽👍🏽', 3), ['👍', '🏽', '👍', '🏽']);
});

test('split › pieces that nobody could see are left out', (t) => {
  t.deepEqual(splitText('', 5), []);
  t.deepEqual(splitText(' \n\t ', 2), []);
  t.deepEqual(
    splitText(`a${' '.repeat(10)}b`, 4),
    ['a   ', ' '.repeat(3) + 'b'].slice(0, 1).concat(['   b']),
  );
});

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

test('split › properties: all of the text, in order, no piece too long, no grapheme torn', (t) => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 300 }), (text, max) => {
      const pieces = splitText(text, max);
      let from = 0;
      for (const piece of pieces) {
        if (piece.length > max) throw new Error('too long');
        if (piece.trim() === '') throw new Error('nothing to see');
        const at = text.indexOf(piece, from);
        if (at === -1 || text.slice(from, at).trim() !== '') throw new Error('something is missing');
        const segment = graphemes.segment(text).containing(at);
        if (segment !== undefined && segment.index !== at && segment.segment.length <= max)
          throw new Error('torn');
        from = at + piece.length;
      }
      if (text.slice(from).trim() !== '') throw new Error('the end is missing');
    }),
    { numRuns: 1_000 },
  );
  t.pass();
});
