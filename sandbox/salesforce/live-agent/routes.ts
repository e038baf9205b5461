import type { Answer, Call, Route } from '../../http/call.ts';
import { postMultiNoun, postNoun, resyncState } from './chasitor.ts';
import type { Desk } from './desk.ts';
import { checkApiVersion } from './gate.ts';
import type { ChatServer } from './server.ts';
import { dropSession, openSession, poll, reconnect } from './system.ts';
import { availability, breadcrumb, settings, visitorId } from './visitor.ts';

/** `/chat/rest` (protocol notes §2). */
export const chatRoutes = (server: ChatServer, desk: Desk): ReadonlyArray<Route> => {
  const route = (method: string, path: string, handle: (call: Call) => Answer | Promise<Answer>): Route => ({
    method,
    path: `/chat/rest/${path}`,
    handle: (call) => {
      checkApiVersion(call);
      return handle(call);
    },
  });
  return [
    route('GET', 'System/Messages', (call) => poll(server, call)),
    route('POST', 'Chasitor/ChasitorResyncState', (call) => resyncState(server, call)),
    route('POST', 'Chasitor/:noun', (call) => postNoun(server, desk, call)),
    route('POST', 'System/MultiNoun', (call) => postMultiNoun(server, desk, call)),
    route('GET', 'System/SessionId', (call) => openSession(server, call)),
    route('DELETE', 'System/SessionId/:key', (call) => dropSession(server, call)),
    route('GET', 'System/ReconnectSession', (call) => reconnect(server, call)),
    route('GET', 'Visitor/Availability', (call) => availability(server, call)),
    route('GET', 'Visitor/Settings', (call) => settings(server, call)),
    route('GET', 'Visitor/VisitorId', (call) => visitorId(server, call)),
    route('POST', 'Visitor/Breadcrumb', () => breadcrumb(server)),
  ];
};
