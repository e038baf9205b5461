import { malformed, type Token, tokens } from './soql-tokens.ts';

/** A field, or the way to it through related records: `Account.Name`. */
export type Path = ReadonlyArray<string>;

export type Literal =
  | { readonly kind: 'string'; readonly text: string; readonly pattern: string }
  | { readonly kind: 'number' | 'boolean' | 'date' | 'datetime'; readonly text: string }
  | { readonly kind: 'null' };

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'IN' | 'NOT IN';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: ReadonlyArray<Condition> }
  | { readonly kind: 'not'; readonly part: Condition }
  | {
      readonly kind: 'compare';
      readonly path: Path;
      readonly operator: Operator;
      /** One, but for IN. */
      readonly values: ReadonlyArray<Literal>;
    };

export interface Order {
  readonly path: Path;
  readonly descending: boolean;
  readonly nullsLast: boolean;
}

export interface Query {
  readonly select: ReadonlyArray<Path>;
  readonly from: string;
  readonly where: Condition | undefined;
  readonly orderBy: ReadonlyArray<Order>;
  readonly limit: number | undefined;
  readonly offset: number;
  /** The query with `?` for each text, number and time. */
  readonly shape: string;
}

const reserved = new Set(
  'and asc desc excludes first from group having in includes last like limit not null nulls or select using where with'.split(
    ' ',
  ),
);

const operators: ReadonlyMap<string, Operator> = new Map([
  ['=', '='],
  ['!=', '!='],
  ['<>', '!='],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
]);

const maxDepth = 50;

/**
 * SELECT fields FROM object [WHERE …] [ORDER BY …] [LIMIT n] [OFFSET n]: the part of SOQL that the sandbox knows.
 * Anything else is MALFORMED_QUERY, what follows the end of a query above all.
 */
export const parseQuery = (soql: string): Query => new Parser(tokens(soql)).query();

class Parser {
  readonly #tokens: ReadonlyArray<Token>;
  #at = 0;
  #depth = 0;

  constructor(all: ReadonlyArray<Token>) {
    this.#tokens = all;
  }

  query(): Query {
    this.#expect('select');
    const select = this.#list(() => this.#path());
    this.#expect('from');
    const from = this.#name();
    const where = this.#accept('where') ? this.#conditions() : undefined;
    const orderBy = this.#accept('order') ? this.#orders() : [];
    const limit = this.#accept('limit') ? this.#count() : undefined;
    const offset = this.#accept('offset') ? this.#count() : 0;
    if (this.#token.kind !== 'end') return this.#unexpected();
    return { select, from, where, orderBy, limit, offset, shape: this.#shape() };
  }

  get #token(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' };
  }

  #take(): Token {
    const token = this.#token;
    this.#at += 1;
    return token;
  }

  /** Words are read without regard to case; a literal is never one. */
  #is(text: string): boolean {
    const { kind, text: given } = this.#token;
    return (kind === 'word' || kind === 'symbol') && given.toLowerCase() === text;
  }

  #accept(text: string): boolean {
    const found = this.#is(text);
    if (found) this.#at += 1;
    return found;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) this.#unexpected();
  }

  #unexpected(): never {
    const { kind, text } = this.#token;
    return malformed(kind === 'end' ? 'unexpected token: <EOF>' : `unexpected token: '${text}'`);
  }

  #list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.#accept(',')) items.push(item());
    return items;
  }

  #path(): Path {
    const { kind, text } = this.#token;
    if (kind !== 'word' || reserved.has(text.toLowerCase())) return this.#unexpected();
    this.#at += 1;
    return text.split('.');
  }

  #name(): string {
    const [name = '', ...more] = this.#path();
    return more.length === 0 ? name : malformed(`unexpected token: '.${more.join('.')}'`);
  }

  /** AND and OR beside each other need parentheses. */
  #conditions(): Condition {
    const first = this.#condition();
    const kind = this.#is('and') ? 'and' : this.#is('or') ? 'or' : undefined;
    if (kind === undefined) return first;
    const parts = [first];
    while (this.#accept(kind)) parts.push(this.#condition());
    return { kind, parts };
  }

  #condition(): Condition {
    if (this.#accept('not')) return { kind: 'not', part: this.#nested(() => this.#condition()) };
    if (!this.#accept('(')) return this.#comparison();
    const inner = this.#nested(() => this.#conditions());
    this.#expect(')');
    return inner;
  }

  #nested(parse: () => Condition): Condition {
    this.#depth += 1;
    if (this.#depth > maxDepth) return malformed('too many nested conditions');
    const inner = parse();
    this.#depth -= 1;
    return inner;
  }

  #comparison(): Condition {
    const path = this.#path();
    const operator = this.#operator();
    if (operator !== 'IN' && operator !== 'NOT IN') {
      return { kind: 'compare', path, operator, values: [this.#literal()] };
    }
    this.#expect('(');
    const values = this.#list(() => this.#literal());
    this.#expect(')');
    return { kind: 'compare', path, operator, values };
  }

  #operator(): Operator {
    if (this.#accept('like')) return 'LIKE';
    if (this.#accept('in')) return 'IN';
    if (this.#accept('not')) {
      this.#expect('in');
      return 'NOT IN';
    }
    const { kind, text } = this.#token;
    const operator = kind === 'symbol' ? operators.get(text) : undefined;
    if (operator === undefined) return this.#unexpected();
    this.#at += 1;
    return operator;
  }

  #literal(): Literal {
    const token = this.#token;
    const word = token.kind === 'word' ? token.text.toLowerCase() : undefined;
    if (word === 'null') {
      this.#at += 1;
      return { kind: 'null' };
    }
    if (word === 'true' || word === 'false') {
      this.#at += 1;
      return { kind: 'boolean', text: word };
    }
    if (token.kind === 'word' || token.kind === 'symbol' || token.kind === 'end') return this.#unexpected();
    this.#at += 1;
    return token.kind === 'string' ? token : { kind: token.kind, text: token.text };
  }

  #orders(): Order[] {
    this.#expect('by');
    return this.#list(() => {
      const path = this.#path();
      const descending = this.#accept('desc');
      if (!descending) this.#accept('asc');
      if (!this.#accept('nulls')) return { path, descending, nullsLast: false };
      const nullsLast = this.#accept('last');
      if (!nullsLast) this.#expect('first');
      return { path, descending, nullsLast };
    });
  }

  #count(): number {
    const token = this.#take();
    if (token.kind === 'number' && /^\d{1,9}$/u.test(token.text)) return Number(token.text);
    return malformed(`unexpected token: '${token.text}'`);
  }

  #shape(): string {
    return this.#tokens
      .map(({ kind, text }) => (kind === 'word' || kind === 'symbol' ? text : kind === 'end' ? '' : '?'))
      .join(' ')
      .trim();
  }
}
