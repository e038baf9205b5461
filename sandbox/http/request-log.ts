import { Feed } from '../support/feed.ts';
import type { RequestEntry } from './call.ts';

/** All requests that a group of servers got. Each is announced when it arrives and again when it was answered. */
export class RequestLog extends Feed<RequestEntry> {
  constructor(capacity?: number) {
    super('requests', capacity);
  }

  /** Those of one server whose path ends so: `to('chat', 'Chasitor/ChatMessage')`. */
  to(server: string, pathEnd = ''): RequestEntry[] {
    return this.list((entry) => entry.server === server && entry.path.endsWith(pathEnd));
  }
}
