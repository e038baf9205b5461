import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../sandbox/index.ts';
import { freePort, makeServiceProcess, type ServiceProcess } from '../crash/service-process.ts';
import { secrets } from '../e2e/support/service.ts';

const signature = { mode: 'hmac-sha256', secret: 'sample-signature-of-abuse' } as const;

/** The real process on its own port and disk, webhooks signed, with stand-ins for the remotes; nothing leaves this machine. */
export interface Target {
  readonly process: ServiceProcess;
  readonly port: number;
  readonly sandbox: Sandbox;
  readonly key: string;
  /** What a webhook's header must be. */
  readonly sign: (body: Buffer) => string;
  readonly login: () => Promise<string>;
  readonly call: (method: string, path: string, body?: unknown) => Promise<Response>;
  /** Bytes of heap that are left after a collection. */
  readonly held: () => Promise<number>;
  /** Bytes that the process takes, collected or not. */
  readonly resident: () => Promise<number>;
  readonly metrics: () => Promise<string>;
  readonly close: () => Promise<void>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const startTarget = async (): Promise<Target> => {
  const sandbox = await startSandbox({
    signature,
    liveAgent: { pollHoldMs: 2_000, connectionTimeoutMs: 600_000, initTimeoutMs: 60_000 },
  });
  const folder = mkdtempSync(join(tmpdir(), 'relevo-abuse-'));
  const port = await freePort();
  const process = makeServiceProcess(port, {
    ...sandbox.environment(),
    ...secrets,
    STORE: 'sqlite',
    SQLITE_PATH: join(folder, 'relevo.db'),
    BOTRUNNER_TIMEOUT: '0',
    RATE_LIMIT_SALESFORCE: '5000/s',
    RATE_LIMIT_YALO: '5000/s',
    LOG_LEVEL: 'info',
  });
  await process.start();
  sandbox.connectTo(process.url, { username: 'yaloUser', password: secrets.YALO_PASSWORD });

  const ask = (method: string, path: string, body: unknown, token?: string): Promise<Response> =>
    fetch(`${process.url}${path}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });

  const login = async (): Promise<string> => {
    const answer = await ask('POST', '/v1/authenticate', {
      username: 'yaloUser',
      password: secrets.YALO_PASSWORD,
    });
    if (answer.status !== 200) throw new Error(`the bot cannot log in: ${answer.status}`);
    return ((await answer.json()) as { token: string }).token;
  };
  const metrics = async (): Promise<string> => (await fetch(`${process.url}/metrics`)).text();

  const gauge = async (name: string): Promise<number> =>
    Number(new RegExp(`^${name} (\\S+)$`, 'mu').exec(await metrics())?.[1] ?? NaN);

  return {
    process,
    port,
    sandbox,
    key: secrets.SECRET_KEY,
    sign: (body) => createHmac('sha256', signature.secret).update(body).digest('hex'),
    login,
    call: async (method, path, body) => ask(method, path, body, await login()),
    metrics,
    resident: () => gauge('relevo_process_resident_memory_bytes'),
    held: async () => {
      let least = Infinity;
      for (let look = 0; look < 3; look += 1) {
        process.send('SIGUSR2');
        await pause(150);
        least = Math.min(least, await gauge('relevo_nodejs_heap_size_used_bytes'));
      }
      return least;
    },
    close: async () => {
      await process.kill();
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** A service of this machine that nobody may be led to: it counts who comes. */
export const startCanary = async (): Promise<{
  readonly port: number;
  readonly visits: () => number;
  readonly close: () => void;
}> => {
  let visits = 0;
  const server = net.createServer((socket) => {
    visits += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return { port, visits: () => visits, close: () => server.close() };
};
