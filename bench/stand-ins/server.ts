import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call, its body read. `at`: when its head arrived, on `performance`'s clock. */
export interface Call {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly path: string;
  readonly body: string;
  readonly at: number;
}

export interface StandIn {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export const header = (req: IncomingMessage, name: string): string => {
  const value = req.headers[name];
  return typeof value === 'string' ? value : '';
};

export const answerJson = (res: ServerResponse, status: number, value: unknown): void => {
  const text = JSON.stringify(value);
  res.writeHead(status, [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(Buffer.byteLength(text)),
  ]);
  res.end(text);
};

export const answerText = (res: ServerResponse, status: number, text: string): void => {
  res.writeHead(status, status === 204 ? [] : ['Content-Length', String(Buffer.byteLength(text))]);
  res.end(text);
};

/** As many connections at once as there are chats. */
const backlog = 16_384;

/** A remote as lean as can be: what it costs is taken for what the service costs. On loopback, connections kept. */
export const startStandIn = async (handle: (call: Call) => void): Promise<StandIn> => {
  const server = createServer((req, res) => {
    const at = performance.now();
    const { url = '' } = req;
    const mark = url.indexOf('?');
    const path = mark === -1 ? url : url.slice(0, mark);
    if (req.method === 'GET') return handle({ req, res, path, body: '', at });
    let body = '';
    req.setEncoding('utf8');
    req.on('data', (chunk: string) => {
      body += chunk;
    });
    req.on('end', () => handle({ req, res, path, body, at }));
  });
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, backlog }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
