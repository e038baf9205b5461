import * as t from 'io-ts';
import { E, O, RA, type Either, type Option } from '../../domain/fp.ts';
import type { Contact, ContactQuery } from '../../application/ports/crm.port.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import * as composite from './composite.ts';
import { type DataFailure, type DataRequest, type DataResponse, idText, undecodable } from './exchange.ts';
import { given } from './fields.ts';
import type { CrmSettings } from './settings.ts';
import { field, fields, queryPath, soql } from './soql.ts';

const what = 'contact search';

/** A value to look for: a word or a number in a text field, yes or no in a checkbox. */
const searchable = (value: unknown): string | boolean | undefined => {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
};

/** What is looked for, in the order in which a hit counts: email, phone, then the custom fields. */
const criteria = (
  settings: CrmSettings,
  query: ContactQuery,
): ReadonlyArray<readonly [field: string, value: string | boolean]> =>
  [
    ['Email', query.email] as const,
    ['MobilePhone', query.phone] as const,
    ...settings.customFields.search.map(([key, name]) => [name, given(query.extraData, key)] as const),
  ].flatMap(([name, value]) => {
    const found = searchable(value);
    return found === undefined ? [] : [[name, found] as const];
  });

const reference = (index: number): string => `search${index}`;

/** The composites of one search, to be sent at the same time; none when there is nothing to look for. */
export const createRequests = (
  root: string,
  settings: CrmSettings,
  query: ContactQuery,
): ReadonlyArray<{ readonly request: DataRequest; readonly count: number }> => {
  const selected = fields([
    'Id',
    'FirstName',
    'LastName',
    'MobilePhone',
    'Email',
    ...(settings.blockedField === undefined ? [] : [settings.blockedField]),
  ]);
  const searches = criteria(settings, query).map(([name, value]) =>
    queryPath(soql`SELECT ${selected} FROM Contact WHERE ${field(name)} = ${value}`),
  );
  return RA.chunksOf(composite.maxQueries)(searches).map((chunk) => ({
    count: chunk.length,
    request: composite.createRequest(root, {
      allOrNone: false,
      requests: chunk.map((path, index) => ({ method: 'GET', path, referenceId: reference(index) })),
    }),
  }));
};

const found = t.type({ records: t.array(t.intersection([t.type({ Id: idText }), t.UnknownRecord])) });

/** One composite's searches: each a hit, no hit, or a failure of its own. `count`: how many searches it held. */
export const handleResponse = (
  settings: CrmSettings,
  count: number,
  response: DataResponse,
): Either<DataFailure, ReadonlyArray<Hit>> => {
  const answers = composite.handleResponse(what, response, RA.makeBy(count, reference));
  if (E.isLeft(answers)) return answers;
  return E.right(
    answers.right.map((answer) => {
      if (E.isLeft(answer)) return answer;
      const decoded = found.decode(answer.right);
      if (E.isLeft(decoded)) return E.left(undecodable(what, response.status));
      const record = decoded.right.records[0];
      return E.right(record === undefined ? O.none : O.some(contactOf(settings, record)));
    }),
  );
};

export type Hit = Either<RemoteFailure, Option<Contact>>;

/**
 * The first hit in the order of the criteria. A search that failed is a failure, never "not found"; what comes after a
 * hit does not matter.
 */
export const firstHit = (hits: ReadonlyArray<Hit>): Hit =>
  hits.find((hit) => E.isLeft(hit) || O.isSome(hit.right)) ?? E.right(O.none);

const contactOf = (
  { blockedField }: CrmSettings,
  record: Readonly<Record<string, unknown>> & { readonly Id: string },
): Contact => ({
  id: record.Id,
  blocked: blockedField !== undefined && memberAt(record, blockedField.split('.')) === true,
});

/** A path leads through related records; the setting may spell a name otherwise than the answer does. */
const memberAt = (value: unknown, [name, ...rest]: ReadonlyArray<string>): unknown => {
  if (name === undefined) return value;
  if (!t.UnknownRecord.is(value)) return undefined;
  const member = Object.entries(value).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return memberAt(member?.[1], rest);
};
