import type { Absorbed, AgentDesk, DeskPost, PostOutcome, RemoteFailure } from 'relevo';
import { E, TE } from 'relevo/fp';
import type { Line, Told } from './switchboard.ts';

/** All that the adapter must not forget: plain JSON, stored by the service before it is acted on. */
interface State {
  readonly session: string;
  /** Number of the last event that was absorbed. */
  readonly seen: number;
  /** Number of the next post. */
  readonly next: number;
  /** Bound: it may have been sent, and every further try carries the same number. */
  readonly head?: { readonly number: number; readonly post: DeskPost };
}

type Signal =
  | { readonly what: 'events'; readonly told: ReadonlyArray<Told> }
  | { readonly what: 'gone' }
  | { readonly what: 'trouble'; readonly detail: string };

type Answer =
  | { readonly what: 'taken' }
  | { readonly what: 'gone' }
  | { readonly what: 'unknown'; readonly detail: string };

/** After an error of the desk, before the next look. */
const pauseMs = 1_000;

const detailOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

const unreachable = (thrown: unknown): RemoteFailure => ({
  _tag: 'RemoteUnreachable',
  certain: false,
  detail: detailOf(thrown),
});

const withoutHead = ({ head: _done, ...state }: State): State => state;

/**
 * The toy desk behind the port. The half that talks (`openSession`, `receive`, `send`, …) never rejects and decides
 * nothing; the pure half (`absorb`, `prepare`, `settle`, …) decides, and does nothing.
 */
export const makeToyDesk = (line: Line): AgentDesk => ({
  kind: 'toy',

  available: () => TE.right(true),
  openSession: () =>
    TE.tryCatch(async () => ({ session: await line.open(), seen: 0, next: 1 }) satisfies State, unreachable),
  sessionId: (state) => (state as State).session,
  requesting: (state) => state,
  requestChat:
    (state, { visitorName }) =>
    async () => {
      try {
        const answer = await line.request((state as State).session, visitorName);
        return answer === 'taken'
          ? E.right(undefined)
          : E.left({ _tag: 'SessionExpired', detail: 'the desk has forgotten the session' });
      } catch (thrown) {
        return E.left(unreachable(thrown));
      }
    },
  requested: (state) => state,

  receive: async (state, abort): Promise<Signal> => {
    const { session, seen } = state as State;
    try {
      const told = await line.events(session, seen, abort);
      return told === 'gone' ? { what: 'gone' } : { what: 'events', told };
    } catch (thrown) {
      return { what: 'trouble', detail: detailOf(thrown) };
    }
  },

  absorb: (given, signal): Absorbed => {
    const state = given as State;
    const heard = signal as Signal;
    switch (heard.what) {
      case 'trouble':
        return { state, events: [], pauseMs, heard: false, trouble: heard.detail };
      case 'gone':
        return {
          state,
          events: [{ type: 'session-over', detail: 'the desk has forgotten the session' }],
          pauseMs,
          heard: true,
        };
      case 'events': {
        // what comes twice is told once
        const news = heard.told.filter(({ number }) => number > state.seen);
        const last = news.at(-1);
        return {
          state: last === undefined ? state : { ...state, seen: last.number },
          events: news.map(({ event }) => event),
          pauseMs: 0,
          heard: true,
        };
      }
    }
  },

  prepare: (given, waiting) => {
    const state = given as State;
    if (state.head !== undefined) return { ready: true, state, covers: 1 };
    const [post] = waiting;
    if (post === undefined) return { ready: false };
    return { ready: true, state: { ...state, head: { number: state.next, post } }, covers: 1 };
  },

  send: async (state): Promise<Answer> => {
    const { session, head } = state as State;
    if (head === undefined) return { what: 'taken' };
    try {
      const { number, post } = head;
      return {
        what: await (post.kind === 'end' ? line.end(session) : line.post(session, number, post.text)),
      };
    } catch (thrown) {
      return { what: 'unknown', detail: detailOf(thrown) };
    }
  },

  settle: (given, answered) => {
    const state = given as State;
    const answer = answered as Answer;
    const settled = (outcome: PostOutcome, next: State = state) => ({
      state: next,
      outcome,
      interrupt: false,
    });
    const done = { ...withoutHead(state), next: state.next + 1 };
    switch (answer.what) {
      case 'taken':
        return settled({ outcome: 'delivered' }, done);
      case 'gone':
        // the end of a session that is over is done
        return state.head?.post.kind === 'end'
          ? settled({ outcome: 'delivered' }, done)
          : settled({ outcome: 'session-over', detail: 'the desk has forgotten the session' });
      case 'unknown':
        return settled({ outcome: 'unknown', detail: answer.detail });
    }
  },

  // its number may have been used: the next post takes another one
  drop: (given) => {
    const state = given as State;
    return { ...withoutHead(state), next: state.next + 1 };
  },

  restore: (stored) => (isState(stored) ? E.right(stored) : E.left('not a state of the toy desk')),
});

const isState = (value: unknown): value is State => {
  if (typeof value !== 'object' || value === null) return false;
  const { session, seen, next } = value as Partial<Record<keyof State, unknown>>;
  return typeof session === 'string' && Number.isInteger(seen) && Number.isInteger(next);
};
