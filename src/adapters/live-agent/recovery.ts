import type { Absorbed } from '../../application/ports/agent-desk.port.ts';
import type { DeskEvent } from '../../domain/desk-event.ts';
import type { Signal } from './signal.ts';
import { type SessionState, withGot, without, withoutHead } from './state.ts';
import { align, alignPosted, digest, readTranscript, shortDigest } from './transcript.ts';

/** How long after a recovery lines of the transcript may still come as events. */
const repeatsForMs = 10_000;
/** So many of them are known again: more than agents write while nobody listens. */
const repeatsKept = 600;

/** What a batch has told so far. */
export interface Told {
  readonly state: SessionState;
  readonly events: ReadonlyArray<DeskEvent>;
  /** Lines of agents among them, those passed over included. */
  readonly texts: number;
  readonly head?: NonNullable<Absorbed['head']>;
}

/** A 503 came: reconnect first, then go on where a recovery stood already. */
export const withFailover = (session: SessionState): SessionState => {
  const { recovery } = session;
  if (recovery?.step === 'reconnect') return session;
  return {
    ...session,
    recovery: { step: 'reconnect', ...(recovery === undefined ? {} : { resume: recovery }) },
  };
};

/**
 * ChasitorResyncState was refused. Either all begins again, which only a reconnect can tell; or the desk had taken it
 * already and the answer was lost: then it refuses the next one too.
 */
export const outOfStep = (session: SessionState, now: number): SessionState => {
  const { recovery } = session;
  if (recovery?.step !== 'resync') return session;
  return recovery.refused
    ? resynced(session, now)
    : { ...session, recovery: { step: 'reconnect', resume: { step: 'resync', refused: true } } };
};

/** There had been no failover: the old affinity is the present one. */
export const resumed = (session: SessionState): SessionState => {
  const { recovery } = session;
  if (recovery?.step !== 'reconnect') return session;
  return recovery.resume === undefined
    ? without(session, 'recovery')
    : { ...session, recovery: recovery.resume };
};

export const reconnected = (
  session: SessionState,
  { affinity, resets }: Extract<Signal, { kind: 'reconnected' }>,
  now: number,
): SessionState => ({
  ...session,
  affinity,
  generation: session.generation + 1,
  ack: -1,
  next: resets ? 1 : session.next,
  recovery: { step: 'session-data', since: now, renumbered: resets },
});

export const resynced = (session: SessionState, now: number): SessionState => {
  const { told } = session;
  return {
    ...without(session, 'recovery'),
    ...(told === undefined ? {} : { told: { ...told, until: now + repeatsForMs } }),
  };
};

/** What ChasitorSessionData decides after a reconnect (relay.md §4.5); then only ChasitorResyncState is missing. */
export const tellTranscript = (session: SessionState, sessionData: unknown): Told => {
  const transcript = readTranscript(sessionData);
  return transcript === undefined
    ? withoutTranscript(session)
    : settleHead(hearMissed(session, transcript.agent), transcript.visitor);
};

/** As if nothing in it were known. */
export const withoutTranscript = (session: SessionState): Told =>
  settleHead({ state: afterSessionData(session), events: [uncertain('agent lines')], texts: 0 }, undefined);

const uncertain = (what: string): DeskEvent => ({ type: 'uncertain', what: `${what} after a reconnect` });

const afterSessionData = (session: SessionState): SessionState => without(session, 'told');

/** Agent lines after the longest match are news; without any match nothing is repeated to the user. */
const hearMissed = (session: SessionState, texts: ReadonlyArray<string>): Told => {
  const lines = texts.map(digest);
  const known = align(lines, session.got, session.gotCount);
  if (known === undefined)
    return { state: afterSessionData(session), events: [uncertain('agent lines')], texts: 0 };
  const missed = texts.slice(known.end);
  // what the desk may give again: these, and what it cannot know to have arrived
  const unsure = Math.max(session.gotLast, session.told?.lines.length ?? 0);
  const repeatable = lines
    .slice(Math.max(0, known.end - unsure))
    .slice(-repeatsKept)
    .map(shortDigest);
  const state = withGot(afterSessionData(session), lines.slice(known.end));
  return {
    state: repeatable.length === 0 ? state : { ...state, told: { lines: repeatable } },
    events: missed.map((text) => ({ type: 'agent-said', text })),
    texts: missed.length,
  };
};

/** The head counts as delivered when the visitor's lines after the last known one begin with it. */
const settleHead = (told: Told, visitor: ReadonlyArray<string> | undefined): Told => {
  const { head, recovery } = told.state;
  const renumbered = recovery?.step === 'session-data' && recovery.renumbered;
  const state: SessionState = { ...told.state, recovery: { step: 'resync' } };
  if (head === undefined) return { ...told, state };
  // had the end been taken, there would be no session to reconnect to
  if (head.kind === 'end') return { ...told, state, head: 'untaken' };
  const known = visitor && alignPosted(visitor, state.posted, state.postedCount);
  if (known === undefined) {
    return { ...told, state, events: [...told.events, uncertain('a post')], head: 'again' };
  }
  if (visitor?.[known.end] !== digest(head.text)) return { ...told, state, head: 'untaken' };
  const next = renumbered ? state.next : state.next + 1;
  return { ...told, state: withoutHead(state, true, next), head: 'delivered' };
};
