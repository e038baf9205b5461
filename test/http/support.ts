import http from 'node:http';
import net from 'node:net';
import type { ExecutionContext } from 'ava';
import { makeHttpServer, type HttpServerDeps } from '../../src/adapters/http/server.ts';
import type { Application } from '../../src/application/application.ts';
import type { Identity } from '../../src/application/ports/token.port.ts';
import { E, TE } from '../../src/domain/fp.ts';
import type { Message } from '../../src/domain/message.ts';

/** Time that moves when told to. */
export const manualClock = () => {
  let now = 0;
  const timers = new Set<{ at: number; call: () => void }>();
  return {
    now: () => 1_700_000_000_000 + now,
    monotonic: () => now,
    after: (ms: number, call: () => void) => {
      const timer = { at: now + ms, call };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance: (ms: number) => {
      const end = now + ms;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.call();
      }
      now = end;
    },
  };
};

export type ManualClock = ReturnType<typeof manualClock>;

const identities: Readonly<Record<string, Identity>> = {
  'yalo-token': { username: 'yaloUser', role: 'YALO_ROLE' },
  'sf-token': { username: 'salesforceUser', role: 'SALESFORCE_ROLE' },
};

/** Says yes to everything; what it was asked is kept. */
export const fakeApplication = () => {
  const asked: { useCase: keyof Application; command: unknown }[] = [];
  const ok =
    <R>(useCase: keyof Application, result: R) =>
    (command: unknown) => {
      asked.push({ useCase, command });
      return TE.right(result);
    };
  const application: Application = {
    authenticate: ok('authenticate', 'new-token'),
    checkToken: (token) => {
      asked.push({ useCase: 'checkToken', command: token });
      const identity = Object.hasOwn(identities, token) ? identities[token] : undefined;
      return identity === undefined
        ? TE.left({ _tag: 'InvalidToken', detail: 'unknown' })
        : TE.right(identity);
    },
    connectChat: ok('connectChat', undefined),
    ingestMessages: ok('ingestMessages', undefined),
    finishChat: ok('finishChat', undefined),
    eraseUser: ok('eraseUser', undefined),
    getContext: ok('getContext', []),
    getChat: ok('getChat', {
      user: { provider: 'whatsapp', id: '52155' },
      state: 'active',
      since: 1_636_646_674_958,
      pending: { toUser: 0, toAgent: 0, files: 0, bot: 0 },
      setAside: 0,
    } as const),
    listSetAside: ok('listSetAside', []),
    retrySetAside: ok('retrySetAside', undefined),
    discardSetAside: ok('discardSetAside', undefined),
    registerWebhook: ok('registerWebhook', undefined),
    removeWebhook: ok('removeWebhook', undefined),
  };
  return { application, asked };
};

export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Setup {
  readonly application?: Partial<Application>;
  readonly options?: Partial<HttpServerDeps['options']>;
  readonly deps?: Partial<Omit<HttpServerDeps, 'application' | 'options' | 'clock'>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  readonly json: unknown;
}

export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly headers?: http.OutgoingHttpHeaders;
  /** A text or bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
  /** Without a length known before. */
  readonly chunked?: boolean;
}

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const bytes = (body: unknown): Buffer => {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
};

const call = (port: number, { method = 'GET', path, headers = {}, body, chunked = false }: Call) =>
  new Promise<Answer>((resolve, reject) => {
    const content = bytes(body);
    const length = body === undefined || chunked ? {} : { 'Content-Length': content.length };
    const request = http.request(
      { port, host: '127.0.0.1', method, path, agent: false, headers: { ...length, ...headers } },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: res.statusCode ?? 0, headers: res.headers, text, json: json(text) });
        });
        res.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body === undefined ? undefined : content);
  });

export interface Running {
  readonly port: number;
  readonly asked: ReturnType<typeof fakeApplication>['asked'];
  readonly clock: ManualClock;
  readonly logs: LogLine[];
  readonly counts: { name: string; labels: Readonly<Record<string, string>> | undefined; by: number }[];
  readonly call: (call: Call) => Promise<Answer>;
  /** As YALO_ROLE, with a JSON body. */
  readonly yalo: (method: string, path: string, body?: unknown) => Promise<Answer>;
  readonly post: (path: string, body: unknown, headers?: http.OutgoingHttpHeaders) => Promise<Answer>;
  /** Everything that was handed to the store, in order. */
  readonly messages: () => ReadonlyArray<Message>;
  readonly close: (deadline?: AbortSignal) => Promise<void>;
}

export const whatsAppPath = '/v1/integrations/whatsapp/webhook';
export const facebookPath = '/v1/integrations/facebook/webhook';

