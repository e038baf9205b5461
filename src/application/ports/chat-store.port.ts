import type { TaskEither, Option } from '../../domain/fp.ts';
import type { User } from '../../domain/channel.ts';
import type { ChatState, Conversation } from '../../domain/conversation.ts';
import type { EffectId, SetAside, UserText } from '../../domain/effect.ts';
import type { StoreUnavailable } from './errors.ts';

/** Boot id of a process: INSTANCE_ID plus a random part. */
export type OwnerId = string;

/**
 * A conversation as it stands in the store. `rev` grows by one with each save (a take-over is none), `epoch` with each
 * change of owner; a new one with an owner has epoch 1.
 */
export interface StoredConversation {
  readonly conversation: Conversation;
  readonly rev: number;
  /** Random id of the last save (relay.md §4.7). */
  readonly writeId: string;
  readonly owner: Option<OwnerId>;
  readonly epoch: number;
}

export interface Save {
  readonly conversation: Conversation;
  /** The `rev` this save is based on; 0: there is no document yet. */
  readonly rev: number;
  readonly writeId: string;
  /** The owner's saves carry both and succeed only while both hold. Absent: anybody's save, conditional on `rev` alone. */
  readonly as?: { readonly owner: OwnerId; readonly epoch: number };
  /**
   * Who owns the conversation afterwards; absent: unchanged. A change adds one to `epoch`. `null` when nothing is left
   * to do: the document is then kept for the retention time since its last save, and after that is none, for readers
   * and for the next save alike.
   */
  readonly owner?: OwnerId | null;
}

/** When something was spilled, in terms that tell a late write from a newer one: by epoch, then by attempt within it. */
export interface SpillStamp {
  readonly epoch: number;
  /** Grows with each write of the owner. */
  readonly attempt: number;
}

export type SetAsideEntry = SetAside & { readonly user: User };

/**
 * One document per user, changed by single conditional writes only. Every method may also answer `StoreUnavailable`,
 * after which a save may or may not have happened: reload and compare `writeId`.
 */
export interface ChatStore {
  /** As of `ContextStore`. */
  readonly journal?: object;

  readonly load: (user: User) => TaskEither<StoreUnavailable, Option<StoredConversation>>;

  /** `conflict`: somebody else saved, or owns it; nothing was written. */
  readonly save: (save: Save) => TaskEither<StoreUnavailable, 'saved' | 'conflict'>;

  /**
   * Tells the owner of the user's open chat, wherever it runs, that there is something to pull. Survives saves and
   * take-overs until it is told; a store that one process has to itself may forget it with that process, since whoever
   * takes over pulls anyway. Nothing happens where nobody owns the conversation.
   */
  readonly wake: (user: User) => TaskEither<StoreUnavailable, void>;
  /** Users of this owner that were woken since the last call, which clears their wake. */
  readonly woken: (owner: OwnerId) => TaskEither<StoreUnavailable, ReadonlyArray<User>>;

  /**
   * Conversations with an owner other than the given ones (dead or unknown to us), `limit` at a time by `userKey`:
   * `after` is that of the last one told, whatever became of it since.
   */
  readonly ownedByOthers: (
    living: ReadonlyArray<OwnerId>,
    page: { readonly after?: string; readonly limit: number },
  ) => TaskEither<StoreUnavailable, ReadonlyArray<StoredConversation>>;
  /** Takes a conversation over from (owner, epoch); none: somebody else was faster or its owner is done with it. */
  readonly takeOver: (
    user: User,
    from: { readonly owner: OwnerId; readonly epoch: number },
    to: OwnerId,
  ) => TaskEither<StoreUnavailable, Option<StoredConversation>>;

  /**
   * User effects beyond a conversation's bound, one at each place (`order`), kept in order. Of two writes for one place
   * the one with the later stamp stays, whichever comes last; with the same stamp they say the same.
   */
  readonly spill: (
    user: User,
    effects: ReadonlyArray<{ readonly order: number; readonly effect: UserText }>,
    stamp: SpillStamp,
  ) => TaskEither<StoreUnavailable, void>;
  /** The next spilled effects with an order above `after`, in order. */
  readonly spilled: (
    user: User,
    after: number,
    limit: number,
  ) => TaskEither<StoreUnavailable, ReadonlyArray<{ readonly order: number; readonly effect: UserText }>>;
  /** Drops spilled effects up to that order, both ends included. */
  readonly unspill: (user: User, upTo: number) => TaskEither<StoreUnavailable, void>;

  /** Puts an undeliverable effect into the operators' hands. Idempotent by effect id. */
  readonly setAside: (entry: SetAsideEntry) => TaskEither<StoreUnavailable, void>;
  /** By effect id, after `after`; without a page all of them. */
  readonly listSetAside: (
    user?: User,
    page?: { readonly after?: EffectId; readonly limit: number },
  ) => TaskEither<StoreUnavailable, ReadonlyArray<SetAsideEntry>>;
  readonly countSetAside: (user?: User) => TaskEither<StoreUnavailable, number>;
  /** Takes an entry out (to be retried or discarded); none: there is no such entry any more. */
  readonly removeSetAside: (id: EffectId) => TaskEither<StoreUnavailable, Option<SetAsideEntry>>;

  /** Chats by state, ended and failed ones only while they are retained. */
  readonly countByState: () => TaskEither<StoreUnavailable, Readonly<Record<ChatState, number>>>;

  /** Forgets the user's conversation, spilled and set-aside effects. */
  readonly erase: (user: User) => TaskEither<StoreUnavailable, void>;
}
