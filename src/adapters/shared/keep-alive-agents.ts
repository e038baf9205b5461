import { Agent as HttpAgent, type AgentOptions, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { beforeConnection } from './failures.ts';

/** The connection had served a call before, so the remote may have closed it while it was idle. */
export const onKeptSocket = 'on-kept-socket';

export interface AgentLimits {
  /** Connections to one host and port at once; calls beyond wait for one, within their deadlines. */
  readonly maxSockets: number;
  readonly connectTimeoutMs: number;
  /** An idle connection is closed after so long, or sooner where the remote's Keep-Alive header says so. */
  readonly idleMs: number;
}

/** Agents for both schemes, keeping connections; `once` ones do not. */
export interface Agents {
  readonly kept: (url: URL) => HttpAgent;
  readonly once: (url: URL) => HttpAgent;
  readonly destroy: () => void;
}

export const makeAgents = (limits: AgentLimits): Agents => {
  const options: AgentOptions = {
    maxSockets: limits.maxSockets,
    timeout: limits.idleMs,
    // the default of 250 ms for each address of a name gives up on remotes that are merely far away
    autoSelectFamilyAttemptTimeout: 2000,
  };
  // as many idle as busy ones: calls that all end at once may be followed by as many
  const keptOptions = {
    ...options,
    keepAlive: true,
    keepAliveMsecs: 15_000,
    maxFreeSockets: limits.maxSockets,
  };
  const kept = {
    http: new PlainAgent(keptOptions, limits.connectTimeoutMs),
    https: new TlsAgent(keptOptions, limits.connectTimeoutMs),
  };
  const once = {
    http: new PlainAgent(options, limits.connectTimeoutMs),
    https: new TlsAgent(options, limits.connectTimeoutMs),
  };
  return {
    kept: (url) => (url.protocol === 'https:' ? kept.https : kept.http),
    once: (url) => (url.protocol === 'https:' ? once.https : once.http),
    destroy: () => [kept.http, kept.https, once.http, once.https].forEach((agent) => agent.destroy()),
  };
};

type CreateConnection = HttpAgent['createConnection'];
type Connection = ReturnType<CreateConnection>;

class PlainAgent extends HttpAgent {
  readonly #connectTimeoutMs: number;
  constructor(options: AgentOptions, connectTimeoutMs: number) {
    super(options);
    this.#connectTimeoutMs = connectTimeoutMs;
  }
  override createConnection(...args: Parameters<CreateConnection>): Connection {
    return watched(super.createConnection(...args), 'connect', this.#connectTimeoutMs);
  }
  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    super.reuseSocket(socket, request);
    tellReuse(request);
  }
}

class TlsAgent extends HttpsAgent {
  readonly #connectTimeoutMs: number;
  constructor(options: AgentOptions, connectTimeoutMs: number) {
    super(options);
    this.#connectTimeoutMs = connectTimeoutMs;
  }
  override createConnection(...args: Parameters<CreateConnection>): Connection {
    return watched(super.createConnection(...args), 'secureConnect', this.#connectTimeoutMs);
  }
  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    super.reuseSocket(socket, request);
    tellReuse(request);
  }
}

/** When a call failed, told in the `syscall` of its error: node-fetch hands on that and the code, and nothing else. */
const mark = (error: NodeJS.ErrnoException, when: string): void => {
  error.syscall = when;
};

const watched = (
  connection: Connection,
  ready: 'connect' | 'secureConnect',
  timeoutMs: number,
): Connection => {
  const socket = connection as Socket;
  const tooLate = (): void => {
    socket.destroy(Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' }));
  };
  const timer = setTimeout(tooLate, timeoutMs).unref();
  const failed = (error: Error): void => mark(error, beforeConnection);
  const done = (): void => {
    clearTimeout(timer);
    socket.off('error', failed);
  };
  socket.once('error', failed).once(ready, done).once('close', done);
  return socket;
};

const tellReuse = (request: ClientRequest): void => {
  request.prependOnceListener('error', (error) => mark(error, onKeptSocket));
};
