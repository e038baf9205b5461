/** Who and what this org knows. All of it is invented. */
export interface Org {
  /** 15 characters, as Live Agent wants them. */
  readonly organizationId: string;
  readonly deploymentId: string;
  readonly buttons: { readonly whatsapp: string; readonly facebook: string };
  readonly queueId: string;
  readonly caseRecordTypeId: string;
  readonly personAccountRecordTypeId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly username: string;
  readonly password: string;
  readonly securityToken: string;
}

export const sampleOrg: Org = {
  organizationId: '00D000000000001',
  deploymentId: '572000000000001',
  buttons: { whatsapp: '573000000000001', facebook: '573000000000002' },
  queueId: '00G000000000001EAA',
  caseRecordTypeId: '012000000000001AAA',
  personAccountRecordTypeId: '012000000000002AAA',
  clientId: 'sandbox-connected-app',
  clientSecret: 'sandbox-client-secret',
  username: 'integration@example.com',
  password: 'sandbox-password',
  securityToken: 'sandbox-token',
};
