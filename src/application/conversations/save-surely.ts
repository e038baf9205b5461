import { E, O, type Option } from '../../domain/fp.ts';
import type { ChatStore, Save, StoredConversation } from '../ports/chat-store.port.ts';

export type Saved =
  /** `found`: as it was read back, when the answer to the write itself was lost. */
  | { readonly outcome: 'saved'; readonly found?: StoredConversation }
  /** Somebody else wrote it, or owns it. `found`: as it stands now. `doubtful`: perhaps over what was saved here. */
  | {
      readonly outcome: 'conflict';
      readonly found: Option<StoredConversation>;
      readonly doubtful: boolean;
    }
  /** The store does not answer: it may have written. */
  | { readonly outcome: 'unavailable'; readonly detail: string };

/**
 * One conditional save whose own outcome is found out even when its answer was lost: the write id in the document
 * tells (relay.md §4.7). `attempts`: the write ids of earlier tries of the same decision, this one included.
 */
export const saveSurely = async (
  store: ChatStore,
  save: Save,
  attempts: ReadonlyArray<string>,
): Promise<Saved> => {
  const first = await store.save(save)();
  if (E.isRight(first) && first.right === 'saved') return { outcome: 'saved' };
  const found = await store.load(save.conversation.user)();
  if (E.isLeft(found)) {
    return { outcome: 'unavailable', detail: E.isLeft(first) ? first.left.detail : found.left.detail };
  }
  return O.isSome(found.right) && attempts.includes(found.right.value.writeId)
    ? { outcome: 'saved', found: found.right.value }
    : { outcome: 'conflict', found: found.right, doubtful: E.isLeft(first) };
};
