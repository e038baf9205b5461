import { userKey, userOf, type User } from '../../domain/channel.ts';

/**
 * Text as the database holds it: UTF-8, in which all lone surrogates are one. Without this, two ids that differ could
 * meet there. Ids of people and messages are only ever values of fixed fields, so nothing in them is an operator or a
 * path.
 */
export const storedText = (text: string): string => (text.isWellFormed() ? text : JSON.stringify(text));

export const storedUser = (user: User): string => storedText(userKey(user));

/** Takes back what `storedUser` made: a key begins with its provider, and so never with a quotation mark. */
export const userOfStored = (stored: string): User =>
  userOf(stored.startsWith('"') ? (JSON.parse(stored) as string) : stored);

const escapes: Readonly<Record<string, string>> = { '%': '%25', '|': '%7C' };

/** `whatsapp|5215…|<message id>`: one for each pair of user and id, also where a user's id holds a bar. */
export const messageKey = (user: User, id: string): string =>
  storedText(`${user.provider}|${user.id.replace(/[%|]/gu, (sign) => escapes[sign] ?? '')}|${id}`);
