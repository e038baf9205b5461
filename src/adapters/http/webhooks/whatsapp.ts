import * as t from 'io-ts';
import { makeUser } from '../../../domain/channel.ts';
import { E, type Either } from '../../../domain/fp.ts';
import { isOwnMessageId } from '../../../domain/ids.ts';
import type { HttpError } from '../errors.ts';
import { clean, isObject, makeFold, type Members } from '../members.ts';
import { failuresOf, formats, type FieldRule } from '../validation.ts';
import { clampTime, type Note, type Notes, type Reading } from './reading.ts';
import { mediaKinds, readContent } from './whatsapp-content.ts';

/** The declared members; those of the Cloud API's own shapes are taken as they come. */
interface WhatsAppBody extends Members {
  readonly id?: string | null;
  readonly timestamp?: string | number | null;
  readonly type?: string | null;
  readonly from?: string | null;
  readonly to?: string | null;
}

const fold = makeFold([
  ...['id', 'timestamp', 'type', 'from', 'to', 'text', ...mediaKinds],
  ...['location', 'contacts', 'button', 'interactive', 'reaction'],
]);
const foldText = makeFold(['body']);
const foldMedia = makeFold(['url', 'mimeType', 'caption']);

const isText = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === 'string';

const isTextPart = (value: unknown): boolean => isObject(value) && isText(foldText(value).body);

const isMedia = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  const { url, mimeType, caption } = foldMedia(value);
  return isText(url) && isText(mimeType) && isText(caption);
};

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

const isBody = (body: Members): body is WhatsAppBody =>
  isText(body.id) &&
  (isText(body.timestamp) || typeof body.timestamp === 'number') &&
  isText(body.type) &&
  isText(body.from) &&
  isText(body.to) &&
  (isAbsent(body.text) || isTextPart(body.text)) &&
  mediaKinds.every((kind) => isAbsent(body[kind]) || isMedia(body[kind]));

/** Written by hand: this runs for every message of every user. */
const WhatsAppWebhook = new t.Type<WhatsAppBody, WhatsAppBody, unknown>(
  'WhatsAppWebhook',
  (value): value is WhatsAppBody => isObject(value) && isBody(value),
  (value, context) => {
    if (!isObject(value)) return t.failure(value, context);
    const folded = fold(value);
    return isBody(folded) ? t.success(folded) : t.failure(value, context);
  },
  t.identity,
);

export const whatsAppRules: ReadonlyArray<FieldRule<'id' | 'timestamp' | 'type' | 'from' | 'to'>> = [
  { member: 'id', field: 'ID', required: true, max: 256 },
  { member: 'timestamp', field: 'Timestamp', required: true, format: formats.digits },
  { member: 'type', field: 'Type', required: true, max: 64 },
  { member: 'from', field: 'From', max: 128 },
  { member: 'to', field: 'To', max: 128 },
];

const undecodable: HttpError = { _tag: 'WebhookUndecodable', detail: 'wrong types' };

const noted = (note: Note): Either<HttpError, Reading> =>
  E.right({ _tag: 'Messages', provider: 'whatsapp', messages: [], notes: { [note]: 1 } });

/** A whole number above 2^53 has no decimal spelling of its own any more, and is one all the same. */
const timestampText = (given: string | number | null | undefined): string | null | undefined =>
  typeof given === 'number' && Number.isInteger(given) && given >= 0
    ? String(BigInt(given))
    : given?.toString();

/** The user's document, "WhatsApp Webhook": one message in each body. */
export const makeReadWhatsApp =
  (ignoredTypes: ReadonlySet<string>) =>
  (given: unknown): Either<HttpError, Reading> => {
    const decoded = WhatsAppWebhook.decode(given);
    if (E.isLeft(decoded)) return E.left(undecodable);
    const body = decoded.right;
    const type = body.type ?? '';
    if (ignoredTypes.has(type)) return E.right({ _tag: 'Skipped', type });

    const texts = {
      id: clean(body.id ?? ''),
      timestamp: timestampText(body.timestamp),
      type: clean(type),
      from: clean(body.from ?? ''),
      to: clean(body.to ?? ''),
    };
    const failures = failuresOf(whatsAppRules, texts);
    if (failures.length > 0) {
      return E.left({ _tag: 'PayloadInvalid', struct: 'IntegrationsRequest', failures });
    }
    if (isOwnMessageId(texts.id)) return noted('own');
    const user = makeUser('whatsapp', texts.to === '' ? texts.from : texts.to);
    if (user.id === '') return noted('nobody');
    const message = {
      user,
      id: texts.id,
      from: texts.to === '' ? ('user' as const) : ('bot' as const),
      timestamp: clampTime(Number(body.timestamp)),
      ...readContent(texts.type, body),
    };
    return E.right({ _tag: 'Messages', provider: 'whatsapp', messages: [message], notes: none });
  };

const none: Readonly<Notes> = {};
