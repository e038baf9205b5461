import { hash } from 'node:crypto';
import { membersOf, textOf } from './read.ts';

/** The whole talk as ChasitorSessionData tells it after a reconnect, and what of it is known (relay.md §4.5). */

export const digestsKept = 30;

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

/**
 * Short, and alike for a text however the desk gives it back: line breaks, white space around it, and the escapes of
 * HTML (whether transcripts carry them is not documented) make no difference.
 */
export const digest = (text: string): string => {
  const plain = text
    .replace(/&(?:lt|gt|quot|#39|amp);/gu, (entity) => entities[entity] ?? entity)
    .replace(/\r\n?/gu, '\n')
    .trim();
  return hash('sha256', plain, 'base64url').slice(0, 12);
};

/** Enough to know a line again among those that are expected; many of them are kept. */
export const shortDigest = (line: string): string => line.slice(0, 6);

export interface Transcript {
  /** Texts, oldest first. */
  readonly agent: ReadonlyArray<string>;
  /** Digests, oldest first. */
  readonly visitor: ReadonlyArray<string>;
}

/** Lines of other kinds, and lines without a text, are left out. Undefined: there is no transcript. */
export const readTranscript = (sessionData: unknown): Transcript | undefined => {
  const { chatMessages } = membersOf(sessionData);
  if (!Array.isArray(chatMessages)) return undefined;
  const lines = chatMessages.map(membersOf);
  const texts = (from: string): ReadonlyArray<string> =>
    lines.flatMap((line) => {
      const text = textOf(line.content);
      return text !== undefined && textOf(line.type)?.toLowerCase() === from ? [text] : [];
    });
  return { agent: texts('agent'), visitor: texts('chasitor').map(digest) };
};

export interface Alignment {
  /** So many lines at the beginning of the transcript are known; what follows is news. */
  readonly end: number;
  /** Lines that match. */
  readonly length: number;
}

/**
 * Lays the end of what is known along the transcript so that as many lines as possible match. Where several places do
 * equally well, the one that accounts for `count` lines in all is right if the transcript is whole; else the one
 * nearest its tail, which repeats nothing. Undefined: nothing fits.
 */
export const align = (
  lines: ReadonlyArray<string>,
  known: ReadonlyArray<string>,
  count: number,
): Alignment | undefined => {
  if (known.length === 0) return { end: 0, length: 0 };
  const matches = lines.map((_, index) => ({ end: index + 1, length: matching(lines, index, known) }));
  const length = matches.reduce((most, match) => Math.max(most, match.length), 0);
  if (length === 0) return undefined;
  const longest = matches.filter((match) => match.length === length);
  return longest.find(({ end }) => end === count) ?? longest.at(-1);
};

/** How many lines up to `index` are the last known ones. */
const matching = (lines: ReadonlyArray<string>, index: number, known: ReadonlyArray<string>): number => {
  let length = 0;
  while (length < known.length && length <= index && lines[index - length] === known.at(-1 - length))
    length += 1;
  return length;
};

/** As `align`, for what was posted: lines marked `?` may or may not stand in the transcript. */
export const alignPosted = (
  lines: ReadonlyArray<string>,
  posted: ReadonlyArray<string>,
  count: number,
): Alignment | undefined => {
  const all = posted.map((line) => line.replace(/^\?/u, ''));
  const sure = posted.filter((line) => !line.startsWith('?'));
  const withAll = align(lines, all, count);
  if (sure.length === posted.length) return withAll;
  const withSure = align(lines, sure, count - (posted.length - sure.length));
  if (withAll === undefined || withSure === undefined) return withAll ?? withSure;
  return withAll.length >= withSure.length ? withAll : withSure;
};
