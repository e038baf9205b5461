import {
  storeUnavailable,
  userKey,
  type Arrival,
  type Clock,
  type ContextStore,
  type Message,
  type Settlement,
  type StoredMessage,
  type StoreUnavailable,
  type TaskEither,
  type User,
} from 'relevo';
import { E } from 'relevo/fp';
import type { HashFile } from './hash-file.ts';

const day = 24 * 60 * 60_000;

/** One message; `done` is all that is left of one that was posted or erased. Times: ms since 1970. */
interface Entry {
  readonly state: 'new' | 'set-aside' | 'done';
  readonly arrival: Arrival;
  readonly contextUntil: number;
  /** A sweep may take it from here on. */
  readonly expire: number;
  readonly message?: Message;
}

type Found = readonly [id: string, entry: Entry & { readonly message: Message }];

export interface ContextStoreOptions {
  readonly clock: Clock;
  readonly contextTtlMs: number;
  readonly deliveryDeadlineMs: number;
}

/** A context store of our own: one hash per user, one field per message. */
export const makeContextStore = (
  file: HashFile,
  { clock, contextTtlMs, deliveryDeadlineMs }: ContextStoreOptions,
): ContextStore & { readonly stop: () => void } => {
  // repeats are known for 24 h at least, and nothing goes that may still be owed
  const lifeMs = Math.max(contextTtlMs, deliveryDeadlineMs, day) + day;
  let last: Arrival = Number(file.hgetall('arrival').get('last') ?? 0);

  const keyOf = (user: User): string => `messages ${userKey(user)}`;
  const read = (key: string, id: string): Entry | undefined => {
    const text = file.hgetall(key).get(id);
    return text === undefined ? undefined : (JSON.parse(text) as Entry);
  };
  const write = (key: string, id: string, entry: Entry): void => file.hset(key, id, JSON.stringify(entry));

  /** Grows strictly for messages, and over restarts: the clock may be set back. */
  const next = (least: Arrival): Arrival => {
    const arrival = Math.max(least, Math.floor(clock.now() * 1000));
    if (arrival !== last) file.hset('arrival', 'last', String(arrival));
    last = arrival;
    return arrival;
  };

  /** What was neither posted nor erased, by arrival. */
  const open = (user: User): ReadonlyArray<Found> =>
    [...file.hgetall(keyOf(user))]
      .map(([id, text]) => [id, JSON.parse(text) as Entry] as const)
      .filter((found): found is Found => found[1].state !== 'done')
      .sort(([, a], [, b]) => a.arrival - b.arrival);

  const owed = (user: User, after: Arrival): ReadonlyArray<Found> =>
    open(user).filter(
      ([, { state, arrival, message }]) => state === 'new' && message.from === 'user' && arrival > after,
    );

  const told = ([, { message, arrival, contextUntil }]: Found): StoredMessage => ({
    ...message,
    arrival,
    contextUntil,
  });

  /** The words go, the id stays: a repeat is still recognised. */
  const finish = (key: string, id: string, { message: _words, ...entry }: Entry, expire: number): void =>
    write(key, id, { ...entry, state: 'done', expire });

  const settle = (user: User, settlement: Settlement): void => {
    const key = keyOf(user);
    if (settlement.what === 'context') {
      const shown = new Set(settlement.arrivals);
      for (const [id, entry] of open(user))
        if (shown.has(entry.arrival)) finish(key, id, entry, entry.expire);
      return;
    }
    const entry = read(key, settlement.id);
    // posted is for good
    if (entry === undefined || entry.state === 'done') return;
    if (settlement.as === 'posted') finish(key, settlement.id, entry, entry.expire);
    else write(key, settlement.id, { ...entry, state: settlement.as === 'context' ? 'new' : 'set-aside' });
  };

  /** The work begins when the task is run; the answer waits for the disk, and trouble is an answer too. */
  const task =
    <A>(work: () => A): TaskEither<StoreUnavailable, A> =>
    async () => {
      try {
        const answer = work();
        await file.saved();
        return E.right(answer);
      } catch (thrown) {
        return E.left(storeUnavailable(thrown));
      }
    };

  const sweep = (): void => {
    for (const key of file.keys())
      if (key.startsWith('messages '))
        for (const [id, text] of file.hgetall(key)) {
          const { state, expire } = JSON.parse(text) as Entry;
          if (state !== 'set-aside' && expire <= clock.now()) file.hdel(key, id);
        }
    cancel = clock.after(60_000, sweep);
  };
  let cancel = clock.after(60_000, sweep);

  return {
    append: (message) =>
      task(() => {
        const key = keyOf(message.user);
        if (read(key, message.id) !== undefined) return 'seen';
        const storedAt = clock.now();
        write(key, message.id, {
          state: 'new',
          arrival: next(last + 1),
          contextUntil: storedAt + contextTtlMs,
          expire: storedAt + lifeMs,
          message,
        });
        return 'stored';
      }),

    mark: () => task(() => next(last)),

    list: (user, { upTo = Infinity, newest = Infinity } = {}) =>
      task(() => {
        const entries = open(user)
          .filter(([, { arrival, contextUntil }]) => arrival <= upTo && contextUntil > clock.now())
          .sort(([, a], [, b]) => a.message.timestamp - b.message.timestamp || a.arrival - b.arrival);
        return entries.slice(Math.max(0, entries.length - newest)).map(told);
      }),

    untaken: (user, after, limit) => task(() => owed(user, after).slice(0, limit).map(told)),

    settle: (user, _chatId, settlements) =>
      task(() => {
        for (const settlement of settlements) settle(user, settlement);
      }),

    keep: (user, after) =>
      task(() => {
        for (const [id, entry] of owed(user, after))
          write(keyOf(user), id, { ...entry, expire: Math.max(entry.expire, clock.now() + day) });
      }),

    erase: (user) =>
      task(() => {
        for (const [id, entry] of open(user)) finish(keyOf(user), id, entry, clock.now() + day);
      }),

    stop: () => cancel(),
  };
};
