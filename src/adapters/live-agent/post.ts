import type { DeskPost, PostOutcome, Prepared } from '../../application/ports/agent-desk.port.ts';
import type { PostResult } from './chasitor-post.ts';
import { withFailover } from './recovery.ts';
import type { Answer } from './signal.ts';
import { type SessionState, withoutHead } from './state.ts';

/** The pure half of posting: one post at a time, each under its number (relay.md §4.2). */

export interface Settled {
  readonly state: SessionState;
  readonly outcome: PostOutcome;
  readonly interrupt: boolean;
}

export const prepare = (session: SessionState, waiting: ReadonlyArray<DeskPost>): Prepared => {
  if (session.recovery !== undefined) return { ready: false };
  if (session.head !== undefined) return { ready: true, state: session, covers: 1 };
  const [head] = waiting;
  return head === undefined ? { ready: false } : { ready: true, state: { ...session, head }, covers: 1 };
};

export const settle = (session: SessionState, { generation, number, result }: Answer): Settled => {
  const { head } = session;
  // also a 403: a session that was reached anew since then, or is just being, tells its end once more
  const isAnew =
    generation !== session.generation || (result.kind === 'session-over' && session.recovery !== undefined);
  if (isAnew) return settled(session, again(moved));
  if (result.kind === 'session-over') {
    return head?.kind === 'end'
      ? settled(withoutHead(session, true), { outcome: 'delivered' })
      : settled(session, { outcome: 'session-over', detail: result.detail });
  }
  if (head === undefined || number !== session.next) return settled(session, again(moved));
  if (result.kind === 'affinity-lost') return failover(session, result);
  if (result.kind === 'out-of-sync') return repaired(session, number, result);
  if (result.kind === 'taken') return settled(withoutHead(session, true), { outcome: 'delivered' });
  return settled(session, untaken(result));
};

/** Longest pause that a remote may ask for before it is asked again. */
const longestPauseMs = 60_000;

const moved = 'a post was answered after its session had moved';

const settled = (state: SessionState, outcome: PostOutcome): Settled => ({
  state,
  outcome,
  interrupt: false,
});

const again = (detail: string): PostOutcome => ({ outcome: 'again', detail, pauseMs: 0 });

/** The transcript will tell whether it was taken. */
const failover = (
  session: SessionState,
  { certain, detail }: Extract<PostResult, { kind: 'affinity-lost' }>,
): Settled => {
  const state = withFailover(session);
  const outcome: PostOutcome = certain ? again(detail) : { outcome: 'unknown', detail, pauseMs: 0 };
  return { state, outcome, interrupt: state !== session };
};

/** `last` is the number that the desk took last, whatever of ours it belonged to. */
const repaired = (
  session: SessionState,
  number: number,
  { last, detail }: Extract<PostResult, { kind: 'out-of-sync' }>,
): Settled => {
  if (last === number) return settled(withoutHead(session, true), { outcome: 'delivered' });
  // it was passed over, and nobody can tell by whom its number was taken
  if (last > number) {
    return settled(withoutHead(session, false, last + 1), { outcome: 'delivered', uncertain: true });
  }
  // the right number, and refused all the same
  if (last + 1 === number) return settled(session, { outcome: 'again', detail });
  return settled({ ...session, next: last + 1 }, again(detail));
};

const untaken = (result: Extract<PostResult, { kind: 'refused' | 'unknown' | 'not-taken' }>): PostOutcome => {
  const { detail } = result;
  if (result.kind !== 'not-taken') return { outcome: result.kind, detail };
  return {
    outcome: 'again',
    detail,
    ...(result.pauseMs === undefined ? {} : { pauseMs: Math.min(result.pauseMs, longestPauseMs) }),
  };
};
