import { isObject, isText, type JsonObject, parseJson } from '../support/json.ts';

export interface SaidMedia {
  readonly kind: string;
  readonly url: string;
}

/** One message inside a webhook. */
export interface Said {
  readonly userId: string;
  readonly from: 'customer' | 'bot';
  readonly text?: string;
  readonly media?: SaidMedia;
}

/** What a phone shows of a webhook's body; nothing for bodies of another shape. */
export const readWebhook = (body: string): ReadonlyArray<Said> => {
  const parsed = parseJson(body);
  if (!isObject(parsed)) return [];
  return isObject(parsed.message) ? readFacebook(parsed.message) : readWhatsApp(parsed);
};

const objects = (value: unknown): ReadonlyArray<JsonObject> =>
  Array.isArray(value) ? value.filter(isObject) : [];

const readWhatsApp = (body: JsonObject): ReadonlyArray<Said> => {
  const { from, to, type } = body;
  const userId = isText(to) ? to : from;
  if (!isText(userId) || !isText(type)) return [];
  return [{ userId, from: isText(to) ? 'bot' : 'customer', ...contentOf(type, body[type]) }];
};

const contentOf = (type: string, content: unknown): Pick<Said, 'text' | 'media'> => {
  if (!isObject(content)) return { text: `[${type}]` };
  if (isText(content.url)) {
    return {
      media: { kind: type, url: content.url },
      ...(isText(content.caption) ? { text: content.caption } : {}),
    };
  }
  if (isText(content.body)) return { text: content.body };
  return { text: isText(content.name) ? `[${type}] ${content.name}` : `[${type}]` };
};

const readFacebook = (message: JsonObject): ReadonlyArray<Said> =>
  objects(message.entry)
    .flatMap(({ messaging }) => objects(messaging))
    .flatMap(readMessaging);

const readMessaging = ({ sender, recipient, message }: JsonObject): ReadonlyArray<Said> => {
  if (!isObject(message)) return [];
  const isBot = message.is_echo === true;
  const user = isBot ? recipient : sender;
  if (!isObject(user) || !isText(user.id)) return [];
  const said = { userId: user.id, from: isBot ? 'bot' : 'customer' } as const;
  const attached = objects(message.attachments).map(({ type, payload, title }): Said => {
    const kind = isText(type) ? type : 'file';
    if (isObject(payload) && isText(payload.url)) return { ...said, media: { kind, url: payload.url } };
    return { ...said, text: isText(title) ? `[${kind}] ${title}` : `[${kind}]` };
  });
  return [...attached, ...(isText(message.text) ? [{ ...said, text: message.text }] : [])];
};
