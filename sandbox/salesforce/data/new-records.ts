import { refuse } from './problems.ts';
import { type NewFields, notWritable, required } from './read-fields.ts';
import { findField, findObject, objectOfId, type ObjectName, type ObjectType } from './schema.ts';
import type { DataRecord } from './table.ts';
import { instant } from './times.ts';

/** Where records are put while one is made of a create's fields. */
export interface Store {
  newId(type: ObjectName): string;
  find(type: string, id: string): DataRecord | undefined;
  insert(type: ObjectName, fields: NewFields & { readonly Id: string }): DataRecord;
  change(type: ObjectName, id: string, fields: NewFields): void;
  /** Those of a type whose field has that text. */
  withText(type: ObjectName, field: string, text: string): ReadonlyArray<DataRecord>;
  keepFile(versionId: string, bytes: Buffer): void;
  nextCaseNumber(): string;
}

type Make = (fields: NewFields, store: Store) => DataRecord;

/** Makes the record, and those that Salesforce makes of itself with it. */
export const makeRecord = (object: ObjectType, fields: NewFields, store: Store): DataRecord => {
  for (const { name, type, missing = 'INVALID_CROSS_REFERENCE_KEY' } of object.fields) {
    const id = fields[name];
    if (type !== 'reference' || typeof id !== 'string') continue;
    const target = objectOfId(id);
    if (target === undefined || store.find(target.name, id) !== undefined) continue;
    refuse({
      errorCode: missing,
      message:
        missing === 'INVALID_CROSS_REFERENCE_KEY'
          ? 'invalid cross reference id'
          : `insufficient access rights on cross-reference id: ${id}`,
      ...(missing === 'INVALID_CROSS_REFERENCE_KEY' ? { fields: [name] } : {}),
    });
  }
  return makers[object.name](fields, store);
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const personName = ({ FirstName, LastName }: NewFields): string =>
  [FirstName, LastName].map(text).filter(Boolean).join(' ');

const makeContact: Make = (fields, store) =>
  store.insert('Contact', { ...fields, Id: store.newId('Contact'), Name: personName(fields) });

const accountType = findObject('Account') as ObjectType;

/** With a record type and no Name it is a person account, and a contact stands beside it. */
const makeAccount: Make = (fields, store) => {
  const personal = Object.keys(fields).filter((name) => findField(accountType, name)?.person);
  const isPerson = fields.RecordTypeId !== undefined && fields.Name === undefined;
  if (!isPerson) {
    if (personal.length > 0) notWritable(personal);
    if (fields.Name === undefined) required(['Name']);
    return store.insert('Account', { ...fields, Id: store.newId('Account') });
  }
  if (fields.LastName === undefined) required(['LastName']);
  const [Id, PersonContactId] = [store.newId('Account'), store.newId('Contact')];
  const account = store.insert('Account', {
    ...fields,
    Id,
    Name: personName(fields),
    IsPersonAccount: true,
    PersonContactId,
  });
  store.insert('Contact', {
    ...contactOfPerson(fields),
    Id: PersonContactId,
    Name: personName(fields),
    AccountId: Id,
    IsPersonAccount: true,
  });
  return account;
};

const contactNames: ReadonlyMap<string, string> = new Map([
  ['FirstName', 'FirstName'],
  ['LastName', 'LastName'],
  ['Salutation', 'Salutation'],
  ['PersonEmail', 'Email'],
  ['PersonMobilePhone', 'MobilePhone'],
  ['PersonHomePhone', 'HomePhone'],
  ['PersonBirthdate', 'Birthdate'],
]);

const contactOfPerson = (fields: NewFields): NewFields =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => {
      const own = contactNames.get(name) ?? (/__pc$/iu.test(name) ? name.replace(/pc$/iu, 'c') : undefined);
      return own === undefined ? [] : [[own, value]];
    }),
  );

/** In the words of the language of an org. */
const closed = new Set(['closed', 'cerrado']);

const makeCase: Make = (fields, store) => {
  const isClosed = closed.has(text(fields.Status).toLowerCase());
  const accountId = store.find('Contact', text(fields.ContactId))?.AccountId;
  return store.insert('Case', {
    Status: 'New',
    Priority: 'Medium',
    ...(accountId === undefined ? {} : { AccountId: accountId }),
    ...fields,
    Id: store.newId('Case'),
    CaseNumber: store.nextCaseNumber(),
    IsClosed: isClosed,
    ...(isClosed ? { ClosedDate: instant(Date.now()) } : {}),
  });
};

const nameParts = (path: string): { readonly stem: string; readonly extension: string | undefined } => {
  const dot = path.lastIndexOf('.');
  return dot > 0 && dot < path.length - 1
    ? { stem: path.slice(0, dot), extension: path.slice(dot + 1).toLowerCase() }
    : { stem: path, extension: undefined };
};

/** A version without a document founds one. */
const makeVersion: Make = ({ VersionData, ...fields }, store) => {
  const bytes: Buffer = Buffer.isBuffer(VersionData) ? VersionData : Buffer.alloc(0);
  const Id = store.newId('ContentVersion');
  const { stem, extension } = nameParts(text(fields.PathOnClient));
  const Title = fields.Title ?? stem;
  const file = {
    ContentSize: bytes.length,
    ...(extension === undefined ? {} : { FileExtension: extension }),
  };
  const known = store.find('ContentDocument', text(fields.ContentDocumentId));
  const previous = store.find('ContentVersion', text(known?.LatestPublishedVersionId));
  const ContentDocumentId = known?.Id ?? store.newId('ContentDocument');
  if (previous !== undefined) store.change('ContentVersion', previous.Id, { IsLatest: false });
  const version = store.insert('ContentVersion', {
    ContentLocation: 'S',
    Origin: 'C',
    ...fields,
    ...file,
    Id,
    Title,
    ContentDocumentId,
    IsLatest: true,
    VersionNumber: String(Number(previous?.VersionNumber ?? 0) + 1),
  });
  store.keepFile(Id, bytes);
  const document = { ...file, Title, LatestPublishedVersionId: Id };
  if (known === undefined) store.insert('ContentDocument', { ...document, Id: ContentDocumentId });
  else store.change('ContentDocument', ContentDocumentId, document);
  if (fields.FirstPublishLocationId !== undefined) {
    makeLink({ ContentDocumentId, LinkedEntityId: fields.FirstPublishLocationId, ShareType: 'V' }, store);
  }
  return version;
};

const makeLink: Make = (fields, store) => {
  const twin = store
    .withText('ContentDocumentLink', 'ContentDocumentId', text(fields.ContentDocumentId))
    .find(({ LinkedEntityId }) => LinkedEntityId === fields.LinkedEntityId);
  if (twin !== undefined) {
    refuse({
      errorCode: 'DUPLICATE_VALUE',
      message: `duplicate value found: a link duplicates value on record with id: ${twin.Id}`,
    });
  }
  return store.insert('ContentDocumentLink', {
    Visibility: 'AllUsers',
    ...fields,
    Id: store.newId('ContentDocumentLink'),
  });
};

const makers: Readonly<Record<ObjectName, Make>> = {
  Account: makeAccount,
  Contact: makeContact,
  Case: makeCase,
  ContentDocument: () =>
    refuse({
      errorCode: 'INVALID_TYPE_FOR_OPERATION',
      message: 'entity type ContentDocument does not support create',
    }),
  ContentVersion: makeVersion,
  ContentDocumentLink: makeLink,
};
