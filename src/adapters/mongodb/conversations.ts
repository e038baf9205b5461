import { MongoServerError } from 'mongodb';
import type { ChatStore, Save, StoredConversation } from '../../application/ports/chat-store.port.ts';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { ChatState } from '../../domain/conversation.ts';
import { O } from '../../domain/fp.ts';
import type { Calls } from './calls.ts';
import { duplicateKey } from './client.ts';
import { DamagedDocument, readConversation } from './documents.ts';
import { storedText, storedUser } from './keys.ts';
import { firstSave, laterSave, notExpired } from './saves.ts';
import type { Collections, ConversationDocument } from './schema.ts';
import type { Trouble } from './trouble.ts';

type Part = 'load' | 'save' | 'ownedByOthers' | 'takeOver' | 'countByState';

interface Deps {
  readonly conversations: Collections['conversations'];
  readonly clock: Pick<Clock, 'now'>;
  readonly chatRetentionMs: number;
  readonly calls: Calls;
  readonly trouble: Trouble;
  readonly maxTimeMS: number;
}

export const makeConversations = (deps: Deps): Pick<ChatStore, Part> => {
  const { conversations, clock, chatRetentionMs, calls, trouble, maxTimeMS } = deps;

  const saveFirst = async (save: Save, now: number, expireAt: Date): Promise<'saved' | 'conflict'> => {
    // nobody owns what is not there
    if (save.as !== undefined) return 'conflict';
    const { filter, update } = firstSave(save, now, expireAt);
    try {
      await conversations.updateOne(filter, update, { upsert: true, maxTimeMS });
      return 'saved';
    } catch (cause) {
      if (cause instanceof MongoServerError && cause.code === duplicateKey) return 'conflict';
      throw cause;
    }
  };

  const saveLater = async (save: Save, now: number, expireAt: Date): Promise<'saved' | 'conflict'> => {
    const updates = laterSave(save, now, expireAt).map(({ filter, update }) => ({
      updateOne: { filter, update },
    }));
    const { matchedCount } = await conversations.bulkWrite(updates, { ordered: true, maxTimeMS });
    return matchedCount > 0 ? 'saved' : 'conflict';
  };

  return {
    load: (user) =>
      calls.read(async () => {
        const found = await conversations.findOne(
          { _id: storedUser(user), expireAt: notExpired(clock.now()) },
          { maxTimeMS },
        );
        return found === null ? O.none : O.some(readConversation(found));
      }),

    save: (save) =>
      calls.write(() => {
        const now = clock.now();
        const expireAt = new Date(now + chatRetentionMs);
        return save.rev === 0 ? saveFirst(save, now, expireAt) : saveLater(save, now, expireAt);
      }),

    // a text above '' is an owner; this way only keys of the index that belong to others are looked at
    ownedByOthers: (living, { after, limit }) =>
      calls.read(async () => {
        const readable: StoredConversation[] = [];
        let last = after === undefined ? '' : storedText(after);
        // sorted no further than asked for; the place of a damaged one is filled by the next page
        while (readable.length < limit) {
          const wanted = limit - readable.length;
          const found = await conversations
            .find(
              { owner: { $gt: '', $nin: [...living] }, _id: { $gt: last } },
              { sort: { _id: 1 }, limit: wanted, maxTimeMS },
            )
            .toArray();
          for (const document of found) {
            const read = readOrTell(document);
            if (read !== undefined) readable.push(read);
          }
          last = found.at(-1)?._id ?? last;
          if (found.length < wanted) break;
        }
        return readable;
      }),

    // two plain steps: who asks again after a lost answer finds that it has what it wanted, and an engine that is merely
    // like MongoDB need not have a quick `findAndModify`
    takeOver: (user, from, to) =>
      calls.write(async () => {
        const _id = storedUser(user);
        await conversations.updateOne(
          { _id, owner: from.owner, epoch: from.epoch },
          { $set: { owner: to }, $inc: { epoch: 1 } },
          { maxTimeMS },
        );
        const taken = await conversations.findOne({ _id, owner: to, epoch: from.epoch + 1 }, { maxTimeMS });
        return taken === null ? O.none : O.some(readConversation(taken));
      }),

    countByState: () =>
      calls.read(async () => {
        const counts: Record<ChatState, number> = {
          requested: 0,
          waiting: 0,
          active: 0,
          ended: 0,
          failed: 0,
        };
        const found = await conversations
          .aggregate<{ _id: ChatState; count: number }>(
            [
              { $match: { state: { $in: Object.keys(counts) }, expireAt: notExpired(clock.now()) } },
              { $group: { _id: '$state', count: { $sum: 1 } } },
            ],
            { maxTimeMS },
          )
          .toArray();
        for (const { _id, count } of found) counts[_id] = count;
        return counts;
      }),
  };

  /** A damaged one is left out and told, so that it does not hide the others. */
  function readOrTell(found: ConversationDocument): StoredConversation | undefined {
    try {
      return readConversation(found);
    } catch (cause) {
      if (!(cause instanceof DamagedDocument)) throw cause;
      trouble.damaged(cause);
      return undefined;
    }
  }
};
