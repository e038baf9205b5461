import type { FieldMap } from './fields.ts';

/** How contacts and cases of a deployment look (configuration.md: SFC_*, MESSAGES). */
export interface CrmSettings {
  /** Record type of new cases. */
  readonly caseRecordTypeId?: string;
  /** Given: new people become person accounts of it. `extraData.AccountRecordTypeId` goes before it. */
  readonly accountRecordTypeId?: string;
  /** As Salesforce is to get it, `1921-01-01T00:00:00`. */
  readonly defaultBirthDate: string;
  readonly customFields: {
    readonly case: FieldMap;
    readonly contact: FieldMap;
    readonly account: FieldMap;
    readonly search: FieldMap;
  };
  /** Field of Contact that blocks a chat; absent: nobody is blocked. */
  readonly blockedField?: string;
  readonly casePriority: string;
  readonly caseStatus: string;
  readonly texts: {
    readonly descriptionCase: string;
    readonly firstNameContact: string;
  };
}
