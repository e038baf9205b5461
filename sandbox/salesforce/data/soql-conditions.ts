import { fullId } from './ids.ts';
import { noSuchColumn, quote, refuse } from './problems.ts';
import { type Field, findField, objectOfId, type ObjectType } from './schema.ts';
import type { Condition, Literal, Operator, Path } from './soql-parser.ts';
import { type DataRecord, valueOf } from './table.ts';
import { millisecondsOf } from './times.ts';

/** The record that another one points to. */
export type Follow = (record: DataRecord, link: Field) => DataRecord | undefined;

/** A step of a path; a custom relationship has no field, it leads nowhere here. */
interface Link {
  readonly name: string;
  readonly field: Field | undefined;
}

/** A path of a query, found in the schema. */
export interface Column {
  readonly field: Field;
  readonly links: ReadonlyArray<Link>;
}

const maxLinks = 5;

export const columnOf = (object: ObjectType, path: Path): Column => {
  const name = path.at(-1) ?? '';
  const way = path.slice(0, -1);
  if (way.length > maxLinks)
    refuse({ errorCode: 'INVALID_FIELD', message: 'too many levels of relationships' });
  let at: ObjectType | undefined = object;
  const links: Link[] = [];
  for (const step of way) {
    const link = linkOf(at, step);
    links.push(link);
    at = targetOf(link.field);
  }
  // what is beyond a custom relationship belongs to no known object
  if (at === undefined) return { field: { name, type: 'custom' }, links };
  return { field: findField(at, name) ?? refuse(noSuchColumn(name, at.name)), links };
};

const linkOf = (object: ObjectType | undefined, step: string): Link => {
  const field = object?.fields.find(({ relationship }) => relationship?.toLowerCase() === step.toLowerCase());
  if (field !== undefined) return { name: field.relationship ?? step, field };
  if (object === undefined || /^[a-z]\w*__r$/iu.test(step)) return { name: step, field };
  return refuse({
    errorCode: 'INVALID_FIELD',
    message: `Didn't understand relationship '${quote(step)}' in field path.`,
  });
};

const targetOf = (link: Field | undefined): ObjectType | undefined =>
  link?.to === undefined ? undefined : objectOfId(link.to[0] ?? '');

export type Value = string | number | boolean | null;

/** Null where a record on the way is missing. */
export const read = (record: DataRecord, { field, links }: Column, follow: Follow): Value => {
  let at: DataRecord | undefined = record;
  for (const { field: link } of links) {
    at = at === undefined || link === undefined ? undefined : follow(at, link);
  }
  return at === undefined ? null : fieldValue(at, field);
};

/** A checkbox is never null. */
export const fieldValue = (record: DataRecord, field: Field): Value => {
  const value = valueOf(record, field.name);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return field.type === 'boolean' ? false : null;
};

export type Test = (record: DataRecord, follow: Follow) => boolean;

/** Checks a WHERE as a whole, whatever the records, and makes it a test. */
export const testOf = (object: ObjectType, condition: Condition): Test => {
  switch (condition.kind) {
    case 'and': {
      const tests = condition.parts.map((part) => testOf(object, part));
      return (record, follow) => tests.every((test) => test(record, follow));
    }
    case 'or': {
      const tests = condition.parts.map((part) => testOf(object, part));
      return (record, follow) => tests.some((test) => test(record, follow));
    }
    case 'not': {
      const test = testOf(object, condition.part);
      return (record, follow) => !test(record, follow);
    }
    case 'compare':
      return comparison(columnOf(object, condition.path), condition.operator, condition.values);
  }
};

const comparison = (column: Column, operator: Operator, literals: ReadonlyArray<Literal>): Test => {
  const { field } = column;
  checkOperator(field, operator);
  if (operator === 'LIKE') {
    const patterns = literals.map((literal) => patternOf(field, literal));
    return (record, follow) =>
      patterns.some((pattern) => pattern.test(String(read(record, column, follow) ?? '')));
  }
  const wanted = literals.map((literal) => operandOf(field, literal));
  const meets = operatorTests[operator];
  return (record, follow) => meets(comparable(field, read(record, column, follow)), wanted);
};

const equal = (value: Value, wanted: ReadonlyArray<Value>): boolean => wanted.includes(value);

