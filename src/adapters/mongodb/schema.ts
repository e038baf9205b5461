import type { Collection, Db, IndexSpecification, ObjectId } from 'mongodb';
import type { OwnerId } from '../../application/ports/chat-store.port.ts';
import type { ChatState } from '../../domain/conversation.ts';

/** Documents are JSON text in `doc`; fields stand beside it only for what is queried (design: data.md). */
export interface MessageDocument {
  /** See `messageKey`. */
  readonly _id: string;
  readonly user: string;
  /** Its arrival. */
  readonly n: number;
  readonly ts: number;
  readonly from: 'user' | 'bot';
  /** `done`: posted or erased, for good; the bare id is left, for telling repeats. */
  readonly state: 'new' | 'set-aside' | 'done';
  readonly contextUntil: Date;
  /** Absent while set aside: no sweep takes what is in an operator's hands. */
  readonly expireAt?: Date;
  /** Of the call that stored it: by it a call whose answer was lost knows its own message again. */
  readonly writeId: ObjectId;
  readonly doc?: string;
}

export interface ConversationDocument {
  /** Key of the user. */
  readonly _id: string;
  readonly rev: number;
  readonly writeId: string;
  readonly owner: OwnerId | null;
  readonly epoch: number;
  /** Set and cleared on its own: no save writes it, but for the one that makes the document. */
  readonly wake: boolean;
  readonly state: ChatState | null;
  /** From here on the document is as good as gone. Null while there is something to do. */
  readonly expireAt: Date | null;
  readonly doc: string;
}

export interface OverflowDocument {
  /** User and place. */
  readonly _id: string;
  readonly user: string;
  readonly order: number;
  readonly epoch: number;
  readonly attempt: number;
  readonly expireAt: Date;
  readonly doc: string;
}

export interface SetAsideDocument {
  /** Id of the effect. */
  readonly _id: string;
  readonly user: string;
  readonly doc: string;
}

export interface InstanceDocument {
  readonly _id: OwnerId;
  readonly beat: number;
  /** Absent in those of an earlier version. */
  readonly owned?: number;
}

/** One document, `arrival`: the last number given on the line of arrivals. */
export interface CounterDocument {
  readonly _id: string;
  readonly n: number;
}

export interface Collections {
  readonly messages: Collection<MessageDocument>;
  readonly conversations: Collection<ConversationDocument>;
  readonly overflow: Collection<OverflowDocument>;
  readonly setAside: Collection<SetAsideDocument>;
  readonly instances: Collection<InstanceDocument>;
  readonly counters: Collection<CounterDocument>;
}

export const collectionsOf = (db: Db): Collections => ({
  messages: db.collection('messages'),
  conversations: db.collection('conversations'),
  overflow: db.collection('overflow'),
  setAside: db.collection('set_aside'),
  instances: db.collection('instances'),
  counters: db.collection('counters'),
});

export interface IndexWanted {
  readonly collection: keyof Collections;
  readonly key: IndexSpecification;
  /** A sweep takes the document so many seconds after the date in the field. */
  readonly expireAfterSeconds?: number;
}

/**
 * Nothing is unique but `_id`. Conversations are swept an hour late, so that a clock of the database that is ahead of
 * ours takes nothing that we still tell; messages and spilled effects have their margin in the date itself.
 *
 * Shard keys, where there are shards: messages and overflow `{ user: 1 }`, all others `{ _id: 1 }`.
 */
export const indexes: ReadonlyArray<IndexWanted> = [
  { collection: 'messages', key: { user: 1, state: 1, n: 1 } },
  { collection: 'messages', key: { expireAt: 1 }, expireAfterSeconds: 0 },
  { collection: 'conversations', key: { owner: 1, wake: 1 } },
  { collection: 'conversations', key: { state: 1, expireAt: 1 } },
  { collection: 'conversations', key: { expireAt: 1 }, expireAfterSeconds: 3600 },
  { collection: 'overflow', key: { user: 1, order: 1 } },
  { collection: 'overflow', key: { expireAt: 1 }, expireAfterSeconds: 0 },
  { collection: 'setAside', key: { user: 1, _id: 1 } },
];
