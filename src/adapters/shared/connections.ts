import { buildConnector, Client } from 'undici';

/** One connection to a host and port, for one call at a time. */
export interface Connection {
  readonly client: Client;
  /** It has served a call before, so the remote may have closed it while it was idle. */
  isKept: boolean;
}

/** Connections that are kept between calls, and closed when they are idle for long. */
export interface Connections {
  /** That which was idle for the shortest time, else a new one. Throws where `origin` is none of http or https. */
  readonly take: (origin: string) => Connection;
  readonly open: (origin: string) => Connection;
  /** It may serve another call. */
  readonly giveBack: (origin: string, connection: Connection) => void;
  /** Closes it, whatever it does; a call on it fails. */
  readonly cut: (connection: Connection) => void;
  readonly cutAll: () => void;
}

export interface ConnectionLimits {
  readonly connectTimeoutMs: number;
  /** An idle connection is closed after so long, or sooner where the remote's Keep-Alive header says so. */
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
  });
  const all = new Set<Connection>();
  /** By origin, the one used last at the end. */
  const idle = new Map<string, Connection[]>();

  const idleAt = (origin: string): Connection[] => {
    let connections = idle.get(origin);
    if (connections === undefined) idle.set(origin, (connections = []));
    return connections;
  };

  const cut = (connection: Connection): void => {
    all.delete(connection);
    void connection.client.destroy();
  };

  const open = (origin: string): Connection => {
    const client = new Client(origin, {
      connect,
      // deadlines are the caller's
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
    });
    const connection = { client, isKept: false };
    all.add(connection);
    client.on('connect', () => {
      connection.isKept = false;
    });
    client.on('disconnect', () => {
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
    giveBack: (origin, connection) => {
      connection.isKept = true;
      if (all.has(connection)) idleAt(origin).push(connection);
    },
    cut,
    cutAll: () => all.forEach(cut),
  };
};
