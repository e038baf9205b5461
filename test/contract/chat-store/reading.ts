import type { ChatStore, Save, StoredConversation } from '../../../src/application/ports/chat-store.port.ts';
import type { User } from '../../../src/domain/channel.ts';
import { contractCase, done, same } from '../contract.ts';

export const that = contractCase<ChatStore>();

export const found = async (store: ChatStore, user: User): Promise<StoredConversation | undefined> => {
  const stored = await done(store.load(user));
  return stored._tag === 'Some' ? stored.value : undefined;
};

/** A save that must succeed; what is stored then. */
export const saved = async (store: ChatStore, save: Save): Promise<StoredConversation> => {
  same(await done(store.save(save)), 'saved', 'a save whose conditions hold is saved');
  const stored = await found(store, save.conversation.user);
  if (stored === undefined) throw new Error('what was saved can be loaded');
  return stored;
};

/** Who owns it, and with which numbers. */
export const standing = (
  stored: StoredConversation | undefined,
): { rev: number; owner: string | null; epoch: number } | undefined =>
  stored && {
    rev: stored.rev,
    owner: stored.owner._tag === 'Some' ? stored.owner.value : null,
    epoch: stored.epoch,
  };
