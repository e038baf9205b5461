import type { CrmSettings } from '../../../src/adapters/salesforce-data/settings.ts';
import type { DataResponse } from '../../../src/adapters/salesforce-data/exchange.ts';
import type { CaseRequest } from '../../../src/application/ports/crm.port.ts';

export const root = '/services/data/v52.0';

export const settings = (more: Partial<CrmSettings> = {}): CrmSettings => ({
  defaultBirthDate: '1921-01-01T00:00:00',
  customFields: { case: [], contact: [], account: [], search: [] },
  casePriority: 'Medium',
  caseStatus: 'Nuevo',
  texts: { descriptionCase: 'Caso levantado por el Bot', firstNameContact: 'Contacto Bot - ' },
  ...more,
});

export const caseRequest = (more: Partial<CaseRequest> = {}): CaseRequest => ({
  contactId: '0031x00000Ab',
  provider: 'whatsapp',
  subject: 'Ayuda',
  extraData: {},
  ...more,
});

export const answer = (status: number, body: unknown, retryAfterMs?: number): DataResponse => ({
  status,
  text: typeof body === 'string' ? body : JSON.stringify(body),
  retryAfterMs,
});

export const sub = (referenceId: string, httpStatusCode: number, body: unknown): object => ({
  referenceId,
  httpStatusCode,
  httpHeaders: {},
  body,
});

export const compositeAnswer = (...parts: ReadonlyArray<object>): DataResponse =>
  answer(200, { compositeResponse: parts });

export const errorBody = (
  errorCode: string,
  message = 'says who Ana Pérez is',
  fields: string[] = [],
): unknown => [{ errorCode, message, fields }];
