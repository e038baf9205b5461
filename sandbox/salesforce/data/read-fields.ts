import type { JsonObject } from '../../support/json.ts';
import { fullId } from './ids.ts';
import { noSuchColumn, notParsed, quote, refuse } from './problems.ts';
import { type Field, findField, type ObjectType } from './schema.ts';
import { dateOf, instantOf } from './times.ts';

/** Fields of a record to be made, by their proper names; ids in full, files as bytes, no empty ones. */
export type NewFields = Readonly<Record<string, unknown>>;

/**
 * What a create's body says, or the error that Salesforce tells of it: unknown fields first, then what a value cannot
 * be, then its length, then what is missing.
 */
export const readFields = (object: ObjectType, body: JsonObject): NewFields => {
  const given = Object.entries(body).filter(([name]) => name !== 'attributes');
  const named = given.map(([name, value]) => [fieldOf(object, name), value] as const);
  const read = named.flatMap(([field, value]) => {
    const result = isEmpty(value) ? undefined : readers[field.type](field, value);
    return result === undefined ? [] : [[field, result] as const];
  });
  for (const [field, value] of read) checkLength(field, value);
  const fields = Object.fromEntries(read.map(([{ name }, value]) => [name, value]));
  const missing = object.fields.filter(({ name, required }) => required && fields[name] === undefined);
  return missing.length === 0 ? fields : required(missing.map(({ name }) => name));
};

export const required = (names: ReadonlyArray<string>): never =>
  refuse({
    errorCode: 'REQUIRED_FIELD_MISSING',
    message: `Required fields are missing: [${names.join(', ')}]`,
    fields: names,
  });

const fieldOf = (object: ObjectType, name: string): Field => {
  const field = findField(object, name) ?? refuse(noSuchColumn(name, object.name));
  if (field.name === 'Id') {
    return refuse({
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
      message: 'cannot specify Id in an insert call',
      fields: ['Id'],
    });
  }
  return field.fixed ? notWritable([field.name]) : field;
};

export const notWritable = (fields: ReadonlyArray<string>): never =>
  refuse({
    errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
    message: `Unable to create/update fields: ${fields.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
    fields,
  });

const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === 'string' && value.trim() === '');

const cannotBe = (field: Field, value: unknown): never =>
  refuse(
    notParsed(
      `Cannot deserialize instance of ${field.type} from value ${quote(JSON.stringify(value))} or request may be missing a required field (${field.name})`,
    ),
  );

const asText = (field: Field, value: unknown): string =>
  typeof value === 'string' ? value : cannotBe(field, value);

const readText = (field: Field, value: unknown): string => {
  const text = asText(field, value);
  if (field.values === undefined || field.values.includes(text)) return text;
  return refuse({
    errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    message: `${field.name}: bad value for restricted picklist field: ${quote(text)}`,
    fields: [field.name],
  });
};

const readEmail = (field: Field, value: unknown): string => {
  const text = asText(field, value);
  if (/^[^\s@"(),:;<>[\]\\]+@[^\s@.]+(?:\.[^\s@.]+)+$/u.test(text)) return text;
  return refuse({
    errorCode: 'INVALID_EMAIL_ADDRESS',
    message: `${field.name}: invalid email address: ${quote(text)}`,
    fields: [field.name],
  });
};

const readId = (field: Field, value: unknown): string => {
  const text = asText(field, value);
  const id = fullId(text);
  if (id !== undefined && (field.to === undefined || field.to.includes(id.slice(0, 3)))) return id;
  return refuse({
    errorCode: 'MALFORMED_ID',
    message: `${field.name}: id value of incorrect type: ${quote(text)}`,
    fields: [field.name],
  });
};

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/u.test(text);

const readers: Readonly<Record<Field['type'], (field: Field, value: unknown) => unknown>> = {
  id: readId,
  reference: readId,
  text: readText,
  email: readEmail,
  boolean: (field, value) => (typeof value === 'boolean' ? value : cannotBe(field, value)),
  number: (field, value) => (typeof value === 'number' ? value : cannotBe(field, value)),
  date: (field, value) => dateOf(asText(field, value)) ?? cannotBe(field, value),
  datetime: (field, value) => instantOf(asText(field, value)) ?? cannotBe(field, value),
  base64: (field, value) => {
    const text = asText(field, value);
    return isBase64(text) ? Buffer.from(text, 'base64') : cannotBe(field, value);
  },
  custom: (field, value) => (typeof value === 'object' ? cannotBe(field, value) : value),
};

const checkLength = ({ name, max = Infinity }: Field, value: unknown): void => {
  if (typeof value !== 'string' || value.length <= max || Array.from(value).length <= max) return;
  refuse({
    errorCode: 'STRING_TOO_LONG',
    message: `${name}: data value too large: ${quote(value)} (max length=${max})`,
    fields: [name],
  });
};
