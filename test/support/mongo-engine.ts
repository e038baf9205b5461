import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../scripts/mongo-engine.ts', import.meta.url));

export interface Engine {
  readonly uri: string;
  /** Which engine it is, and its version. */
  readonly name: string;
}

export interface OwnEngine extends Engine {
  readonly signal: (name: 'SIGSTOP' | 'SIGCONT') => void;
  /** As a power cut would; resolves when it is gone. */
  readonly kill: () => Promise<void>;
}

export interface EngineOptions {
  readonly port?: number;
  /** Where its data are; outlives it. */
  readonly directory?: string;
  readonly standalone?: boolean;
}

/** Longest wait for an engine that another test file starts, and may have to install, ms. */
const patience = 110_000;

interface Served extends Engine {
  readonly pid: number;
}

/** Starts one that ends with this process at the latest. Rejects with why there is none. */
export const startEngine = async ({
  port,
  directory,
  standalone,
}: EngineOptions = {}): Promise<OwnEngine> => {
  const args = [
    ...(port === undefined ? [] : ['--port', String(port)]),
    ...(directory === undefined ? [] : ['--directory', directory]),
    ...(standalone === true ? ['--standalone'] : []),
  ];
  const child = spawn(process.execPath, [script, 'serve', ...args], { stdio: 'pipe' });
  const closed = once(child, 'close');
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', resolve);
    void closed.then(() => reject(new Error(complaint.trim())));
  });
  const { uri, name, pid } = JSON.parse(line) as Served;
  return {
    uri,
    name,
    signal: (signal) => process.kill(pid, signal),
    kill: async () => {
      child.stdin.end();
      await closed;
    },
  };
};

/** Starts one that ends with the run of all tests, and leaves word of it where the other test files look. */
const startForAll = async (directory: string, run: number): Promise<void> => {
  const said = await open(join(directory, 'said'), 'w');
  const complaint = await open(join(directory, 'complaint'), 'w');
  const child = spawn(process.execPath, [script, 'serve', '--until', String(run), '--temporary', directory], {
    detached: true,
    stdio: ['ignore', said.fd, complaint.fd],
  });
  await Promise.all([said.close(), complaint.close()]);
  const isOver = new Promise<'over'>((resolve) => child.once('exit', () => resolve('over')));
  for (;;) {
    const text = await readFile(join(directory, 'said'), 'utf8');
    if (text.endsWith('\n')) {
      child.unref();
      return publish(directory, JSON.parse(text) as Served);
    }
    if ((await Promise.race([isOver, sleep(100)])) === 'over') {
      const missing = (await readFile(join(directory, 'complaint'), 'utf8')).trim();
      return publish(directory, { missing });
    }
  }
};

type Found = Engine | { readonly missing: string };

const publish = async (directory: string, found: Found): Promise<void> => {
  await writeFile(join(directory, 'part'), JSON.stringify(found));
  await rename(join(directory, 'part'), join(directory, 'found'));
};

/** The one engine of this run of tests, whichever test file asks first; the run is the process above this one. */
export const sharedEngine = async (): Promise<Found> => {
  const run = process.ppid;
  const directory = join(tmpdir(), `relevo-mongo-run-${run}`);
  // of another run long ago, whose process had the same number, and which found no engine
  const age = Date.now() - (await stat(directory).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
  if (age > 60 * 60_000) await rm(directory, { recursive: true, force: true });
  try {
    await mkdir(directory);
    await startForAll(directory, run);
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'EEXIST') throw cause;
  }
  for (let waited = 0; waited < patience; waited += 100) {
    const text = await readFile(join(directory, 'found'), 'utf8').catch(() => '');
    if (text !== '') return JSON.parse(text) as Found;
    await sleep(100);
  }
  return { missing: 'another test file began to start one, and did not come to an end' };
};
