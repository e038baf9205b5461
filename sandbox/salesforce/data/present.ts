import type { Records } from './records.ts';
import { type Field, objectOfId, type ObjectType } from './schema.ts';
import { type Column, fieldValue, type Follow } from './soql-conditions.ts';
import { type DataRecord, valueOf } from './table.ts';

/** `root`: `/services/data/vNN.0`. */
export const recordUrl = (root: string, object: string, id: string): string =>
  `${root}/sobjects/${object}/${id}`;

export const followIn =
  (records: Records): Follow =>
  (record, link) => {
    const id = valueOf(record, link.name);
    if (typeof id !== 'string') return undefined;
    const target = objectOfId(id);
    return target === undefined ? undefined : records.find(target.name, id);
  };

const begin = (root: string, record: DataRecord): Record<string, unknown> => {
  const type = objectOfId(record.Id)?.name ?? '';
  return { attributes: { type, url: recordUrl(root, type, record.Id) } };
};

/** Bytes are told by the place where they are. */
const shown = (root: string, record: DataRecord, field: Field): unknown =>
  field.type === 'base64'
    ? `${recordUrl(root, 'ContentVersion', record.Id)}/${field.name}`
    : fieldValue(record, field);

/** A record with some of its own fields. */
export const presentFields = (
  root: string,
  record: DataRecord,
  fields: ReadonlyArray<Field>,
): Record<string, unknown> => ({
  ...begin(root, record),
  ...Object.fromEntries(fields.map((field) => [field.name, shown(root, record, field)])),
});

/** All that a record has: the fields of its object and its custom ones. */
export const presentAll = (root: string, object: ObjectType, record: DataRecord): Record<string, unknown> => {
  const known = new Set(object.fields.map(({ name }) => name));
  const custom = Object.entries(record).filter(([name]) => !known.has(name));
  return { ...presentFields(root, record, object.fields), ...Object.fromEntries(custom) };
};

/** A row of a query; fields of related records stand within an object of their own, or null. */
export const presentRow = (
  root: string,
  row: DataRecord,
  columns: ReadonlyArray<Column>,
  follow: Follow,
): Record<string, unknown> => {
  const place = (target: Record<string, unknown>, record: DataRecord, { field, links }: Column): void => {
    const [link, ...further] = links;
    if (link === undefined) {
      target[field.name] = shown(root, record, field);
      return;
    }
    const next = link.field === undefined ? undefined : follow(record, link.field);
    if (next === undefined) {
      target[link.name] = null;
      return;
    }
    const inner = (target[link.name] ??= begin(root, next)) as Record<string, unknown>;
    place(inner, next, { field, links: further });
  };
  const result = begin(root, row);
  for (const column of columns) place(result, row, column);
  return result;
};
