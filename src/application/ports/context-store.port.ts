import type { TaskEither } from '../../domain/fp.ts';
import type { User } from '../../domain/channel.ts';
import type { ChatId, Settlement } from '../../domain/effect.ts';
import type { Arrival, Message, StoredMessage } from '../../domain/message.ts';
import type { StoreUnavailable } from './errors.ts';

/**
 * Messages of users and bots: one insert is at once the "seen before" mark, the context entry and the place in the
 * queue to the agent (design: data.md). The swappable store: an adapter that passes its contract suite keeps the
 * guarantees whatever stands beside it.
 *
 * A message is `new` when stored; a settlement makes it `posted` or `set-aside` (or `new` again: `context`). Posted and
 * erased are for good: no later settlement brings the message back, so its content need not be kept.
 */
export interface ContextStore {
  /**
   * Stores with the same one write in one order: what any of them answers to be stored is durable with all that was
   * written before it, in whichever of them. Absent: a message may be acted upon only after `append` has answered.
   */
  readonly journal?: object;

  /**
   * Stores the message, durably, before it answers. `seen`: a message with this user and id was stored before (at
   * least 24 h are remembered, posted or not, erased or not); nothing changes. Concurrent calls may share one write.
   * `arrival` grows strictly from call to call for one user, over restarts and jumps of the clock. `visible`: called,
   * before the answer, when a message that is new can be read and is not durable yet; only by stores with a `journal`.
   */
  readonly append: (
    message: Message,
    visible?: () => void,
  ) => TaskEither<StoreUnavailable, 'stored' | 'seen'>;

  /** A mark after every message whose append has answered, before every later one. */
  readonly mark: () => TaskEither<StoreUnavailable, Arrival>;

  /**
   * Unexpired entries that were not posted to an agent, user's and bot's, set-aside ones too, oldest first by
   * timestamp, equal ones by arrival. `upTo`: arrived at or before. `newest`: only so many, the newest of them.
   */
  readonly list: (
    user: User,
    options?: { readonly upTo?: Arrival; readonly newest?: number },
  ) => TaskEither<StoreUnavailable, ReadonlyArray<StoredMessage>>;

  /** The user's own `new` messages that arrived after the mark, in order of arrival, whatever `contextUntil` says. */
  readonly untaken: (
    user: User,
    after: Arrival,
    limit: number,
  ) => TaskEither<StoreUnavailable, ReadonlyArray<StoredMessage>>;

  /**
   * Marks messages as dealt with by that chat. Idempotent; unknown ids and ranges without entries are fine. Set-aside
   * messages are never swept.
   */
  readonly settle: (
    user: User,
    chatId: ChatId,
    settlements: ReadonlyArray<Settlement>,
  ) => TaskEither<StoreUnavailable, void>;

  /** An open chat still owes the user's `new` messages after the mark: no sweep may take them for another day. */
  readonly keep: (user: User, after: Arrival) => TaskEither<StoreUnavailable, void>;

  /** Forgets everything the user and the bot said; bare ids stay for 24 h so that a repeat is still `seen`. */
  readonly erase: (user: User) => TaskEither<StoreUnavailable, void>;
}
