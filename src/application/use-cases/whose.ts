import { makeUser, providers, type User } from '../../domain/channel.ts';
import { isOpen, type Conversation } from '../../domain/conversation.ts';
import { E, O, type Either } from '../../domain/fp.ts';
import type { Whose } from '../application.ts';
import type { ChatStore, StoredConversation } from '../ports/chat-store.port.ts';
import type { StoreUnavailable } from '../ports/errors.ts';

/** The users that a bare id may mean. */
export const usersOf = ({ userId, provider }: Whose): ReadonlyArray<User> =>
  (provider === undefined ? providers : [provider]).map((each) => makeUser(each, userId));

/** Of the conversations with that id: the one with an open chat, else the one with the latest chat (relay.md §1). */
export const findConversation = async (
  store: ChatStore,
  whose: Whose,
): Promise<Either<StoreUnavailable, O.Option<Conversation>>> => {
  const loaded = await Promise.all(usersOf(whose).map((user) => store.load(user)()));
  const withChat: Conversation[] = [];
  for (const found of loaded) {
    if (E.isLeft(found)) return found;
    const stored = O.toUndefined<StoredConversation>(found.right);
    if (stored?.conversation.chat !== undefined) withChat.push(stored.conversation);
  }
  return E.right(O.fromNullable(withChat.sort(laterFirst)[0]));
};

const laterFirst = (a: Conversation, b: Conversation): number =>
  Number(isOpen(b.chat)) - Number(isOpen(a.chat)) || (b.chat?.since ?? 0) - (a.chat?.since ?? 0);
