import type { Content, MediaKind } from '../../../domain/message.ts';
import { isObject, makeFold, type Members } from '../members.ts';
import { coordinates, filled, joined, noReaction, unknown, withRaw, type Said } from './content.ts';

export const mediaKinds: ReadonlyArray<Exclude<MediaKind, 'file'>> = [
  'image',
  'audio',
  'voice',
  'document',
  'video',
  'sticker',
];

const names = makeFold([
  ...['body', 'url', 'mimeType', 'mime_type', 'caption', 'latitude', 'longitude', 'name', 'address'],
  ...['text', 'payload', 'button_reply', 'list_reply', 'nfm_reply', 'id', 'title', 'description', 'emoji'],
  ...['formatted_name', 'first_name', 'last_name', 'phones', 'phone', 'wa_id'],
]);

const members = (value: unknown): Members => (isObject(value) ? names(value) : {});

type Line = Extract<Content, { type: 'line' }>['line'];

const line = (kind: Line, value: string | undefined): Content | undefined =>
  value === undefined ? undefined : { type: 'line', line: kind, value };

const contact = (value: unknown): string | undefined => {
  const { name, phones } = members(value);
  const { formatted_name, first_name, last_name } = members(name);
  const numbers = (Array.isArray(phones) ? phones : []).map((item: unknown) => {
    const { phone, wa_id } = members(item);
    return filled(phone) ?? filled(wa_id);
  });
  const parts = [filled(first_name), filled(last_name)].filter((part) => part !== undefined).join(' ');
  return joined(filled(formatted_name) ?? filled(parts), ...numbers);
};

/** Shapes: WhatsApp Cloud API, "Webhooks: messages". `undefined`: not that shape. */
const lines: Readonly<Record<string, (value: unknown) => Content | undefined>> = {
  location: (value) => {
    const { name, address, latitude, longitude, url } = members(value);
    return line(
      'location',
      joined(filled(name), filled(address), coordinates(latitude, longitude), filled(url)),
    );
  },
  contacts: (value) => {
    const people = (Array.isArray(value) ? value : []).map(contact).filter((person) => person !== undefined);
    return line('contacts', filled(people.join('; ')));
  },
  button: (value) => {
    const { text, payload } = members(value);
    return line('choice', filled(text) ?? filled(payload));
  },
  interactive: (value) => {
    const { button_reply, list_reply, nfm_reply, body: menu } = members(value);
    const { title, description, id } = members(button_reply ?? list_reply);
    const { body, name } = members(nfm_reply);
    const chosen = joined(filled(title) ?? filled(id), filled(description)) ?? filled(body) ?? filled(name);
    // without a reply it is the bot's own menu
    const text = filled(members(menu).text);
    return chosen === undefined && text !== undefined ? { type: 'text', text } : line('choice', chosen);
  },
  reaction: (value) => {
    if (!isObject(value)) return undefined;
    return line('reaction', filled(members(value).emoji) ?? noReaction);
  },
};

const media = (kind: MediaKind, value: unknown): Content | undefined => {
  const { url, mimeType, mime_type, caption } = members(value);
  const link = filled(url);
  if (link === undefined) return undefined;
  const [type, words] = [filled(mimeType) ?? filled(mime_type), filled(caption)];
  return {
    type: 'media',
    media: kind,
    url: link,
    ...(type === undefined ? {} : { mimeType: type }),
    ...(words === undefined ? {} : { caption: words }),
  };
};

/** What a message of that type says. `body`: folded. */
export const readContent = (type: string, body: Members): Said => {
  if (type === 'text') {
    const text = filled(members(body.text).body);
    return text === undefined ? { content: unknown(type) } : { content: { type: 'text', text } };
  }
  const member = Object.hasOwn(body, type) ? body[type] : undefined;
  const kind = mediaKinds.find((known) => known === type);
  if (kind !== undefined) {
    const content = media(kind, member);
    return content === undefined ? withRaw(unknown(type), member) : { content };
  }
  const read = Object.hasOwn(lines, type) ? lines[type] : undefined;
  return withRaw(read?.(member) ?? unknown(type), member);
};
