import { agentDesk } from '../agent-desk.codec.ts';
import * as c from '../codecs.ts';
import { sourceFlows } from '../source-flows.codec.ts';
import type { Variable } from '../variable.ts';

/** Salesforce: login, data API, desk. "Required" holds as soon as one remote's address is set. */
export const salesforceVariables = {
  AGENT_DESK: { codec: agentDesk, default: 'live-agent', meaning: 'which desk adapter: `live-agent`' },
  SFC_LOGIN_URL: { codec: c.url, meaning: 'address of the Salesforce login; required' },
  SFC_BASE_URL: { codec: c.url, meaning: 'address of the data API; required' },
  SFC_CHAT_URL: { codec: c.url, meaning: 'address of the chat API (Live Agent); required' },
  SFC_SCRT_URL: {
    codec: c.url,
    meaning: 'address for Enhanced Chat, which is not available in this version',
  },
  SFC_CLIENT_ID: { codec: c.text, meaning: 'connected app: consumer key; required' },
  SFC_CLIENT_SECRET: { codec: c.secret, secret: true, meaning: 'connected app: consumer secret; required' },
  SFC_GRANT: {
    codec: c.oneOf('password', 'client_credentials'),
    default: 'password',
    meaning: '`password` or `client_credentials`',
  },
  SFC_USERNAME: { codec: c.text, meaning: 'user of the password grant; required for it' },
  SFC_PASSWORD: { codec: c.secret, secret: true, meaning: 'its password; required for the password grant' },
  SFC_SECURITY_TOKEN: { codec: c.secret, secret: true, meaning: 'sent directly behind the password' },
  SFC_API_VERSION: {
    codec: c.codec('a version number, as in 52', (value) => {
      const version = Number(/^v?(\d{1,3})(?:\.0)?$/iu.exec(value.trim())?.[1]);
      return version > 0 ? version : undefined;
    }),
    default: '52',
    meaning: 'version of the data API and of the chat API',
  },
  SFC_ORGANIZATION_ID: { codec: c.text, meaning: 'id of the org; required' },
  SFC_DEPLOYMENT_ID: { codec: c.text, meaning: 'id of the Live Agent deployment; required' },
  SFC_RECORD_TYPE_ID: { codec: c.text, meaning: 'record type of new cases' },
  SFC_ACCOUNT_RECORD_TYPE_ID: {
    codec: c.text,
    meaning:
      'record type of person accounts; when set, new people become person accounts instead of contacts',
  },
  SFC_DEFAULT_BIRTH_DATE_ACCOUNT: {
    codec: c.dateTime,
    default: '1921-01-01T00:00:00',
    meaning: 'birth date of new person accounts',
  },
  SFC_CUSTOM_FIELDS_CASE: {
    codec: c.fieldMap,
    meaning: '`key:Field__c,key2:Field2__c`: member of extraData → field of the case',
  },
  SFC_CUSTOM_FIELDS_CONTACT: { codec: c.fieldMap, meaning: 'the same for new contacts' },
  SFC_CUSTOM_FIELDS_ACCOUNT: { codec: c.fieldMap, meaning: 'the same for new person accounts' },
  SFC_CUSTOM_FIELDS_TO_SEARCH_CONTACT: {
    codec: c.fieldMap,
    meaning: 'the same for the fields that a contact is searched by, after email and phone',
  },
  SFC_SOURCE_FLOW_BOT: {
    codec: sourceFlows,
    meaning:
      'subject, button and owner per flow and channel: `SFB001={"subject":"…","providers":{"whatsapp":{"button_id":"…","owner_id":"…"},"facebook":{…}}};default={…}`, or one JSON object `{"SFB001":{…},"default":{…}}`; a flow `default` is required',
  },
  SFC_SOURCE_FLOW_FIELD: {
    codec: c.text,
    default: 'source_flow_bot',
    meaning: 'member of extraData that names the flow',
  },
  SFC_BLOCKED_CHAT_FIELD: {
    codec: c.boolean,
    default: 'false',
    meaning: 'refuse contacts that are marked as blocked',
  },
  SFC_BLOCKED_CHAT_FIELD_NAME: {
    codec: c.salesforceField,
    default: 'CP_BlockedChatYalo__c',
    meaning: 'field of the contact that says so',
  },
  SFC_CHECK_AVAILABILITY: {
    codec: c.boolean,
    default: 'false',
    meaning: 'ask whether an agent is available before the case is created',
  },
  SFC_CODE_PHONE_REMOVE: {
    codec: c.listOf('country codes separated by commas, as in 521,52', /^\+?\d{1,9}$/u),
    default: '521,52',
    emptyCounts: true,
    meaning: 'country codes taken off phone numbers before the search, in this order',
  },
} as const satisfies Record<string, Variable<unknown>>;
