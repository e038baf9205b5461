import type { Answer } from '../../http/call.ts';
import { isObject } from '../../support/json.ts';
import { presentAll, presentFields, recordUrl } from './present.ts';
import { noSuchColumn, notFound, notParsed, refuse } from './problems.ts';
import type { Records } from './records.ts';
import { type Field, findField, findObject, type ObjectType } from './schema.ts';
import { runQuery } from './soql-run.ts';

/** A call of the data API, or a sub-request of a composite: both are served alike. */
export interface DataCall {
  /** `/services/data/vNN.0` */
  readonly root: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Of a POST: its JSON. */
  readonly body: unknown;
}

export interface Resource {
  readonly method: 'GET' | 'POST';
  /** Below the root. */
  readonly path: string;
  readonly serve: (call: DataCall) => Answer;
}

export const dataResources = (records: Records): ReadonlyArray<Resource> =>
  [
    { method: 'GET' as const, path: '/query', serve: (call: DataCall) => query(records, call) },
    { method: 'POST' as const, path: '/sobjects/:type', serve: (call: DataCall) => create(records, call) },
    { method: 'GET' as const, path: '/sobjects/:type/:id', serve: (call: DataCall) => read(records, call) },
  ].flatMap((resource) => [resource, { ...resource, path: `${resource.path}/` }]);

/** GET /query?q= */
const query = (records: Records, { root, query: parameters }: DataCall): Answer => {
  const soql = parameters.get('q');
  if (soql === null || soql.trim() === '') {
    return refuse({ errorCode: 'MALFORMED_QUERY', message: 'SOQL statement cannot be empty' });
  }
  return { status: 200, body: runQuery(records, root, soql) };
};

/** POST /sobjects/{type} */
const create = (records: Records, { root, params, body }: DataCall): Answer => {
  const object = objectOf(params);
  if (!isObject(body)) return refuse(notParsed('The body must be an object with the fields of the record'));
  const { Id: id } = records.create(object, body);
  return {
    status: 201,
    headers: { Location: recordUrl(root, object.name, id) },
    body: { id, success: true, errors: [] },
  };
};

/** GET /sobjects/{type}/{id}?fields= */
const read = (records: Records, { root, params, query: parameters }: DataCall): Answer => {
  const object = objectOf(params);
  records.checkRefused('read', object);
  const names = parameters.get('fields');
  const fields = names === null ? undefined : fieldsOf(object, names.split(','));
  const record = records.find(object.name, params.id ?? '') ?? refuse(notFound);
  const body = fields === undefined ? presentAll(root, object, record) : presentFields(root, record, fields);
  return { status: 200, body };
};

const objectOf = ({ type = '' }: DataCall['params']): ObjectType => findObject(type) ?? refuse(notFound);

/** The id comes along, whatever was asked for. */
const fieldsOf = (object: ObjectType, names: ReadonlyArray<string>): ReadonlyArray<Field> => {
  const fields = [...names.map((name) => name.trim()), 'Id'].map(
    (name) => findField(object, name) ?? refuse(noSuchColumn(name, object.name)),
  );
  return [...new Map(fields.map((field) => [field.name, field])).values()];
};
