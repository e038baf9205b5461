/**
 * The objects of this org as far as a chat touches them (Object Reference). Their custom fields need no mention: any
 * name that ends in `__c` is one, of no particular type.
 */
type FieldType =
  'id' | 'reference' | 'text' | 'email' | 'boolean' | 'number' | 'date' | 'datetime' | 'base64' | 'custom';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** Characters, of texts. */
  readonly max?: number;
  readonly required?: true;
  /** Salesforce sets it. */
  readonly fixed?: true;
  /** A long text cannot stand in a WHERE. */
  readonly long?: true;
  /** Of person accounts only. */
  readonly person?: true;
  /** The only values, where the picklist is restricted. */
  readonly values?: ReadonlyArray<string>;
  /** Key prefixes of what an id may point to. */
  readonly to?: ReadonlyArray<string>;
  /** How a query names what the id points to. */
  readonly relationship?: string;
  /** Told when the id points to nothing. */
  readonly missing?: string;
}

export interface ObjectType {
  readonly name: ObjectName;
  readonly prefix: string;
  readonly fields: ReadonlyArray<Field>;
}

export type ObjectName =
  'Account' | 'Contact' | 'Case' | 'ContentDocument' | 'ContentVersion' | 'ContentDocumentLink';

/** The field that blocks a contact for chats. */
export const blockedField = 'CP_BlockedChatYalo__c';

type More = Omit<Field, 'name' | 'type' | 'max'>;

const fixed = { fixed: true } as const;
const long = { long: true } as const;
const required = { required: true } as const;
const person = { person: true } as const;

const text = (name: string, max: number, more: More = {}): Field => ({ name, type: 'text', max, ...more });
const email = (name: string, more: More = {}): Field => ({ name, type: 'email', max: 80, ...more });
const plain = (name: string, type: FieldType, more: More = {}): Field => ({ name, type, ...more });
const link = (name: string, to: ReadonlyArray<string>, more: More = {}): Field => ({
  name,
  type: 'reference',
  to,
  ...more,
});

const system: ReadonlyArray<Field> = [
  plain('Id', 'id', fixed),
  plain('IsDeleted', 'boolean', fixed),
  plain('CreatedDate', 'datetime', fixed),
  link('CreatedById', ['005'], fixed),
  plain('LastModifiedDate', 'datetime', fixed),
  link('LastModifiedById', ['005'], fixed),
  plain('SystemModstamp', 'datetime', fixed),
];

const owned: ReadonlyArray<Field> = [link('OwnerId', ['005', '00G']), link('RecordTypeId', ['012'])];

const contact: ObjectType = {
  name: 'Contact',
  prefix: '003',
  fields: [
    ...system,
    ...owned,
    text('Name', 121, fixed),
    text('FirstName', 40),
    text('LastName', 80, required),
    text('Salutation', 40),
    email('Email'),
    ...['MobilePhone', 'Phone', 'HomePhone', 'OtherPhone', 'AssistantPhone', 'Fax'].map((name) =>
      text(name, 40),
    ),
    text('Title', 128),
    text('Department', 80),
    text('LeadSource', 255),
    text('MailingStreet', 255),
    text('MailingCity', 40),
    text('MailingState', 80),
    text('MailingPostalCode', 20),
    text('MailingCountry', 80),
    text('Description', 32_000, long),
    plain('Birthdate', 'date'),
    plain('IsPersonAccount', 'boolean', fixed),
    link('AccountId', ['001'], { relationship: 'Account' }),
    plain(blockedField, 'boolean'),
  ],
};

const account: ObjectType = {
  name: 'Account',
  prefix: '001',
  fields: [
    ...system,
    ...owned,
    text('Name', 255),
    text('Phone', 40),
    text('Website', 255),
    text('Type', 255),
    text('Industry', 255),
    text('Description', 32_000, long),
    text('FirstName', 40, person),
    text('LastName', 80, person),
    text('Salutation', 40, person),
    email('PersonEmail', person),
    text('PersonMobilePhone', 40, person),
    text('PersonHomePhone', 40, person),
    plain('PersonBirthdate', 'date', person),
    plain('IsPersonAccount', 'boolean', fixed),
    link('PersonContactId', ['003'], { fixed: true, relationship: 'PersonContact' }),
  ],
};

