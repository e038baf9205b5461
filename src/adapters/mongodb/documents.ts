import type { WithId } from 'mongodb';
import type { SetAsideEntry, StoredConversation } from '../../application/ports/chat-store.port.ts';
import { type User } from '../../domain/channel.ts';
import type { Conversation } from '../../domain/conversation.ts';
import type { UserText } from '../../domain/effect.ts';
import { O } from '../../domain/fp.ts';
import type { StoredMessage } from '../../domain/message.ts';
import { messageKey, storedText, storedUser } from './keys.ts';
import type { ConversationDocument, MessageDocument, OverflowDocument, SetAsideDocument } from './schema.ts';

/** A document that we cannot have written so. Its message holds nothing of what stands in it. */
export class DamagedDocument extends Error {}

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isUser = (value: unknown): value is User =>
  isObject(value) && typeof value.provider === 'string' && typeof value.id === 'string';

/** What is stored was checked on its way in: here only the frame is, so that damage is told from a bug of ours. */
const read = (collection: string, doc: unknown, isFrame: (document: Members) => boolean): Members => {
  try {
    const document: unknown = JSON.parse(doc as string);
    if (isObject(document) && isFrame(document)) return document;
  } catch {
    // a parser's message quotes the text: it must not travel on
  }
  throw new DamagedDocument(`damaged document in ${collection}`);
};

const isEffect = (effect: unknown): effect is { readonly id: string } =>
  isObject(effect) && typeof effect.id === 'string' && typeof effect.type === 'string';

export const readConversation = (stored: ConversationDocument): StoredConversation => {
  const conversation = read(
    'conversations',
    stored.doc,
    ({ user, lanes, overflow }) =>
      isUser(user) &&
      storedUser(user) === stored._id &&
      isObject(overflow) &&
      isObject(lanes) &&
      Array.isArray(lanes.user) &&
      Array.isArray(lanes.bot) &&
      isObject(lanes.chats),
  ) as unknown as Conversation;
  const { rev, writeId, owner, epoch } = stored;
  return { conversation, rev, writeId, owner: O.fromNullable(owner), epoch };
};

export const readMessage = (stored: WithId<MessageDocument>): StoredMessage =>
  ({
    ...read(
      'messages',
      stored.doc,
      ({ user, id, from, timestamp, content }) =>
        isUser(user) &&
        typeof id === 'string' &&
        messageKey(user, id) === stored._id &&
        (from === 'user' || from === 'bot') &&
        typeof timestamp === 'number' &&
        isObject(content) &&
        typeof content.type === 'string',
    ),
    arrival: stored.n,
    contextUntil: stored.contextUntil.getTime(),
  }) as unknown as StoredMessage;

export const readOverflow = ({
  order,
  doc,
}: OverflowDocument): { readonly order: number; readonly effect: UserText } => ({
  order,
  effect: read('overflow', doc, isEffect) as unknown as UserText,
});

export const readSetAside = ({ _id, doc }: SetAsideDocument): SetAsideEntry =>
  read(
    'set_aside',
    doc,
    ({ user, effect, at }) =>
      isUser(user) && isEffect(effect) && storedText(effect.id) === _id && typeof at === 'number',
  ) as unknown as SetAsideEntry;
