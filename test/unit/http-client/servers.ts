import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

/** Listens on a port of its own until the test is over. */
const listen = async (t: ExecutionContext, server: Server): Promise<number> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.teardown(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

export const serve = async (
  t: ExecutionContext,
  handler: RequestListener,
): Promise<{ readonly url: string; readonly server: HttpServer }> => {
  const server = createServer(handler);
  return { server, url: `http://127.0.0.1:${await listen(t, server)}/path` };
};

/** For answers that no HTTP server would give. `connections` counts from 1. */
export const serveRaw = async (
  t: ExecutionContext,
  connection: (socket: Socket, connections: number, server: Server) => void,
): Promise<{ readonly port: number; readonly url: string; readonly connections: () => number }> => {
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    connection(socket, connections, server);
  });
  const port = await listen(t, server);
  return { port, url: `http://127.0.0.1:${port}/path`, connections: () => connections };
};
