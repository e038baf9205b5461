import { httpRequest, runId, webhookBody } from '../load/webhooks.ts';
import type { Sender } from '../load/connection.ts';
import type { Session } from '../stand-ins/chat-server.ts';
import type { StandIns } from '../stand-ins/stand-ins.ts';

/** Both people of each chat. What they say is numbered, so that order and loss show where it arrives. */
export interface Talks {
  readonly count: number;
  /** The user writes; resolves when the webhook is answered. */
  readonly write: (index: number) => Promise<void>;
  /** The agent writes so many texts, which go out as one batch. */
  readonly say: (index: number, texts: number) => void;
  /** Forgets what was measured so far. */
  readonly reset: () => void;
  /** Since the last reset. */
  readonly figures: () => { readonly toAgent: Direction; readonly toUser: Direction };
  /** Everything that was said has arrived. */
  readonly isQuiet: () => boolean;
}

export interface Direction {
  /** From leaving the one side to arriving at the other, ms; of a batch only the first. */
  readonly delays: ReadonlyArray<number>;
  readonly said: number;
  readonly arrived: number;
  /** Not the one that was to come next. */
  readonly disordered: number;
}

interface Way {
  said: number;
  /** When each left that has not arrived yet; NaN: not to be measured. */
  readonly left: Map<number, number>;
  next: number;
}

interface Counter {
  delays: number[];
  said: number;
  arrived: number;
  disordered: number;
}

const newWay = (): Way => ({ said: 0, left: new Map(), next: 1 });
const newCounter = (): Counter => ({ delays: [], said: 0, arrived: 0, disordered: 0 });

const numberIn = (text: string, prefix: string): number | undefined => {
  const found = /^([ua])(\d+) /u.exec(text);
  return found?.[1] === prefix ? Number(found[2]) : undefined;
};

export const makeTalks = (
  users: ReadonlyArray<string>,
  standIns: StandIns,
  sender: Pick<Sender, 'send'>,
): Talks => {
  const run = runId();
  const talks = new Map(users.map((user) => [user, { toAgent: newWay(), toUser: newWay() }]));
  let toAgent = newCounter();
  let toUser = newCounter();

  const arrived = (counter: Counter, way: Way, number: number, at: number): void => {
    const since = way.left.get(number);
    if (since === undefined) {
      counter.disordered += 1;
      return;
    }
    way.left.delete(number);
    counter.arrived += 1;
    if (number !== way.next) counter.disordered += 1;
    way.next = number + 1;
    if (!Number.isNaN(since)) counter.delays.push(at - since);
  };

  standIns.chat.listeners = {
    visitorSaid: ({ visitor }, text, at) => {
      const number = numberIn(text, 'u');
      const way = talks.get(visitor)?.toAgent;
      if (number !== undefined && way !== undefined) arrived(toAgent, way, number, at);
    },
    leaving: ({ visitor }, events, at) => {
      const way = talks.get(visitor)?.toUser;
      let first = true;
      for (const { message } of events) {
        const number = numberIn(String((message as { text?: unknown }).text), 'a');
        if (number === undefined || way === undefined) continue;
        way.left.set(number, first ? at : NaN);
        first = false;
      }
    },
  };
  standIns.onText = (user, text, at) => {
    const number = numberIn(text, 'a');
    const way = talks.get(user)?.toUser;
    if (number !== undefined && way !== undefined) arrived(toUser, way, number, at);
  };

  const at = (index: number): { readonly user: string; readonly toAgent: Way; readonly toUser: Way } => {
    const user = users[index % users.length] ?? '';
    const talk = talks.get(user);
    if (talk === undefined) throw new Error('no such talk');
    return { user, ...talk };
  };

  const sessionOf = (user: string): Session => {
    const session = standIns.chat.sessionOf(user);
    if (session === undefined) throw new Error(`no chat of ${user}`);
    return session;
  };

  return {
    count: users.length,
    write: async (index) => {
      const { user, toAgent: way } = at(index);
      way.said += 1;
      toAgent.said += 1;
      const body = webhookBody({ user, id: `${run}-${user}-${way.said}`, text: `u${way.said} Buenos dias` });
      way.left.set(way.said, performance.now());
      const status = await sender.send(httpRequest(body));
      if (status !== 200) throw new Error(`a webhook was answered ${status}`);
    },
    say: (index, texts) => {
      const { user, toUser: way } = at(index);
      toUser.said += texts;
      standIns.chat.say(
        sessionOf(user),
        Array.from({ length: texts }, () => `a${(way.said += 1)} Buenos dias`),
      );
    },
    reset: () => {
      toAgent = newCounter();
      toUser = newCounter();
    },
    figures: () => ({ toAgent, toUser }),
    isQuiet: () => toAgent.arrived >= toAgent.said && toUser.arrived >= toUser.said,
  };
};
