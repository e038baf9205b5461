import type { Answer } from '../../http/call.ts';
import { isObject, isText, type JsonObject } from '../../support/json.ts';
import { type Detail, notUnderstood, ok } from './answers.ts';
import { checkInit } from './check-init.ts';
import { isOpen } from './chat.ts';
import type { Desk } from './desk.ts';
import type { ChatServer } from './server.ts';
import type { Session } from './session.ts';

export interface NounContext {
  readonly server: ChatServer;
  readonly desk: Desk;
  readonly session: Session;
}

/** What a visitor may POST: what is wrong with a body, and what a good one does. */
interface Noun {
  readonly check: (body: JsonObject, context: NounContext) => Detail[];
  readonly apply: (body: JsonObject, context: NounContext) => Answer;
}

const text = (body: JsonObject, name: string): Detail[] =>
  isText(body[name]) ? [] : [{ property: name, message: 'may not be empty' }];

const nothingToCheck = (): Detail[] => [];

const chasitorInit: Noun = {
  check: (body, { server, session }) => checkInit(server.org, session.id, body),
  apply: (body, { desk, session }) => {
    desk.request(session, body);
    return ok;
  },
};

const chatMessage: Noun = {
  check: (body) => text(body, 'text'),
  apply: (body, { server, session }) => {
    if (session.agent === undefined) {
      server.violation(session, 'message-before-agent', 'clients hold texts back until ChatEstablished');
    }
    session.visitorTyping = false;
    session.addLine('visitor', session.visitorName ?? '', String(body.text));
    server.changed(session, 'visitor-said', String(body.text));
    return ok;
  },
};

const typing = (on: boolean): Noun => ({
  check: nothingToCheck,
  apply: (_body, { server, session }) => {
    session.visitorTyping = on;
    server.changed(session, 'visitor-typing', on ? 'typing' : 'not typing');
    return ok;
  },
});

/** `{"reason": "client"}`, with or without `"type": "ChatEndReason"`; `clienttimeout` is the server's own word. */
const chatEnd: Noun = {
  check: (body) => {
    if (body.reason !== 'client') return [{ property: 'reason', message: 'must be client' }];
    return body.type === undefined || body.type === 'ChatEndReason'
      ? []
      : [{ property: 'type', message: 'is unknown' }];
  },
  apply: (_body, { desk, session }) => {
    desk.endByVisitor(session);
    return ok;
  },
};

const visitorEvent: Noun = {
  check: (body) => [...text(body, 'type'), ...text(body, 'data')],
  apply: (body, { server, session }) => {
    server.changed(session, 'visitor-event', `${String(body.type)}: ${String(body.data)}`);
    return ok;
  },
};

const noticed = (name: string): Noun => ({
  check: nothingToCheck,
  apply: (_body, { server, session }) => {
    server.changed(session, 'visitor-event', name);
    return ok;
  },
});

/** By `<prefix>/<noun>`; all of them carry X-LIVEAGENT-SEQUENCE. */
const nouns: ReadonlyMap<string, Noun> = new Map([
  ['Chasitor/ChasitorInit', chasitorInit],
  ['Chasitor/ChatMessage', chatMessage],
  ['Chasitor/ChasitorTyping', typing(true)],
  ['Chasitor/ChasitorNotTyping', typing(false)],
  ['Chasitor/ChatEnd', chatEnd],
  ['Chasitor/CustomEvent', visitorEvent],
  ['Chasitor/ChasitorSneakPeek', noticed('sneak peek')],
  ['Chasitor/SensitiveDataRuleTriggered', noticed('sensitive data rule')],
  ['Chasitor/ChasitorIdleTimeoutWarningEvent', noticed('idle timeout warning')],
]);

interface NamedBody {
  readonly noun: Noun;
  readonly name: string;
  readonly body: JsonObject;
}

/** Wrong with the moment rather than with the body. */
const untimely = (name: string, { session }: NounContext): Detail[] => {
  const isInit = name === 'Chasitor/ChasitorInit';
  if (isInit === (session.state === 'new')) return [];
  return [
    { property: name, message: isInit ? 'the chat was requested already' : 'ChasitorInit comes first' },
  ];
};

const check = ({ noun, name, body }: NamedBody, context: NounContext): Answer | undefined => {
  const details = [...untimely(name, context), ...noun.check(body, context)];
  if (details.length === 0) return undefined;
  context.server.violation(context.session, 'body-refused', `${name}: ${JSON.stringify(details)}`);
  return notUnderstood(`Request is not a valid ${name.split('/')[1] ?? name}`, details);
};

/** `undefined` when all is well with the body of that noun. */
export const checkNoun = (name: string, body: unknown, context: NounContext): Answer | undefined => {
  const noun = nouns.get(name);
  if (noun === undefined) return { status: 404, body: 'Not Found' };
  if (!isObject(body)) return notUnderstood(`Request is not a valid ${name.split('/')[1] ?? name}`);
  return check({ noun, name, body }, context);
};

/** Carries a checked noun out; nothing happens to a chat that is over by then. */
export const applyNoun = (name: string, body: unknown, context: NounContext): Answer => {
  const noun = nouns.get(name);
  const isInit = name === 'Chasitor/ChasitorInit';
  if (noun === undefined || !isObject(body) || (!isInit && !isOpen(context.session.state))) return ok;
  return noun.apply(body, context);
};
