import type { ChatView, ContextEntry } from '../../application/application.ts';

/** End of the year 9999, the last that RFC 3339 can tell. */
const dateMax = 253_402_300_799_999;

/** RFC 3339, UTC. `ms` since 1970. */
const rfc3339 = (ms: number): string => new Date(Math.min(Math.max(ms, 0), dateMax)).toISOString();

export const presentEntry = (
  { userId, timestamp, until, from, ...said }: ContextEntry,
  client: string,
): object => ({
  userId,
  client,
  timestamp,
  text: said.text,
  url: said.url,
  mimeType: said.mimeType,
  caption: said.caption,
  from,
  ttl: rfc3339(until),
});

export const presentChat = (chat: ChatView): object => ({
  userID: chat.user.id,
  provider: chat.user.provider,
  state: chat.state,
  reason: chat.reason,
  since: rfc3339(chat.since),
  caseId: chat.caseId,
  agent: chat.agent,
  queuePosition: chat.queuePosition,
  estimatedWait: chat.estimatedWaitSeconds,
  pending: chat.pending,
  setAside: chat.setAside,
  lastError: chat.lastError,
});
