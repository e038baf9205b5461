import test from 'ava';
import { makeMemoryStores } from '../../src/adapters/memory/memory-stores.ts';
import type { Stores } from '../../src/adapters/shared/stores.ts';
import type { ChatStore, StoredConversation } from '../../src/application/ports/chat-store.port.ts';
import type { ContextStore } from '../../src/application/ports/context-store.port.ts';
import type { Instances } from '../../src/application/ports/instances.port.ts';
import { userKey, type User } from '../../src/domain/channel.ts';
import { E, O, TE } from '../../src/domain/fp.ts';
import type { StoredMessage } from '../../src/domain/message.ts';
import { chatStoreContract } from './chat-store.suite.ts';
import { contextStoreContract } from './context-store.suite.ts';
import { day, type ContractCase, type StoreSettings } from './contract.ts';
import { instancesContract } from './instances.suite.ts';

// Each contract is held against stores that break one promise: a suite that lets one of them pass is no suite.

type Break<Store> = (inner: Store, settings: StoreSettings, all: Stores) => Partial<Store>;

const brokenOnes = <Store extends object>(
  name: string,
  contract: ReadonlyArray<ContractCase<Store>>,
  pick: (stores: Stores) => Store,
  breaks: Readonly<Record<string, Break<Store>>>,
  change: (settings: StoreSettings, name: string) => StoreSettings = (settings) => settings,
): void => {
  for (const [title, breakIt] of Object.entries(breaks))
    test(`${name} contract › fails a store that ${title}`, async (t) => {
      const broken: string[] = [];
      for (const { title: promise, run } of contract)
        await run(async (settings) => {
          const stores = makeMemoryStores(change(settings, title));
          const inner = pick(stores);
          const store = { ...inner, ...breakIt(inner, settings, stores) };
          return { store, cutOff: stores.close, dispose: stores.close };
        }).catch((thrown: unknown) => {
          // those that only other stores can pass
          if (!(thrown instanceof Error && thrown.message.startsWith('this case needs')))
            broken.push(promise);
        });
      t.true(broken.length > 0, 'no case fails');
    });
};

const later = <A>(value: A): Promise<A> => new Promise((resolve) => setImmediate(() => resolve(value)));

const listedAs = (change: (entries: ReadonlyArray<StoredMessage>) => ReadonlyArray<StoredMessage>) =>
  TE.map(change);

