/** Contacts, cases and files in Salesforce. Needs the package `mime`. */
export { makeDataApi, type DataApi, type DataApiOptions } from './data-api.ts';
export { makeCrm } from './crm.adapter.ts';
export { makeCaseFiles, type FetchMedia } from './case-files.adapter.ts';
export type { CrmSettings } from './settings.ts';
export type { FieldMap } from './fields.ts';
export type { LoginSettings } from './login.ts';
export type { DataFailure, DataRequest, DataResponse, Exchange, SessionInvalid } from './exchange.ts';
