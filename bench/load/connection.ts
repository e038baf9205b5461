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
  const all = new Set(await Promise.all(Array.from({ length: connections }, () => openConnection(url))));
  const free = [...all];
  const queue: Waiting[] = [];
  const begin = (connection: Connection, request: string, resolve: (status: number) => void): void => {
    connection.send(request, (status) => {
      resolve(status);
      const next = queue.shift();
      if (next === undefined) free.push(connection);
      else beginOn(connection, next.request, next.resolve).catch(next.reject);
    });
  };
  /** A server closes what lies idle: then another takes its place. */
  const beginOn = async (
    connection: Connection,
    request: string,
    resolve: (status: number) => void,
  ): Promise<void> => {
    if (connection.isFree()) return begin(connection, request, resolve);
    all.delete(connection);
    const fresh = await openConnection(url);
    all.add(fresh);
    begin(fresh, request, resolve);
  };
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        const connection = free.pop();
        if (connection === undefined) queue.push({ request, resolve, reject });
        else beginOn(connection, request, resolve).catch(reject);
      }),
    close: () => all.forEach((connection) => connection.close()),
  };
};
