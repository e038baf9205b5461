import { hash } from 'node:crypto';
import * as t from 'io-ts';
import { makeUser } from '../../../domain/channel.ts';
import { E, type Either } from '../../../domain/fp.ts';
import { isOwnMessageId } from '../../../domain/ids.ts';
import type { Message } from '../../../domain/message.ts';
import type { HttpError } from '../errors.ts';
import { clean, isObject, makeFold, type Members } from '../members.ts';
import { failuresOf, isLonger, type FieldRule } from '../validation.ts';
import { readItem } from './facebook-content.ts';
import { clampTime, type Note, type Notes, type Reading } from './reading.ts';

interface FacebookBody {
  readonly authorRole: string | null | undefined;
  readonly botId: string | null | undefined;
  readonly timestamp: unknown;
  readonly metadata: unknown;
  readonly entries: ReadonlyArray<Members>;
  /** Entries that are none. */
  readonly bad: number;
}

const foldBody = makeFold([
  'authorRole',
  'botId',
  'message',
  'msgTracking',
  'provider',
  'timestamp',
  'metadata',
]);
const foldEnvelope = makeFold(['object', 'entry', 'metadata']);
const foldEntry = makeFold(['id', 'time', 'messaging']);
const foldItem = makeFold([
  ...['sender', 'recipient', 'timestamp', 'message', 'postback', 'read', 'delivery', 'reaction', 'metadata'],
]);
const foldMessage = makeFold(['mid', 'is_echo', 'metadata', 'text', 'attachments', 'quick_reply']);
const foldParty = makeFold(['id']);

const text = t.union([t.string, t.null]);
const list = t.union([t.UnknownArray, t.null]);

/** Digits as a text are what they are as a number. */
const digits = t.refinement(t.string, (text) => /^[0-9]*$/u.test(text), 'digits');

const Body = t.partial({
  authorRole: text,
  botId: text,
  provider: text,
  timestamp: t.union([t.number, digits, t.null]),
  msgTracking: t.union([t.UnknownRecord, t.null]),
  message: t.union([t.UnknownRecord, t.null]),
});
const Envelope = t.partial({ entry: list });
const Entry = t.partial({ messaging: list });

/** Containers must be what they are; what is inside them is looked at piece by piece. `undefined`: not decodable. */
const readBody = (given: unknown): FacebookBody | undefined => {
  const body = isObject(given) ? foldBody(given) : given;
  if (!Body.is(body)) return undefined;
  const envelope = foldEnvelope(body.message ?? {});
  if (!Envelope.is(envelope)) return undefined;
  const items = envelope.entry ?? [];
  const entries = items.filter(isObject).map(foldEntry);
  if (!entries.every(Entry.is)) return undefined;
  const { metadata = (envelope as Members).metadata } = body as Members;
  const { authorRole, botId, timestamp } = body;
  return { authorRole, botId, timestamp, metadata, entries, bad: items.length - entries.length };
};

export const facebookRules: ReadonlyArray<FieldRule<'authorRole' | 'botId'>> = [
  { member: 'authorRole', field: 'AuthorRole', required: true, max: 128 },
  { member: 'botId', field: 'BotID', required: true, max: 128 },
];

/** What we set on every text that we send (Yalo's Integrations API). */
const ownMetadata = 'YALOSOURCE:FIREHOSE';

const partyMax = 128;
const midMax = 256;

const partyOf = (value: unknown): string => {
  const { id } = isObject(value) ? foldParty(value) : {};
  if (typeof id === 'number' && Number.isSafeInteger(id)) return String(id);
  return typeof id === 'string' ? clean(id) : '';
};

/** ms since 1970, from a number or digits. */
const timeOf = (value: unknown): number | undefined => {
  if (typeof value === 'number') return clampTime(value);
  return typeof value === 'string' && /^[0-9]+$/u.test(value) ? clampTime(Number(value)) : undefined;
};

/** Of a message or a postback; a reaction names that of another message. */
const midOf = (value: unknown): string => {
  const { mid } = isObject(value) ? foldMessage(value) : {};
  return typeof mid === 'string' ? clean(mid) : '';
};

