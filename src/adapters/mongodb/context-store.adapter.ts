import type { AnyBulkWriteOperation } from 'mongodb';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { ContextStore } from '../../application/ports/context-store.port.ts';
import { E } from '../../domain/fp.ts';
import { dayMs, messageLifeMs, type StoreOptions } from '../shared/stores.ts';
import type { Append } from './appends.ts';
import type { Arrivals } from './arrivals.ts';
import { twice, type Calls } from './calls.ts';
import { readMessage } from './documents.ts';
import type { Grouper } from './grouper.ts';
import { storedUser } from './keys.ts';
import type { Collections, MessageDocument } from './schema.ts';
import { open, settlementUpdates } from './settlements.ts';

/** Until a sweep, beyond what is promised: clocks differ, and the database sweeps by its own. */
const marginMs = 60 * 60_000;

export type SettlementGroup = ReadonlyArray<AnyBulkWriteOperation<MessageDocument>>;

interface Deps extends Pick<StoreOptions, 'contextTtlMs' | 'deliveryDeadlineMs'> {
  readonly messages: Collections['messages'];
  readonly clock: Pick<Clock, 'now'>;
  readonly calls: Calls;
  readonly arrivals: Arrivals;
  readonly appends: Grouper<Append, 'stored' | 'seen'>;
  readonly settling: Grouper<SettlementGroup, void>;
  readonly maxTimeMS: number;
}

export const makeMongoContextStore = (deps: Deps): ContextStore => {
  const { messages, clock, calls, arrivals, appends, settling, maxTimeMS } = deps;
  const lifeMs = messageLifeMs(deps);
  const inADay = (): Date => new Date(clock.now() + dayMs + marginMs);

  return {
    append: (message) => {
      const doc = JSON.stringify(message);
      return () => appends.ask({ message, doc }, doc.length);
    },

    mark: () => calls.write(() => arrivals.take(1)),

    list: (user, { upTo = Number.MAX_SAFE_INTEGER, newest } = {}) =>
      calls.read(async () => {
        // to the database no limit is 0
        if (newest === 0) return [];
        const found = await messages
          .find(
            {
              user: storedUser(user),
              state: { $in: open() },
              n: { $lte: upTo },
              contextUntil: { $gt: new Date(clock.now()) },
            },
            { sort: { ts: -1, n: -1 }, ...(newest === undefined ? {} : { limit: newest }), maxTimeMS },
          )
          .toArray();
        return found.reverse().map(readMessage);
      }),

    untaken: (user, after, limit) =>
      calls.read(async () => {
        if (limit === 0) return [];
        const found = await messages
          .find(
            { user: storedUser(user), state: 'new', n: { $gt: after }, from: 'user' },
            { sort: { n: 1 }, limit, maxTimeMS },
          )
          .toArray();
        return found.map(readMessage);
      }),

    settle: (user, _chatId, settlements) => async () => {
      if (settlements.length === 0) return E.right(undefined);
      const updates = settlementUpdates(user, settlements, new Date(clock.now() + lifeMs));
      return settling.ask(updates, updates.length);
    },

    keep: (user, after) =>
      calls.write(async () => {
        const expireAt = inADay();
        await twice(() =>
          messages.updateMany(
            {
              user: storedUser(user),
              state: 'new',
              n: { $gt: after },
              from: 'user',
              expireAt: { $lt: expireAt },
            },
            { $set: { expireAt } },
            { maxTimeMS },
          ),
        );
      }),

    erase: (user) =>
      calls.write(async () => {
        await twice(() =>
          messages.updateMany(
            { user: storedUser(user), state: { $in: open() } },
            { $set: { state: 'done', expireAt: inADay() }, $unset: { doc: '' } },
            { maxTimeMS },
          ),
        );
      }),
  };
};
