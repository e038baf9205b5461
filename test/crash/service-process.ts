import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CrashPoint } from '../../src/application/ports/probe.port.ts';

/** The real process of the service, to be killed and started again on the same data. */
export interface ServiceProcess {
  readonly url: string;
  /** Resolves when it takes requests. `dieAt`: it ends itself by SIGKILL at the nth time it comes by that point. */
  readonly start: (dieAt?: { readonly point: CrashPoint; readonly time: number }) => Promise<void>;
  readonly kill: () => Promise<void>;
  /** Resolves with the exit code after SIGTERM. */
  readonly stop: () => Promise<number | null>;
  readonly send: (signal: NodeJS.Signals) => void;
  /** When the process has gone, by itself or not: its exit code. */
  readonly gone: () => Promise<number | null>;
  readonly isRunning: () => boolean;
  readonly pid: () => number | undefined;
  /** Lines that it logged with this event (or all), over all its lives. */
  readonly logged: (event?: string) => ReadonlyArray<Record<string, unknown>>;
}

/** Longest wait for a start, on a machine that has much else to do. */
const patienceMs = 60_000;

const entry = fileURLToPath(new URL('./crashing-server.ts', import.meta.url));

export const makeServiceProcess = (port: number, env: Readonly<Record<string, string>>): ServiceProcess => {
  const url = `http://127.0.0.1:${port}`;
  const lines: Record<string, unknown>[] = [];
  let child: ChildProcess | undefined;
  let over: Promise<unknown> = Promise.resolve();

  const read = (process: ChildProcess): void => {
    let rest = '';
    process.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        try {
          lines.push(JSON.parse(part) as Record<string, unknown>);
        } catch {
          // a line for people
        }
      }
    });
    process.stderr?.pipe(globalThis.process.stderr, { end: false });
  };

  const ready = async (process: ChildProcess): Promise<void> => {
    const end = performance.now() + patienceMs;
    while (performance.now() < end) {
      if (process.signalCode !== null) return;
      if (process.exitCode !== null) throw new Error(`the service ended with code ${process.exitCode}`);
      const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
      if (answer?.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error('the service does not become ready');
  };

  return {
    url,
    start: async (dieAt) => {
      const started = spawn(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', '--expose-gc', entry],
        {
          env: {
            PATH: process.env.PATH,
            ...env,
            HOST: '127.0.0.1',
            PORT: String(port),
            ...(dieAt === undefined ? {} : { DIE_AT: `${dieAt.point}:${dieAt.time}` }),
          },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      child = started;
      over = once(started, 'exit');
      read(started);
      await ready(started);
    },
    kill: async () => {
      child?.kill('SIGKILL');
      await over;
    },
    stop: async () => {
      child?.kill('SIGTERM');
      await over;
      return child?.exitCode ?? null;
    },
    send: (signal) => child?.kill(signal),
    gone: async () => {
      await over;
      return child?.exitCode ?? null;
    },
    isRunning: () => child !== undefined && child.exitCode === null && child.signalCode === null,
    pid: () => child?.pid,
    logged: (event) => lines.filter((line) => event === undefined || line.event === event),
  };
};

/** A port that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  const { createServer } = await import('node:net');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
};
