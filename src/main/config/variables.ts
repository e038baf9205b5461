import type { ValueOf } from './variable.ts';
import { chatVariables } from './variables/chats.ts';
import { salesforceVariables } from './variables/salesforce.ts';
import { serviceVariables } from './variables/service.ts';
import { yaloVariables } from './variables/yalo.ts';

/** The variables by chapter, in the order of the documentation. */
export const chapters = [
  { title: 'Service', variables: serviceVariables },
  { title: 'Salesforce', variables: salesforceVariables },
  { title: 'Yalo', variables: yaloVariables },
  { title: 'Chats', variables: chatVariables },
] as const;

/** Every variable that the service reads: the one table behind decoding and documentation. */
export const variables = {
  ...serviceVariables,
  ...salesforceVariables,
  ...yaloVariables,
  ...chatVariables,
} as const;

export type VariableName = keyof typeof variables;

export type Value<N extends VariableName> = ValueOf<(typeof variables)[N]>;

export const variableNames = Object.keys(variables) as ReadonlyArray<VariableName>;

/** Without any of these set the sandbox plays all remotes. */
export const remoteAddresses = [
  'SFC_LOGIN_URL',
  'SFC_BASE_URL',
  'SFC_CHAT_URL',
  'SFC_SCRT_URL',
  'INTEGRATIONS_BASE_URL',
] as const satisfies ReadonlyArray<VariableName>;
