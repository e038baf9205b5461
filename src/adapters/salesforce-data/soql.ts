/**
 * SOQL text, written so that a value can only ever become a literal. Vendor document: SOQL and SOSL Reference, "Quoted
 * String Escape Sequences" and "Date Formats and Date Literals".
 */
const brand: unique symbol = Symbol('soql');

/** A finished piece of SOQL. Only this module makes one. */
export interface Soql {
  readonly [brand]: true;
  readonly text: string;
}

const made = (text: string): Soql => ({ [brand]: true, text });

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/** A quoted string literal. `%` and `_` mean something after LIKE only, which is not written here. */
export const quoted = (value: string): string =>
  `'${value.toWellFormed().replace(/[\\'"\n\r\t\b\f]/gu, (character) => escapes[character] ?? '')}'`;

/** Whole seconds: Salesforce keeps its times so, and a fraction would miss what was made within that second. */
const instant = (value: Date): string =>
  new Date(Math.floor(value.getTime() / 1000) * 1000).toISOString().replace('.000Z', 'Z');

const fieldName = /^[A-Za-z]\w*(?:\.[A-Za-z]\w*)*$/u;

/** Could this be the API name of a field, or a path to one? Anything else never becomes part of a query. */
export const isFieldName = (name: string): boolean => fieldName.test(name);

/** A field of the configuration as an identifier. Throws on what is none: a mistake in the settings, not in the data. */
export const field = (name: string): Soql => {
  if (!isFieldName(name)) throw new Error('not the API name of a Salesforce field');
  return made(name);
};

/** Fields, separated by commas. */
export const fields = (names: ReadonlyArray<string>): Soql =>
  made(names.map((name) => field(name).text).join(', '));

/**
 * Strings become quoted literals, booleans bare words, dates instants (rounded down to the second), pieces of SOQL stay:
 * soql`SELECT Id FROM Contact WHERE ${field('Email')} = ${email}`.
 */
export const soql = (
  parts: TemplateStringsArray,
  ...values: ReadonlyArray<string | boolean | Date | Soql>
): Soql =>
  made(
    parts
      .map((part, index) => {
        const value = values[index];
        if (value === undefined) return part;
        if (typeof value === 'string') return part + quoted(value);
        if (typeof value === 'boolean') return part + String(value);
        return part + (value instanceof Date ? instant(value) : value.text);
      })
      .join(''),
  );

/** `/query/?q=…` under the data API's root. Percent-encoded with the apostrophes, which encodeURIComponent leaves. */
export const queryPath = (query: Soql): string =>
  `/query/?q=${encodeURIComponent(query.text).replace(/'/gu, '%27')}`;