const supportCase: ObjectType = {
  name: 'Case',
  prefix: '500',
  fields: [
    ...system,
    ...owned,
    text('CaseNumber', 30, fixed),
    text('Subject', 255),
    text('Description', 32_000, long),
    text('Origin', 255),
    text('Priority', 255),
    text('Status', 255),
    text('Type', 255),
    text('Reason', 255),
    text('SuppliedName', 80),
    email('SuppliedEmail'),
    text('SuppliedPhone', 40),
    text('SuppliedCompany', 80),
    plain('IsEscalated', 'boolean'),
    plain('IsClosed', 'boolean', fixed),
    plain('ClosedDate', 'datetime', fixed),
    link('ContactId', ['003'], { relationship: 'Contact' }),
    link('AccountId', ['001'], { relationship: 'Account' }),
    link('ParentId', ['500'], { relationship: 'Parent' }),
  ],
};

const contentDocument: ObjectType = {
  name: 'ContentDocument',
  prefix: '069',
  fields: [
    ...system,
    text('Title', 255),
    text('FileExtension', 40),
    plain('ContentSize', 'number'),
    link('LatestPublishedVersionId', ['068'], { relationship: 'LatestPublishedVersion' }),
  ],
};

const contentVersion: ObjectType = {
  name: 'ContentVersion',
  prefix: '068',
  fields: [
    ...system,
    link('OwnerId', ['005', '00G']),
    text('Title', 255),
    text('Description', 1_000),
    text('PathOnClient', 255, required),
    text('ReasonForChange', 1_000),
    text('ContentLocation', 1, { values: ['S', 'E', 'L'] }),
    text('Origin', 1, { values: ['C', 'H'] }),
    plain('VersionData', 'base64', { required: true, long: true }),
    text('FileExtension', 40, fixed),
    text('VersionNumber', 20, fixed),
    plain('ContentSize', 'number', fixed),
    plain('IsLatest', 'boolean', fixed),
    link('ContentDocumentId', ['069'], { relationship: 'ContentDocument' }),
    link('FirstPublishLocationId', ['001', '003', '500']),
  ],
};

const contentDocumentLink: ObjectType = {
  name: 'ContentDocumentLink',
  prefix: '06A',
  fields: [
    ...system,
    link('ContentDocumentId', ['069'], { required: true, relationship: 'ContentDocument' }),
    link('LinkedEntityId', ['001', '003', '500'], {
      required: true,
      // sharing is asked before the link is looked at
      missing: 'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    }),
    text('ShareType', 1, { required: true, values: ['V', 'C', 'I'] }),
    text('Visibility', 20, { values: ['AllUsers', 'InternalUsers', 'SharedUsers'] }),
  ],
};

const objects = [account, contact, supportCase, contentDocument, contentVersion, contentDocumentLink];

export const objectNames: ReadonlyArray<ObjectName> = objects.map(({ name }) => name);

const byName = new Map(objects.map((object) => [object.name.toLowerCase(), object]));
const byPrefix = new Map(objects.map((object) => [object.prefix, object]));
const fieldsOf = new Map(
  objects.map(({ name, fields }) => [
    name,
    new Map(fields.map((field) => [field.name.toLowerCase(), field])),
  ]),
);

/** Names are read without regard to case. */
export const findObject = (name: string): ObjectType | undefined => byName.get(name.toLowerCase());

/** The object that an id belongs to, when it is one of these. */
export const objectOfId = (id: string): ObjectType | undefined => byPrefix.get(id.slice(0, 3));

/** A custom field of a person's contact is seen from the account with the end `__pc`. */
const isCustom = (object: ObjectType, name: string): boolean =>
  /^[a-z]\w*__c$/iu.test(name) || (object.name === 'Account' && /^[a-z]\w*__pc$/iu.test(name));

export const findField = (object: ObjectType, name: string): Field | undefined => {
  const known = fieldsOf.get(object.name)?.get(name.toLowerCase());
  if (known !== undefined || name.length > 255 || !isCustom(object, name)) return known;
  return { name, type: 'custom', max: 131_072, ...(/__pc$/iu.test(name) ? person : {}) };
};