/** Stands in for an id: the same item gives the same one. `undefined`: nested beyond writing down. */
const digestOf = (sender: string, time: number | undefined, item: unknown): string | undefined => {
  try {
    return `digest-${hash('sha256', JSON.stringify([sender, time, item]), 'base64url')}`;
  } catch {
    return undefined;
  }
};

interface Surroundings {
  readonly authorRole: string;
  readonly page: string;
  /** Of the entry, else of the body. */
  readonly time: number | undefined;
  readonly metadata: unknown;
  readonly now: () => number;
}

interface ItemReading {
  readonly messages: ReadonlyArray<Message>;
  /** Of what is no message. */
  readonly note: Note;
  readonly count: number;
}

const noted = (note: Note): ItemReading => ({ messages: [], note, count: 1 });

const readMessaging = (given: unknown, around: Surroundings): ItemReading => {
  if (!isObject(given)) return noted('bad');
  const item = foldItem(given);
  const hasContent = isObject(item.message) || isObject(item.postback) || isObject(item.reaction);
  if (!hasContent && isObject(item.read)) return noted('read');
  if (!hasContent && isObject(item.delivery)) return noted('delivery');

  const message = isObject(item.message) ? foldMessage(item.message) : undefined;
  const isOwn = [message?.metadata, item.metadata, around.metadata].includes(ownMetadata);
  if (isOwn) return noted('own');

  const [sender, recipient] = [partyOf(item.sender), partyOf(item.recipient)];
  const isBot = message?.is_echo === true || around.authorRole !== 'user';
  const [speaker, other] = isBot ? [recipient, sender] : [sender, recipient];
  // the page is nobody's user, whichever side a sender puts it on
  const userId = around.page !== '' && speaker === around.page ? other : speaker;
  if (userId === '' || isLonger(userId, partyMax)) return noted('bad');

  const time = timeOf(item.timestamp) ?? around.time;
  const mid = midOf(message ?? item.postback);
  if (isOwnMessageId(mid)) return noted('own');
  const id = mid !== '' && !isLonger(mid, midMax) ? mid : digestOf(sender, time, given);
  if (id === undefined) return noted('bad');

  const { parts, bad } = readItem(message === undefined ? item : { ...item, message });
  const user = makeUser('facebook', userId);
  const timestamp = time ?? clampTime(around.now());
  return {
    messages: parts.map(({ suffix, ...said }) => ({
      user,
      id: id + suffix,
      from: isBot ? 'bot' : 'user',
      timestamp,
      ...said,
    })),
    note: 'bad',
    count: bad,
  };
};

/**
 * The user's document, "Facebook Webhook": Messenger's own webhook inside an envelope of Yalo's. `now`: where no time is
 * given at all.
 */
export const makeReadFacebook =
  (now: () => number) =>
  (given: unknown): Either<HttpError, Reading> => {
    const body = readBody(given);
    if (body === undefined) return E.left({ _tag: 'WebhookUndecodable', detail: 'wrong types' });
    const failures = failuresOf(facebookRules, body);
    if (failures.length > 0) {
      return E.left({ _tag: 'PayloadInvalid', struct: 'IntegrationsFacebook', failures });
    }
    const messages: Message[] = [];
    const notes: Notes = {};
    const note = (what: Note, count: number): void => {
      if (count > 0) notes[what] = (notes[what] ?? 0) + count;
    };
    note('bad', body.bad);
    for (const entry of body.entries) {
      const around: Surroundings = {
        authorRole: body.authorRole ?? '',
        page: partyOf(entry),
        time: timeOf(entry.time) ?? timeOf(body.timestamp),
        metadata: body.metadata,
        now,
      };
      for (const item of (entry.messaging ?? []) as ReadonlyArray<unknown>) {
        const reading = readMessaging(item, around);
        messages.push(...reading.messages);
        note(reading.note, reading.count);
      }
    }
    return E.right({ _tag: 'Messages', provider: 'facebook', messages, notes });
  };
