import { quote, refuse } from './problems.ts';

/** SOQL in pieces (SOQL and SOSL Reference, "Quoted String Escape Sequences" and "Date Formats and Date Literals"). */
export type Token =
  | { readonly kind: 'word' | 'symbol' | 'date' | 'datetime' | 'number'; readonly text: string }
  /** `text` with its escapes resolved; `pattern` as LIKE reads it: `%` and `_` that were escaped still are. */
  | { readonly kind: 'string'; readonly text: string; readonly pattern: string }
  | { readonly kind: 'end'; readonly text: '' };

const maxLength = 100_000;

export const malformed = (message: string): never =>
  refuse({ errorCode: 'MALFORMED_QUERY', message: quote(message) });

const pieces: ReadonlyArray<readonly [Exclude<Token['kind'], 'string' | 'end'>, RegExp]> = [
  ['word', /[A-Za-z]\w*(?:\.[A-Za-z]\w*)*/uy],
  ['datetime', /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})(?![\w.:-])/uy],
  ['date', /\d{4}-\d{2}-\d{2}(?![\w.:-])/uy],
  ['number', /[+-]?\d+(?:\.\d+)?(?![\w.:-])/uy],
  ['symbol', /<=|>=|!=|<>|[=<>(),]/uy],
];

export const tokens = (soql: string): Token[] => {
  if (soql.length > maxLength)
    return malformed(`SOQL statements cannot be longer than ${maxLength} characters.`);
  const result: Token[] = [];
  let at = 0;
  for (;;) {
    while (/\s/u.test(soql.charAt(at))) at += 1;
    if (at >= soql.length) return [...result, { kind: 'end', text: '' }];
    const token = soql[at] === "'" ? literal(soql, at) : piece(soql, at);
    result.push(token.token);
    at = token.next;
  }
};

interface Found {
  readonly token: Token;
  readonly next: number;
}

const piece = (soql: string, at: number): Found => {
  for (const [kind, expression] of pieces) {
    expression.lastIndex = at;
    const text = expression.exec(soql)?.[0];
    if (text !== undefined) return { token: { kind, text }, next: at + text.length };
  }
  return malformed(`unexpected token: '${soql.slice(at, at + 20)}' at column ${at + 1}`);
};

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['_', '_'],
  ['%', '%'],
]);

const literal = (soql: string, start: number): Found => {
  let [text, pattern] = ['', ''];
  let at = start + 1;
  while (soql[at] !== "'") {
    const character = soql.charAt(at);
    if (character === '' || character === '\n' || character === '\r') {
      return malformed(`mismatched character: a string that begins at column ${start + 1} does not end`);
    }
    if (character !== '\\') {
      text += character;
      pattern += character;
      at += 1;
      continue;
    }
    const { plain, length } = escaped(soql, at);
    text += plain;
    pattern += /[\\%_]/u.test(plain) ? `\\${plain}` : plain;
    at += length;
  }
  return { token: { kind: 'string', text, pattern }, next: at + 1 };
};

const escaped = (soql: string, at: number): { readonly plain: string; readonly length: number } => {
  const code = /^\\u[0-9A-Fa-f]{4}/u.exec(soql.slice(at, at + 6))?.[0];
  if (code !== undefined) {
    return { plain: String.fromCharCode(Number.parseInt(code.slice(2), 16)), length: code.length };
  }
  const letter = soql.charAt(at + 1);
  const plain = escapes.get(letter.toLowerCase());
  return plain === undefined
    ? malformed(`Illegal character sequence '\\${letter}' in string literal.`)
    : { plain, length: 2 };
};
