import type {
  ChatStore,
  Save,
  SetAsideEntry,
  SpillStamp,
  StoredConversation,
} from '../../application/ports/chat-store.port.ts';
import type { Clock } from '../../application/ports/clock.port.ts';
import { userKey, userOf, type User, type UserKey } from '../../domain/channel.ts';
import type { ChatState, Conversation } from '../../domain/conversation.ts';
import type { UserText } from '../../domain/effect.ts';
import { O } from '../../domain/fp.ts';
import { headAfter, living, type Head } from '../shared/save-rule.ts';
import type { StoreOptions } from '../shared/stores.ts';
import type { Answer } from './answer.ts';
import { makeExpiring } from './expiring.ts';

interface Row extends Head {
  readonly key: UserKey;
  readonly writeId: string;
  readonly state: ChatState | undefined;
  /** The conversation as JSON text: what is handed in and out is nobody else's. */
  readonly text: string;
}

interface Spilled {
  readonly stamp: SpillStamp;
  readonly text: string;
}

const asStored = ({ text, rev, writeId, owner, epoch }: Row): StoredConversation => ({
  conversation: JSON.parse(text) as Conversation,
  rev,
  writeId,
  owner: O.fromNullable(owner),
  epoch,
});

const isLater = (stamp: SpillStamp, than: SpillStamp | undefined): boolean =>
  than === undefined ||
  stamp.epoch > than.epoch ||
  (stamp.epoch === than.epoch && stamp.attempt > than.attempt);

const byKey = <A>(keyOf: (thing: A) => string): ((a: A, b: A) => number) => {
  return (a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0);
};

export interface SweptChatStore extends ChatStore {
  /** Takes expired conversations away, `limit` at most; answers how many. */
  readonly sweep: (limit: number) => number;
}

/** Gone with the process. */
export const makeMemoryChatStore = (
  answer: Answer,
  options: Pick<StoreOptions, 'chatRetentionMs'> & { readonly clock: Pick<Clock, 'now'> },
): SweptChatStore => {
  const { clock, chatRetentionMs } = options;
  const rows = new Map<UserKey, Row>();
  const expiring = makeExpiring<Row>(({ expire }) => expire);
  const wakes = new Set<UserKey>();
  /** By user, then by place. */
  const overflow = new Map<UserKey, Map<number, Spilled>>();
  const aside = new Map<string, { readonly key: UserKey; readonly text: string }>();

  const find = (key: UserKey): Row | undefined => living(rows.get(key), clock.now());

  const put = (row: Row): void => {
    const before = rows.get(row.key);
    if (before !== undefined) expiring.remove(before);
    expiring.put(row);
    if (row.owner === null) wakes.delete(row.key);
    rows.set(row.key, row);
  };

  const forget = (key: UserKey): void => {
    const row = rows.get(key);
    if (row !== undefined) expiring.remove(row);
    rows.delete(key);
    overflow.delete(key);
    wakes.delete(key);
  };

  const save = (save: Save): 'saved' | 'conflict' => {
    const key = userKey(save.conversation.user);
    const head = headAfter(find(key), save, clock.now() + chatRetentionMs);
    if (head === undefined) return 'conflict';
    const { conversation, writeId } = save;
    put({ ...head, key, writeId, state: conversation.chat?.state, text: JSON.stringify(conversation) });
    return 'saved';
  };

  const ofUser = (user: User | undefined): ReadonlyArray<SetAsideEntry> =>
    [...aside.values()]
      .filter(({ key }) => user === undefined || key === userKey(user))
      .map(({ text }) => JSON.parse(text) as SetAsideEntry);

  return {
    load: (user) =>
      answer(() => {
        const row = find(userKey(user));
        return row === undefined ? O.none : O.some(asStored(row));
      }),

    save: (wanted) => answer(() => save(wanted)),

    wake: (user) =>
      answer(() => {
        const key = userKey(user);
        if ((rows.get(key)?.owner ?? null) !== null) wakes.add(key);
      }),

    woken: (owner) =>
      answer(() => {
        const keys = [...wakes].filter((key) => rows.get(key)?.owner === owner);
        for (const key of keys) wakes.delete(key);
        return keys.map(userOf);
      }),

    ownedByOthers: (alive, { after, limit }) =>
      answer(() =>
        [...rows.values()]
          .filter(({ key, owner }) => owner !== null && !alive.includes(owner) && key > (after ?? ''))
          .sort(byKey(({ key }) => key))
          .slice(0, limit)
          .map(asStored),
      ),

    takeOver: (user, from, to) =>
      answer(() => {
        const row = find(userKey(user));
        if (row === undefined || row.owner !== from.owner || row.epoch !== from.epoch) return O.none;
        const taken = { ...row, owner: to, epoch: row.epoch + 1 };
        put(taken);
        return O.some(asStored(taken));
      }),

    spill: (user, effects, stamp) =>
      answer(() => {
        const spilled = overflow.get(userKey(user)) ?? new Map<number, Spilled>();
        for (const { order, effect } of effects)
          if (isLater(stamp, spilled.get(order)?.stamp))
            spilled.set(order, { stamp, text: JSON.stringify(effect) });
        overflow.set(userKey(user), spilled);
      }),

    spilled: (user, after, limit) =>
      answer(() =>
        [...(overflow.get(userKey(user)) ?? [])]
          .filter(([order]) => order > after)
          .sort(([a], [b]) => a - b)
          .slice(0, limit)
          .map(([order, { text }]) => ({ order, effect: JSON.parse(text) as UserText })),
      ),

    unspill: (user, upTo) =>
      answer(() => {
        const spilled = overflow.get(userKey(user));
        for (const order of spilled?.keys() ?? []) if (order <= upTo) spilled?.delete(order);
        if (spilled?.size === 0) overflow.delete(userKey(user));
      }),

    setAside: (entry) =>
      answer(() => {
        if (!aside.has(entry.effect.id))
          aside.set(entry.effect.id, { key: userKey(entry.user), text: JSON.stringify(entry) });
      }),

    listSetAside: (user, { after = '', limit } = { limit: Infinity }) =>
      answer(() =>
        ofUser(user)
          .filter(({ effect }) => effect.id > after)
          .sort(byKey(({ effect }) => effect.id))
          .slice(0, limit),
      ),

    countSetAside: (user) => answer(() => ofUser(user).length),

    removeSetAside: (id) =>
      answer(() => {
        const entry = aside.get(id);
        aside.delete(id);
        return entry === undefined ? O.none : O.some(JSON.parse(entry.text) as SetAsideEntry);
      }),

    countByState: () =>
      answer(() => {
        const counts = { requested: 0, waiting: 0, active: 0, ended: 0, failed: 0 };
        for (const { key, state } of rows.values())
          if (state !== undefined && find(key) !== undefined) counts[state] += 1;
        return counts;
      }),

    erase: (user) =>
      answer(() => {
        const key = userKey(user);
        forget(key);
        for (const [id, entry] of aside) if (entry.key === key) aside.delete(id);
      }),

    sweep: (limit) => {
      const due = expiring.takeDue(clock.now(), limit);
      for (const { key } of due) forget(key);
      return due.length;
    },
  };
};
