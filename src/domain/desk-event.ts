/** Seconds of silence after which the desk wants the user warned, and the chat ended; its own clock does neither. */
export interface IdleTimer {
  readonly warnAfterMs: number;
  readonly endAfterMs: number;
}

/** What an agent desk tells about one chat, in the words of no vendor. Times and order are those of arrival. */
export type DeskEvent =
  | { readonly type: 'request-accepted'; readonly position?: number; readonly estimatedWaitSeconds?: number }
  | { readonly type: 'request-failed'; readonly reason: string }
  | { readonly type: 'queue-updated'; readonly position: number; readonly estimatedWaitSeconds?: number }
  | { readonly type: 'agent-joined'; readonly name: string; readonly idle?: IdleTimer }
  | { readonly type: 'agent-transferred'; readonly name: string; readonly idle?: IdleTimer }
  | { readonly type: 'agent-said'; readonly text: string }
  | { readonly type: 'agent-typing' }
  /** The agent lost the connection; the chat lives on at the desk. */
  | { readonly type: 'agent-away' }
  /** The agent's side ended the chat. */
  | { readonly type: 'chat-ended'; readonly reason: string }
  /** The desk does not know the session any more: nothing can be sent or heard. */
  | { readonly type: 'session-over'; readonly detail: string }
  /** A line could have been lost or shown twice and nobody can tell (counted, for operators). */
  | { readonly type: 'uncertain'; readonly what: string }
  | { readonly type: 'unrecognised'; readonly kind: string };
