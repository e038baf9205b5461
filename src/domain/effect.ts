import type { Arrival, MediaKind } from './message.ts';

export type ChatId = string;
export type EffectId = string;

/** What every stored effect carries: whose it is, and how its delivery has gone so far. Times: ms since 1970. */
export interface EffectBase {
  readonly id: EffectId;
  readonly chatId: ChatId;
  readonly bornAt: number;
  /** Tries that count against it (relay.md §4.5). */
  readonly tries: number;
  readonly notBefore?: number;
  /** A try was made whose outcome nobody knows. */
  readonly unknown?: true;
}

/** A text to the user. `id` is the id of the message on the channel over all its tries. */
export interface UserText extends EffectBase {
  readonly type: 'user-text';
  readonly text: string;
}

/** A change of the bot's state for the user; waits until the user lane is empty, `heldUntil` at most. */
export interface BotState extends EffectBase {
  readonly type: 'bot-state';
  readonly state: string;
  readonly botSlug: string;
  readonly heldUntil: number;
}

/** A media message of the user, to be attached to the case. */
export interface Upload extends EffectBase {
  readonly type: 'upload';
  readonly messageId: string;
  readonly caseId: string;
  /** File title when neither caption nor URL give one. */
  readonly fallbackTitle: string;
  readonly media: MediaKind;
  readonly url: string;
  readonly mimeType?: string;
  readonly caption?: string;
  /** The agent was told that the file is late; a success notice may follow until then. */
  readonly lateUntil?: number;
}

/** What to mark in the message store once something of the user's was posted to the agent (or set aside). */
export type Settlement =
  | { readonly what: 'message'; readonly id: string; readonly as: 'posted' | 'set-aside' | 'context' }
  /** The context message: the entries rendered into it, by their arrivals. */
  | { readonly what: 'context'; readonly arrivals: ReadonlyArray<Arrival> };

/** A post to the agent desk. */
export interface AgentPost extends EffectBase {
  readonly type: 'agent-post';
  readonly post: { readonly kind: 'text'; readonly text: string } | { readonly kind: 'end' };
  /** Set on the last post of a message or of the context. */
  readonly settles?: Settlement;
}

export type Effect = UserText | BotState | Upload | AgentPost;

/** An effect that could not be delivered after all tries, out of its lane and in an operator's hands. */
export interface SetAside {
  readonly effect: Effect;
  readonly lastError: string;
  /** ms since 1970. */
  readonly at: number;
}
