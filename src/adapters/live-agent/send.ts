import { LRUCache } from 'lru-cache';
import { E, type Either } from '../../domain/fp.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import { pause } from '../../application/pause.ts';
import * as chasitorPost from './chasitor-post.ts';
import { within } from './deadline.ts';
import type { ChatResponse } from './exchange.ts';
import { createDropRequest } from './session-id.ts';
import type { Answer } from './signal.ts';
import type { SessionState } from './state.ts';
import { addressOf, type Wires } from './wires.ts';

/** Posts closer together than this may be shown out of order in the agent's console (protocol notes §5). */
const spacingMs = 15;
const maxSpaced = 20_000;

type Result = Answer['result'];

/** Posts the bound head under its number. Never throws. */
export const makeSend = (wires: Wires): ((session: SessionState, abort: AbortSignal) => Promise<Answer>) => {
  /** When the last post of a session was answered, monotonic ms. */
  const answered = new LRUCache<string, number>({ max: maxSpaced });

  const spaced = async (sessionId: string, abort: AbortSignal): Promise<void> => {
    const last = answered.get(sessionId) ?? -Infinity;
    const wait = last + spacingMs - wires.clock.monotonic();
    if (wait > 0) await pause(wires.clock, wait, abort);
  };

  return async (session, abort) => {
    const { generation, next, head, sessionId } = session;
    const answer = (result: Result): Answer => ({ generation, number: next, result });
    if (head === undefined) return answer({ kind: 'not-taken', detail: 'post: nothing is bound' });
    if (head.kind === 'end' && !session.requested) return answer(await endBare(wires, session, abort));
    await spaced(sessionId, abort);
    if (abort.aborted) return answer({ kind: 'not-taken', detail: 'post: called off before it began' });
    const what = chasitorPost.what(head);
    const request = chasitorPost.createRequest(wires, addressOf(wires, session), head, next);
    const exchange = head.kind === 'text' ? wires.textExchange : wires.exchange;
    const response = await within(wires, abort, (signal) => exchange(what, request, signal));
    answered.set(sessionId, wires.clock.monotonic());
    return answer(resultOf(what, response));
  };
};

const resultOf = (what: string, response: Either<RemoteFailure, ChatResponse>): Result => {
  if (E.isRight(response)) return chasitorPost.handleResponse(what, response.right);
  const { left } = response;
  if (!left.certain) return { kind: 'unknown', detail: left.detail };
  const pauseMs = left._tag === 'RemoteBusy' ? left.retryAfterMs : undefined;
  return { kind: 'not-taken', detail: left.detail, ...(pauseMs === undefined ? {} : { pauseMs }) };
};

/**
 * Ends a session for which no request is known to have been taken: it is dropped. Where the desk does not do that, the
 * answer to ChasitorInit may have been lost and an agent be waiting for nobody, so ChatEnd follows with the number
 * after it. Whatever is answered then, the desk lets such a session die by itself.
 */
const endBare = async (wires: Wires, session: SessionState, abort: AbortSignal): Promise<Result> => {
  const what = 'end of the session';
  const address = addressOf(wires, session);
  const drop = await within(wires, abort, (signal) =>
    wires.exchange(what, createDropRequest(wires, address), signal),
  );
  if (E.isLeft(drop)) return resultOf(what, drop);
  const { status } = drop.right;
  if ((status >= 200 && status < 300) || status === 403) return { kind: 'taken' };
  const request = chasitorPost.createRequest(wires, address, { kind: 'end' }, session.next + 1);
  const end = await within(wires, abort, (signal) => wires.exchange(what, request, signal));
  return E.isLeft(end) ? resultOf(what, end) : { kind: 'taken' };
};
