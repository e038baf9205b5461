import { randomBytes } from 'node:crypto';
import type { Sandbox } from '../../sandbox/index.ts';
import type { DependencyContainer } from 'tsyringe';
import { MongoOpenError } from '../adapters/mongodb/open-error.ts';
import { SqliteOpenError } from '../adapters/sqlite/open-error.ts';
import type { Log } from '../application/ports/log.port.ts';
import { E } from '../domain/fp.ts';
import { decodeConfig, describeMistakes, readSecretFile, Secret, type Config } from './config.ts';
import { makeContainer } from './container.ts';
import { startService, type Service } from './lifecycle.ts';
import { tokens } from './tokens.ts';

/** sysexits.h: what `exit` means to whoever started us. */
const exitConfig = 78;
const exitSoftware = 70;
const exitUnavailable = 69;

/** Where the sandbox shows its page. */
const pagePort = 8090;

type Environment = Readonly<Record<string, string | undefined>>;

const decodeOrExit = (env: Environment): { config: Config; warnings: ReadonlyArray<string> } => {
  const decoded = decodeConfig(env, readSecretFile);
  if (E.isRight(decoded)) return decoded.right;
  process.stderr.write(`${describeMistakes(decoded.left)}\n`);
  process.exit(exitConfig);
};

/** Only `dev` goes without: a key and a password of this run, so that `npm start` needs no preparation. */
const withMadeUpSecrets = (config: Config): { config: Config; password?: string } => {
  const { auth } = config;
  if (auth.yaloUser.password !== undefined) return { config };
  const password = randomBytes(9).toString('base64url');
  const yaloUser = { ...auth.yaloUser, password: new Secret(password) };
  return { config: { ...config, auth: { ...auth, yaloUser } }, password };
};

const localUrl = ({ http: { host, port } }: Config): string => {
  const everywhere = host === '0.0.0.0' || host === '::';
  return `http://${everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`;
};

/** Nothing remote is configured: stand-ins play all of it, in this process. */
const startStandIns = async (config: Config): Promise<Sandbox> => {
  const { startSandbox } = await import('../../sandbox/index.ts');
  const start = (page: number): Promise<Sandbox> =>
    startSandbox({ serviceUrl: localUrl(config), ports: { page } });
  // the same address each time, where it can be had
  return start(pagePort).catch(() => start(0));
};

const greet = (log: Log, service: Service, config: Config, sandbox?: Sandbox, password?: string): void => {
  const { username } = config.auth.yaloUser;
  log.info('ready', { url: service.url, store: config.store.kind, environment: config.environment });
  if (sandbox === undefined && password === undefined) return;
  const lines = [
    '',
    ...(sandbox === undefined
      ? []
      : [
          '  SANDBOX: no Salesforce and no Yalo is configured; stand-ins play them. Nothing leaves this machine.',
          `  Play customer and agent:  ${sandbox.pageUrl}`,
        ]),
    `  The service:              ${service.url}`,
    ...(password === undefined
      ? []
      : [`  User name and password:   ${username} / ${password}  (made up for this run)`]),
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
};

/** A first signal stops in good order, a second one at once. */
const stopOnSignals = (log: Log, stop: () => Promise<void>): void => {
  let asked = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (asked) process.exit(1);
    asked = true;
    log.info('stopping', { signal });
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('stop-failed', { error });
        process.exit(exitSoftware);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
};

/** What is to be said of a start that failed; `exit`: something that the service needs cannot be had, or a fault of ours. */
const explain = (error: unknown): { readonly text: string; readonly exit: number } => {
  if (error instanceof SqliteOpenError || error instanceof MongoOpenError)
    return { text: error.message, exit: exitUnavailable };
  const { code, port } = error as { code?: unknown; port?: unknown };
  if (code === 'EADDRINUSE') {
    const text = `port ${String(port)} is taken: another process listens there; set PORT`;
    return { text, exit: exitUnavailable };
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
    return { text: `cannot listen: ${(error as Error).message}; see HOST and PORT`, exit: exitUnavailable };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text, exit: exitSoftware };
};

/**
 * The whole life of the process: configuration, sandbox where nothing remote is configured, service, signals. `prepare`
 * registers other things before anything is made; tests use it to end the process at chosen places.
 */
export const run = async (prepare?: (container: DependencyContainer) => void): Promise<void> => {
  try {
    await start(prepare);
  } catch (error) {
    const { text, exit } = explain(error);
    process.stderr.write(`relevo cannot start: ${text}\n`);
    process.exit(exit);
  }
};

const start = async (prepare?: (container: DependencyContainer) => void): Promise<void> => {
  const first = decodeOrExit(process.env);
  const sandbox = first.config.sandbox ? await startStandIns(first.config) : undefined;
  const decoded = sandbox === undefined ? first : decodeOrExit({ ...sandbox.environment(), ...process.env });
  const { config, password } = withMadeUpSecrets(decoded.config);
  if (config.remotes === undefined) throw new Error('no remote systems in the configuration');
  const container = await makeContainer(config, config.remotes);
  prepare?.(container);
  const log = container.resolve(tokens.log);
  for (const warning of first.warnings) log.warn('configuration', { detail: warning });
  if (sandbox !== undefined) log.warn('sandbox', { page: sandbox.pageUrl });
  process.on('unhandledRejection', (error) => log.error('unhandled-rejection', { error }));
  const service = await startService(container);
  process.on('uncaughtException', (error) => {
    log.error('uncaught-exception', { error });
    // also when nothing is left that keeps the process alive until then
    process.exitCode = exitSoftware;
    void service.stop().finally(() => process.exit(exitSoftware));
  });
  stopOnSignals(log, async () => {
    await service.stop();
    await sandbox?.stop();
  });
  sandbox?.connectTo(service.url, {
    username: config.auth.yaloUser.username,
    password: config.auth.yaloUser.password?.reveal() ?? '',
  });
  greet(log, service, config, sandbox, password);
};
