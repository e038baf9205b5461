/**
 * Places at which a crash hurts most: between a write and what follows from it. Tests end the process there; in
 * production it does nothing.
 */
export type CrashPoint =
  | 'message-stored'
  | 'reserved'
  | 'case-made'
  | 'session-stored'
  | 'chat-requested'
  | 'events-received'
  | 'events-stored'
  | 'post-bound'
  | 'post-sent'
  | 'post-ticked'
  | 'effect-due'
  | 'effect-sent'
  | 'set-aside-stored'
  | 'taken-over';

export interface Probe {
  readonly reached: (point: CrashPoint) => void;
}

export const noProbe: Probe = { reached: () => undefined };
