import { MongoBulkWriteError } from 'mongodb';
import type { ChatStore } from '../../application/ports/chat-store.port.ts';
import type { Clock } from '../../application/ports/clock.port.ts';
import { dayMs, type StoreOptions } from '../shared/stores.ts';
import { twice, type Calls } from './calls.ts';
import { duplicateKey } from './client.ts';
import { readOverflow } from './documents.ts';
import { storedUser } from './keys.ts';
import type { Collections } from './schema.ts';

type Part = 'spill' | 'spilled' | 'unspill';

interface Deps extends Pick<StoreOptions, 'chatRetentionMs' | 'deliveryDeadlineMs'> {
  readonly overflow: Collections['overflow'];
  readonly clock: Pick<Clock, 'now'>;
  readonly calls: Calls;
  readonly maxTimeMS: number;
}

/** Where a write with a later stamp stands already, an older one finds nothing to update, and no place to insert. */
const areOnlyLate = (cause: unknown): boolean =>
  cause instanceof MongoBulkWriteError &&
  cause.result.getWriteConcernError() === undefined &&
  [cause.writeErrors].flat().length > 0 &&
  [cause.writeErrors].flat().every(({ code }) => code === duplicateKey);

export const makeOverflow = (deps: Deps): Pick<ChatStore, Part> => {
  const { overflow, clock, chatRetentionMs, deliveryDeadlineMs, calls, maxTimeMS } = deps;

  return {
    spill: (user, effects, { epoch, attempt }) =>
      calls.write(async () => {
        if (effects.length === 0) return;
        // for what a crash left between a spill and its save: nothing counts it, so nobody else takes it away
        const expireAt = new Date(clock.now() + deliveryDeadlineMs + chatRetentionMs + dayMs);
        const owner = storedUser(user);
        const isOlder = [{ epoch: { $lt: epoch } }, { epoch, attempt: { $lte: attempt } }];
        const writes = effects.map(({ order, effect }) => ({
          updateOne: {
            filter: { _id: `${owner}|${order}`, user: owner, $or: isOlder },
            update: { $set: { order, epoch, attempt, expireAt, doc: JSON.stringify(effect) } },
            upsert: true,
          },
        }));
        await twice(async () => {
          try {
            await overflow.bulkWrite(writes, { ordered: false, maxTimeMS });
          } catch (cause) {
            if (!areOnlyLate(cause)) throw cause;
          }
        });
      }),

    spilled: (user, after, limit) =>
      calls.read(async () => {
        if (limit === 0) return [];
        const found = await overflow
          .find({ user: storedUser(user), order: { $gt: after } }, { sort: { order: 1 }, limit, maxTimeMS })
          .toArray();
        return found.map(readOverflow);
      }),

    unspill: (user, upTo) =>
      calls.write(async () => {
        await twice(() =>
          overflow.deleteMany({ user: storedUser(user), order: { $lte: upTo } }, { maxTimeMS }),
        );
      }),
  };
};
