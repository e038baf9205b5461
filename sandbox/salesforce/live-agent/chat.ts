import type { JsonObject } from '../../support/json.ts';

/** An event as it goes over the wire. */
export interface ChatEvent {
  readonly type: string;
  readonly message: unknown;
}

/**
 * `new`: a session without a request; `requested`: ChasitorInit was taken; `queued`: ChatRequestSuccess was said;
 * `established`: an agent is (or was) there; `failed`: ChatRequestFail; `ended`: by agent or visitor; `expired`: the
 * session died.
 */
export type ChatState = 'new' | 'requested' | 'queued' | 'established' | 'ended' | 'failed' | 'expired';

export interface TranscriptLine {
  readonly from: 'visitor' | 'agent' | 'system';
  readonly name: string;
  readonly text: string;
  /** ms since 1970 */
  readonly at: number;
  /** Place in the transcript, from 1. */
  readonly sequence: number;
}

/** A chat as tests and the agent's console see it: a live view, not a copy. */
export interface ChatView {
  /** The session's id, which is the chat key too. */
  readonly id: string;
  readonly state: ChatState;
  readonly createdAt: number;
  /** The body of ChasitorInit. */
  readonly init: JsonObject | undefined;
  readonly buttonId: string | undefined;
  readonly visitorName: string | undefined;
  readonly caseId: string | undefined;
  readonly contactId: string | undefined;
  readonly queuePosition: number;
  readonly agent: string | undefined;
  /** False after `disconnect`, until an agent joins again. */
  readonly agentConnected: boolean;
  readonly visitorTyping: boolean;
  readonly endReason: string | undefined;
  readonly transcript: ReadonlyArray<TranscriptLine>;
  /** The last X-LIVEAGENT-SEQUENCE taken. */
  readonly lastSequence: number;
  /** POSTs that came again with their number and were swallowed. */
  readonly duplicates: number;
  /** Batches that were given again. */
  readonly redelivered: number;
  readonly polling: boolean;
  readonly failovers: number;
}

export const isOpen = (state: ChatState): boolean =>
  state === 'requested' || state === 'queued' || state === 'established';

export const isOver = (state: ChatState): boolean =>
  state === 'ended' || state === 'failed' || state === 'expired';

/** A copy for JSON. */
export const describeChat = (chat: ChatView): JsonObject => ({
  id: chat.id,
  state: chat.state,
  createdAt: chat.createdAt,
  buttonId: chat.buttonId,
  visitorName: chat.visitorName,
  caseId: chat.caseId,
  contactId: chat.contactId,
  queuePosition: chat.queuePosition,
  agent: chat.agent,
  agentConnected: chat.agentConnected,
  visitorTyping: chat.visitorTyping,
  endReason: chat.endReason,
  transcript: chat.transcript,
  lastSequence: chat.lastSequence,
  duplicates: chat.duplicates,
  redelivered: chat.redelivered,
  polling: chat.polling,
  failovers: chat.failovers,
});