brokenOnes<ContextStore>(
  'context store',
  contextStoreContract,
  ({ contextStore }) => contextStore,
  {
    'looks first and stores later': (inner) => {
      const seen = new Set<string>();
      return {
        append: (message) => async () => {
          const key = `${userKey(message.user)} ${message.id}`;
          if (seen.has(key)) return E.right('seen');
          await later(undefined);
          seen.add(key);
          await inner.append(message)();
          return E.right('stored');
        },
      };
    },
    'mixes the ids of users up': (inner) => {
      const seen = new Set<string>();
      return {
        append: (message) => () => {
          if (seen.has(message.id)) return Promise.resolve(E.right('seen'));
          seen.add(message.id);
          return inner.append(message)();
        },
      };
    },
    'folds ids to lower case': (inner) => ({
      append: (message) => inner.append({ ...message, id: message.id.toLowerCase() }),
    }),
    'cuts long ids': (inner) => ({
      append: (message) => inner.append({ ...message, id: message.id.slice(0, 900) }),
    }),
    'stores before its task is run': (inner) => ({
      append: (message) => {
        const answer = inner.append(message)();
        return () => answer;
      },
    }),
    'shows a message that it has not stored yet': (inner) => ({
      journal: {},
      append: (message, visible) => () => {
        visible?.();
        return later(undefined).then(inner.append(message));
      },
    }),
    'tells a repeat as if it were new': (inner) => ({
      journal: {},
      append: (message, visible) => async () => {
        const answer = await inner.append(message)();
        visible?.();
        return answer;
      },
    }),
    'shows what it stores without a journal': (inner) => ({
      append: (message, visible) => async () => {
        const answer = await inner.append(message)();
        if (E.isRight(answer) && answer.right === 'stored') visible?.();
        return answer;
      },
    }),
    'marks by the clock alone': (_inner, { clock }) => ({
      mark: () => TE.right(Math.floor(clock.now() * 1000)),
    }),
    'shows expired entries': (inner) => ({
      list: (user, options) => {
        const list = inner.untaken(user, 0, 1000);
        return options === undefined ? list : inner.list(user, options);
      },
    }),
    'lists by arrival': (inner) => ({
      list: (user, options) =>
        listedAs((entries) => [...entries].sort((a, b) => a.arrival - b.arrival))(inner.list(user, options)),
    }),
    'takes the oldest for the newest': (inner) => ({
      list: (user, { newest = Infinity, ...options } = {}) =>
        listedAs((entries) => entries.slice(0, newest))(inner.list(user, options)),
    }),
    'owes what arrived at the mark': (inner) => ({
      untaken: (user, after, limit) => inner.untaken(user, after - 1, limit),
    }),
    'knows no limit': (inner) => ({ untaken: (user, after) => inner.untaken(user, after, 1e9) }),
    'keeps nothing': () => ({ keep: () => TE.right(undefined) }),
    'settles nothing': () => ({ settle: () => TE.right(undefined) }),
    'settles a part of the context': (inner) => ({
      settle: (user, chat, settlements) =>
        inner.settle(
          user,
          chat,
          settlements.map((one) =>
            one.what === 'context' ? { ...one, arrivals: one.arrivals.slice(1) } : one,
          ),
        ),
    }),
    'sweeps what was set aside': (inner) => ({
      settle: (user, chat, settlements) =>
        inner.settle(
          user,
          chat,
          settlements.filter((one) => one.what === 'context' || one.as !== 'set-aside'),
        ),
    }),
    'erases for good but the ids as well': (inner) => {
      const erased = new Set<string>();
      return {
        append: (message) => (erased.has(userKey(message.user)) ? TE.right('stored') : inner.append(message)),
        erase: (user) => {
          erased.add(userKey(user));
          return inner.erase(user);
        },
      };
    },
    'erases the ids of what was set aside long before': (inner, { clock }) => {
      const stored = new Map<string, number>();
      const gone = new Set<string>();
      return {
        append: (message) => () => {
          if (gone.has(message.id)) return Promise.resolve(E.right('stored'));
          stored.set(message.id, clock.now());
          return inner.append(message)();
        },
        erase: (user) => () => {
          for (const [id, at] of stored) if (at < clock.now() - 2 * day) gone.add(id);
          return inner.erase(user)();
        },
      };
    },
    'erases nothing': () => ({ erase: () => TE.right(undefined) }),
    'throws when it is cut off': (inner) => ({
      mark: () => async () => {
        const answer = await inner.mark()();
        if (E.isLeft(answer)) throw new Error('connection lost');
        return answer;
      },
    }),
    'remembers ids for contextTtlMs alone': (inner, { clock, contextTtlMs }) => {
      const until = new Map<string, number>();
      return {
        append: (message) => () => {
          const key = `${userKey(message.user)} ${message.id}`;
          const known = (until.get(key) ?? 0) > clock.now();
          until.set(key, clock.now() + contextTtlMs);
          return known
            ? inner.append(message)()
            : inner
                .append(message)()
                .then(() => E.right('stored'));
        },
      };
    },
    'keeps context for longer': (inner) => inner,
  },
  (settings, title) =>
    title === 'keeps context for longer'
      ? { ...settings, contextTtlMs: settings.contextTtlMs * 2 }
      : settings,
);

