import type { AnyBulkWriteOperation } from 'mongodb';
import type { User } from '../../domain/channel.ts';
import type { Settlement } from '../../domain/effect.ts';
import { messageKey, storedUser } from './keys.ts';
import type { MessageDocument } from './schema.ts';

type Operation = AnyBulkWriteOperation<MessageDocument>;

/** Everything that is not done; in an array of its own, since the driver's types want one that may change. */
export const open = (): MessageDocument['state'][] => ['new', 'set-aside'];

/**
 * One update for each settlement. Done is for good, so that a group may be carried out twice, and in any order but for
 * one message. `expireAt`: when what is done, or new again, may be swept; never brought nearer.
 */
export const settlementUpdates = (
  user: User,
  settlements: ReadonlyArray<Settlement>,
  expireAt: Date,
): ReadonlyArray<Operation> => {
  const key = storedUser(user);
  const done = { $set: { state: 'done' as const }, $unset: { doc: '' as const }, $max: { expireAt } };
  return settlements.map((settlement): Operation => {
    if (settlement.what === 'context') {
      const n = { $in: [...settlement.arrivals] };
      return { updateMany: { filter: { user: key, state: { $in: open() }, n }, update: done } };
    }
    const _id = messageKey(user, settlement.id);
    switch (settlement.as) {
      case 'posted':
        return { updateOne: { filter: { _id, user: key, state: { $in: open() } }, update: done } };
      case 'set-aside':
        return {
          updateOne: {
            filter: { _id, user: key, state: 'new' },
            update: { $set: { state: 'set-aside' }, $unset: { expireAt: '' } },
          },
        };
      case 'context':
        return {
          updateOne: {
            filter: { _id, user: key, state: 'set-aside' },
            update: { $set: { state: 'new' }, $max: { expireAt } },
          },
        };
    }
  });
};
