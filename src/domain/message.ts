import type { User } from './channel.ts';

/**
 * Place of a message in the order of arrival: microseconds of the store's clock, made strictly growing.
 * Comparable over all users of one store; a chat's reservation and its finish are marks on the same line.
 */
export type Arrival = number;

export type MediaKind = 'image' | 'sticker' | 'audio' | 'voice' | 'document' | 'video' | 'file';

/** What a message says, reduced to what an agent can be shown. `url` is as the channel sent it: never trusted. */
export type Content =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'media';
      readonly media: MediaKind;
      readonly url: string;
      readonly mimeType?: string;
      readonly caption?: string;
    }
  | {
      readonly type: 'line';
      readonly line: 'location' | 'contacts' | 'choice' | 'reaction';
      readonly value: string;
    }
  | { readonly type: 'unknown'; readonly kind: string };

/** One message between a user and the bot, as it came in a webhook. */
export interface Message {
  readonly user: User;
  /** The channel's id of the message, or a digest of it: the key for "seen before". */
  readonly id: string;
  readonly from: 'user' | 'bot';
  /** Milliseconds since 1970 by the sender's clock. */
  readonly timestamp: number;
  readonly content: Content;
  /** The member of the webhook that `content` was read from, where reading lost something. */
  readonly raw?: unknown;
}

export interface StoredMessage extends Message {
  readonly arrival: Arrival;
  /** Milliseconds since 1970: readers do not see the message as context from here on. */
  readonly contextUntil: number;
}