/** The server on a free port of this machine, closed when the test is over. */
export const start = async (t: ExecutionContext, setup: Setup = {}): Promise<Running> => {
  const { application, asked } = fakeApplication();
  const clock = manualClock();
  const logs: LogLine[] = [];
  const counts: Running['counts'] = [];
  const line =
    (level: string) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}) =>
      void logs.push({ level, event, fields });
  const server = makeHttpServer({
    application: { ...application, ...setup.application },
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    metrics: {
      count: (name, labels, by = 1) => void counts.push({ name, labels, by }),
      gauge: () => undefined,
      observe: () => undefined,
    },
    health: async () => ({ ready: true, dependencies: [{ name: 'store', status: 'up' }] }),
    metricsText: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }),
    ids: { random: () => 0.5 },
    clock,
    ...setup.deps,
    options: {
      host: '127.0.0.1',
      port: 0,
      trustProxy: false,
      client: 'coppel',
      ignoreMessageTypes: new Set(['status', 'notification-status']),
      ...setup.options,
    },
  });
  const { port } = await server.listen();
  const close = (deadline = AbortSignal.abort()): Promise<void> => server.close(deadline);
  t.teardown(() => close());
  return {
    port,
    asked,
    clock,
    logs,
    counts,
    close,
    call: (given) => call(port, given),
    yalo: (method, path, body) =>
      call(port, { method, path, body, headers: { Authorization: 'Bearer yalo-token' } }),
    post: (path, body, headers) =>
      call(port, { method: 'POST', path, body, headers: { 'Content-Type': 'application/json', ...headers } }),
    messages: () =>
      asked
        .filter(({ useCase }) => useCase === 'ingestMessages')
        .flatMap(({ command }) => command as ReadonlyArray<Message>),
  };
};

/** Writes bytes to the port and gives back everything that came, once the other end hung up or `until` holds. */
export const rawTalk = (
  port: number,
  write: string | Buffer,
  until: (heard: string) => boolean = () => false,
): Promise<string> =>
  new Promise((resolve, reject) => {
    let heard = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(write));
    const done = (): void => {
      socket.destroy();
      resolve(heard);
    };
    socket.on('data', (chunk) => {
      heard += chunk.toString();
      if (until(heard)) done();
    });
    socket.on('end', done);
    socket.on('error', (error: NodeJS.ErrnoException) => (heard === '' ? reject(error) : done()));
  });

/** How often a text occurs. */
export const occurrences = (text: string, part: string): number => text.split(part).length - 1;

/** A promise and its key. */
export const gate = <A>() => {
  let open: (value: A) => void = () => undefined;
  const promise = new Promise<A>((resolve) => {
    open = resolve;
  });
  return { promise, open };
};

/** A use case that answers when it is let. */
export const gated = <A>(answer: A) => {
  const entered = gate<undefined>();
  const leave = gate<undefined>();
  return {
    entered: entered.promise,
    leave: () => leave.open(undefined),
    run: () => async () => {
      entered.open(undefined);
      await leave.promise;
      return E.right(answer);
    },
  };
};

export const error = (text: string): object => ({ ErrorDescription: text });
export const said = (text: string): object => ({ Message: text });

export const whatsAppText = (more: object = {}): object => ({
  from: '5215573735001',
  id: 'ABGHUhVXNzUALwIQZWnmjBi7IBmfp2EfNrYbRQ',
  text: { body: 'Hola' },
  timestamp: '1632367928574',
  type: 'text',
  ...more,
});

export const facebookWith = (messaging: ReadonlyArray<unknown>, more: object = {}): object => ({
  authorRole: 'user',
  botId: 'messenger-bot',
  message: { object: 'page', entry: [{ id: 'page-1', time: 1_632_348_042_540, messaging }] },
  msgTracking: {},
  provider: 'facebook',
  timestamp: 1_632_348_042_540,
  ...more,
});

export const facebookText = (more: object = {}, item: object = {}): object => ({
  sender: { id: 'user-1' },
  recipient: { id: 'page-1' },
  timestamp: 1_632_348_042_261,
  message: { mid: 'm_1', text: 'Hola', ...more },
  ...item,
});

export const connectBody = (more: object = {}): Record<string, unknown> => ({
  userID: '5217331175599',
  botSlug: 'coppel-bot',
  botId: '521554578545',
  name: 'Ana Prueba',
  provider: 'whatsapp',
  email: 'ana@example.com',
  phoneNumber: '5217331175599',
  extraData: { source_flow_bot: 'SFB001' },
  ...more,
});
