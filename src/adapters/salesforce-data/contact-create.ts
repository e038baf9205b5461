import * as t from 'io-ts';
import { E, type Either } from '../../domain/fp.ts';
import type { ContactQuery } from '../../application/ports/crm.port.ts';
import * as composite from './composite.ts';
import {
  type DataFailure,
  type DataRequest,
  type DataResponse,
  decodeAnswer,
  idText,
  undecodable,
} from './exchange.ts';
import {
  customFields,
  cut,
  type FieldValue,
  givenText,
  lastNameMax,
  overlay,
  unreferenced,
} from './fields.ts';
import type { CrmSettings } from './settings.ts';

const what = 'contact creation';

export type NewContact = ContactQuery & { readonly name: string };

/** The record type that makes the newcomer a person account; undefined: a plain contact. */
export const personAccountType = (settings: CrmSettings, contact: NewContact): string | undefined =>
  givenText(contact.extraData, 'AccountRecordTypeId') ?? settings.accountRecordTypeId;

const names = (settings: CrmSettings, contact: NewContact): Readonly<Record<string, FieldValue>> => ({
  ...(settings.texts.firstNameContact === '' ? {} : { FirstName: settings.texts.firstNameContact }),
  LastName: cut(contact.name, lastNameMax),
});

export const createRequest = (settings: CrmSettings, contact: NewContact): DataRequest => ({
  method: 'POST',
  path: '/sobjects/Contact',
  body: overlay(
    {
      ...names(settings, contact),
      ...(contact.phone === undefined ? {} : { MobilePhone: contact.phone }),
      Email: contact.email,
    },
    customFields(settings.customFields.contact, contact.extraData),
  ),
});

const created = t.type({ id: idText });

/** The contact's id. */
export const handleResponse = (response: DataResponse): Either<DataFailure, string> => {
  const decoded = decodeAnswer(what, created, response);
  return E.isLeft(decoded) ? decoded : E.right(decoded.right.id);
};

const references = ['newAccount', 'newContact'] as const;

/**
 * A person account, and then the contact that Salesforce makes of it. All or nothing: an account whose contact cannot
 * be read is not kept.
 */
export const createAccountRequest = (
  root: string,
  settings: CrmSettings,
  contact: NewContact,
  recordTypeId: string,
): DataRequest => {
  const account = overlay(
    overlay(
      {
        ...names(settings, contact),
        PersonEmail: contact.email,
        ...(contact.phone === undefined ? {} : { PersonMobilePhone: contact.phone }),
        PersonBirthDate: settings.defaultBirthDate,
      },
      customFields(settings.customFields.account, contact.extraData),
    ),
    { RecordTypeId: recordTypeId },
  );
  return composite.createRequest(root, {
    allOrNone: true,
    requests: [
      {
        method: 'POST',
        path: '/sobjects/Account',
        body: Object.fromEntries(Object.entries(account).map(([name, value]) => [name, unreferenced(value)])),
        referenceId: references[0],
      },
      {
        method: 'GET',
        path: `/sobjects/Account/@{${references[0]}.id}?fields=PersonContactId`,
        referenceId: references[1],
      },
    ],
  });
};

const personContact = t.type({ PersonContactId: idText });

/** The id of the person account's contact. */
export const handleAccountResponse = (response: DataResponse): Either<DataFailure, string> => {
  const bodies = composite.handleAllOrNone(what, response, references);
  if (E.isLeft(bodies)) return bodies;
  const decoded = personContact.decode(bodies.right[1]);
  return E.isLeft(decoded)
    ? E.left(undecodable(what, response.status))
    : E.right(decoded.right.PersonContactId);
};
