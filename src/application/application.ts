import type { TaskEither } from '../domain/fp.ts';
import type { Provider, User } from '../domain/channel.ts';
import type { ChatReason, ChatState, Profile } from '../domain/conversation.ts';
import type { EffectId } from '../domain/effect.ts';
import type { Message } from '../domain/message.ts';
import type { NotRetryable } from '../domain/retry.ts';
import type { SetAsideEntry } from './ports/chat-store.port.ts';
import type { StoreUnavailable } from './ports/errors.ts';
import type { Identity, InvalidToken } from './ports/token.port.ts';

/**
 * The record of all use cases: what inbound adapters, tests and embedders talk to. Each use case is a function of its
 * command; its dependencies were given when it was made (`makeX` beside each type's implementation).
 */
export interface Application {
  readonly authenticate: (command: {
    readonly username: string;
    readonly password: string;
    /** Address of the client, for throttling. */
    readonly address: string;
  }) => TaskEither<InvalidCredentials | TooManyAttempts, string>;
  readonly checkToken: (token: string) => TaskEither<InvalidToken, Identity>;
  readonly connectChat: (command: ConnectChat) => TaskEither<ConnectChatError, void>;
  /** Answers once every message is stored (or was before). Messages are taken in the given order. */
  readonly ingestMessages: (messages: ReadonlyArray<Message>) => TaskEither<StoreUnavailable, void>;
  readonly finishChat: (whose: Whose) => TaskEither<NoOpenChat | StoreUnavailable, void>;
  /** Of all users that are meant, or of none: context, ended chats, set-aside messages. Also when there is nothing. */
  readonly eraseUser: (whose: Whose) => TaskEither<EraseRefused | StoreUnavailable, void>;
  readonly getContext: (whose: Whose) => TaskEither<StoreUnavailable, ReadonlyArray<ContextEntry>>;
  readonly getChat: (whose: Whose) => TaskEither<NoChat | StoreUnavailable, ChatView>;
  /** What could not be delivered after all tries, by effect id: of one user, or of all. */
  readonly listSetAside: (query: {
    readonly user?: User;
    readonly after?: EffectId;
    /** 1 to 1,000. */
    readonly limit: number;
  }) => TaskEither<StoreUnavailable, ReadonlyArray<SetAsideEntry>>;
  /** Puts it at the end of its lane, with all its tries; what was meant for an agent only while that chat is active. */
  readonly retrySetAside: (
    which: WhichSetAside,
  ) => TaskEither<NoSetAside | CannotRetry | StoreUnavailable, void>;
  /** Forgets it for good. */
  readonly discardSetAside: (which: WhichSetAside) => TaskEither<NoSetAside | StoreUnavailable, void>;
  readonly registerWebhook: (provider: Provider) => TaskEither<WebhookCallFailed, void>;
  readonly removeWebhook: (provider: Provider) => TaskEither<WebhookCallFailed, void>;
}

/** Without a provider both are looked at: an open chat wins, then the latest. A leading `+` is no part of a WhatsApp id. */
export interface Whose {
  readonly userId: string;
  readonly provider?: Provider;
}

export interface ConnectChat {
  readonly user: User;
  readonly profile: Profile;
  readonly extraData: Readonly<Record<string, unknown>>;
}

/** The steps of a connect, in the words that its failures are told with (http-api.md). */
export type ConnectStep =
  | 'login'
  | 'availability'
  | 'contact search'
  | 'contact creation'
  | 'case creation'
  | 'chat session'
  | 'chat request';

export type ConnectChatError =
  | { readonly _tag: 'ChatExists' }
  | { readonly _tag: 'ContactBlocked' }
  | { readonly _tag: 'NoAgents' }
  /** Finished (by a finish or by its own deadline) while it was being created. */
  | { readonly _tag: 'ChatFinished' }
  /** `error`: the remote answered with one; `busy`: over its limits or not reached; `timeout`: the step's time is over. */
  | {
      readonly _tag: 'ConnectStepFailed';
      readonly step: ConnectStep;
      readonly why: 'error' | 'busy' | 'timeout';
      readonly retryAfterMs?: number;
    }
  | StoreUnavailable;

export interface InvalidCredentials {
  readonly _tag: 'InvalidCredentials';
}

export interface TooManyAttempts {
  readonly _tag: 'TooManyAttempts';
  readonly retryAfterMs: number;
}

export interface NoOpenChat {
  readonly _tag: 'NoOpenChat';
}

/** An open chat has to be finished first; what an ended one still sends must arrive, or be given up. */
export interface EraseRefused {
  readonly _tag: 'EraseRefused';
  readonly why: 'chat-open' | 'still-delivering';
}

export interface NoChat {
  readonly _tag: 'NoChat';
}

export interface WhichSetAside {
  readonly user: User;
  readonly id: EffectId;
}

export interface NoSetAside {
  readonly _tag: 'NoSetAside';
}

export interface CannotRetry {
  readonly _tag: 'CannotRetry';
  readonly why: NotRetryable;
}

export interface WebhookCallFailed {
  readonly _tag: 'WebhookCallFailed';
  readonly detail: string;
}

/** One line of what user and bot said. Times: ms since 1970. */
export interface ContextEntry {
  readonly userId: string;
  readonly timestamp: number;
  readonly text?: string;
  readonly url?: string;
  readonly mimeType?: string;
  readonly caption?: string;
  readonly from: 'user' | 'bot';
  /** Until when it is kept. */
  readonly until: number;
}

/** The open or last chat of a user, for operators. Times: ms since 1970. */
export interface ChatView {
  readonly user: User;
  readonly state: ChatState;
  readonly reason?: ChatReason;
  readonly since: number;
  readonly caseId?: string;
  readonly agent?: string;
  readonly queuePosition?: number;
  readonly estimatedWaitSeconds?: number;
  readonly pending: {
    readonly toUser: number;
    readonly toAgent: number;
    readonly files: number;
    readonly bot: number;
  };
  readonly setAside: number;
  readonly lastError?: string;
}
