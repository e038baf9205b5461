import { type Answer, type Call, Refusal } from '../../http/call.ts';
import { envelope, notUnderstood, ok, sessionInvalid } from './answers.ts';
import { type ChatEvent, isOver } from './chat.ts';
import { checkNullAffinity, reachedSession, sessionOf } from './gate.ts';
import type { ChatServer } from './server.ts';
import type { Session } from './session.ts';

/** GET System/SessionId */
export const openSession = (server: ChatServer, call: Call): Answer => {
  checkNullAffinity(call);
  const session = server.open();
  if (session === undefined) return { status: 500, body: 'too many sessions' };
  return {
    status: 200,
    body: {
      key: session.key,
      id: session.id,
      clientPollTimeout: server.settings.clientPollTimeout,
      affinityToken: session.affinity,
    },
  };
};

/** DELETE System/SessionId/{key} */
export const dropSession = (server: ChatServer, call: Call): Answer => {
  const session = server.findByKey(call.params.key ?? '');
  if (session === undefined) return sessionInvalid;
  server.expire(session, 'dropped by the client');
  return ok;
};

/** GET System/Messages?ack=&pc= */
export const poll = (server: ChatServer, call: Call): Answer | Promise<Answer> => {
  const session = reachedSession(server, call);
  return session.poll(ackOf(call), call.onGone);
};

const ackOf = (call: Call): number | undefined => {
  const ack = call.query.get('ack');
  if (ack === null) return undefined;
  if (!/^(-1|\d{1,9})$/u.test(ack)) throw new Refusal(notUnderstood('ack must be a number from -1 on'));
  return Number(ack);
};

/** GET System/ReconnectSession: 405 when the affinity did not change, as seen on the wire (protocol notes §6). */
export const reconnect = (server: ChatServer, call: Call): Answer => {
  checkNullAffinity(call);
  const session = sessionOf(server, call);
  if (isOver(session.state)) return sessionInvalid;
  if (session.failover === 'none') return { status: 405, headers: { Allow: '' }, body: 'Method Not Allowed' };
  checkOffset(server, session, call);
  session.failover = 'poll';
  const { resetSequence, repeatTranscriptLines } = server.settings;
  if (resetSequence !== false) session.lastSequence = 0;
  session.events.restart(sessionData(session), ({ type }) => {
    if (type === 'ChasitorSessionData') return false;
    return repeatTranscriptLines || type !== 'ChatMessage';
  });
  server.changed(session, 'reconnected');
  return envelope('ReconnectSession', {
    ...(resetSequence === 'absent' ? {} : { resetSequence }),
    affinityToken: session.affinity,
  });
};

const checkOffset = (server: ChatServer, session: Session, call: Call): void => {
  const given = call.query.get('ReconnectSession.offset');
  const wanted = session.events.lastOffset;
  if (wanted === undefined || given === String(wanted)) return;
  server.violation(session, 'offset-wrong', `offset ${given ?? 'missing'}, the last one was ${wanted}`);
};

const lineTypes = { agent: 'Agent', visitor: 'Chasitor', system: 'OperatorTransferred' } as const;

const sessionData = (session: Session): ChatEvent => ({
  type: 'ChasitorSessionData',
  message: {
    queuePosition: session.queuePosition,
    geoLocation: {},
    url: '',
    oref: '',
    postChatUrl: '',
    sneakPeekEnabled: false,
    chatMessages: session.transcript.map(({ from, name, text, at, sequence }) => ({
      type: lineTypes[from],
      name,
      content: text,
      timestamp: at,
      sequence,
    })),
  },
});
