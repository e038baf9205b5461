import * as t from 'io-ts';
import { E, type Either } from '../../domain/fp.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import { noAffinity, openCall, sessionCall, type SessionAddress } from './call.ts';
import {
  type ChatCall,
  type ChatResponse,
  failureOf,
  isSuccess,
  json,
  token,
  undecodable,
} from './exchange.ts';
import { membersOf, wholeOf } from './read.ts';
import type { LiveAgentSettings } from './settings.ts';

/** GET System/SessionId, and the DELETE that drops such a session (protocol notes §2). */

export const what = 'chat session';

export interface OpenedSession {
  readonly sessionId: string;
  readonly key: string;
  readonly affinity: string;
  /** Seconds. */
  readonly pollTimeout: number;
}

export const createRequest = (settings: LiveAgentSettings, base: string): ChatCall =>
  openCall(settings, base, 'System/SessionId', { 'X-LIVEAGENT-AFFINITY': noAffinity });

const opened = t.type({ id: token, key: token, affinityToken: token });

const usualPollTimeout = 40;

export const handleResponse = (response: ChatResponse): Either<RemoteFailure, OpenedSession> => {
  if (!isSuccess(response)) return E.left(failureOf(what, response));
  const body = json(response.text);
  const decoded = opened.decode(body);
  if (E.isLeft(decoded)) return E.left(undecodable(what, response.status));
  const { id, key, affinityToken } = decoded.right;
  const told = wholeOf(membersOf(body).clientPollTimeout) ?? 0;
  return E.right({
    sessionId: id,
    key,
    affinity: affinityToken,
    pollTimeout: told === 0 ? usualPollTimeout : Math.min(Math.max(told, 5), 300),
  });
};

export const createDropRequest = (settings: LiveAgentSettings, address: SessionAddress): ChatCall =>
  sessionCall(settings, address, {
    method: 'DELETE',
    path: `System/SessionId/${encodeURIComponent(address.key)}`,
  });
