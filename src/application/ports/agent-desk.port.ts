import type { Either, TaskEither } from '../../domain/fp.ts';
import type { Provider } from '../../domain/channel.ts';
import type { DeskEvent } from '../../domain/desk-event.ts';
import type { RemoteFailure } from './errors.ts';

/** Everything a desk adapter knows of one session: plain JSON, opaque to us, stored before it is acted on. */
export type DeskState = unknown;

export interface ChatRequest {
  readonly provider: Provider;
  readonly buttonId: string;
  readonly visitorName: string;
  readonly caseId: string;
  readonly contactId: string;
}

/** What a post carries. Posts that were bound together leave as one, and are settled as one. */
export type DeskPost = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'end' };

/** Raw outcome of a `receive` or `send`: opaque; only the adapter's own `absorb` and `settle` read it. */
export type DeskSignal = unknown;
export type DeskAnswer = unknown;

export interface Absorbed {
  readonly state: DeskState;
  /** In order; each is told once, however often the desk repeats it. */
  readonly events: ReadonlyArray<DeskEvent>;
  /**
   * What was heard of the bound head, of all that it covers. `untaken`: it surely never arrived; `again`: nobody knows.
   * Both are bound anew and must be sent again.
   */
  readonly head?: 'delivered' | 'untaken' | 'again';
  /** Wait before the next `receive`. */
  readonly pauseMs: number;
  /** The desk answered at all: the session is not silent. */
  readonly heard: boolean;
  /** One safe line when something went wrong. */
  readonly trouble?: string;
}

export type PostOutcome =
  /** `uncertain`: it is done with, though nobody can tell whether it arrived (counted, for operators). */
  | { readonly outcome: 'delivered'; readonly uncertain?: true }
  /** The desk refuses this very post while the session lives. */
  | { readonly outcome: 'refused'; readonly detail: string }
  /** It may or may not have arrived: send the same again after a pause. */
  | { readonly outcome: 'unknown'; readonly detail: string; readonly pauseMs?: number }
  /**
   * It surely did not arrive; send again. `pauseMs`: 0 after a repair (of a number, by a reconnect), what a limit asks for;
   * without it as after any failure.
   */
  | { readonly outcome: 'again'; readonly detail: string; readonly pauseMs?: number }
  | { readonly outcome: 'session-over'; readonly detail: string };

export type Prepared =
  /**
   * The first `covers` posts (1 at least) are bound into the state, which is to be saved before `send`. They are one head
   * until it is done: `delivered` takes exactly these off the waiting ones, `drop` gives exactly these up.
   */
  | { readonly ready: true; readonly state: DeskState; readonly covers: number }
  /** Not now: a rate asks for patience (`pauseMs`: ask again then), or the session is being recovered (without). */
  | { readonly ready: false; readonly pauseMs?: number };

/**
 * A desk where human agents sit. `receive` and `send` do input and output only and never reject: what happened comes back
 * as an opaque signal. What opens a session (`available`, `openSession`, `requestChat`) fails as data. The pure half
 * (`absorb`, `prepare`, `settle`, …) turns state and signal into the next state, inside the one conditional write that
 * also stores what follows from it. So a crash at any instant leaves a state from which the adapter can go on.
 */
export interface AgentDesk {
  readonly kind: string;

  // -- opening, step by step; what each returns is stored before the next begins
  /** Is anybody there for this button? Only asked when configured. */
  readonly available: (buttonId: string, deadline: AbortSignal) => TaskEither<RemoteFailure, boolean>;
  readonly openSession: (deadline: AbortSignal) => TaskEither<RemoteFailure, DeskState>;
  /** Pure: what the desk calls the session. */
  readonly sessionId: (state: DeskState) => string;
  /** Pure: the request may leave once this is stored; the session is then ended as one that may have a chat. */
  readonly requesting: (state: DeskState) => DeskState;
  /** `SessionExpired`: the desk does not know the session (any more); a new one is opened, once. */
  readonly requestChat: (
    state: DeskState,
    request: ChatRequest,
    deadline: AbortSignal,
  ) => TaskEither<RemoteFailure | { readonly _tag: 'SessionExpired'; readonly detail: string }, void>;
  /**
   * Pure: the chat was taken by the session, whose state may have moved since the request left (its end may be bound).
   * Twice says no more than once.
   */
  readonly requested: (state: DeskState) => DeskState;

  // -- hearing
  /**
   * Waits for the next thing to hear (or does the next step of a recovery), and ends soon after its `abort`. One at a time
   * per session.
   */
  readonly receive: (state: DeskState, abort: AbortSignal) => Promise<DeskSignal>;
  /** Pure. `now`: wall clock, ms. */
  readonly absorb: (state: DeskState, signal: DeskSignal, now: number) => Absorbed;

  // -- saying
  /**
   * Pure: binds the head of the waiting posts (numbering, joining, spacing). A head bound before stays as it is bound,
   * with the same `covers`, whatever waits behind it by now.
   */
  readonly prepare: (state: DeskState, waiting: ReadonlyArray<DeskPost>, now: number) => Prepared;
  /** Sends what is bound. One at a time per session; the same state sends the same. */
  readonly send: (state: DeskState, abort: AbortSignal) => Promise<DeskAnswer>;
  /** Pure. `interrupt`: the running `receive` must be cut, since the next one has other work. */
  readonly settle: (
    state: DeskState,
    answer: DeskAnswer,
    now: number,
  ) => { readonly state: DeskState; readonly outcome: PostOutcome; readonly interrupt: boolean };
  /**
   * Pure: gives the bound head up. Called when its tries or its time are used up, when the desk goes on refusing it, and
   * when the session is over or cut. It may have been sent, and may have arrived: its number or key goes to no other post.
   */
  readonly drop: (state: DeskState) => DeskState;

  /** Decodes a state that was stored by this or an earlier version. */
  readonly restore: (stored: unknown) => Either<string, DeskState>;
}
