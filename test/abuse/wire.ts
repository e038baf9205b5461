import net from 'node:net';

/** What came back, as it stood on the wire. */
export interface Heard {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The answers in a text, whole ones only; `rest`: what is left behind them. Answers to HEAD are not asked for here. */
export const answersIn = (
  text: string,
): { readonly answers: ReadonlyArray<Heard>; readonly rest: string } => {
  const answers: Heard[] = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return { answers, rest };
    const [line = '', ...lines] = rest.slice(0, end).split('\r\n');
    const [, status] = /^HTTP\/1\.1 (\d{3})(?: |$)/u.exec(line) ?? [];
    if (status === undefined) return { answers, rest };
    const headers = new Map(
      lines.map((each) => {
        const colon = each.indexOf(':');
        return [each.slice(0, colon).toLowerCase(), each.slice(colon + 1).trim()] as const;
      }),
    );
    const length = Number(headers.get('content-length') ?? 0);
    const from = end + 4;
    // lengths are counted in bytes: the text is read as Latin-1
    if (rest.length < from + length) return { answers, rest };
    const body = Buffer.from(rest.slice(from, from + length), 'latin1').toString();
    if (Number(status) >= 200) answers.push({ status: Number(status), headers, body });
    rest = rest.slice(from + length);
  }
};

export interface Connection {
  /** One request, one answer; the connection is made anew where the last answer ended it. Rejects without an answer. */
  readonly ask: (request: Buffer) => Promise<Heard>;
  readonly close: () => void;
}

const patienceMs = 20_000;

export const makeConnection = (port: number): Connection => {
  let socket: net.Socket | undefined;

  const opened = (): net.Socket => {
    if (socket === undefined || socket.destroyed || !socket.writable) {
      socket = net.connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
    }
    return socket;
  };

  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        const current = opened();
        let heard = '';
        const done = (settle: () => void): void => {
          clearTimeout(timer);
          current.off('data', read);
          current.off('close', gone);
          settle();
        };
        const read = (chunk: Buffer): void => {
          heard += chunk.toString('latin1');
          const [answer] = answersIn(heard).answers;
          if (answer === undefined) return;
          if (answer.headers.get('connection') === 'close') current.destroy();
          done(() => resolve(answer));
        };
        const gone = (): void => done(() => reject(new Error(`closed after "${heard.slice(0, 200)}"`)));
        const timer = setTimeout(() => {
          current.destroy();
          done(() => reject(new Error('no answer')));
        }, patienceMs);
        current.on('data', read);
        current.on('close', gone);
        current.write(request);
      }),
    close: () => socket?.destroy(),
  };
};

/** Sends the bytes on a connection of their own, says that there are no more, and gives back all that comes. */
export const shoot = (port: number, bytes: Buffer): Promise<string> =>
  new Promise((resolve, reject) => {
    let heard = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.end(bytes));
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error('neither answered to its end nor closed'));
    }, patienceMs);
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
    });
    // a reset is as good as a close
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(heard);
    });
  });

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export const bytesOf = ({ method, path, headers = {}, body }: Request): Buffer => {
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : [`Content-Length: ${body.length}`]),
  ];
  return Buffer.concat([
    Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'),
    ...(body === undefined ? [] : [body]),
  ]);
};
