import test from 'ava';
import fc from 'fast-check';
import {
  field,
  fields,
  isFieldName,
  queryPath,
  quoted,
  soql,
} from '../../../src/adapters/salesforce-data/soql.ts';

/** Reads one string literal the way SOQL does; undefined when the text is not exactly one literal. */
const unquote = (literal: string): string | undefined => {
  const letters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
  if (!literal.startsWith("'")) return undefined;
  let value = '';
  for (let at = 1; at < literal.length; at += 1) {
    const character = literal[at] ?? '';
    if (character === "'") return at === literal.length - 1 ? value : undefined;
    if (character === '\\') {
      at += 1;
      const escaped = literal[at] ?? '';
      if (!/[nrtbf'"\\]/u.test(escaped)) return undefined;
      value += letters[escaped] ?? escaped;
    } else value += character;
  }
  return undefined;
};

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom("'", '\\', '"', '\n', '\r', '\t', '\b', '\f', '%', '_', 'x', '\0', '😀'),
  }),
);

test('any text › becomes exactly one literal that says the same', (t) => {
  fc.assert(
    fc.property(nasty, (text) => {
      t.is(unquote(quoted(text)), text.toWellFormed());
    }),
    { numRuns: 2000 },
  );
});

test('any text › changes nothing of the query around it', (t) => {
  fc.assert(
    fc.property(nasty, nasty, (one, two) => {
      const { text } = soql`SELECT Id FROM Contact WHERE Email = ${one} AND Name = ${two}`;
      t.is(text, `SELECT Id FROM Contact WHERE Email = ${quoted(one)} AND Name = ${quoted(two)}`);
    }),
  );
});

test('any text › survives the way into the path of a query', (t) => {
  fc.assert(
    fc.property(nasty, (text) => {
      const query = soql`SELECT Id FROM Contact WHERE Email = ${text}`;
      const path = queryPath(query);
      t.regex(path, /^\/query\/\?q=[A-Za-z0-9%\-_.!~*()]+$/u);
      t.is(new URL(path, 'https://example.com').searchParams.get('q'), query.text);
    }),
  );
});

test('an attack by quotes › stays a literal', (t) => {
  t.is(soql`WHERE Email = ${"x' OR Name != '"}`.text, "WHERE Email = 'x\\' OR Name != \\''");
  t.is(soql`WHERE Email = ${"x\\' OR Name != '"}`.text, "WHERE Email = 'x\\\\\\' OR Name != \\''");
});

test('a time › is an instant without quotes, down to the whole second', (t) => {
  t.is(soql`>= ${new Date(1_700_000_000_999)}`.text, '>= 2023-11-14T22:13:20Z');
});

test('fields › are API names or nothing', (t) => {
  t.is(fields(['Id', 'Loyalty_Number__c', 'Account.Name']).text, 'Id, Loyalty_Number__c, Account.Name');
  for (const bad of ['', 'a b', "x'", 'Id FROM User', '1a', 'ñ', 'a,b', 'a.', '.b', 'a..b', '_x']) {
    t.false(isFieldName(bad), bad);
    t.throws(() => field(bad));
  }
});
