import { E, type Either, type TaskEither } from '../../domain/fp.ts';
import type { AgentDesk } from '../../application/ports/agent-desk.port.ts';
import type { RemoteFailure } from '../../application/ports/errors.ts';
import { absorb } from './absorb.ts';
import * as availability from './availability.ts';
import * as chasitorInit from './chasitor-init.ts';
import { within } from './deadline.ts';
import { makePods } from './pods.ts';
import { prepare, settle } from './post.ts';
import { makeReceive } from './receive.ts';
import { makeSend } from './send.ts';
import * as sessionId from './session-id.ts';
import type { Answer, Signal } from './signal.ts';
import { restoreState, type SessionState, without, withoutHead } from './state.ts';
import { addressOf, type LiveAgentOptions, type Wires } from './wires.ts';

export type { LiveAgentOptions } from './wires.ts';

/** Salesforce Chat ("Live Agent") as a desk. Its quirks are listed in README.md. */
export const makeLiveAgentDesk = (options: LiveAgentOptions): AgentDesk => {
  const wires: Wires = {
    ...options,
    callTimeoutMs: options.callTimeoutMs ?? 20_000,
    textExchange: options.textExchange ?? options.exchange,
    pods: makePods(options.chatUrl, options.log),
    asking: new Map(),
  };
  const receive = makeReceive(wires);
  const send = makeSend(wires);
  return {
    kind: 'live-agent',
    available: (buttonId, deadline) => () => askAvailability(wires, buttonId, deadline),
    openSession: (deadline) => () => openSession(wires, deadline),
    sessionId: (state) => (state as SessionState).sessionId,
    requesting: (state) => without(state as SessionState, 'bare'),
    requestChat: (state, request, deadline) => requestChat(wires, state as SessionState, request, deadline),
    requested: (state) => requested(state as SessionState),
    receive: (state, abort) => receive(state as SessionState, abort),
    absorb: (state, signal, now) => absorb(state as SessionState, signal as Signal, now),
    prepare: (state, waiting) => prepare(state as SessionState, waiting),
    send: (state, abort) => send(state as SessionState, abort),
    settle: (state, answer) => settle(state as SessionState, answer as Answer),
    drop: (state) => withoutHead(state as SessionState, false),
    restore: restoreState,
  };
};

/** Pods that send us from one to the other get no further question. */
const mostMoves = 2;

const askAvailability = async (
  wires: Wires,
  buttonId: string,
  deadline: AbortSignal,
): Promise<Either<RemoteFailure, boolean>> => {
  const { what } = availability;
  let base = wires.pods.current();
  for (let moves = 0; moves <= mostMoves; moves += 1) {
    const request = availability.createRequest(wires, base, buttonId);
    const response = await within(wires, deadline, (signal) => wires.exchange(what, request, signal));
    if (E.isLeft(response)) return response;
    const answer = availability.handleResponse(buttonId, response.right);
    if (E.isLeft(answer)) return answer;
    if (answer.right.kind === 'answer') return E.right(answer.right.available);
    const next = wires.pods.moveTo(answer.right.url);
    if (next === undefined) return E.left(misled(`${what}: sent to a host that is not allowed`));
    base = next;
  }
  return E.left(misled(`${what}: sent from one pod to the other`));
};

const misled = (detail: string): RemoteFailure => ({
  _tag: 'RemoteError',
  certain: false,
  status: 200,
  detail,
});

const openSession = async (
  wires: Wires,
  deadline: AbortSignal,
): Promise<Either<RemoteFailure, SessionState>> => {
  const base = wires.pods.current();
  const request = sessionId.createRequest(wires, base);
  const response = await within(wires, deadline, (signal) => wires.exchange(sessionId.what, request, signal));
  if (E.isLeft(response)) return response;
  const opened = sessionId.handleResponse(response.right);
  if (E.isLeft(opened)) return opened;
  return E.right({
    ...opened.right,
    ...(base === wires.pods.of(undefined) ? {} : { pod: base }),
    requested: false,
    bare: true,
    generation: 0,
    ack: -1,
    next: chasitorInit.firstNumber,
    got: [],
    gotCount: 0,
    gotLast: 0,
    posted: [],
    postedCount: 0,
  });
};

const requestChat =
  (
    wires: Wires,
    session: SessionState,
    chat: Parameters<AgentDesk['requestChat']>[1],
    deadline: AbortSignal,
  ): TaskEither<RemoteFailure | chasitorInit.SessionExpired, void> =>
  async () => {
    const { what, createRequest, handleResponse } = chasitorInit;
    const request = createRequest(wires, addressOf(wires, session), session.sessionId, chat);
    const asked = within(wires, deadline, (signal) => wires.exchange(what, request, signal));
    wires.asking.set(session.sessionId, asked);
    const response = await asked.finally(() => wires.asking.delete(session.sessionId));
    return E.isLeft(response) ? response : handleResponse(response.right);
  };

/** An end that was bound before goes out under the number after it. */
const requested = (session: SessionState): SessionState =>
  session.requested
    ? session
    : { ...without(session, 'bare'), requested: true, next: chasitorInit.firstNumber + 1 };
