import * as t from 'io-ts';
import { E, type Either } from '../../domain/fp.ts';
import type { DeskPost } from '../../application/ports/agent-desk.port.ts';
import { token } from './exchange.ts';
import { digest, digestsKept } from './transcript.ts';

/** What must be known of a session that could be lost at any moment (design: data.md). Plain JSON. */
export interface SessionState {
  readonly sessionId: string;
  readonly key: string;
  readonly affinity: string;
  /** Seconds. */
  readonly pollTimeout: number;
  /** The pod, where another one than the configured was told. */
  readonly pod?: string;
  /** ChasitorInit was taken. */
  readonly requested: boolean;
  /** ChasitorInit has surely not left. */
  readonly bare?: true;
  /** Reconnects so far: an event is (session, generation, sequence, index in its batch). */
  readonly generation: number;
  /** Sequence of the last batch whose events are stored; -1: none in this generation. */
  readonly ack: number;
  readonly offset?: number | string;
  /** X-LIVEAGENT-SEQUENCE of the bound head, else of the next post. */
  readonly next: number;
  /** Bound to `next`: it may have been sent. */
  readonly head?: DeskPost;
  /** Digests of the last texts heard from agents. */
  readonly got: ReadonlyArray<string>;
  readonly gotCount: number;
  /** How many of them came with the last batch, which the desk may not know to have arrived. */
  readonly gotLast: number;
  /** Digests of the last texts posted; with a `?` where nobody knows whether the desk took it. */
  readonly posted: ReadonlyArray<string>;
  readonly postedCount: number;
  readonly recovery?: Recovery;
  /** Short digests of lines that the transcript told and that may come again as events, until then. */
  readonly told?: { readonly lines: ReadonlyArray<string>; readonly until?: number };
}

/** After the affinity token changed (protocol notes §7); nothing is posted meanwhile. */
type Recovery = { readonly step: 'reconnect'; readonly resume?: Resumable } | Resumable;

/** What is still to do once the session is reached again. */
type Resumable =
  /** `since`: when it was reached. `renumbered`: posts begin at 1. */
  | { readonly step: 'session-data'; readonly since: number; readonly renumbered: boolean }
  /** `refused`: once already, though no failover had followed. */
  | { readonly step: 'resync'; readonly refused?: true };

const whole = t.refinement(t.number, Number.isSafeInteger, 'whole number');
const digests = t.readonlyArray(t.string);

const resumable = t.union([
  t.type({ step: t.literal('session-data'), since: t.number, renumbered: t.boolean }),
  t.intersection([t.type({ step: t.literal('resync') }), t.partial({ refused: t.literal(true) })]),
]);

const state = t.exact(
  t.intersection([
    t.type({
      sessionId: token,
      key: token,
      affinity: token,
      pollTimeout: whole,
      requested: t.boolean,
      generation: whole,
      ack: whole,
      next: whole,
      got: digests,
      gotCount: whole,
      gotLast: whole,
      posted: digests,
      postedCount: whole,
    }),
    t.partial({
      bare: t.literal(true),
      pod: t.string,
      offset: t.union([t.number, t.string]),
      head: t.union([
        t.type({ kind: t.literal('text'), text: t.string }),
        t.type({ kind: t.literal('end') }),
      ]),
      recovery: t.union([
        resumable,
        t.intersection([t.type({ step: t.literal('reconnect') }), t.partial({ resume: resumable })]),
      ]),
      told: t.intersection([t.type({ lines: digests }), t.partial({ until: t.number })]),
    }),
  ]),
);

/** The error names members and types, no values: among them are secrets and texts. */
export const restoreState = (stored: unknown): Either<string, SessionState> => {
  const decoded = state.decode(stored);
  if (E.isRight(decoded)) return E.right(decoded.right);
  const paths = decoded.left.map(({ context }) => context.map(({ key }) => key).join('.'));
  return E.left(`live-agent session: wrong at ${[...new Set(paths)].slice(0, 5).join(', ')}`);
};

export const without = <K extends keyof SessionState>(
  session: SessionState,
  key: K,
): Omit<SessionState, K> => {
  const { [key]: _gone, ...rest } = session;
  return rest;
};

const newest = (lines: ReadonlyArray<string>): ReadonlyArray<string> => lines.slice(-digestsKept);

export const withGot = (session: SessionState, lines: ReadonlyArray<string>): SessionState => ({
  ...session,
  got: newest([...session.got, ...lines]),
  gotCount: session.gotCount + lines.length,
});

/** The head is done with: `sure` that the desk has it, or not. Its number is not given to another post. */
export const withoutHead = (session: SessionState, sure: boolean, next = session.next + 1): SessionState => {
  const { head } = session;
  if (head === undefined) return session;
  const rest = { ...without(session, 'head'), next };
  if (head.kind === 'end') return rest;
  const line = digest(head.text);
  return {
    ...rest,
    posted: newest([...session.posted, sure ? line : `?${line}`]),
    postedCount: session.postedCount + 1,
  };
};
