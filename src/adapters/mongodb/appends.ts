import { MongoBulkWriteError, MongoServerSelectionError, ObjectId } from 'mongodb';
import { storeUnavailable, type StoreUnavailable } from '../../application/ports/errors.ts';
import type { Clock } from '../../application/ports/clock.port.ts';
import { E, type Either } from '../../domain/fp.ts';
import type { Message } from '../../domain/message.ts';
import { messageLifeMs, type StoreOptions } from '../shared/stores.ts';
import type { Arrivals } from './arrivals.ts';
import { duplicateKey } from './client.ts';
import { messageKey, storedUser } from './keys.ts';
import type { Collections, MessageDocument } from './schema.ts';

export interface Append {
  readonly message: Message;
  /** The message as JSON text. */
  readonly doc: string;
}

type Outcome = Either<StoreUnavailable, 'stored' | 'seen'>;

interface AppendsOptions extends Pick<StoreOptions, 'contextTtlMs' | 'deliveryDeadlineMs'> {
  readonly messages: Collections['messages'];
  readonly arrivals: Arrivals;
  readonly clock: Pick<Clock, 'now'>;
  readonly maxTimeMS: number;
}

/** Which were not stored, by place in the group, with the error's code; `undefined`: nobody knows. */
const refusalsIn = (cause: unknown): ReadonlyMap<number, number> | undefined => {
  if (!(cause instanceof MongoBulkWriteError)) return undefined;
  const errors = [cause.writeErrors].flat();
  const isKnown = errors.length > 0 && cause.result.getWriteConcernError() === undefined;
  return isKnown ? new Map(errors.map(({ index, code }) => [index, code])) : undefined;
};

/**
 * Stores a group of messages: places on the line of arrivals first, then one insert. An insert whose answer was lost,
 * or that a majority has not confirmed, is made again; what is met there already tells by its write id whether this
 * very call had stored it (relay.md §4.7).
 */
export const makeAppends = (options: AppendsOptions) => {
  const { messages, arrivals, clock, contextTtlMs, maxTimeMS } = options;
  const lifeMs = messageLifeMs(options);

  const insert = async (
    documents: MessageDocument[],
    isLastTry = false,
  ): Promise<ReadonlyMap<number, number>> => {
    try {
      await messages.insertMany(documents, { ordered: false, maxTimeMS });
      return new Map();
    } catch (cause) {
      const refusals = refusalsIn(cause);
      if (refusals !== undefined) return refusals;
      if (isLastTry || cause instanceof MongoServerSelectionError) throw cause;
      return insert(documents, true);
    }
  };

  /** Write ids of what is stored under the ids of these documents. */
  const writeIdsAt = async (
    documents: ReadonlyArray<MessageDocument>,
  ): Promise<ReadonlyMap<string, string>> => {
    const found = await messages
      .find(
        {
          _id: { $in: documents.map(({ _id }) => _id) },
          user: { $in: [...new Set(documents.map(({ user }) => user))] },
        },
        { projection: { writeId: 1 }, maxTimeMS },
      )
      .toArray();
    return new Map(found.map(({ _id, writeId }) => [_id, writeId.toHexString()]));
  };

  return async (appends: ReadonlyArray<Append>): Promise<ReadonlyArray<Outcome>> => {
    const first = await arrivals.take(appends.length);
    const now = clock.now();
    const documents = appends.map(({ message, doc }, index): MessageDocument => ({
      _id: messageKey(message.user, message.id),
      user: storedUser(message.user),
      n: first + index,
      ts: message.timestamp,
      from: message.from,
      state: 'new',
      contextUntil: new Date(now + contextTtlMs),
      expireAt: new Date(now + lifeMs),
      writeId: new ObjectId(),
      doc,
    }));
    const refusals = await insert(documents);
    const met = documents.filter((_, index) => refusals.get(index) === duplicateKey);
    const writeIds = met.length === 0 ? new Map<string, string>() : await writeIdsAt(met);
    return documents.map(({ _id, writeId }, index): Outcome => {
      const code = refusals.get(index);
      if (code === undefined) return E.right('stored');
      if (code !== duplicateKey) return E.left(storeUnavailable(`error ${code} of the database`));
      const found = writeIds.get(_id);
      // met a moment ago, and not (or not yet surely) there: the caller's next try will tell
      if (found === undefined) return E.left(storeUnavailable('the write is not confirmed'));
      return E.right(found === writeId.toHexString() ? 'stored' : 'seen');
    });
  };
};
