import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a client and an engine on this machine, and loses what it is told to lose. */
export interface Proxy {
  readonly uri: string;
  /**
   * The engine carries the next commands of that name out, and the connection breaks before their answers arrive.
   * `after`: so many of them are answered first.
   */
  readonly loseAnswersTo: (command: string, count: number, after?: number) => void;
  /** How often each command was sent. */
  readonly commands: ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
}

const opMsg = 2013;
const headerSize = 16;

/** Whole messages of the wire protocol, as they come out of a stream of bytes. */
const messagesOf = (take: (message: Buffer) => void): ((chunk: Buffer) => void) => {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const size = rest.readInt32LE(0);
      take(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
  };
};

/** The first member of the body is the command: after the flags, the kind of section, the body's length and a type. */
const commandIn = (message: Buffer): string => {
  if (message.readInt32LE(12) !== opMsg) return '';
  const start = headerSize + 4 + 1 + 4 + 1;
  return message.toString('utf8', start, message.indexOf(0, start));
};

export const startProxy = async (engineUri: string): Promise<Proxy> => {
  const { hostname, port } = new URL(engineUri);
  const sockets = new Set<Socket>();
  const commands = new Map<string, number>();
  let losing = { command: '', left: 0, after: 0 };

  const isToBeLost = (command: string): boolean => {
    if (command !== losing.command || losing.left === 0) return false;
    if (losing.after > 0) {
      losing = { ...losing, after: losing.after - 1 };
      return false;
    }
    losing = { ...losing, left: losing.left - 1 };
    return true;
  };

  const server = createServer((client) => {
    const engine = connect(Number(port), hostname);
    const lost = new Set<number>();
    const end = (): void => {
      client.destroy();
      engine.destroy();
    };
    for (const socket of [client, engine]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on(
      'data',
      messagesOf((message) => {
        const command = commandIn(message);
        commands.set(command, (commands.get(command) ?? 0) + 1);
        if (isToBeLost(command)) lost.add(message.readInt32LE(4));
        engine.write(message);
      }),
    );
    engine.on(
      'data',
      messagesOf((message) => {
        if (lost.has(message.readInt32LE(8))) end();
        else client.write(message);
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    uri: `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}/?directConnection=true`,
    loseAnswersTo: (command, count, after = 0) => {
      losing = { command, left: count, after };
    },
    commands,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
};
