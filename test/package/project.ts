import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What npm tells the scripts that it runs would lead an npm inside them back to this package. */
const ofNpm = /^(npm_(package|lifecycle)_.*|npm_(command|execpath|config_local_prefix)|INIT_CWD)$/u;

const env = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofNpm.test(name))),
  PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
  npm_config_prefer_offline: 'true',
  npm_config_fetch_retries: '1',
  npm_config_fetch_retry_mintimeout: '1000',
  npm_config_fetch_retry_maxtimeout: '2000',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
  ...more,
});

export interface Ran {
  readonly code: number | null;
  /** Both outputs. */
  readonly said: string;
}

/** One line of a shell, which ends by its deadline. */
export const run = async (cwd: string, line: string, timeoutMs = 60_000): Promise<Ran> => {
  const child = spawn('sh', ['-c', line], { cwd, env: env(), timeout: timeoutMs, killSignal: 'SIGKILL' });
  const said = collect(child);
  child.stdin.end();
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said: said() };
};

const collect = (child: ChildProcessWithoutNullStreams): (() => string) => {
  let text = '';
  const add = (chunk: Buffer): void => void (text += chunk.toString());
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  return () => text;
};

export interface Program {
  readonly type: (line: string) => void;
  /** Waits until it has said that; answers the match. */
  readonly says: (what: RegExp) => Promise<RegExpExecArray>;
  /** SIGTERM; answers the exit code. */
  readonly stop: () => Promise<number | null>;
}

/** A program that goes on until it is stopped. */
export const start = (cwd: string, file: string, more: Readonly<Record<string, string>> = {}): Program => {
  const child = spawn(process.execPath, [file], {
    cwd,
    env: env(more),
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const said = collect(child);
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    type: (line) => void child.stdin.write(`${line}\n`),
    says: async (what) => {
      for (;;) {
        const found = what.exec(said());
        if (found !== null) return found;
        const more = await Promise.race([once(child.stdout, 'data'), closed.then(() => 'over')]);
        if (more === 'over' && !what.test(said())) throw new Error(`never said: ${String(what)}\n${said()}`);
      }
    },
    stop: async () => {
      child.kill();
      const [code] = await closed;
      return code;
    },
  };
};

/** Makes the tarball as it is published, from a build of the sources as they are. */
export const pack = async (to: string): Promise<string> => {
  const { code, said } = await run(root, `npm run build && npm pack ./dist --pack-destination "${to}"`);
  const [tarball] = globSync('*.tgz', { cwd: to });
  if (code !== 0 || tarball === undefined) throw new Error(said);
  return join(to, tarball);
};

/**
 * What `npm install` of the tarball and these packages would do, where no registry can be asked: the tarball unpacked, and
 * its neighbours linked from this repository. `only`: nothing else can be found.
 */
export const link = async (
  project: string,
  tarball: string,
  only: ReadonlyArray<string> = neighbours(),
): Promise<void> => {
  const modules = join(project, 'node_modules');
  rmSync(modules, { recursive: true, force: true });
  mkdirSync(join(modules, 'relevo'), { recursive: true });
  await run(modules, `tar -xzf "${tarball}" -C relevo --strip-components 1`);
  for (const name of only) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
};

const neighbours = (): ReadonlyArray<string> =>
  readdirSync(join(root, 'node_modules')).filter(
    (name) => name !== 'relevo' && name !== '.package-lock.json',
  );
