import type { ChatLanes, ChatReason, Profile } from './conversation.ts';
import type { DeskEvent } from './desk-event.ts';
import type { ChatId, Effect, EffectId, Settlement, UserText } from './effect.ts';
import type { Arrival, StoredMessage } from './message.ts';

/** How a try of an effect went wrong. `at`, `retryAt`: ms since 1970. */
export interface Failure {
  readonly at: number;
  readonly retryAt: number;
  /** It counts against the effect: the remote refuses it while it works for others. */
  readonly counted: boolean;
  /** It may have been done all the same. */
  readonly unknown: boolean;
  /** One safe line. */
  readonly detail: string;
}

export type EffectLane = 'user' | 'bot' | 'files';

/** Everything that can happen to a conversation. `at`: wall clock, ms since 1970. */
export type ChatEvent =
  // -- connecting
  | {
      readonly type: 'reserved';
      readonly chatId: ChatId;
      readonly at: number;
      readonly mark: Arrival;
      readonly profile: Profile;
      readonly flow: string;
    }
  | { readonly type: 'contact-found'; readonly chatId: ChatId; readonly contactId: string }
  | { readonly type: 'case-made'; readonly chatId: ChatId; readonly caseId: string; readonly at: number }
  /** Also when the chat has ended meanwhile: the session is then ended too. */
  | {
      readonly type: 'session-opened';
      readonly chatId: ChatId;
      readonly at: number;
      readonly desk: NonNullable<ChatLanes['desk']>;
    }
  | { readonly type: 'request-taken'; readonly chatId: ChatId; readonly at: number; readonly state: unknown }
  | {
      readonly type: 'connect-failed';
      readonly chatId: ChatId;
      readonly at: number;
      readonly reason: ChatReason;
      /** The case was asked for and the answer lost. */
      readonly caseUnknown: boolean;
    }
  // -- the user's side
  | { readonly type: 'finish-asked'; readonly at: number; readonly mark: Arrival }
  /** A restart keyword was written; `before`: the last arrival that still goes to the agent. */
  | { readonly type: 'restart-asked'; readonly chatId: ChatId; readonly at: number; readonly before: Arrival }
  /** The user wrote something, whether it can be posted yet or not. */
  | { readonly type: 'user-spoke'; readonly chatId: ChatId; readonly at: number }
  /** A media message can be uploaded to the case already. */
  | {
      readonly type: 'media-seen';
      readonly chatId: ChatId;
      readonly at: number;
      readonly message: StoredMessage;
    }
  /** The next message of the user takes its place in the agent lane. */
  | {
      readonly type: 'message-taken';
      readonly chatId: ChatId;
      readonly at: number;
      readonly message: StoredMessage;
    }
  /** The entries for the context message were read. */
  | {
      readonly type: 'context-read';
      readonly chatId: ChatId;
      readonly at: number;
      readonly entries: ReadonlyArray<StoredMessage>;
    }
  /** Everything that goes before the end of the session has left. */
  | { readonly type: 'closing-drained'; readonly chatId: ChatId; readonly at: number }
  // -- the desk's side
  | {
      readonly type: 'desk-told';
      readonly chatId: ChatId;
      readonly at: number;
      /** Of the moment: what arrives later was written after it. */
      readonly mark: Arrival;
      readonly event: DeskEvent;
    }
  /** No poll of the session was answered for too long. */
  | { readonly type: 'desk-silent'; readonly chatId: ChatId; readonly at: number }
  // -- time, and outcomes of effects
  | { readonly type: 'time-passed'; readonly at: number }
  /** A new owner goes on: any head may have been sent by the one before. */
  | { readonly type: 'recovered' }
  | {
      readonly type: 'effect-done';
      readonly lane: EffectLane;
      readonly id: EffectId;
      readonly at: number;
      /** Files: the title in the case. */
      readonly title?: string;
    }
  | ({ readonly type: 'effect-failed'; readonly lane: EffectLane; readonly id: EffectId } & Failure)
  /** It is in the operators' hands now. */
  | {
      readonly type: 'effect-set-aside';
      readonly lane: EffectLane;
      readonly id: EffectId;
      readonly at: number;
      readonly detail: string;
    }
  | {
      readonly type: 'posts-bound';
      readonly chatId: ChatId;
      readonly state: unknown;
      readonly covers: number;
    }
  | { readonly type: 'desk-state'; readonly chatId: ChatId; readonly state: unknown }
  | {
      readonly type: 'posts-delivered';
      readonly chatId: ChatId;
      readonly at: number;
      readonly uncertain?: true;
    }
  | ({ readonly type: 'posts-failed'; readonly chatId: ChatId } & Failure)
  /** The desk has told that the bound head never arrived, whatever its tries were answered. */
  | { readonly type: 'posts-untaken'; readonly chatId: ChatId }
  | {
      readonly type: 'posts-set-aside';
      readonly chatId: ChatId;
      readonly at: number;
      readonly detail: string;
    }
  /** The bound head is given up together with its session. */
  | { readonly type: 'posts-abandoned'; readonly chatId: ChatId; readonly at: number }
  | { readonly type: 'settled'; readonly chatId: ChatId; readonly settlements: ReadonlyArray<Settlement> }
  /** Spilled texts come back into the lane. */
  | {
      readonly type: 'refilled';
      readonly effects: ReadonlyArray<{ readonly order: number; readonly effect: UserText }>;
    }
  /** An operator wants an effect that was set aside to be tried again. */
  | { readonly type: 'retry-asked'; readonly effect: Effect; readonly at: number };

/** What a decision wants counted or logged; never more than that. */
export type Note =
  | { readonly type: 'ignored'; readonly what: string }
  | { readonly type: 'uncertain'; readonly what: string }
  | { readonly type: 'seen'; readonly what: string }
  | { readonly type: 'chat'; readonly state: string; readonly reason?: ChatReason };
