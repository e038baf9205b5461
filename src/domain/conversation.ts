import type { User } from './channel.ts';
import type { AgentPost, BotState, ChatId, Settlement, Upload, UserText } from './effect.ts';
import type { IdleTimer } from './desk-event.ts';
import type { Arrival } from './message.ts';

export type ChatState = 'requested' | 'waiting' | 'active' | 'ended' | 'failed';

export type ChatReason =
  | 'agent'
  | 'finished'
  | 'restart'
  | 'request-failed'
  | 'agents-unavailable'
  | 'blocked'
  | 'no-agents'
  | 'connect-failed'
  | 'connect-timeout'
  | 'session-lost'
  | 'silence'
  | 'idle'
  | 'wait-timeout'
  | 'request-timeout';

/** Who asked for the chat, from the connect request: what later effects need of it. */
export interface Profile {
  readonly name: string;
  readonly email: string;
  readonly phoneNumber?: string;
  readonly botSlug: string;
  readonly botId: string;
}

/** One hand-over to an agent. Times: ms since 1970. */
export interface Chat {
  readonly id: ChatId;
  readonly state: ChatState;
  readonly reason?: ChatReason;
  /** When the present state began. */
  readonly since: number;
  readonly requestedAt: number;
  /** Messages that arrived up to here are context, later ones are the agent's. */
  readonly mark: Arrival;
  /** Key of the source flow. */
  readonly flow: string;
  readonly contactId?: string;
  readonly caseId?: string;
  /** The answer to an earlier case request was lost: look for a case made since then before making one. */
  readonly lookForCaseSince?: number;
  /** When the desk took the chat request, and the connect was answered 200. */
  readonly acceptedAt?: number;
  /** Arrival mark of the first joining: a restart keyword counts from here on. */
  readonly joinedMark?: Arrival;
  readonly agent?: string;
  readonly position?: number;
  readonly estimatedWaitSeconds?: number;
  /** Last word from either side. */
  readonly activeAt: number;
  /** The end's own words, as the desk gave them. */
  readonly detail?: string;
  readonly idle?: IdleTimer;
  /** Running since the agent's last message; stopped by the user's. */
  readonly idleClock?: { readonly warnAt?: number; readonly endAt: number };
  /** Effects made so far; names the next one. */
  readonly effects: number;
}

/** The posts of one chat to the desk, in order. Messages of the user wait in the message store and enter singly. */
export interface AgentLane {
  /** `due`: the agent has joined and the context is still to be read and rendered. */
  readonly introduction: 'none' | 'due' | 'done';
  readonly posts: ReadonlyArray<AgentPost>;
  /** How many posts at the head are bound to the desk's present number: stored before they are sent. */
  readonly bound: number;
  /** A media message at the head that waits for its upload. */
  readonly place?: {
    readonly messageId: string;
    readonly media: Upload['media'];
    readonly url: string;
    readonly caption?: string;
    readonly until: number;
  };
  /** The chat is over for us: posts and messages that arrived after `from` and up to `upTo` go first, then the session is ended. */
  readonly closing?: { readonly from: Arrival; readonly upTo: Arrival };
  /** The bound head is not tried again: its one outcome still awaited, or none after a restart, settles it. */
  readonly giveUp?: true;
  /** A long message at the head, of which so many pieces have left already. */
  readonly partial?: { readonly messageId: string; readonly pieces: number };
  /** Delivered, and still to be marked in the message store. */
  readonly unsettled: ReadonlyArray<Settlement>;
}

/** How the upload of a media message goes, until the agent has heard of it. */
export interface UploadState {
  readonly messageId: string;
  readonly state: 'pending' | 'done' | 'failed';
  /** Title of the file in the case, once done. */
  readonly title?: string;
}

/**
 * What one chat still owes the desk, with the desk adapter's own state (opaque: plain JSON). `sessionId`: the desk's
 * name of the session; chats stored before it was kept have none.
 */
export interface ChatLanes {
  readonly desk?: { readonly kind: string; readonly sessionId?: string; readonly state: unknown };
  readonly agent: AgentLane;
  readonly files: ReadonlyArray<Upload>;
  readonly uploads: ReadonlyArray<UploadState>;
}

/** A case that a failed connect left behind, for the user's next connect with the same flow. */
export interface Lending {
  readonly at: number;
  readonly contactId?: string;
  /** Absent: its request was sent and the answer lost; look for a case made since `at`. */
  readonly caseId?: string;
}

/** Everything about one user that changes: one document, changed by single conditional writes (design: data.md). */
export interface Conversation {
  readonly user: User;
  readonly profile?: Profile;
  readonly chat?: Chat;
  readonly lanes: {
    readonly user: ReadonlyArray<UserText>;
    readonly bot: ReadonlyArray<BotState>;
    readonly chats: Readonly<Record<ChatId, ChatLanes>>;
  };
  /**
   * User texts beyond the document's bound: they follow `lanes.user` in order. `count` are in the store's overflow,
   * orders `taken + 1` to `next - 1`; `pending` are still to be spilled there, before the next save.
   */
  readonly overflow: {
    readonly count: number;
    readonly next: number;
    readonly taken: number;
    readonly pending: ReadonlyArray<UserText>;
  };
  /** By source flow. */
  readonly lending?: Readonly<Record<string, Lending>>;
  /** By source flow, the case of the latest chat that the desk took: it is no other chat's. */
  readonly servedCases?: Readonly<Record<string, string>>;
  /** The latest trouble with one of its effects, in one safe line. */
  readonly lastError?: string;
}

export const emptyConversation = (user: User): Conversation => ({
  user,
  lanes: { user: [], bot: [], chats: {} },
  overflow: { count: 0, next: 0, taken: -1, pending: [] },
});

export const emptyLanes: ChatLanes = {
  agent: { introduction: 'none', posts: [], bound: 0, unsettled: [] },
  files: [],
  uploads: [],
};

export const isOpen = (
  chat: Chat | undefined,
): chat is Chat & { readonly state: 'requested' | 'waiting' | 'active' } =>
  chat !== undefined && (chat.state === 'requested' || chat.state === 'waiting' || chat.state === 'active');

/** The user's present chat is that one, and open. */
export const isPresent = ({ chat }: Conversation, chatId: ChatId): boolean =>
  isOpen(chat) && chat.id === chatId;

/** Something is still to be done for this user: an owner must keep at it. */
export const isBusy = (conversation: Conversation): boolean =>
  isOpen(conversation.chat) ||
  conversation.lanes.user.length > 0 ||
  conversation.overflow.count > 0 ||
  conversation.lanes.bot.length > 0 ||
  Object.keys(conversation.lanes.chats).length > 0;
