const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const space = /\s/u;

const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/gu;

/** The text without what nobody can see and not every channel and store takes: control characters, halves of characters. */
export const showable = (text: string): string => text.toWellFormed().replace(controls, '');

/** Where to cut `text` so that the piece from `start` has at most `max` UTF-16 units. */
const cutAt = (text: string, start: number, max: number): number => {
  const limit = start + max;
  if (text.length <= limit) return text.length;
  const segments = graphemes.segment(text);
  const boundaryAtOrBefore = (index: number): number => segments.containing(index)?.index ?? index;
  for (let cut = limit; cut > start + 1; cut--) {
    const atSpace = space.test(text[cut - 1] ?? '') || (cut === limit && space.test(text[cut] ?? ''));
    if (atSpace && boundaryAtOrBefore(cut) === cut) return cut;
  }
  const boundary = boundaryAtOrBefore(limit);
  if (boundary > start) return boundary;
  // one grapheme longer than a whole message: keep at least its code points whole
  const low = text.charCodeAt(limit);
  return low >= 0xdc00 && low <= 0xdfff && max > 1 ? limit - 1 : limit;
};

/**
 * Splits a text into pieces of at most `max` UTF-16 units, at white space where there is some, never inside a
 * grapheme. The pieces put together are the text. Pieces of nothing but white space are left out: no channel takes
 * them, and nobody can see them.
 */
export const splitText = (text: string, max: number): ReadonlyArray<string> => {
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    const end = cutAt(text, start, max);
    const piece = text.slice(start, end);
    if (piece.trim() !== '') pieces.push(piece);
    start = end;
  }
  return pieces;
};
