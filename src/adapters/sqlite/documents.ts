import type { Log } from '../../application/ports/log.port.ts';
import type { SetAsideEntry, StoredConversation } from '../../application/ports/chat-store.port.ts';
import { storeUnavailable } from '../../application/ports/errors.ts';
import { userKey, type User } from '../../domain/channel.ts';
import type { Conversation } from '../../domain/conversation.ts';
import type { UserText } from '../../domain/effect.ts';
import { O } from '../../domain/fp.ts';
import type { StoredMessage } from '../../domain/message.ts';

/**
 * A key as the file holds it. Text in the file is UTF-8, in which all lone surrogates are one: without this, two ids
 * that differ could meet there.
 */
export const storedKey = (key: string): string => (key.isWellFormed() ? key : JSON.stringify(key));

export interface ConversationRow {
  readonly id: number;
  readonly user: string;
  readonly rev: number;
  readonly write_id: string;
  readonly owner: string | null;
  readonly epoch: number;
  readonly doc: string;
}

export interface MessageRow {
  readonly n: number;
  readonly until: number;
  readonly doc: string;
}

export interface OverflowRow {
  readonly id: number;
  readonly ord: number;
  readonly doc: string;
}

export interface SetAsideRow {
  readonly row: number;
  readonly doc: string;
}

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isUser = (value: unknown): value is User =>
  isObject(value) && typeof value.provider === 'string' && typeof value.id === 'string';

/** What is stored was checked on its way in: here only the frame is, so that damage is told from a bug of ours. */
const read = (table: string, row: number, doc: string, isFrame: (document: Members) => boolean): Members => {
  try {
    const document: unknown = JSON.parse(doc);
    if (isObject(document) && isFrame(document)) return document;
  } catch {
    // a parser's message quotes the text: it must not travel on
  }
  throw new Error(`damaged document in ${table}, row ${row}`);
};

const isConversation = ({ user, lanes, overflow }: Members): boolean =>
  isUser(user) &&
  isObject(overflow) &&
  isObject(lanes) &&
  Array.isArray(lanes.user) &&
  Array.isArray(lanes.bot) &&
  isObject(lanes.chats);

const isMessage = ({ user, id, from, timestamp, content }: Members): boolean =>
  isUser(user) &&
  typeof id === 'string' &&
  (from === 'user' || from === 'bot') &&
  typeof timestamp === 'number' &&
  isObject(content) &&
  typeof content.type === 'string';

const isEffect = (effect: unknown): boolean =>
  isObject(effect) && typeof effect.id === 'string' && typeof effect.type === 'string';

export const readConversation = (row: ConversationRow): StoredConversation => {
  const conversation = read(
    'conversations',
    row.id,
    row.doc,
    (document) => isConversation(document) && storedKey(userKey(document.user as User)) === row.user,
  ) as unknown as Conversation;
  return {
    conversation,
    rev: row.rev,
    writeId: row.write_id,
    owner: O.fromNullable(row.owner),
    epoch: row.epoch,
  };
};

export const readMessage = ({ n, until, doc }: MessageRow): StoredMessage =>
  ({ ...read('messages', n, doc, isMessage), arrival: n, contextUntil: until }) as unknown as StoredMessage;

export const readOverflow = ({ id, ord, doc }: OverflowRow): { order: number; effect: UserText } => ({
  order: ord,
  effect: read('overflow', id, doc, isEffect) as unknown as UserText,
});

export const readSetAside = ({ row, doc }: SetAsideRow): SetAsideEntry =>
  read(
    'set_aside',
    row,
    doc,
    ({ user, effect, at }) => isUser(user) && isEffect(effect) && typeof at === 'number',
  ) as unknown as SetAsideEntry;

/** Rows of many users: a damaged one is left out and told, so that it does not hide the others. */
export const readUndamaged = <R, A>(
  rows: Iterable<unknown>,
  readRow: (row: R) => A,
  limit: number,
  log: Pick<Log, 'error'>,
): ReadonlyArray<A> => {
  const readable: A[] = [];
  for (const row of rows) {
    if (readable.length >= limit) break;
    try {
      readable.push(readRow(row as R));
    } catch (cause) {
      log.error('store-document-damaged', { detail: storeUnavailable(cause).detail });
    }
  }
  return readable;
};
