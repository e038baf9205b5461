import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands before several instances, as a load balancer without any affinity does. */
export interface Balancer {
  readonly url: string;
  /** Everything goes to this one, until told otherwise. */
  readonly only: (port: number | undefined) => void;
  readonly close: () => Promise<void>;
}

/** Longest wait for an instance that takes a connection and says nothing, ms. */
const patience = { webhook: 2_000, other: 30_000 };

/**
 * Each request goes to the next instance; one that refuses the connection is passed over, and an answer that does not
 * come is a 502: whoever asked does not know what became of it.
 */
export const startBalancer = async (ports: ReadonlyArray<number>): Promise<Balancer> => {
  const agent = new Agent({ keepAlive: true });
  let turn = 0;
  let fixed: number | undefined;

  const forward = (incoming: IncomingMessage, body: Buffer, answer: ServerResponse, tries: number): void => {
    turn += 1;
    const port = fixed ?? ports[turn % ports.length];
    const { method, url = '/', headers } = incoming;
    const timeout = url.includes('/webhook') ? patience.webhook : patience.other;
    const outgoing = request({ agent, host: '127.0.0.1', port, method, path: url, headers, timeout });
    outgoing.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.on('error', () => answer.destroy()).pipe(answer);
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (answer.headersSent) return answer.destroy();
      if (error.code === 'ECONNREFUSED' && tries < ports.length)
        return forward(incoming, body, answer, tries + 1);
      answer.statusCode = 502;
      answer.end();
    });
    outgoing.end(body);
  };

  const server = createServer((incoming, answer) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => forward(incoming, Buffer.concat(parts), answer, 1));
    incoming.on('error', () => answer.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    only: (port) => {
      fixed = port;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await once(server, 'close');
    },
  };
};
