import { LRUCache } from 'lru-cache';
import { E, type Either } from '../../domain/fp.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import { pause } from '../../application/pause.ts';
import type { DeskPost } from '../../application/ports/agent-desk.port.ts';
import * as chasitorPost from './chasitor-post.ts';
import { within } from './deadline.ts';
import { type ChatResponse, described, isOverLimit } from './exchange.ts';
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
    if (head.kind === 'end' && !session.requested) {
      return answer(await (session.bare ? drop : endDoubtful)(wires, session, abort));
    }
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

/** For a session without a chat; a desk that does not know this call lets it die by itself. */
const drop = async (wires: Wires, session: SessionState, abort: AbortSignal): Promise<Result> => {
  const what = 'end of the session';
  const request = createDropRequest(wires, addressOf(wires, session));
  const answer = await within(wires, abort, (signal) => wires.exchange(what, request, signal));
  if (E.isLeft(answer)) return resultOf(what, answer);
  // a 408 or 409 says nothing of what became of the session
  const isAnswered = answer.right.status < 500 && ![408, 409].includes(answer.right.status);
  return isOverLimit(answer.right) || !isAnswered
    ? { kind: 'unknown', detail: described(what, answer.right) }
    : { kind: 'taken' };
};

/**
 * A session whose ChasitorInit may have been taken: an agent may be waiting for nobody, so ChatEnd goes under the number
 * after it. Where the desk refuses that, it has taken none, or not yet: the session is dropped, so that none can come.
 */
const endDoubtful = async (wires: Wires, session: SessionState, abort: AbortSignal): Promise<Result> => {
  const asking = wires.asking.get(session.sessionId);
  if (asking !== undefined) {
    // it comes first, and after so long a wait the caller may not be the one to send any more
    await orAborted(asking, abort);
    return { kind: 'not-taken', detail: 'end of the session: its request was still under way', pauseMs: 0 };
  }
  const post: DeskPost = { kind: 'end' };
  const what = chasitorPost.what(post);
  const request = chasitorPost.createRequest(wires, addressOf(wires, session), post, session.next + 1);
  const answer = await within(wires, abort, (signal) => wires.exchange(what, request, signal));
  const result = resultOf(what, answer);
  switch (result.kind) {
    case 'taken':
    case 'session-over':
      return { kind: 'taken' };
    case 'unknown':
    case 'not-taken':
      return result;
    // nothing is reconnected that may never have begun
    case 'affinity-lost':
    case 'refused':
    case 'out-of-sync':
      return drop(wires, session, abort);
  }
};

const orAborted = (work: Promise<unknown>, abort: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      abort.removeEventListener('abort', done);
      resolve();
    };
    if (abort.aborted) return done();
    abort.addEventListener('abort', done, { once: true });
    work.then(done, done);
  });
