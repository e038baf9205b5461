import type { Clock } from '../../application/ports/clock.port.ts';
import type { ContextStore } from '../../application/ports/context-store.port.ts';
import { userKey, type UserKey } from '../../domain/channel.ts';
import type { Settlement } from '../../domain/effect.ts';
import type { Arrival, Message, StoredMessage } from '../../domain/message.ts';
import { dayMs, messageLifeMs, type StoreOptions } from '../shared/stores.ts';
import type { Answer } from './answer.ts';
import { makeExpiring } from './expiring.ts';

interface Entry {
  readonly user: UserKey;
  readonly id: string;
  readonly arrival: Arrival;
  readonly timestamp: number;
  readonly fromUser: boolean;
  readonly contextUntil: number;
  expire: number;
  /** `done`: posted or erased; the bare id is left. */
  state: 'new' | 'set-aside' | 'done';
  /** The message as JSON text: what is handed in and out is nobody else's. */
  text: string;
}

/** Both in order of arrival. */
interface UserEntries {
  readonly all: Map<string, Entry>;
  /** Those that are not done. */
  readonly open: Map<string, Entry>;
}

const none: UserEntries = { all: new Map(), open: new Map() };

const asStored = ({ text, arrival, contextUntil }: Entry): StoredMessage => ({
  ...(JSON.parse(text) as Message),
  arrival,
  contextUntil,
});

export interface SweptContextStore extends ContextStore {
  /** Takes expired entries away, `limit` at most; answers how many. */
  readonly sweep: (limit: number) => number;
}

/** Gone with the process; bounded by what arrives within the life of a message. */
export const makeMemoryContextStore = (
  answer: Answer,
  options: Pick<StoreOptions, 'contextTtlMs' | 'deliveryDeadlineMs'> & {
    readonly clock: Pick<Clock, 'now'>;
  },
): SweptContextStore => {
  const { clock, contextTtlMs } = options;
  const lifeMs = messageLifeMs(options);
  const users = new Map<UserKey, UserEntries>();
  const expiring = makeExpiring<Entry>(({ expire }) => expire);
  let last = 0;

  const entriesOf = (key: UserKey): UserEntries => users.get(key) ?? none;

  const entriesToFill = (key: UserKey): UserEntries => {
    const found = users.get(key);
    if (found !== undefined) return found;
    const fresh = { all: new Map<string, Entry>(), open: new Map<string, Entry>() };
    users.set(key, fresh);
    return fresh;
  };

  const now = (): Arrival => Math.floor(clock.now() * 1000);

  const expireAt = (entry: Entry, expire: number): void => {
    expiring.remove(entry);
    entry.expire = expire;
    expiring.put(entry);
  };

  const finish = (entry: Entry): void => {
    if (entry.state === 'set-aside') expiring.put(entry);
    entry.state = 'done';
    entry.text = '';
    entriesOf(entry.user).open.delete(entry.id);
  };

  const settleMessage = (entry: Entry, as: 'posted' | 'set-aside' | 'context'): void => {
    if (as === 'posted') return finish(entry);
    // nothing sweeps what is in an operator's hands
    if (as === 'set-aside') expiring.remove(entry);
    else expiring.put(entry);
    entry.state = as === 'context' ? 'new' : 'set-aside';
  };

  const settle = (key: UserKey, settlement: Settlement): void => {
    const { open } = entriesOf(key);
    if (settlement.what === 'message') {
      const entry = open.get(settlement.id);
      if (entry !== undefined) settleMessage(entry, settlement.as);
      return;
    }
    const shown = new Set(settlement.arrivals);
    for (const entry of open.values()) if (shown.has(entry.arrival)) finish(entry);
  };

  const owed = (key: UserKey, after: Arrival): ReadonlyArray<Entry> =>
    [...entriesOf(key).open.values()].filter(
      ({ arrival, fromUser, state }) => fromUser && state === 'new' && arrival > after,
    );

  return {
    append: (message) =>
      answer(() => {
        const key = userKey(message.user);
        const { all, open } = entriesToFill(key);
        // a place is used up by one that was seen, too: stores that find it out by writing cannot do otherwise
        last = Math.max(last + 1, now());
        if (all.has(message.id)) return 'seen';
        const storedAt = clock.now();
        const entry: Entry = {
          user: key,
          id: message.id,
          arrival: last,
          timestamp: message.timestamp,
          fromUser: message.from === 'user',
          contextUntil: storedAt + contextTtlMs,
          expire: storedAt + lifeMs,
          state: 'new',
          text: JSON.stringify(message),
        };
        all.set(message.id, entry);
        open.set(message.id, entry);
        expiring.put(entry);
        return 'stored';
      }),

    mark: () =>
      answer(() => {
        last = Math.max(last, now());
        return last;
      }),

    list: (user, { upTo = Infinity, newest = Infinity } = {}) =>
      answer(() => {
        const entries = [...entriesOf(userKey(user)).open.values()]
          .filter(({ arrival, contextUntil }) => arrival <= upTo && contextUntil > clock.now())
          .sort((a, b) => a.timestamp - b.timestamp || a.arrival - b.arrival);
        return entries.slice(Math.max(0, entries.length - newest)).map(asStored);
      }),

    untaken: (user, after, limit) => answer(() => owed(userKey(user), after).slice(0, limit).map(asStored)),

    settle: (user, _chatId, settlements) =>
      answer(() => {
        for (const settlement of settlements) settle(userKey(user), settlement);
      }),

    keep: (user, after) =>
      answer(() => {
        const expire = clock.now() + dayMs;
        for (const entry of owed(userKey(user), after)) if (entry.expire < expire) expireAt(entry, expire);
      }),

    erase: (user) =>
      answer(() => {
        const expire = clock.now() + dayMs;
        for (const entry of entriesOf(userKey(user)).open.values()) {
          finish(entry);
          expireAt(entry, expire);
        }
      }),

    sweep: (limit) => {
      const due = expiring.takeDue(clock.now(), limit);
      for (const { user, id } of due) {
        const { all, open } = entriesOf(user);
        all.delete(id);
        open.delete(id);
        if (all.size === 0) users.delete(user);
      }
      return due.length;
    },
  };
};
