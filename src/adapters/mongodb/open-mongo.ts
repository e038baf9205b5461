import type { ChatStore } from '../../application/ports/chat-store.port.ts';
import { E } from '../../domain/fp.ts';
import type { StoreOptions, Stores } from '../shared/stores.ts';
import { makeAppends, type Append } from './appends.ts';
import { makeArrivals } from './arrivals.ts';
import { makeCalls, twice, type Calls } from './calls.ts';
import { defaultDeadlineMs, makeClient, withinDeadline, type MongoSettings } from './client.ts';
import { makeMongoContextStore, type SettlementGroup } from './context-store.adapter.ts';
import { makeConversations } from './conversations.ts';
import { makeGrouper, type SizeBounds } from './grouper.ts';
import { makeInstances } from './instances.ts';
import { storedUser } from './keys.ts';
import { makeReady } from './make-ready.ts';
import { makeOverflow } from './overflow.ts';
import { collectionsOf, type Collections } from './schema.ts';
import { makeSetAsides } from './set-aside.ts';
import { makeTrouble } from './trouble.ts';
import { makeWakes, makeWaking } from './wakes.ts';

/** Text of messages, in UTF-16 units. */
const messageSizes: SizeBounds = { group: 4 * 1024 * 1024, queue: 64 * 1024 * 1024 };
/** Settlements, and conversations to be woken: by their number. */
const counted: SizeBounds = { group: 1_000, queue: 20_000 };

export interface MongoStores extends Stores {
  /**
   * Connects, makes what is missing, and resolves when the stores can be used; rejects with `MongoOpenError`. Calls
   * before that wait for the connection like all others, within their deadlines.
   */
  readonly ready: () => Promise<void>;
}

/**
 * Stores that any number of processes share: everything is in the database, and each change is one write of one
 * document (or the same one of several). Every call is answered within the deadline. Throws `MongoOpenError` for a
 * connection string that cannot be used.
 */
export const openMongo = (settings: MongoSettings, options: StoreOptions): MongoStores => {
  const { clock, log, metrics } = options;
  const { deadlineMs = defaultDeadlineMs } = settings;
  const maxTimeMS = withinDeadline(deadlineMs);
  const client = makeClient(settings);
  const collections = collectionsOf(client.db(settings.database));
  const trouble = makeTrouble(log, metrics);
  const calls = makeCalls({ clock, deadlineMs, trouble });
  const shared = { ...options, ...collections, calls, trouble, maxTimeMS };
  const grouping = { clock, deadlineMs, metrics, trouble };

  const arrivals = makeArrivals(shared);
  const appends = makeGrouper<Append, 'stored' | 'seen'>({
    ...grouping,
    sizes: messageSizes,
    carryOut: makeAppends({ ...shared, arrivals }),
  });
  const settling = makeGrouper<SettlementGroup, void>({
    ...grouping,
    sizes: counted,
    carryOut: async (groups) => {
      await twice(() => collections.messages.bulkWrite(groups.flat(), { ordered: false, maxTimeMS }));
      return groups.map(() => E.right(undefined));
    },
  });
  const wakeAll = makeWaking(shared);
  const waking = makeGrouper<string, void>({
    ...grouping,
    sizes: counted,
    carryOut: async (keys) => {
      await wakeAll(keys);
      return keys.map(() => E.right(undefined));
    },
  });

  const closeAll = async (): Promise<void> => {
    const carriedOut = Promise.all([appends.close(), settling.close(), waking.close(), calls.close()]);
    // what hangs has its own deadlines, and is answered by then
    await atMost(carriedOut, clock.after, deadlineMs);
    await atMost(client.close(), clock.after, deadlineMs);
  };

  let opening: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  return {
    contextStore: makeMongoContextStore({ ...shared, arrivals, appends, settling }),
    chatStore: {
      ...makeConversations(shared),
      ...makeWakes({ ...shared, deadlineMs, waking }),
      ...makeOverflow(shared),
      ...makeSetAsides(shared),
      erase: makeErase(collections, calls, maxTimeMS),
    },
    instances: makeInstances(shared),
    tryWrite: calls.write(async () => {
      await collections.overflow.deleteOne({ _id: 'nobody' }, { maxTimeMS });
    }),
    ready: () => (opening ??= makeReady({ client, collections, arrivals, clock, log, deadlineMs })),
    close: () => (closing ??= closeAll()),
  };
};

const makeErase =
  ({ conversations, overflow, setAside }: Collections, calls: Calls, maxTimeMS: number): ChatStore['erase'] =>
  (user) =>
    calls.write(async () => {
      const key = storedUser(user);
      // the conversation first: without it nothing new is spilled
      await conversations.deleteOne({ _id: key }, { maxTimeMS });
      await twice(() => overflow.deleteMany({ user: key }, { maxTimeMS }));
      await twice(() => setAside.deleteMany({ user: key }, { maxTimeMS }));
    });

const atMost = (work: Promise<unknown>, after: StoreOptions['clock']['after'], ms: number): Promise<void> =>
  new Promise((resolve) => {
    const cancel = after(ms, resolve);
    void work
      .catch(() => undefined)
      .then(() => {
        cancel();
        resolve();
      });
  });
