import type { AgentDesk, DeskPost } from '../../src/application/ports/agent-desk.port.ts';
import type { DeskEvent } from '../../src/domain/desk-event.ts';
import { E, TE } from '../../src/domain/fp.ts';
import type { MakeDesk } from './agent-desk.suite.ts';

/** What the desk itself knows of a session. */
interface Session {
  readonly told: DeskEvent[];
  readonly heard: string[];
  readonly numbers: Set<number>;
  readonly waiting: Set<() => void>;
  over: boolean;
}

export interface JoiningState {
  readonly session: string;
  readonly seen: number;
  readonly next: number;
  /** Bound: all of it leaves under one number. */
  readonly head?: ReadonlyArray<DeskPost>;
}

type Signal = { readonly after: number; readonly told: ReadonlyArray<DeskEvent> } | 'gone' | 'trouble';
type Answer = 'taken' | 'gone' | 'lost';

const pollMs = 10_000;

const withoutHead = ({ head: _gone, next, ...state }: JoiningState): JoiningState => ({
  ...state,
  next: next + 1,
});

/** A desk in memory that joins all texts that wait into one post. `change` breaks a promise of the adapter. */
export const joiningDesk =
  (change: (desk: AgentDesk) => Partial<AgentDesk> = () => ({})): MakeDesk =>
  async () => {
    const sessions = new Map<string, Session>();
    let talk: Session | undefined;
    let talkId = '';
    const fail = { answer: false, receive: false };

    const tell = (...events: ReadonlyArray<DeskEvent>): void => {
      talk?.told.push(...events);
      for (const wake of talk?.waiting ?? []) wake();
    };

    const happened = ({ waiting }: Session, abort: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          waiting.delete(end);
          resolve();
        };
        const timer = setTimeout(end, pollMs);
        waiting.add(end);
        if (abort.aborted) end();
        abort.addEventListener('abort', end, { once: true });
      });

    const receive = async ({ session: id, seen }: JoiningState, abort: AbortSignal): Promise<Signal> => {
      const session = sessions.get(id);
      if (session === undefined) return 'gone';
      if (fail.receive) {
        fail.receive = false;
        return 'trouble';
      }
      if (session.told.length <= seen) await happened(session, abort);
      return { after: seen, told: session.told.slice(seen) };
    };

    const send = ({ session: id, next, head = [] }: JoiningState): Answer => {
      const session = sessions.get(id);
      if (session === undefined) return 'gone';
      if (head[0]?.kind === 'end') session.over = true;
      else if (!session.numbers.has(next))
        session.heard.push(head.flatMap((post) => (post.kind === 'text' ? [post.text] : [])).join('\n'));
      session.numbers.add(next);
      if (!fail.answer) return 'taken';
      fail.answer = false;
      return 'lost';
    };

    const desk: AgentDesk = {
      kind: 'joining',
      available: () => TE.right(true),
      openSession: () => async () => {
        const id = `session-${sessions.size + 1}`;
        sessions.set(id, { told: [], heard: [], numbers: new Set(), waiting: new Set(), over: false });
        return E.right({ session: id, seen: 0, next: 1 } satisfies JoiningState);
      },
      sessionId: (state) => (state as JoiningState).session,
      requesting: (state) => state,
      requestChat: (state) => async () => {
        const session = sessions.get((state as JoiningState).session);
        if (session === undefined) return E.left({ _tag: 'SessionExpired', detail: 'unknown' });
        talk = session;
        talkId = (state as JoiningState).session;
        tell({ type: 'request-accepted' });
        return E.right(undefined);
      },
      requested: (state) => state,
      receive: (state, abort) => receive(state as JoiningState, abort),
      absorb: (given, signal) => {
        const state = given as JoiningState;
        const heard = signal as Signal;
        if (heard === 'gone')
          return { state, events: [{ type: 'session-over', detail: 'unknown' }], pauseMs: 0, heard: true };
        if (heard === 'trouble')
          return { state, events: [], pauseMs: 5, heard: false, trouble: 'answered 500' };
        const events = heard.told.slice(Math.max(0, state.seen - heard.after));
        return { state: { ...state, seen: state.seen + events.length }, events, pauseMs: 0, heard: true };
      },
      prepare: (given, waiting) => {
        const state = given as JoiningState;
        if (state.head !== undefined) return { ready: true, state, covers: state.head.length };
        if (waiting.length === 0) return { ready: false };
        const end = waiting.findIndex(({ kind }) => kind === 'end');
        const head = end === -1 ? waiting : waiting.slice(0, Math.max(1, end));
        return { ready: true, state: { ...state, head }, covers: head.length };
      },
      send: async (state) => send(state as JoiningState),
      settle: (given, answer) => {
        const state = given as JoiningState;
        const isDone = answer === 'taken' || state.head?.[0]?.kind === 'end';
        if (isDone) return { state: withoutHead(state), outcome: { outcome: 'delivered' }, interrupt: false };
        const outcome = answer === 'gone' ? 'session-over' : 'unknown';
        return { state, outcome: { outcome, detail: answer as Answer }, interrupt: false };
      },
      drop: (state) => withoutHead(state as JoiningState),
      restore: (stored) => E.right(stored),
    };

    return {
      desk: { ...desk, ...change(desk) },
      request: { provider: 'whatsapp', buttonId: 'main', visitorName: 'Ana P.', caseId: '1', contactId: '2' },
      console: {
        accept: (name) => tell({ type: 'agent-joined', name }),
        say: (...texts) => tell(...texts.map((text) => ({ type: 'agent-said', text }) as const)),
        end: () => tell({ type: 'chat-ended', reason: 'agent' }),
        forget: () => void sessions.delete(talkId),
        heard: () => talk?.heard ?? [],
        isOver: () => talk?.over === true,
        loseAnswer: () => {
          fail.answer = true;
        },
        failNextReceive: () => {
          fail.receive = true;
        },
      },
      dispose: async () => undefined,
    };
  };
