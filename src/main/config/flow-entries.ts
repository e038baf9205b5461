import { E, type Either } from '../../domain/fp.ts';
import { isRecord, parseJson } from './json.ts';

/** Where the JSON object that begins at `start` ends (behind its brace): braces within its texts do not count. */
const endOfObject = (text: string, start: number): number | undefined => {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char === '\\') at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return at + 1;
  }
  return undefined;
};

const blanks = /[\s;]*/uy;

const skip = (text: string, at: number): number => {
  blanks.lastIndex = at;
  return at + (blanks.exec(text)?.[0].length ?? 0);
};

/**
 * Reads `key={…};key={…}`: white space around keys, objects and separators does no harm, nor do `;` and `=` inside the
 * objects, nor a `;` too many. Left: what is wrong, by the number of the entry.
 */
export const readFlowEntries = (
  text: string,
): Either<string, ReadonlyArray<readonly [key: string, value: unknown]>> => {
  const entries: Array<readonly [string, unknown]> = [];
  let at = skip(text, 0);
  while (at < text.length) {
    const number = entries.length + 1;
    const equals = text.indexOf('=', at);
    if (equals === -1) return E.left(`entry ${number} has no "="`);
    const key = text.slice(at, equals).trim();
    if (/[;{}"]/u.test(key)) return E.left(`entry ${number} does not begin with flow=`);
    const start = skipSpace(text, equals + 1);
    const end = text[start] === '{' ? endOfObject(text, start) : undefined;
    const value = end === undefined ? undefined : parseJson(text.slice(start, end));
    if (end === undefined || !isRecord(value))
      return E.left(`entry ${number} has no JSON object behind its "="`);
    const behind = skipSpace(text, end);
    if (behind < text.length && text[behind] !== ';') return E.left(`";" is missing behind entry ${number}`);
    entries.push([key, value]);
    at = skip(text, behind);
  }
  return E.right(entries);
};

const skipSpace = (text: string, at: number): number => {
  let next = at;
  while (next < text.length && /\s/u.test(text[next] ?? '')) next++;
  return next;
};
