import type { SandboxSalesforce } from '../salesforce/index.ts';
import { type ChatView, describeChat } from '../salesforce/live-agent/chat.ts';
import type { JsonObject } from '../support/json.ts';
import { type Provider, providers } from '../yalo/account.ts';

type Fields = Readonly<Record<string, string>>;

/** A chat with what an agent's console shows beside it. */
export interface ChatCard extends JsonObject {
  readonly id: string;
  /** Told from the button. */
  readonly provider: Provider | undefined;
  readonly case: Fields | undefined;
  readonly contact: Fields | undefined;
  /** Titles of the files of the case. */
  readonly files: ReadonlyArray<string>;
}

const shownLines = 300;

export const chatCard = (salesforce: SandboxSalesforce, chat: ChatView): ChatCard => {
  const { org } = salesforce;
  return {
    ...describeChat(chat),
    id: chat.id,
    transcript: chat.transcript.slice(-shownLines),
    provider: providers.find((provider) => org.buttons[provider] === chat.buttonId),
    case: fieldsOf(salesforce, 'Case', chat.caseId),
    contact: fieldsOf(salesforce, 'Contact', chat.contactId),
    files: chat.caseId === undefined ? [] : filesOf(salesforce, chat.caseId),
  };
};

/** Texts, numbers and truth values alone. */
const fieldsOf = (
  { records }: SandboxSalesforce,
  type: string,
  id: string | undefined,
): Fields | undefined => {
  const record = id === undefined ? undefined : records.find(type, id);
  if (record === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(record as JsonObject)
      .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
      .map(([name, value]) => [name, String(value)]),
  );
};

const filesOf = ({ records }: SandboxSalesforce, caseId: string): ReadonlyArray<string> => {
  const documents = records
    .list('ContentDocumentLink')
    .filter(({ LinkedEntityId }) => LinkedEntityId === caseId)
    .map(({ ContentDocumentId }) => ContentDocumentId);
  return records
    .list('ContentVersion')
    .filter(({ ContentDocumentId }) => documents.includes(ContentDocumentId))
    .map(({ PathOnClient, Title }) => String(PathOnClient ?? Title));
};
