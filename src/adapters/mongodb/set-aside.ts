import { MongoServerError } from 'mongodb';
import type { ChatStore, SetAsideEntry } from '../../application/ports/chat-store.port.ts';
import { O } from '../../domain/fp.ts';
import type { Calls } from './calls.ts';
import { duplicateKey } from './client.ts';
import { DamagedDocument, readSetAside } from './documents.ts';
import { storedText, storedUser } from './keys.ts';
import type { Collections } from './schema.ts';
import type { Trouble } from './trouble.ts';

type Part = 'setAside' | 'listSetAside' | 'countSetAside' | 'removeSetAside';

interface Deps {
  readonly setAside: Collections['setAside'];
  readonly calls: Calls;
  readonly trouble: Trouble;
  readonly maxTimeMS: number;
}

export const makeSetAsides = ({ setAside, calls, trouble, maxTimeMS }: Deps): Pick<ChatStore, Part> => ({
  setAside: (entry) => {
    const document = {
      _id: storedText(entry.effect.id),
      user: storedUser(entry.user),
      doc: JSON.stringify(entry),
    };
    return calls.write(async () => {
      try {
        await setAside.insertOne(document, { maxTimeMS });
      } catch (cause) {
        if (!(cause instanceof MongoServerError && cause.code === duplicateKey)) throw cause;
      }
    });
  },

  listSetAside: (user, { after = '', limit } = { limit: Infinity }) =>
    calls.read(async () => {
      const found = setAside.find(
        {
          ...(user === undefined ? {} : { user: storedUser(user) }),
          ...(after === '' ? {} : { _id: { $gt: storedText(after) } }),
        },
        { sort: { _id: 1 }, ...(Number.isFinite(limit) ? { batchSize: limit } : {}), maxTimeMS },
      );
      const entries: SetAsideEntry[] = [];
      for await (const document of found) {
        // a damaged one is left out and told, so that it does not hide the others
        try {
          entries.push(readSetAside(document));
        } catch (cause) {
          if (!(cause instanceof DamagedDocument)) throw cause;
          trouble.damaged(cause);
        }
        if (entries.length >= limit) break;
      }
      return entries;
    }),

  countSetAside: (user) =>
    calls.read(() =>
      setAside.countDocuments(user === undefined ? {} : { user: storedUser(user) }, { maxTimeMS }),
    ),

  // read before it is deleted: what cannot be read stays for who can mend it
  removeSetAside: (id) =>
    calls.write(async () => {
      const found = await setAside.findOne({ _id: storedText(id) }, { maxTimeMS });
      if (found === null) return O.none;
      const entry = readSetAside(found);
      const { deletedCount } = await setAside.deleteOne({ _id: found._id }, { maxTimeMS });
      return deletedCount === 1 ? O.some(entry) : O.none;
    }),
});
