/** How the chat servers behave. All of it may be changed while they run; it holds for what begins afterwards. */
export interface LiveAgentSettings {
  /** Told to clients, in seconds. */
  clientPollTimeout: number;
  /** How long a poll is held before 204. */
  pollHoldMs: number;
  /** A bare session without ChasitorInit dies after this time. */
  initTimeoutMs: number;
  /** A chat that nobody polls for so long ends. */
  connectionTimeoutMs: number;
  /** A second poll beside one that waits: 409 and no more, or the end of the chat. */
  secondPoll: 'refuse' | 'end-chat';
  /** Give a batch again whose sequence was not acknowledged. */
  redelivery: boolean;
  /** Polls of a chat that is over. */
  afterEnd: 403 | 204;
  /** `automatic`: each request is queued (ChatRequestSuccess) by itself, after `queueDelayMs`. */
  queue: 'automatic' | 'manual';
  queueDelayMs: number;
  /** Told in ChatRequestSuccess. */
  queuePosition: number;
  estimatedWaitTime: number;
  /** An agent of this name takes each queued chat after this time; none does by itself when absent. */
  autoAccept: { readonly afterMs: number; readonly name: string } | undefined;
  /** In seconds; told in ChatEstablished and ChatTransferred. */
  chasitorIdleTimeout: { isEnabled: boolean; warningTime: number; timeout: number };
  /** Said in the reply to ReconnectSession; `absent` leaves the member out. */
  resetSequence: true | false | 'absent';
  /** After a reconnect, lines that are in the transcript come as events once more. */
  repeatTranscriptLines: boolean;
  /** Every Visitor/* call is sent to this URL instead. */
  switchServer: string | undefined;
}

export const defaultSettings: LiveAgentSettings = {
  clientPollTimeout: 40,
  pollHoldMs: 30_000,
  initTimeoutMs: 20_000,
  connectionTimeoutMs: 150_000,
  secondPoll: 'refuse',
  redelivery: true,
  afterEnd: 403,
  queue: 'automatic',
  queueDelayMs: 0,
  queuePosition: 0,
  estimatedWaitTime: -1,
  autoAccept: undefined,
  chasitorIdleTimeout: { isEnabled: false, warningTime: 60, timeout: 120 },
  resetSequence: true,
  repeatTranscriptLines: false,
  switchServer: undefined,
};
