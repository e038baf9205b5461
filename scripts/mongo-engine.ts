/**
 * The database engine that the tests of the MongoDB stores run on.
 *
 *   prepare   tells which engine there is, and installs one where there is none; exit code 1: none can be had
 *   serve     starts it and prints one line of JSON, `{ "uri", "pid", "name" }`; ends it with the end of its own input,
 *             or of the process that `--until` names, so that nothing outlives who asked for it. `--port`;
 *             `--directory`, which is kept, or `--temporary`, which goes at the end with all that is in it (without
 *             either there is one of its own); `--standalone` (else a replica set of one)
 *
 * In this order: a `mongod` on the PATH; else SecantusDB, which speaks MongoDB's wire protocol, in a virtual environment
 * of this repository. (`MONGODB_TEST_URI` comes before both, and is read by the tests.)
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { MongoClient } from 'mongodb';

const run = promisify(execFile);

const secantus = 'secantusdb==0.7.0b3';
const environment = fileURLToPath(new URL('../.venv-mongo/', import.meta.url));
const lock = fileURLToPath(new URL('../.venv-mongo-lock/', import.meta.url));
const python = join(environment, 'bin', 'python');
/** Written last: an installation that was cut short is made anew. */
const installed = join(environment, secantus);
const replicaSet = 'relevo';

interface Place {
  readonly port: number;
  readonly directory: string;
  readonly standalone: boolean;
}

interface Engine {
  readonly command: string;
  readonly args: (place: Place) => ReadonlyArray<string>;
  /** To be told its replica set when it runs on an empty directory. */
  readonly wantsReplicaSet: boolean;
}

const mongod: Engine = {
  command: 'mongod',
  args: ({ port, directory, standalone }) => [
    ...['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', directory],
    ...['--setParameter', 'enableTestCommands=1'],
    ...(standalone ? [] : ['--replSet', replicaSet]),
  ],
  wantsReplicaSet: true,
};

const secantusDb: Engine = {
  command: python,
  args: ({ port, directory, standalone }) => [
    ...['-m', 'secantus', '--host', '127.0.0.1', '--port', String(port), '--storage-path', directory],
    ...['--enable-test-commands', '--log-level', 'WARNING'],
    ...(standalone ? ['--standalone'] : []),
  ],
  wantsReplicaSet: false,
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Longest that an installation may take, ms. */
const patience = 4 * 60_000;

/** One process installs, the others wait for it. */
const alone = async (work: () => Promise<void>): Promise<void> => {
  const until = performance.now() + 2 * patience;
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch (cause) {
      if (performance.now() > until) throw cause;
      await sleep(300);
      const pid = await readFile(join(lock, 'pid'), 'utf8').catch(() => '');
      if (pid !== '' && !isAlive(Number(pid))) await rm(lock, { recursive: true, force: true });
    }
  }
  try {
    await writeFile(join(lock, 'pid'), String(process.pid));
    await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
};

const install = async (): Promise<void> => {
  if (existsSync(installed)) return;
  await rm(environment, { recursive: true, force: true });
  const timeout = patience / 2;
  await run('python3', ['-m', 'venv', environment], { timeout });
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', secantus], {
    timeout,
  });
  await writeFile(installed, '');
};

const lastLine = (cause: unknown): string => {
  const { stderr } = cause as { stderr?: unknown };
  const text = typeof stderr === 'string' && stderr.trim() !== '' ? stderr : String(cause);
  return text.trim().split('\n').at(-1) ?? '';
};

const locate = async (): Promise<Engine> => {
  const found = await run('mongod', ['--version']).catch(() => undefined);
  if (found !== undefined) return mongod;
  if (!existsSync(installed)) await alone(install);
  return secantusDb;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};

/** What it says of itself: an engine is never called MongoDB because it can be spoken to like one. */
const nameOf = ({ version, secantusVersion, javascriptEngine }: Record<string, unknown>): string =>
  typeof secantusVersion === 'string'
    ? `SecantusDB ${secantusVersion}`
    : `${javascriptEngine === undefined ? 'an engine like MongoDB' : 'MongoDB'} ${String(version)}`;

const answering = async (uri: string, engine: Engine, place: Place): Promise<string> => {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 30_000 });
  try {
    const admin = client.db('admin');
    const info = await admin.command({ buildInfo: 1 });
    if (engine.wantsReplicaSet && !place.standalone) await formReplicaSet(client, place);
    return nameOf(info);
  } finally {
    await client.close();
  }
};

const formReplicaSet = async (client: MongoClient, { port }: Place): Promise<void> => {
  const admin = client.db('admin');
  const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
  // on a directory that was used before it knows already
  await admin.command({ replSetInitiate: { _id: replicaSet, members } }).catch(() => undefined);
  for (let tries = 0; tries < 300; tries += 1) {
    const { isWritablePrimary } = await admin.command({ hello: 1 });
    if (isWritablePrimary === true) return;
    await sleep(100);
  }
  throw new Error('the replica set finds no primary');
};

const serve = async (engine: Engine, place: Place): Promise<ChildProcess> => {
  const child = spawn(engine.command, engine.args(place), { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the engine ended as it started');
  });
  const uri = `mongodb://127.0.0.1:${place.port}/?directConnection=true`;
  const name = await Promise.race([ended, answering(uri, engine, place)]);
  ended.catch(() => undefined);
  process.stdout.write(`${JSON.stringify({ uri, pid: child.pid, name })}\n`);
  return child;
};

const endOfInput = async (): Promise<void> => {
  process.stdin.resume();
  await Promise.race([once(process.stdin, 'end'), once(process.stdin, 'error')]);
};

const endOf = async (pid: number): Promise<void> => {
  while (isAlive(pid)) await sleep(300);
};

const main = async (): Promise<void> => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string' },
      directory: { type: 'string' },
      temporary: { type: 'string' },
      standalone: { type: 'boolean', default: false },
      until: { type: 'string' },
    },
  });
  const engine = await locate().catch((cause: unknown) => {
    throw new Error(
      `no engine for the tests of the MongoDB stores (${lastLine(cause)}): put mongod on the PATH, or Python 3.10 or newer with venv and pip, or set MONGODB_TEST_URI`,
    );
  });
  if (positionals[0] === 'prepare') {
    process.stdout.write(`${engine === mongod ? 'mongod' : secantus}\n`);
    return;
  }
  const temporary =
    values.directory === undefined
      ? (values.temporary ?? (await mkdtemp(join(tmpdir(), 'relevo-mongo-'))))
      : undefined;
  const directory = values.directory ?? join(temporary ?? '', 'data');
  let child: ChildProcess | undefined;
  try {
    await mkdir(directory, { recursive: true });
    const port = values.port === undefined ? await freePort() : Number(values.port);
    child = await serve(engine, { port, directory, standalone: values.standalone });
    await Promise.race([
      values.until === undefined ? endOfInput() : endOf(Number(values.until)),
      once(process, 'SIGTERM'),
      once(process, 'SIGINT'),
      once(child, 'exit'),
    ]);
  } finally {
    child?.kill('SIGKILL');
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  }
};

try {
  await main();
  process.exit(0);
} catch (cause) {
  process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
  process.exit(1);
}
