import type { Filter, UpdateFilter } from 'mongodb';
import type { Save } from '../../application/ports/chat-store.port.ts';
import { isBusy } from '../../domain/conversation.ts';
import { storedUser } from './keys.ts';
import type { ConversationDocument } from './schema.ts';

/** An update of the one conversation; it met its conditions when it matched. */
export interface SaveUpdate {
  readonly filter: Filter<ConversationDocument>;
  readonly update: UpdateFilter<ConversationDocument>;
}

/** An expired document that no sweep has met yet is none. */
export const notExpired = (now: number): { readonly $not: { readonly $lte: Date } } => ({
  $not: { $lte: new Date(now) },
});

/**
 * The first save of a document, to be carried out as an upsert: it takes the place of none, or of one whose time is
 * over. Where another stands the insert meets its `_id`.
 */
export const firstSave = (
  { conversation, writeId, owner = null }: Save,
  now: number,
  expireAt: Date,
): SaveUpdate => ({
  filter: { _id: storedUser(conversation.user), expireAt: { $lte: new Date(now) } },
  update: {
    $set: {
      rev: 1,
      writeId,
      owner,
      epoch: owner === null ? 0 : 1,
      wake: false,
      state: conversation.chat?.state ?? null,
      expireAt: owner === null && !isBusy(conversation) ? expireAt : null,
      doc: JSON.stringify(conversation),
    },
  },
});

/**
 * A later save, as updates of which one at most matches: what is written may depend on the present owner, and that is
 * asked by the condition of the write itself. `wake` is nobody's to write here.
 */
export const laterSave = (save: Save, now: number, expireAt: Date): ReadonlyArray<SaveUpdate> => {
  const { conversation, rev, writeId, as, owner } = save;
  const base = { _id: storedUser(conversation.user), rev, expireAt: notExpired(now) };
  const written = {
    writeId,
    state: conversation.chat?.state ?? null,
    doc: JSON.stringify(conversation),
  };
  const expiry = (next: string | null): Date | null =>
    next === null && !isBusy(conversation) ? expireAt : null;

  /** The owner stays what the condition says it is. */
  const keeping = (condition: Filter<ConversationDocument>, present: string | null): SaveUpdate => ({
    filter: { ...base, ...condition },
    update: { $set: { ...written, expireAt: expiry(present) }, $inc: { rev: 1 } },
  });
  const changing = (condition: Filter<ConversationDocument>, next: string | null): SaveUpdate => ({
    filter: { ...base, ...condition },
    update: { $set: { ...written, owner: next, expireAt: expiry(next) }, $inc: { rev: 1, epoch: 1 } },
  });

  if (as !== undefined) {
    const condition = { owner: as.owner, epoch: as.epoch };
    return owner === undefined || owner === as.owner
      ? [keeping(condition, as.owner)]
      : [changing(condition, owner)];
  }
  if (owner !== undefined) return [keeping({ owner }, owner), changing({ owner: { $ne: owner } }, owner)];
  // of a busy one nothing depends on the owner
  if (isBusy(conversation)) return [keeping({}, null)];
  return [keeping({ owner: null }, null), keeping({ owner: { $ne: null } }, 'somebody')];
};
