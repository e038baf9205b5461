import { connect } from 'node:net';
import { once } from 'node:events';

/**
 * One kept HTTP/1.1 connection with one request at a time, next to no work for each: what a client costs is lost to the
 * server on the same machine. Reads status and length of an answer, and nothing else of it.
 */
export interface Connection {
  readonly isFree: () => boolean;
  /** `answered`: with the status, 0 when the connection broke. To be called while it is free. */
  readonly send: (request: string, answered: (status: number) => void) => void;
  readonly close: () => void;
}

interface Head {
  readonly status: number;
  readonly length: number;
}

/** Undefined: not all of it is there. */
const readAnswer = (text: string): Head | undefined => {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const length = end + 4 + Number(/\r\ncontent-length: (\d+)/iu.exec(text)?.[1] ?? 0);
  return text.length < length ? undefined : { status: Number(text.slice(9, 12)), length };
};

export const openConnection = async (url: string): Promise<Connection> => {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  let received = '';
  let waiting: ((status: number) => void) | undefined;
  const tell = (status: number): void => {
    const answered = waiting;
    waiting = undefined;
    answered?.(status);
  };
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    received += chunk;
    const answer = readAnswer(received);
    if (answer === undefined) return;
    received = received.slice(answer.length);
    tell(answer.status);
  });
  socket.on('error', () => undefined);
  socket.on('close', () => tell(0));
  return {
    isFree: () => waiting === undefined && !socket.destroyed,
    send: (request, answered) => {
      waiting = answered;
      socket.write(request, 'latin1');
    },
    close: () => socket.destroy(),
  };
};

/** Sends at once where a connection is free, else as soon as one is; resolves with the status. */
export interface Sender {
  readonly send: (request: string) => Promise<number>;
  readonly close: () => void;
}

interface Waiting {
  readonly request: string;
  readonly resolve: (status: number) => void;
  readonly reject: (thrown: unknown) => void;
}

export const openSender = async (url: string, connections: number): Promise<Sender> => {
  const all = new Set<Connection>();
  const open = async (): Promise<Connection> => {
    const connection = await openConnection(url);
    all.add(connection);
    return connection;
  };
  const free = await Promise.all(Array.from({ length: connections }, open));
  const queue: Waiting[] = [];
  const answeredOn = (connection: Connection, { resolve }: Waiting, status: number): void => {
    resolve(status);
    const next = queue.shift();
    if (next === undefined) free.push(connection);
    else begin(connection, next);
  };
  const beginAnew = (waiting: Waiting): void => {
    open().then(
      (fresh) => fresh.send(waiting.request, (status) => answeredOn(fresh, waiting, status)),
      waiting.reject,
    );
  };
  /** A server closes what lies idle, perhaps at this very moment: as any client, it then takes a new connection. */
  const begin = (connection: Connection, waiting: Waiting): void => {
    if (!connection.isFree()) beginAnew(waiting);
    else
      connection.send(waiting.request, (status) =>
        status === 0 ? beginAnew(waiting) : answeredOn(connection, waiting, status),
      );
  };
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        const waiting = { request, resolve, reject };
        const connection = free.pop();
        if (connection === undefined) queue.push(waiting);
        else begin(connection, waiting);
      }),
    close: () => all.forEach((connection) => connection.close()),
  };
};
