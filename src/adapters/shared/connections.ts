import { buildConnector, Client } from 'undici';
import type { Socket } from 'node:net';

/** One connection to a host and port, for one call at a time. */
export interface Connection {
  readonly client: Client;
  /** The latest, connected or about to be. */
  socket: Socket | undefined;
  /** It has served a call before, so the remote may have closed it while it was idle. */
  isKept: boolean;
}

/** Connections that are kept between calls, and closed when they are idle for long. */
export interface Connections {
  /** That which was idle for the shortest time, else a new one. Throws where `origin` is none of http or https. */
  readonly take: (origin: string) => Connection;
  readonly open: (origin: string) => Connection;
  /** Its call is over: it is kept, unless some of the request was not read. */
  readonly done: (origin: string, connection: Connection) => void;
  /** Closes it, whatever it does; a call on it fails. */
  readonly cut: (connection: Connection) => void;
  /** Closes all, for good: a call on one that is taken afterwards fails before anything is sent. */
  readonly close: () => void;
}

export interface ConnectionLimits {
  readonly connectTimeoutMs: number;
  /** An idle connection is closed after so long, or sooner where the remote's Keep-Alive header says so, less 2 s. */
  readonly idleMs: number;
}

/**
 * undici's own pool looks through all its connections for each call: with ten thousand polls that wait, that would cost
 * more than the call.
 */
export const makeConnections = ({ connectTimeoutMs, idleMs }: ConnectionLimits): Connections => {
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    allowH2: false,
    keepAliveInitialDelay: 15_000,
    // the default of 250 ms for each address of a name gives up on remotes that are merely far away
    autoSelectFamilyAttemptTimeout: 2000,
  }) as (...call: Parameters<buildConnector.connector>) => Socket;
  const all = new Set<Connection>();
  /** By origin, the one used last at the end. */
  const idle = new Map<string, Connection[]>();
  let closed = false;

  const idleAt = (origin: string): Connection[] => {
    let connections = idle.get(origin);
    if (connections === undefined) idle.set(origin, (connections = []));
    return connections;
  };

  const cut = (connection: Connection): void => {
    all.delete(connection);
    void connection.client.destroy();
    // one that is about to be connected would else go on until it is; with an error undici's timer ends too
    connection.socket?.destroy(new Error('cut'));
  };

  const keep = (origin: string, connection: Connection): void => {
    // a remote may answer before it has read all, and never read the rest
    if (hasNothingToWrite(connection) && !closed) idleAt(origin).push(connection);
    else cut(connection);
  };

  const open = (origin: string): Connection => {
    const connection: Connection = {
      client: new Client(origin, {
        connect: (options, done) => (connection.socket = connect(options, done)),
        // deadlines are the caller's
        headersTimeout: 0,
        bodyTimeout: 0,
        keepAliveTimeout: idleMs,
        keepAliveMaxTimeout: idleMs,
      }),
      socket: undefined,
      isKept: false,
    };
    if (closed) void connection.client.destroy();
    else all.add(connection);
    connection.client.on('disconnect', () => {
      connection.isKept = false;
      const connections = idleAt(origin);
      const place = connections.indexOf(connection);
      // the one that was idle for longest is the first; one that serves a call is not among them
      if (place === -1) return;
      connections.splice(place, 1);
      cut(connection);
    });
    return connection;
  };

  return {
    open,
    take: (origin) => idleAt(origin).pop() ?? open(origin),
    done: (origin, connection) => {
      connection.isKept = true;
      // over TLS Node tells only a turn later that all has been written
      if (hasNothingToWrite(connection)) keep(origin, connection);
      else setImmediate(keep, origin, connection);
    },
    cut,
    close: () => {
      closed = true;
      all.forEach(cut);
    },
  };
};

const hasNothingToWrite = ({ socket }: Connection): boolean =>
  socket !== undefined && !socket.destroyed && socket.writableLength === 0;
