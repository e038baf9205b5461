import fc from 'fast-check';

/** One character or grapheme each, of every kind that has surprised somebody. */
const alphabets: ReadonlyArray<ReadonlyArray<string>> = [
  ['a', 'b', 'c', ' ', ' '],
  ['á', 'ñ', '¿', ' ', 'x'],
  ['漢', '字', '、'],
  ['👩‍👩‍👧‍👦', '🇲🇽', '👍🏽', ' '],
  ['\n', '\r\n', 'z'],
  ['"', '\\', ' '],
  ['\u0000', '\u001b', 'k'],
  ['\ud800', '\udc00', ' '],
  ['e\u0301', 'q\u0323\u0307', '\u00a0'],
  [' '],
];

/** A text of about that many characters; which ones, the seed decides. */
export const textOf = (seed: number, length: number): string => {
  const alphabet = alphabets[seed % alphabets.length] ?? ['a'];
  let state = (seed * 2654435761 + 1) >>> 0;
  const parts: string[] = [];
  for (let made = 0; made < length;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const part = alphabet[(state >>> 8) % alphabet.length] ?? 'a';
    parts.push(part);
    made += part.length;
  }
  return parts.join('');
};

/** Mostly short ones, some as long as a message or as a webhook can be. */
export const lengths: fc.Arbitrary<number> = fc.oneof(
  { weight: 60, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 8, arbitrary: fc.integer({ min: 200, max: 5_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 20_000, max: 70_000 }) },
);

export const texts: fc.Arbitrary<string> = fc
  .tuple(fc.nat(1_000_000), lengths)
  .map(([seed, length]) => textOf(seed, length));
