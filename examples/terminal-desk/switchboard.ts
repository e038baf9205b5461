import type { DeskEvent } from 'relevo';

/** One thing that happened in a chat, with its place in the order. */
export interface Told {
  readonly number: number;
  readonly event: DeskEvent;
}

/**
 * The customer's side of the desk, as the service calls it. A real desk is far away: any of these may reject when the
 * network does, after the desk has done what was asked or before. `gone`: the desk does not know the session (any more).
 */
export interface Line {
  readonly open: () => Promise<string>;
  readonly request: (session: string, name: string) => Promise<'taken' | 'gone'>;
  /** Waits until something happened after that number. */
  readonly events: (
    session: string,
    after: number,
    abort: AbortSignal,
  ) => Promise<ReadonlyArray<Told> | 'gone'>;
  /** A number that was used is known: a repeat is taken, and shown to nobody. */
  readonly post: (session: string, number: number, text: string) => Promise<'taken' | 'gone'>;
  readonly end: (session: string) => Promise<'taken' | 'gone'>;
}

/** One chat, as the agent sees it. */
export interface Seat {
  readonly customer: string;
  readonly heard: ReadonlyArray<string>;
  readonly isOver: () => boolean;
  readonly accept: (agent: string) => void;
  readonly say: (...texts: ReadonlyArray<string>) => void;
  readonly end: () => void;
  /** The desk loses the session, as one does that was restarted. */
  readonly forget: () => void;
}

export interface Switchboard {
  readonly line: Line;
  /** Chats that were asked for, in that order. */
  readonly seats: ReadonlyArray<Seat>;
}

interface Session {
  readonly told: Told[];
  readonly heard: string[];
  readonly waiting: Set<() => void>;
  posted: number;
  asked: boolean;
  over: boolean;
}

/** A toy desk, all in memory. `onHeard`: the agent's screen shows another line. */
export const makeSwitchboard = (onHeard: (line: string) => void = () => undefined): Switchboard => {
  const sessions = new Map<string, Session>();
  const seats: Seat[] = [];

  const tell = (session: Session, ...events: ReadonlyArray<DeskEvent>): void => {
    for (const event of events) session.told.push({ number: session.told.length + 1, event });
    for (const wake of session.waiting) wake();
  };

  const show = (session: Session, line: string): void => {
    session.heard.push(line);
    onHeard(line);
  };

  const seatOf = (name: string, id: string, session: Session): Seat => ({
    customer: name,
    heard: session.heard,
    isOver: () => session.over,
    accept: (agent) => tell(session, { type: 'agent-joined', name: agent }),
    say: (...texts) => tell(session, ...texts.map((text) => ({ type: 'agent-said', text }) as const)),
    end: () => {
      session.over = true;
      tell(session, { type: 'chat-ended', reason: 'agent' });
    },
    forget: () => {
      sessions.delete(id);
      for (const wake of session.waiting) wake();
    },
  });

  const line: Line = {
    open: async () => {
      const id = crypto.randomUUID();
      sessions.set(id, { told: [], heard: [], waiting: new Set(), posted: 0, asked: false, over: false });
      return id;
    },
    request: async (id, name) => {
      const session = sessions.get(id);
      if (session === undefined) return 'gone';
      if (session.asked) return 'taken';
      session.asked = true;
      seats.push(seatOf(name, id, session));
      tell(session, { type: 'request-accepted' });
      return 'taken';
    },
    events: async (id, after, abort) => {
      const session = sessions.get(id);
      if (session === undefined) return 'gone';
      const news = (): ReadonlyArray<Told> => session.told.filter(({ number }) => number > after);
      if (news().length === 0) await happened(session.waiting, abort);
      return sessions.has(id) ? news() : 'gone';
    },
    post: async (id, number, text) => {
      const session = sessions.get(id);
      if (session === undefined || session.over) return 'gone';
      if (number > session.posted) show(session, text);
      session.posted = Math.max(session.posted, number);
      return 'taken';
    },
    end: async (id) => {
      const session = sessions.get(id);
      if (session === undefined || session.over) return 'gone';
      session.over = true;
      onHeard('(the customer’s side ended the chat)');
      return 'taken';
    },
  };
  return { line, seats };
};

/** Long polls end by themselves after a while, as they do everywhere. */
const pollMs = 20_000;

const happened = (waiting: Set<() => void>, abort: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      abort.removeEventListener('abort', end);
      waiting.delete(end);
      resolve();
    };
    const timer = setTimeout(end, pollMs);
    waiting.add(end);
    if (abort.aborted) end();
    else abort.addEventListener('abort', end, { once: true });
  });