/** Nothing is before or after null. */
const ordered =
  (test: (value: string | number | boolean, wanted: string | number | boolean) => boolean) =>
  (value: Value, [wanted = null]: ReadonlyArray<Value>): boolean =>
    value !== null && wanted !== null && typeof value === typeof wanted && test(value, wanted);

const operatorTests: Readonly<
  Record<Exclude<Operator, 'LIKE'>, (value: Value, wanted: ReadonlyArray<Value>) => boolean>
> = {
  '=': equal,
  IN: equal,
  '!=': (value, wanted) => !equal(value, wanted),
  'NOT IN': (value, wanted) => !equal(value, wanted),
  '<': ordered((value, wanted) => value < wanted),
  '<=': ordered((value, wanted) => value <= wanted),
  '>': ordered((value, wanted) => value > wanted),
  '>=': ordered((value, wanted) => value >= wanted),
};

const equality: ReadonlySet<Operator> = new Set(['=', '!=', 'IN', 'NOT IN']);

const checkOperator = (field: Field, operator: Operator): void => {
  if (field.long || field.type === 'base64') {
    refuse({
      errorCode: 'INVALID_FIELD',
      message: `field '${field.name}' can not be filtered in a query call`,
    });
  }
  const isText = field.type === 'text' || field.type === 'email' || field.type === 'custom';
  const isId = field.type === 'id' || field.type === 'reference';
  const allowed =
    operator === 'LIKE' ? isText : equality.has(operator) || !(isId || field.type === 'boolean');
  if (allowed) return;
  refuse({
    errorCode: 'INVALID_QUERY_FILTER_OPERATOR',
    message: `invalid operator on ${isId ? 'id' : field.type} field`,
  });
};

/** A value as it is compared: texts without regard to case, times by their moment. */
const comparable = ({ type }: Field, value: Value): Value => {
  if (value === null) return null;
  if (type === 'datetime') return millisecondsOf(String(value)) ?? null;
  return typeof value === 'string' || type === 'custom' ? String(value).toLowerCase() : value;
};

/** The kind of literal that a field is compared with. */
const kinds: Readonly<Record<Field['type'], ReadonlyArray<Literal['kind']>>> = {
  id: ['string'],
  reference: ['string'],
  text: ['string'],
  email: ['string'],
  base64: [],
  boolean: ['boolean'],
  number: ['number'],
  date: ['date'],
  datetime: ['datetime'],
  custom: ['string', 'number', 'boolean', 'date', 'datetime'],
};

const operandOf = (field: Field, literal: Literal): Value => {
  if (literal.kind === 'null') return null;
  if (!kinds[field.type].includes(literal.kind)) return wrongKind(field);
  if (field.type === 'id' || field.type === 'reference') return idOperand(literal.text);
  if (literal.kind === 'number' && field.type === 'number') return Number(literal.text);
  if (literal.kind === 'boolean' && field.type === 'boolean') return literal.text === 'true';
  if (literal.kind === 'datetime' && field.type === 'datetime') {
    return millisecondsOf(literal.text) ?? wrongKind(field);
  }
  return literal.text.toLowerCase();
};

const wrongKind = ({ name, type }: Field): never => {
  const isText = (kinds[type][0] ?? 'string') === 'string';
  return refuse({
    errorCode: 'INVALID_FIELD',
    message: `value of filter criterion for field '${name}' must be of type ${type} and should ${isText ? '' : 'not '}be enclosed in quotes`,
  });
};

const idOperand = (text: string): string =>
  fullId(text)?.toLowerCase() ??
  refuse({ errorCode: 'INVALID_QUERY_FILTER_OPERATOR', message: `invalid ID field: ${quote(text)}` });

/** `%` is any text, `_` any one character. */
const patternOf = (field: Field, literal: Literal): RegExp => {
  if (literal.kind !== 'string') return wrongKind(field);
  const parts = literal.pattern.match(/\\[\\%_]|[\s\S]/gu) ?? [];
  const source = parts.map((part) => {
    if (part === '%') return '.*';
    if (part === '_') return '.';
    return (part.length === 2 && part.startsWith('\\') ? part.charAt(1) : part).replace(
      /[\\^$.*+?()[\]{}|/]/gu,
      '\\$&',
    );
  });
  return new RegExp(`^${source.join('')}$`, 'isu');
};
