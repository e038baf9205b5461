import * as t from 'io-ts';
import { E, O, type Either, type Option } from '../../domain/fp.ts';
import type { CaseRequest } from '../../application/ports/crm.port.ts';
import { type DataFailure, type DataRequest, type DataResponse, decodeAnswer, idText } from './exchange.ts';
import { customFields, cut, type FieldValue, givenText, nameMax, overlay } from './fields.ts';
import type { CrmSettings } from './settings.ts';
import { queryPath, soql } from './soql.ts';

const what = 'case creation';

/** What a case is found again by: never overridden by a custom field. */
const identity = (request: CaseRequest): Readonly<Record<string, FieldValue>> => ({
  ContactId: request.contactId,
  Origin: request.provider,
  Subject: cut(request.subject, nameMax),
});

const description = (settings: CrmSettings, request: CaseRequest): string =>
  givenText(request.extraData, 'description') ??
  [settings.texts.descriptionCase, request.subject].filter((part) => part !== '').join(' : ');

export const createRequest = (settings: CrmSettings, request: CaseRequest): DataRequest => ({
  method: 'POST',
  path: '/sobjects/Case',
  // the owner is the one that the flow names, not the one that assignment rules would choose
  headers: { 'Sforce-Auto-Assign': 'false' },
  body: overlay(
    overlay(
      {
        Description: description(settings, request),
        Priority: settings.casePriority,
        Status: settings.caseStatus,
        ...(request.ownerId === undefined ? {} : { OwnerId: request.ownerId }),
        ...(settings.caseRecordTypeId === undefined ? {} : { RecordTypeId: settings.caseRecordTypeId }),
      },
      customFields(settings.customFields.case, request.extraData),
    ),
    identity(request),
  ),
});

const created = t.type({ id: idText });

/** The id of the case. */
export const handleResponse = (response: DataResponse): Either<DataFailure, string> => {
  const decoded = decodeAnswer(what, created, response);
  return E.isLeft(decoded) ? decoded : E.right(decoded.right.id);
};

/** `since`: ms since 1970; taken down to the whole second. */
export const createSearchRequest = (request: CaseRequest, since: number): DataRequest => ({
  method: 'GET',
  path: queryPath(
    soql`SELECT Id FROM Case WHERE ContactId = ${request.contactId} AND Subject = ${cut(request.subject, nameMax)} AND Origin = ${request.provider} AND IsClosed = false AND CreatedDate >= ${new Date(since)} ORDER BY CreatedDate DESC LIMIT 1`,
  ),
});

const found = t.type({ records: t.array(t.type({ Id: idText })) });

export const handleSearchResponse = (response: DataResponse): Either<DataFailure, Option<string>> => {
  const decoded = decodeAnswer('case search', found, response);
  if (E.isLeft(decoded)) return decoded;
  return E.right(O.map(({ Id }: { Id: string }) => Id)(O.fromNullable(decoded.right.records[0])));
};
