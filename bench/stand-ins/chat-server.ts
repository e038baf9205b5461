import type { ServerResponse } from 'node:http';
import { answerJson, answerText, header, type Call } from './server.ts';

/** Live Agent as far as a chat without trouble needs it: sessions, long polls, posts. */

export interface ChatEvent {
  readonly type: string;
  readonly message: unknown;
}

export interface Session {
  readonly key: string;
  /** Name of the visitor, as ChasitorInit told it. */
  visitor: string;
  readonly pending: ChatEvent[];
  unacknowledged: { readonly sequence: number; readonly body: unknown } | undefined;
  next: number;
  waiting: { readonly res: ServerResponse; readonly timer: NodeJS.Timeout } | undefined;
}

export interface ChatListeners {
  /** The visitor's text has come. */
  readonly visitorSaid: (session: Session, text: string, at: number) => void;
  /** Events leave for the visitor's client, now. */
  readonly leaving: (session: Session, events: ReadonlyArray<ChatEvent>, at: number) => void;
}

export interface ChatServer {
  readonly handle: (call: Call) => void;
  readonly sessionOf: (visitor: string) => Session | undefined;
  /** Texts of the agent, in one batch. */
  readonly say: (session: Session, texts: ReadonlyArray<string>) => void;
  /** Polls that wait at this moment. */
  readonly waiting: () => number;
  /** Sessions that have polled since `forgetPolls`. */
  readonly polled: () => number;
  readonly forgetPolls: () => void;
  listeners: ChatListeners;
}

export interface ChatServerOptions {
  /** How long a poll is held, and told to be. */
  readonly holdSeconds: number;
  /** An agent takes each chat as soon as it is asked for. */
  readonly agents: boolean;
}

const event = (type: string, message: unknown): ChatEvent => ({ type, message });

export const makeChatServer = ({ holdSeconds, agents }: ChatServerOptions): ChatServer => {
  const sessions = new Map<string, Session>();
  const byVisitor = new Map<string, Session>();
  const polled = new Set<Session>();
  let waiting = 0;
  let offset = 1_574_190_000;

  const open = ({ res }: Call): void => {
    const number = String(sessions.size + 1).padStart(10, '0');
    const key = `bench-${number}!key`;
    const session = {
      key,
      visitor: '',
      pending: [],
      unacknowledged: undefined,
      next: 0,
      waiting: undefined,
    };
    sessions.set(key, session);
    answerJson(res, 200, {
      id: `bench-${number}`,
      key,
      affinityToken: 'bench-affinity',
      clientPollTimeout: holdSeconds,
    });
  };

  const endWait = (session: Session): ServerResponse | undefined => {
    const { waiting: poll } = session;
    if (poll === undefined) return undefined;
    clearTimeout(poll.timer);
    session.waiting = undefined;
    waiting -= 1;
    return poll.res;
  };

  const flush = (session: Session): void => {
    if (session.pending.length === 0 || session.waiting === undefined) return;
    const messages = session.pending.splice(0);
    offset += 1;
    const body = { messages, sequence: session.next, offset };
    session.unacknowledged = { sequence: session.next, body };
    session.next += 1;
    const res = endWait(session);
    if (res === undefined) return;
    chat.listeners.leaving(session, messages, performance.now());
    answerJson(res, 200, body);
  };

  const poll = (session: Session, { req, res }: Call): void => {
    if (session.waiting !== undefined) return answerText(res, 409, 'a poll is waiting already');
    const ack = Number(/[?&]ack=(-?\d+)/u.exec(req.url ?? '')?.[1] ?? -1);
    const last = session.unacknowledged;
    if (last !== undefined && ack < last.sequence) return answerJson(res, 200, last.body);
    session.unacknowledged = undefined;
    const timer = setTimeout(() => {
      endWait(session);
      answerText(res, 204, '');
    }, holdSeconds * 1000);
    session.waiting = { res, timer };
    waiting += 1;
    polled.add(session);
    res.on('close', () => {
      if (session.waiting?.res === res) endWait(session);
    });
    flush(session);
  };

  const begin = (session: Session, body: string): void => {
    session.visitor = String((JSON.parse(body) as { visitorName?: unknown }).visitorName);
    byVisitor.set(session.visitor, session);
    const success = {
      queuePosition: 1,
      estimatedWaitTime: 60,
      connectionTimeout: 600_000,
      visitorId: 'visitor',
    };
    session.pending.push(event('ChatRequestSuccess', success));
    if (agents) {
      const idle = { isEnabled: false, warningTime: 60, timeout: 120 };
      session.pending.push(
        event('ChatEstablished', { name: 'Andrea', userId: '005', chasitorIdleTimeout: idle }),
      );
    }
    flush(session);
  };

  const handle = (call: Call): void => {
    const { req, res, path, body, at } = call;
    if (path === '/chat/rest/System/SessionId') return open(call);
    const session = sessions.get(header(req, 'x-liveagent-session-key'));
    if (session === undefined) return answerText(res, 403, 'no such session');
    if (path === '/chat/rest/System/Messages') return poll(session, call);
    answerText(res, 200, 'OK');
    if (path === '/chat/rest/Chasitor/ChasitorInit') begin(session, body);
    if (path === '/chat/rest/Chasitor/ChatMessage') {
      chat.listeners.visitorSaid(session, String((JSON.parse(body) as { text?: unknown }).text), at);
    }
  };

  const chat: ChatServer = {
    handle,
    sessionOf: (visitor) => byVisitor.get(visitor),
    say: (session, texts) => {
      session.pending.push(...texts.map((text) => event('ChatMessage', { text, name: 'Andrea' })));
      flush(session);
    },
    waiting: () => waiting,
    polled: () => polled.size,
    forgetPolls: () => polled.clear(),
    listeners: { visitorSaid: () => undefined, leaving: () => undefined },
  };
  return chat;
};
