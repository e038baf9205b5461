import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { pause } from '../support/waiting.ts';

/** A process that is measured: the service, or what it is compared with. */
export interface Subject {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  /** In good order, so that a profile is written. */
  readonly close: () => Promise<void>;
  /** `kill -9`. */
  readonly kill: () => Promise<void>;
}

export interface SubjectPlan {
  readonly name: string;
  readonly entry: URL;
  readonly env?: Readonly<Record<string, string>>;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Folder for a CPU profile. */
  readonly profile?: string | undefined;
}

/** What `npm start` tells Node: of weight for memory and speed, so all subjects get the same. */
const startFlags = (): ReadonlyArray<string> => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly scripts: { readonly start: string };
  };
  return scripts.start.split(' ').filter((part) => part.startsWith('--'));
};

const startMs = 120_000;
const stopMs = 30_000;

/** None of them outlives this process. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A port that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const tell = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => tell(true)).once('error', () => tell(false));
  });

/** Starts the process and does not wait for it. */
export const launch = async (plan: SubjectPlan): Promise<Subject> => {
  const port = plan.port ?? (await freePort());
  const profile =
    plan.profile === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${plan.profile}`, '--cpu-prof-interval=200'];
  const child = spawn(process.execPath, [...startFlags(), ...profile, fileURLToPath(plan.entry)], {
    env: { PATH: process.env.PATH, ...plan.env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  running.add(child);
  const gone = once(child, 'exit').finally(() => running.delete(child));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    const patience = setTimeout(() => child.kill('SIGKILL'), stopMs);
    await gone;
    clearTimeout(patience);
  };
  if (child.pid === undefined) throw new Error(`${plan.name} cannot be started`);
  return {
    name: plan.name,
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    close: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
};

/** Resolves when it takes connections, which none of them does before it is ready. */
export const startSubject = async (plan: SubjectPlan): Promise<Subject> => {
  const subject = await launch(plan);
  const begun = performance.now();
  while (!(await accepts(Number(new URL(subject.url).port)))) {
    if (![...running].some(({ pid }) => pid === subject.pid))
      throw new Error(`${plan.name} ended at its start`);
    if (performance.now() - begun > startMs) {
      await subject.kill();
      throw new Error(`${plan.name} does not become ready`);
    }
    await pause(10);
  }
  return subject;
};
