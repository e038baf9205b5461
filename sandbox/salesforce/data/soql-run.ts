import { fullId } from './ids.ts';
import { followIn, presentRow } from './present.ts';
import { quote, refuse } from './problems.ts';
import type { Records } from './records.ts';
import { findObject, type ObjectType } from './schema.ts';
import { type Column, columnOf, read, type Test, testOf, type Value } from './soql-conditions.ts';
import { type Condition, type Order, parseQuery, type Path, type Query } from './soql-parser.ts';
import type { DataRecord } from './table.ts';

/** The rows of one answer; there is no way to fetch more of them here. */
const maxRows = 2_000;
const maxOffset = 2_000;

export interface QueryAnswer {
  readonly totalSize: number;
  readonly done: boolean;
  readonly records: ReadonlyArray<object>;
}

/** `root`: `/services/data/vNN.0`, for the URLs of the records. */
export const runQuery = (records: Records, root: string, soql: string): QueryAnswer => {
  const query = parseQuery(soql);
  const plan = planOf(query);
  records.checkRefused('query', plan.object);
  const rows = found(records, plan);
  const { name: type } = plan.object;
  records.queries.push({ at: Date.now(), type, soql, shape: query.shape, rows: rows.length });
  const follow = followIn(records);
  return {
    totalSize: rows.length,
    done: rows.length <= maxRows,
    records: rows.slice(0, maxRows).map((row) => presentRow(root, row, plan.columns, follow)),
  };
};

interface Plan {
  readonly query: Query;
  readonly object: ObjectType;
  readonly columns: ReadonlyArray<Column>;
  readonly matches: Test;
  readonly orders: ReadonlyArray<Order & { readonly column: Column }>;
}

/** Every name and literal is checked, whether there are records or not. */
const planOf = (query: Query): Plan => {
  const object = findObject(query.from) ?? noSuchType(query.from);
  if (query.offset > maxOffset) {
    refuse({
      errorCode: 'NUMBER_OUTSIDE_VALID_RANGE',
      message: `Maximum SOQL offset allowed is ${maxOffset}`,
    });
  }
  return {
    query,
    object,
    columns: selected(object, query.select),
    matches: query.where === undefined ? () => true : testOf(object, query.where),
    orders: query.orderBy.map((order) => ({ ...order, column: columnOf(object, order.path) })),
  };
};

const noSuchType = (name: string): never =>
  refuse({
    errorCode: 'INVALID_TYPE',
    message: `sObject type '${quote(name)}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name.`,
  });

const selected = (object: ObjectType, paths: ReadonlyArray<Path>): ReadonlyArray<Column> => {
  const names = paths.map((path) => path.join('.').toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    refuse({ errorCode: 'MALFORMED_QUERY', message: `duplicate field selected: ${quote(twice)}` });
  }
  return paths.map((path) => columnOf(object, path));
};

const found = (records: Records, { query, object, matches, orders }: Plan): DataRecord[] => {
  const follow = followIn(records);
  const rows = candidates(records, object, query.where).filter((row) => matches(row, follow));
  if (orders.length > 0) {
    rows.sort((one, other) => {
      for (const order of orders) {
        const by = compare(read(one, order.column, follow), read(other, order.column, follow), order);
        if (by !== 0) return by;
      }
      return 0;
    });
  }
  return rows.slice(query.offset, query.limit === undefined ? undefined : query.offset + query.limit);
};

/** By an index where an equal text of the record's own is asked for, as searches for a contact do. */
const candidates = (records: Records, object: ObjectType, where: Condition | undefined): DataRecord[] => {
  const parts = where === undefined ? [] : where.kind === 'and' ? where.parts : [where];
  for (const part of parts) {
    if (part.kind !== 'compare' || part.operator !== '=') continue;
    const [literal] = part.values;
    const { field, links } = columnOf(object, part.path);
    if (literal?.kind !== 'string' || links.length > 0) continue;
    const isId = field.type === 'id' || field.type === 'reference';
    return records.withText(object.name, field.name, isId ? (fullId(literal.text) ?? '') : literal.text);
  }
  return records.list(object.name);
};

const compare = (one: Value, other: Value, { descending, nullsLast }: Order): number => {
  if (one === null || other === null) {
    if (one === other) return 0;
    return (one === null) === nullsLast ? 1 : -1;
  }
  const by = typeof one === 'number' && typeof other === 'number' ? one - other : compareTexts(one, other);
  return descending ? -by : by;
};

const compareTexts = (one: Value, other: Value): number => {
  const [left = '', right = ''] = [one, other].map((value) => String(value).toLowerCase());
  return left < right ? -1 : left > right ? 1 : 0;
};
