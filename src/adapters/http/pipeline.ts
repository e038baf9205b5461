import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection whose answers the operating system has not taken yet. No client known here has two. */
const maxUnanswered = 16;

/** May this request be worked on? To be asked once, before anything is done to it. */
export type Pipeline = (req: IncomingMessage, res: ServerResponse) => boolean;

/** Node's parser sits on the socket; what it is told of a head that it has read: go no further, it is an error. */
type Parsed = Socket & { readonly parser?: { onIncoming: () => number } | null };
const noMore = (): number => -1;

/**
 * Node hands out all requests of a read at once, 2,000 of them in 64 KiB, and keeps their answers until they can be sent.
 * A connection with one too many is cut. The parser would still go to the end of the read, and each request that it finds
 * costs more to throw away than to refuse: so it is stopped (where Node no longer lets us, they are dropped one by one).
 */
export const makePipeline = (cut: (req: IncomingMessage) => void): Pipeline => {
  /** Unanswered, and had to queue behind another. */
  const queued = new WeakMap<Socket, number>();

  return (req, res) => {
    // an answer that has the socket at once is the first in its queue: nearly all are, and free of charge
    if (res.socket !== null) return true;
    const { socket } = req;
    if (socket.destroyed) return false;
    const others = queued.get(socket) ?? 0;
    if (others + 1 >= maxUnanswered) {
      cut(req);
      const { parser } = socket as Parsed;
      if (parser) parser.onIncoming = noMore;
      socket.destroy();
      return false;
    }
    queued.set(socket, others + 1);
    res.on('finish', () => queued.set(socket, (queued.get(socket) ?? 1) - 1));
    return true;
  };
};
