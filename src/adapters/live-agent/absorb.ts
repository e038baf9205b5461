import type { Absorbed } from '../../application/ports/agent-desk.port.ts';
import type { DeskEvent } from '../../domain/desk-event.ts';
import { type BatchItem, readBatch } from './events.ts';
import {
  outOfStep,
  reconnected,
  resumed,
  resynced,
  tellTranscript,
  type Told,
  withFailover,
  withoutTranscript,
} from './recovery.ts';
import type { Setback, Signal } from './signal.ts';
import { type SessionState, withGot, without } from './state.ts';
import { digest, shortDigest } from './transcript.ts';

/** Polls begin this far apart when the desk has nothing new to say (relay.md §4.5). */
const pollEveryMs = 1_000;
/** A desk that gives no ChasitorSessionData for so long will not do it any more. */
const sessionDataMs = 60_000;

type Batch = Extract<Signal, { kind: 'batch' }>;

/** What was heard, over the state as it is by now: posts may have changed it since the call began. */
export const absorb = (session: SessionState, signal: Signal, now: number): Absorbed => {
  const stale = signal.generation !== session.generation;
  switch (signal.kind) {
    case 'cut':
      return quiet(session);
    case 'nothing':
      return stale ? quiet(session) : absorbNothing(session, signal.tookMs, now);
    case 'batch':
      return stale ? quiet(session) : absorbBatch(session, signal, now);
    case 'reconnected':
      return stale || session.recovery?.step !== 'reconnect'
        ? quiet(session)
        : { ...quiet(reconnected(session, signal, now)), heard: true };
    case 'resynced':
      return stale || session.recovery?.step !== 'resync'
        ? quiet(session)
        : { ...quiet(resynced(session, now)), heard: true };
    case 'session-over':
      if (stale) return setback(session, signal);
      return { ...quiet(session), events: [{ type: 'session-over', detail: signal.detail }] };
    case 'trouble':
      return setback(session, signal);
    case 'affinity-lost':
      return setback(stale ? session : withFailover(session), signal);
    case 'no-failover':
      return setback(stale ? session : resumed(session), signal);
    case 'out-of-step':
      return setback(stale ? session : outOfStep(session, now), signal);
  }
};

const quiet = (session: SessionState): Absorbed => ({
  state: session,
  events: [],
  pauseMs: 0,
  heard: false,
});

const setback = (session: SessionState, { detail, pauseMs }: Setback): Absorbed => ({
  ...quiet(session),
  pauseMs,
  trouble: detail,
});

const restOfASecond = (tookMs: number): number => Math.min(pollEveryMs, Math.max(0, pollEveryMs - tookMs));

const absorbNothing = (session: SessionState, tookMs: number, now: number): Absorbed => {
  // it has nothing more to say, not even again
  const exhausted = session.told?.until === undefined ? session : without(session, 'told');
  return withPatience({ ...quiet(exhausted), pauseMs: restOfASecond(tookMs), heard: true }, now);
};

/** Goes on without the transcript when it does not come. */
const withPatience = (absorbed: Absorbed, now: number): Absorbed => {
  const session = absorbed.state as SessionState;
  const { recovery } = session;
  if (recovery?.step !== 'session-data' || now < recovery.since + sessionDataMs) return absorbed;
  const { state, events, head } = withoutTranscript(session);
  return {
    ...absorbed,
    state,
    events: [...absorbed.events, ...events],
    ...(head === undefined ? {} : { head }),
    trouble: 'reconnect: the desk gave no ChasitorSessionData',
  };
};

const absorbBatch = (session: SessionState, batch: Batch, now: number): Absorbed => {
  const pauseMs = restOfASecond(batch.tookMs);
  // the acknowledgement was lost: everything in it is stored already
  if (batch.sequence <= session.ack) return { ...quiet(session), pauseMs, heard: true };
  const begun: Told = {
    state: {
      ...session,
      ack: batch.sequence,
      ...(batch.offset === undefined ? {} : { offset: batch.offset }),
    },
    events: [],
    texts: 0,
  };
  const told = readBatch(batch.messages).reduce((sofar, item) => tell(sofar, item, now), begun);
  return withPatience(
    {
      state: told.state.gotLast === told.texts ? told.state : { ...told.state, gotLast: told.texts },
      events: told.events,
      pauseMs: batch.messages.length === 0 ? pauseMs : 0,
      heard: true,
      ...(told.head === undefined ? {} : { head: told.head }),
    },
    now,
  );
};

const tell = (sofar: Told, item: BatchItem, now: number): Told => {
  switch (item.type) {
    case 'session-data': {
      if (sofar.state.recovery?.step !== 'session-data') return sofar;
      const told = tellTranscript(sofar.state, item.data);
      return { ...told, events: [...sofar.events, ...told.events], texts: sofar.texts + told.texts };
    }
    case 'agent-said':
      return said(sofar, item, now);
    default:
      return { ...sofar, events: [...sofar.events, item] };
  }
};

/** A line that the transcript told and that comes again is passed over; the first other one ends that. */
const said = (sofar: Told, event: Extract<DeskEvent, { type: 'agent-said' }>, now: number): Told => {
  const line = digest(event.text);
  const { told } = sofar.state;
  const awaited = told?.until !== undefined && now > told.until ? undefined : told;
  const place = awaited?.lines.indexOf(shortDigest(line)) ?? -1;
  const texts = sofar.texts + 1;
  if (awaited !== undefined && place >= 0) {
    const state = { ...sofar.state, told: { ...awaited, lines: awaited.lines.slice(place + 1) } };
    return { ...sofar, state, texts };
  }
  const state = withGot(without(sofar.state, 'told'), [line]);
  return { ...sofar, state, events: [...sofar.events, event], texts };
};
