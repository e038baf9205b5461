import { MongoBulkWriteError } from 'mongodb';
import type { ChatStore } from '../../application/ports/chat-store.port.ts';
import type { Clock } from '../../application/ports/clock.port.ts';
import { dayMs, type StoreOptions } from '../shared/stores.ts';
import { twice, type Calls } from './calls.ts';
import { duplicateKey } from './client.ts';
import { readOverflow } from './documents.ts';
import { storedText, storedUser } from './keys.ts';
import type { Collections } from './schema.ts';

type Part = 'spill' | 'spilled' | 'unspill';

interface Deps extends Pick<StoreOptions, 'chatRetentionMs' | 'deliveryDeadlineMs'> {
  readonly overflow: Collections['overflow'];
  readonly clock: Pick<Clock, 'now'>;
  readonly calls: Calls;
  readonly maxTimeMS: number;
}

/** All of them are there: stored now or before. */
const areOnlyRepeats = (cause: unknown): boolean =>
  cause instanceof MongoBulkWriteError &&
  cause.result.getWriteConcernError() === undefined &&
  [cause.writeErrors].flat().length > 0 &&
  [cause.writeErrors].flat().every(({ code }) => code === duplicateKey);

export const makeOverflow = (deps: Deps): Pick<ChatStore, Part> => {
  const { overflow, clock, chatRetentionMs, deliveryDeadlineMs, calls, maxTimeMS } = deps;

  return {
    spill: (user, effects) => {
      const rows = effects.map(({ order, effect }) => ({
        _id: storedText(effect.id),
        user: storedUser(user),
        order,
        doc: JSON.stringify(effect),
      }));
      return calls.write(async () => {
        if (rows.length === 0) return;
        // for what a crash left between a spill and its save: nothing counts it, so nobody else takes it away
        const expireAt = new Date(clock.now() + deliveryDeadlineMs + chatRetentionMs + dayMs);
        const insert = async (): Promise<void> => {
          try {
            await overflow.insertMany(
              rows.map((row) => ({ ...row, expireAt })),
              { ordered: false, maxTimeMS },
            );
          } catch (cause) {
            if (!areOnlyRepeats(cause)) throw cause;
          }
        };
        await twice(insert);
      });
    },

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