brokenOnes<ChatStore>(
  'chat store',
  chatStoreContract,
  ({ chatStore }) => chatStore,
  {
    'saves over any revision': (inner) => ({
      save: (save) => async () => {
        const found = await inner.load(save.conversation.user)();
        const rev = E.isRight(found) && O.isSome(found.right) ? found.right.value.rev : 0;
        return inner.save({ ...save, rev })();
      },
    }),
    'looks at the revision alone': (inner) => ({
      save: ({ as: _as, ...save }) => inner.save(save),
    }),
    'looks first and saves later': (inner) => ({
      save: (save) => async () => {
        const found = await inner.load(save.conversation.user)();
        await later(undefined);
        const present = E.isRight(found) && O.isSome(found.right) ? found.right.value.rev : 0;
        if (present !== save.rev) return E.right('conflict');
        const again = await inner.save(save)();
        return E.isRight(again) && again.right === 'conflict' ? E.right('saved') : again;
      },
    }),
    'changes owners without counting': (inner) => ({
      load: (user) =>
        TE.map(O.map((stored: StoredConversation) => ({ ...stored, epoch: 1 })))(inner.load(user)),
    }),
    'forgets the write id': (inner) => ({ save: (save) => inner.save({ ...save, writeId: '' }) }),
    'wakes nobody': () => ({ wake: () => TE.right(undefined) }),
    'tells a wake again and again': (inner) => {
      let told: ReadonlyArray<User> = [];
      return {
        woken: (owner) =>
          TE.map((users: ReadonlyArray<User>) => (told = [...told, ...users]))(inner.woken(owner)),
      };
    },
    "loses a wake by the owner's save": (inner) => ({
      save: (save) => async () => {
        if (save.as !== undefined) await inner.woken(save.as.owner)();
        return inner.save(save)();
      },
    }),
    'makes a wake a save': (inner) => ({
      wake: (user) => async () => {
        const found = await inner.load(user)();
        if (E.isRight(found) && O.isSome(found.right)) {
          const { conversation, rev } = found.right.value;
          await inner.save({ conversation, rev, writeId: 'wake' })();
        }
        return inner.wake(user)();
      },
    }),
    'tells the first page only': (inner) => ({
      ownedByOthers: (living, { limit }) => inner.ownedByOthers(living, { limit }),
    }),
    'counts the living among the dead': (inner) => ({
      ownedByOthers: (_living, page) => inner.ownedByOthers([], page),
    }),
    'takes over from anybody': (inner) => ({
      takeOver: (user, from, to) => async () => {
        const found = await inner.load(user)();
        const present = E.isRight(found) && O.isSome(found.right) ? found.right.value : undefined;
        const owner = present === undefined || O.isNone(present.owner) ? from.owner : present.owner.value;
        return inner.takeOver(user, { owner, epoch: present?.epoch ?? 0 }, to)();
      },
    }),
    'takes over from any epoch': (inner) => ({
      takeOver:
        (user, { owner }, to) =>
        async () => {
          const found = await inner.load(user)();
          const epoch = E.isRight(found) && O.isSome(found.right) ? found.right.value.epoch : 0;
          return inner.takeOver(user, { owner, epoch }, to)();
        },
    }),
    'lets a late spill replace a newer one': (inner) => {
      let attempt = 0;
      return { spill: (user, effects) => inner.spill(user, effects, { epoch: 9, attempt: (attempt += 1) }) };
    },
    'keeps what was spilled first': (inner) => {
      let attempt = 1_000;
      return { spill: (user, effects) => inner.spill(user, effects, { epoch: 1, attempt: (attempt -= 1) }) };
    },
    'unspills one too few': (inner) => ({ unspill: (user, upTo) => inner.unspill(user, upTo - 1) }),
    'replaces what was set aside': (inner) => ({
      setAside: (entry) => async () => {
        await inner.removeSetAside(entry.effect.id)();
        return inner.setAside(entry)();
      },
    }),
    'mixes up whose was set aside': (inner) => ({
      listSetAside: (_user, page) => inner.listSetAside(undefined, page),
    }),
    'leaves entries in that were taken out': (inner) => ({
      removeSetAside: (id) => async () => {
        const taken = await inner.removeSetAside(id)();
        if (E.isRight(taken) && O.isSome(taken.right)) await inner.setAside(taken.right.value)();
        return taken;
      },
    }),
    'counts nothing': () => ({
      countByState: () => TE.right({ requested: 0, waiting: 0, active: 0, ended: 0, failed: 0 }),
    }),
    'erases the conversation alone': (inner) => ({
      erase: (user) => async () => {
        const spilled = await inner.spilled(user, -1, 1000)();
        const answer = await inner.erase(user)();
        if (E.isRight(spilled)) await inner.spill(user, spilled.right, { epoch: 1, attempt: 1 })();
        return answer;
      },
    }),
    'keeps ended chats for longer': (inner) => inner,
    'throws when it is cut off': (inner) => ({
      countByState: () => async () => {
        const answer = await inner.countByState()();
        if (E.isLeft(answer)) throw new Error('connection lost');
        return answer;
      },
    }),
  },
  (settings, title) =>
    title === 'keeps ended chats for longer'
      ? { ...settings, chatRetentionMs: settings.chatRetentionMs * 2 }
      : settings,
);

brokenOnes<Instances>('instances', instancesContract, ({ instances }) => instances, {
  'does not count': (inner) => ({
    list: () =>
      TE.map((all: ReadonlyArray<{ id: string }>) => all.map(({ id }) => ({ id, beat: 1 })))(inner.list()),
  }),
  'releases nobody': () => ({ release: () => TE.right(undefined) }),
  'releases for ever': (inner) => {
    const released = new Set<string>();
    return {
      beat: (self) => (released.has(self) ? TE.right(undefined) : inner.beat(self, 0)),
      release: (id) => {
        released.add(id);
        return inner.release(id);
      },
    };
  },
});
