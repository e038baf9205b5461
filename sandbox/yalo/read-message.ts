import { isObject, isText, type JsonObject } from '../support/json.ts';
import type { Provider } from './account.ts';
import type { Delivery } from './deliveries.ts';

type Message = Omit<Delivery, 'at' | 'duplicate'>;

/** A message of the Integrations API, or what is wrong with it. */
export const readMessage = (provider: Provider, body: unknown): Message | { readonly wrong: string } => {
  if (!isObject(body)) return wrong('the body is no JSON object');
  return provider === 'whatsapp' ? readWhatsApp(body) : readFacebook(body);
};

/** WhatsApp's Cloud API and Messenger's Send API refuse longer texts. */
const longestText = { whatsapp: 4_096, facebook: 2_000 } as const;

const mediaTypes: ReadonlyArray<unknown> = ['image', 'video', 'audio', 'document'];

const wrong = (message: string): { readonly wrong: string } => ({ wrong: message });

const readWhatsApp = (body: JsonObject): Message | { readonly wrong: string } => {
  const { id, type, userId } = body;
  if (!isText(id)) return wrong('id is required');
  if (!isText(userId) || !/^\d{5,20}$/u.test(userId)) return wrong('userId must be a phone number without +');
  if (!isText(type)) return wrong('type is required');
  const content = body[type];
  if (!isObject(content)) return wrong(`${type} is required`);
  const message = { provider: 'whatsapp', userId, id, type } as const;
  if (type === 'text') {
    if (!isText(content.body)) return wrong('text.body is required');
    if (content.body.length > longestText.whatsapp) return wrong('text.body is too long');
    return { ...message, text: content.body };
  }
  if (!mediaTypes.includes(type)) return wrong(`the type ${type} is not supported`);
  if (!isText(content.url) || !URL.canParse(content.url)) return wrong(`${type}.url is required`);
  if (content.caption !== undefined && typeof content.caption !== 'string')
    return wrong('caption must be a text');
  return { ...message, url: content.url, ...(isText(content.caption) ? { caption: content.caption } : {}) };
};

const readFacebook = (body: JsonObject): Message | { readonly wrong: string } => {
  const { messaging_type, recipient, message, metadata } = body;
  if (messaging_type !== 'RESPONSE') return wrong('messaging_type must be RESPONSE');
  if (metadata !== 'YALOSOURCE:FIREHOSE') return wrong('metadata must be YALOSOURCE:FIREHOSE');
  if (!isObject(recipient) || !isText(recipient.id)) return wrong('recipient.id is required');
  if (!isObject(message) || !isText(message.text)) return wrong('message.text is required');
  if (message.text.length > longestText.facebook) return wrong('message.text is too long');
  return { provider: 'facebook', userId: recipient.id, type: 'text', text: message.text };
};
