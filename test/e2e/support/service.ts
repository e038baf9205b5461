import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import pLimit from 'p-limit';
import type { DependencyContainer } from 'tsyringe';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../sandbox/index.ts';
import type { Log } from '../../../src/application/ports/log.port.ts';
import { E } from '../../../src/domain/fp.ts';
import { decodeConfig, type Config } from '../../../src/main/config.ts';
import { makeContainer } from '../../../src/main/container.ts';
import { startService, type Service } from '../../../src/main/lifecycle.ts';
import { tokens } from '../../../src/main/tokens.ts';
import { databaseName } from '../../support/mongo.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** The service, in this process, on a free port, against a sandbox of its own. */
export interface TestService {
  readonly sandbox: Sandbox;
  readonly url: () => string;
  readonly container: () => DependencyContainer;
  /** With a token of the bot's user. */
  readonly call: (method: string, path: string, body?: unknown) => Promise<Answer>;
  readonly connect: (changes?: Readonly<Record<string, unknown>>) => Promise<Answer>;
  /** Ends the service in good order and starts it again on the same data. */
  readonly restart: (env?: Readonly<Record<string, string>>) => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly logged: LoggedLine[];
}

export interface LoggedLine {
  readonly level: string;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export const secrets = {
  SECRET_KEY: 'sample-key-for-tests-0123456789abcdef',
  YALO_PASSWORD: 'sample-password',
  SALESFORCE_PASSWORD: 'sample-agent-password',
};

/** The connect request of the user's document. */
export const whatsAppConnect = {
  userID: '5217331175599',
  botSlug: 'coppel-bot',
  botId: '521554578545',
  name: 'Eduardo Ochoa',
  provider: 'whatsapp',
  email: 'ochoa@example.com',
  phoneNumber: '5217331175599',
  extraData: {
    source_flow_bot: 'SFB001',
    address: 'Calle Andres Figueroa 10 B, col. 20 de Noviembre',
    order_traking_id: '1225222565',
  },
};

const configOf = (env: Readonly<Record<string, string>>): Config => {
  const decoded = decodeConfig(env, () => '');
  if (E.isLeft(decoded)) throw new Error(JSON.stringify(decoded.left));
  return decoded.right.config;
};

type StoreKind = 'memory' | 'sqlite' | 'mongodb';

const storeKind = (): StoreKind => {
  const { E2E_STORE: named = 'sqlite' } = process.env;
  if (named === 'memory' || named === 'sqlite' || named === 'mongodb') return named;
  throw new Error(`E2E_STORE: ${named}`);
};

/** Services over one engine at the same time: it is to answer within its deadlines, whatever else the machine does. */
const places = pLimit(3);

/** Waits for a place; the answer gives it back. */
const takePlace = (store: StoreKind): Promise<() => void> =>
  store === 'mongodb'
    ? new Promise((taken) => void places(() => new Promise<void>((giveBack) => taken(giveBack))))
    : Promise.resolve(() => undefined);

/** Gone at the end, with all that is in it. */
const dropDatabase = async (uri: string, name: string): Promise<void> => {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5_000 });
  await client
    .db(name)
    .dropDatabase()
    .finally(() => client.close());
};

export const startTestService = async (
  options: {
    readonly env?: Readonly<Record<string, string>>;
    /** Absent: the one that `E2E_STORE` names, else sqlite. */
    readonly store?: StoreKind;
    readonly sandbox?: SandboxOptions;
    /** Registers other things before anything is made. */
    readonly prepare?: (container: DependencyContainer) => void;
  } = {},
): Promise<TestService> => {
  const store = options.store ?? storeKind();
  const giveBack = await takePlace(store);
  const sandbox = await startSandbox(options.sandbox);
  const folder = mkdtempSync(join(tmpdir(), 'relevo-e2e-'));
  const { E2E_MONGODB_URI: uri = '' } = process.env;
  const database = databaseName();
  const logged: LoggedLine[] = [];
  const log = recordingLog(logged);
  let running: { readonly container: DependencyContainer; readonly service: Service };
  let token: string | undefined;

  const start = async (more: Readonly<Record<string, string>> = {}): Promise<void> => {
    const config = configOf({
      ...sandbox.environment(),
      ...secrets,
      HOST: '127.0.0.1',
      PORT: '0',
      STORE: store,
      SQLITE_PATH: join(folder, 'relevo.db'),
      ...(store === 'mongodb' ? { MONGODB_URI: uri, MONGODB_DATABASE: database } : {}),
      BOTRUNNER_TIMEOUT: '0',
      RATE_LIMIT_SALESFORCE: '1000/s',
      RATE_LIMIT_YALO: '1000/s',
      ...options.env,
      ...more,
    });
    if (config.remotes === undefined) throw new Error('the sandbox names no remotes');
    const container = await makeContainer(config, config.remotes);
    container.registerInstance(tokens.log, log);
    options.prepare?.(container);
    const service = await startService(container);
    sandbox.connectTo(service.url, { username: 'yaloUser', password: secrets.YALO_PASSWORD });
    running = { container, service };
    token = undefined;
  };

  const request = async (method: string, path: string, body: unknown, bearer?: string): Promise<Answer> => {
    const response = await fetch(`${running.service.url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parsed(text) };
  };

  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    if (token === undefined) {
      const login = await request('POST', '/v1/authenticate', {
        username: 'yaloUser',
        password: secrets.YALO_PASSWORD,
      });
      token = (login.body as { token: string }).token;
    }
    return request(method, path, body, token);
  };

  await start().catch((cause: unknown) => {
    giveBack();
    throw cause;
  });
  return {
    sandbox,
    logged,
    url: () => running.service.url,
    container: () => running.container,
    call,
    connect: (changes = {}) => call('POST', '/v1/chats/connect', { ...whatsAppConnect, ...changes }),
    restart: async (env) => {
      await running.service.stop();
      await start(env);
    },
    stop: async () => {
      await running.service.stop();
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
      if (store === 'mongodb') await dropDatabase(uri, database);
      giveBack();
    },
  };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const recordingLog = (lines: LoggedLine[]): Log => {
  const write =
    (level: string) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      lines.push({ level, event, fields });
      if (process.env.TEST_LOG)
        process.stderr.write(
          `${level} ${event} ${JSON.stringify(fields, (_, value: unknown) => (value instanceof Error ? value.stack : value))}\n`,
        );
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
};
