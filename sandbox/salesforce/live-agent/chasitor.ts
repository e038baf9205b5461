import { type Answer, type Call, jsonBody, mediaType, Refusal } from '../../http/call.ts';
import { isObject, isText, parseJson } from '../../support/json.ts';
import { notUnderstood, ok, sessionInvalid } from './answers.ts';
import { isOver } from './chat.ts';
import type { Desk } from './desk.ts';
import { reachedSession, sequenceOf } from './gate.ts';
import { applyNoun, checkNoun } from './nouns.ts';
import type { ChatServer } from './server.ts';
import type { Session } from './session.ts';

interface NamedBody {
  readonly name: string;
  readonly body: unknown;
}

/** POST Chasitor/{noun} */
export const postNoun = (server: ChatServer, desk: Desk, call: Call): Answer =>
  post(server, desk, call, (body) => [{ name: `Chasitor/${call.params.noun ?? ''}`, body }]);

/** POST System/MultiNoun: several nouns under one number, in order. */
export const postMultiNoun = (server: ChatServer, desk: Desk, call: Call): Answer =>
  post(server, desk, call, nounsOf);

const post = (
  server: ChatServer,
  desk: Desk,
  call: Call,
  read: (body: unknown) => ReadonlyArray<NamedBody>,
): Answer => {
  const session = reachedSession(server, call);
  if (isOver(session.state)) return sessionInvalid;
  const notYet = beforeResync(server, session, call);
  if (notYet !== undefined) return notYet;
  const sequence = sequenceOf(call);
  const check = session.checkSequence(sequence);
  if (check === 'duplicate') return ok;
  if (check !== 'next') return check;
  const context = { server, desk, session };
  const named = read(bodyOf(server, session, call));
  const wrong = named
    .map(({ name, body }) => checkNoun(name, body, context))
    .find((answer) => answer !== undefined);
  if (wrong !== undefined) return wrong;
  session.takeSequence(sequence);
  for (const { name, body } of named) applyNoun(name, body, context);
  return ok;
};

/** After a reconnect nothing may be said before ChasitorResyncState (protocol notes §7, 4). */
const beforeResync = (server: ChatServer, session: Session, call: Call): Answer | undefined => {
  if (session.failover === 'none') return undefined;
  server.violation(session, 'post-before-resync', call.path);
  return notUnderstood('ChasitorResyncState comes first');
};

const bodyOf = (server: ChatServer, session: Session, call: Call): unknown => {
  if (mediaType(call) === 'application/json') return jsonBody(call);
  server.violation(session, 'media-type', `${call.path}: ${mediaType(call)}`);
  throw new Refusal(notUnderstood('The Content-Type must be application/json'));
};

/** Documents name the payload `data`, a text; clients in use send `object`. */
const nounsOf = (body: unknown): ReadonlyArray<NamedBody> => {
  const nouns = isObject(body) ? body.nouns : undefined;
  if (!Array.isArray(nouns) || nouns.length === 0 || nouns.length > 100) {
    throw new Refusal(notUnderstood('Request is not a valid MultiNoun'));
  }
  return nouns.map((item: unknown) => {
    if (!isObject(item) || !isText(item.prefix) || !isText(item.noun)) {
      throw new Refusal(notUnderstood('Request is not a valid MultiNoun'));
    }
    const data = typeof item.data === 'string' ? parseJson(item.data) : item.data;
    return { name: `${item.prefix}/${item.noun}`, body: item.object ?? data };
  });
};

/** POST Chasitor/ChasitorResyncState: the last step after a failover; it carries no number. */
export const resyncState = (server: ChatServer, call: Call): Answer => {
  const session = reachedSession(server, call);
  if (isOver(session.state)) return sessionInvalid;
  const body = bodyOf(server, session, call);
  if (!isObject(body) || body.organizationId !== server.org.organizationId) {
    return notUnderstood('Request is not a valid ChasitorResyncState', [
      { property: 'organizationId', message: 'is not known here' },
    ]);
  }
  if (session.failover === 'poll') {
    server.violation(session, 'resync-before-session-data', 'poll for ChasitorSessionData first');
    return notUnderstood('ChasitorSessionData was not polled yet');
  }
  if (session.failover !== 'resync') return notUnderstood('There is nothing to resync');
  server.changed(session, 'resynced');
  session.failover = 'none';
  return ok;
};
