import type { Content, MediaKind } from '../../../domain/message.ts';
import { isObject, makeFold, type Members } from '../members.ts';
import { coordinates, filled, joined, noReaction, unknown, withRaw, type Said } from './content.ts';

/** One thing said within an item, and what its id ends with: nothing for the first. */
export interface Part extends Said {
  readonly suffix: string;
}

const names = makeFold([
  ...['text', 'attachments', 'quick_reply', 'payload', 'title', 'type', 'url', 'coordinates', 'lat', 'long'],
  ...['emoji', 'reaction', 'action', 'elements', 'subtitle'],
]);

const members = (value: unknown): Members => (isObject(value) ? names(value) : {});

const media: Readonly<Record<string, MediaKind>> = {
  image: 'image',
  audio: 'audio',
  video: 'video',
  file: 'file',
};

const choice = (value: string | undefined): Content | undefined =>
  value === undefined ? undefined : { type: 'line', line: 'choice', value };

/** The words of a bot's menu: of its buttons' heading, else of its cards. */
const templateText = ({ text, elements }: Members): string | undefined => {
  const cards: ReadonlyArray<unknown> = Array.isArray(elements) ? elements : [];
  const words = cards.flatMap((card) => {
    const { title, subtitle } = members(card);
    return [filled(title), filled(subtitle)];
  });
  return filled(text) ?? filled(words.filter((word) => word !== undefined).join('\n'));
};

/** `undefined`: no attachment at all. */
const readAttachment = (given: unknown): Said | undefined => {
  const attachment = members(given);
  const type = filled(attachment.type);
  if (type === undefined) return undefined;
  const payload = members(attachment.payload);
  const url = filled(payload.url) ?? filled(attachment.url);
  const title = filled(attachment.title) ?? filled(payload.title);
  if (type === 'fallback') {
    const text = filled([title, url].filter((part) => part !== undefined).join('\n'));
    return text === undefined ? withRaw(unknown(type), given) : { content: { type: 'text', text } };
  }
  if (type === 'template') {
    const text = templateText(payload);
    return withRaw(text === undefined ? unknown(type) : { type: 'text', text }, given);
  }
  if (type === 'location') {
    const { lat, long } = members(payload.coordinates);
    const value = joined(title, coordinates(lat, long), url);
    return withRaw(
      value === undefined ? unknown(type) : { type: 'line', line: 'location', value },
      attachment.payload,
    );
  }
  const kind = Object.hasOwn(media, type) ? media[type] : undefined;
  return kind === undefined || url === undefined
    ? withRaw(unknown(type), given)
    : { content: { type: 'media', media: kind, url } };
};

/** Text first, then the attachments. A `fallback` whose link the text holds already says nothing new. */
const readMessage = (given: Members): { readonly parts: ReadonlyArray<Part>; readonly bad: number } => {
  const message = names(given);
  const text = filled(message.text);
  const reply = isObject(message.quick_reply) ? members(message.quick_reply) : undefined;
  const chosen = reply === undefined ? undefined : choice(text ?? filled(reply.payload));
  const head: ReadonlyArray<Part> =
    chosen !== undefined
      ? [{ ...withRaw(chosen, message.quick_reply), suffix: '' }]
      : text === undefined
        ? []
        : [{ content: { type: 'text', text }, suffix: '' }];

  const attached = message.attachments ?? [];
  const attachments: ReadonlyArray<unknown> = Array.isArray(attached) ? attached : [];
  let bad = Array.isArray(attached) ? 0 : 1;
  const parts = [...head];
  attachments.forEach((attachment, index) => {
    const said = readAttachment(attachment);
    const number = index + head.length;
    if (said === undefined) bad++;
    else if (!isRepeated(said.content, text))
      parts.push({ ...said, suffix: number === 0 ? '' : `#${number}` });
  });
  return { parts, bad };
};

const isRepeated = (content: Content, text: string | undefined): boolean =>
  content.type === 'text' &&
  text !== undefined &&
  text.includes(content.text.slice(content.text.lastIndexOf('\n') + 1));

/** Members that every item has. */
const frame: ReadonlySet<string> = new Set(['sender', 'recipient', 'timestamp', 'metadata', '__proto__']);

/**
 * What an item says, in the shapes of Messenger's webhooks ("messages", "messaging_postbacks", "message_reactions").
 * `item`: folded, and neither `read` nor `delivery`. An item without anything of the kind is bad.
 */
export const readItem = (item: Members): { readonly parts: ReadonlyArray<Part>; readonly bad: number } => {
  const one = (said: Said): { readonly parts: ReadonlyArray<Part>; readonly bad: number } => ({
    parts: [{ ...said, suffix: '' }],
    bad: 0,
  });
  if (isObject(item.message)) {
    const read = readMessage(item.message);
    const isEmpty = read.parts.length === 0 && read.bad === 0;
    if (!isEmpty) return read;
    return filled(item.message.mid) === undefined ? nothing : one(withRaw(unknown('message'), item.message));
  }
  if (isObject(item.postback)) {
    const { title, payload } = members(item.postback);
    const content = choice(filled(title) ?? filled(payload)) ?? unknown('postback');
    return one(withRaw(content, item.postback));
  }
  if (isObject(item.reaction)) {
    const { emoji, reaction, action } = members(item.reaction);
    const value = action === 'unreact' ? noReaction : (filled(emoji) ?? filled(reaction) ?? noReaction);
    return one(withRaw({ type: 'line', line: 'reaction', value }, item.reaction));
  }
  const kind = Object.keys(item).find((name) => !frame.has(name) && isObject(item[name]));
  return kind === undefined ? nothing : one(withRaw(unknown(kind), item[kind]));
};

const nothing = { parts: [], bad: 1 } as const;
