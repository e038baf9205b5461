import { type Call, header, Refusal } from '../../http/call.ts';
import { notUnderstood, sessionInvalid } from './answers.ts';
import type { ChatServer } from './server.ts';
import type { Session } from './session.ts';

/** Checks of the headers (protocol notes §1). Each throws the answer that ends the call. */

/** An integer, on every call. */
export const checkApiVersion = (call: Call): void => {
  const version = header(call, 'x-liveagent-api-version') ?? '';
  if (!/^\d{2}$/u.test(version)) throw new Refusal(notUnderstood('X-LIVEAGENT-API-VERSION is required'));
};

/** `System/SessionId` and `System/ReconnectSession` want the four letters `null`. */
export const checkNullAffinity = (call: Call): void => {
  if (header(call, 'x-liveagent-affinity') !== 'null') {
    throw new Refusal(notUnderstood('X-LIVEAGENT-AFFINITY must be null here'));
  }
};

/** The session of the key, whatever the affinity. */
export const sessionOf = (server: ChatServer, call: Call): Session => {
  const session = server.findByKey(header(call, 'x-liveagent-session-key') ?? '');
  if (session === undefined) throw new Refusal(sessionInvalid);
  return session;
};

/** The session of the key, when the affinity is its present one. */
export const reachedSession = (server: ChatServer, call: Call): Session => {
  const session = sessionOf(server, call);
  const wrong = session.wrongAffinity(header(call, 'x-liveagent-affinity'));
  if (wrong !== undefined) throw new Refusal(wrong);
  return session;
};

/** `undefined`: the header is absent. */
export const sequenceOf = (call: Call): number | undefined => {
  const text = header(call, 'x-liveagent-sequence');
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/u.test(text)) throw new Refusal(notUnderstood('X-LIVEAGENT-SEQUENCE must be a number'));
  return Number(text);
};
