import { userKey, type User } from '../../domain/channel.ts';
import { E, type Either } from '../../domain/fp.ts';
import type { Message } from '../../domain/message.ts';
import type { Application } from '../application.ts';
import type { ContextStore } from '../ports/context-store.port.ts';
import type { StoreUnavailable } from '../ports/errors.ts';
import type { Metrics } from '../ports/metrics.port.ts';
import type { Probe } from '../ports/probe.port.ts';

export interface IngestDeps {
  readonly contexts: ContextStore;
  readonly keepers: {
    /** Whoever keeps the user's chat has to look: all that a process without workers needs of the chat store. */
    readonly wake: (user: User) => Promise<Either<StoreUnavailable, void>>;
    /** As `wake`, if his chat is kept here; only for stores of one journal. False: it is not. */
    readonly poke?: (user: User) => boolean;
  };
  readonly metrics: Metrics;
  readonly probe: Probe;
}

/** One webhook may hold thousands: it must not fill the store's queue alone. */
const portion = 500;

/**
 * Stores what a webhook brought: one insert a message, whatever state the user's chat is in; then whoever keeps the
 * chat is woken. A crash in between loses nothing: no answer was given, and the sender's repeat wakes again. Where chat
 * and message are written to one journal, he is poked as soon as the message can be read: what he stores before he
 * posts it shares its way to the disk, and is never there without it.
 */
export const makeIngestMessages =
  ({ contexts, keepers, metrics, probe }: IngestDeps): Application['ingestMessages'] =>
  (messages) =>
  async () => {
    const { poke, wake } = keepers;
    const users = new Map<string, User>();
    for (const { from, user } of messages) if (from === 'user') users.set(userKey(user), user);
    const pokeFor = ({ from, user }: Message): (() => void) | undefined =>
      from === 'user' && poke !== undefined
        ? () => {
            if (poke(user)) users.delete(userKey(user));
          }
        : undefined;
    for (let from = 0; from < messages.length; from += portion) {
      // begun in their order, which is the order of arrival; they may share a write
      const some = messages.slice(from, from + portion);
      const stored = await Promise.all(some.map((message) => contexts.append(message, pokeFor(message))()));
      for (const [index, outcome] of stored.entries()) {
        if (E.isLeft(outcome)) return outcome;
        const provider = some[index]?.user.provider ?? '';
        metrics.count('webhook_messages_total', { provider, what: outcome.right });
      }
    }
    probe.reached('message-stored');
    for (const user of users.values()) {
      const woken = await wake(user);
      if (E.isLeft(woken)) return woken;
    }
    return E.right(undefined);
  };
