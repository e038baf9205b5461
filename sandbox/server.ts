/**
 * The sandbox alone, on loopback: `node sandbox/server.ts [--page 8090] [--service http://127.0.0.1:8080] …`. Prints
 * the variables that make a service talk to it, as lines that a shell can read, and the address of the page.
 */
import { parseArgs } from 'node:util';
import { startSandbox } from './index.ts';

const help = `Usage: node sandbox/server.ts [options]

  --service URL        where the service is (http://127.0.0.1:8080)
  --username NAME      its API user with YALO_ROLE (yaloUser)
  --password TEXT      the password of that user (sandbox-yalo-password)
  --studio             bot states go to Studio instead of Botrunner
  --page PORT          the page and the control API (8090)
  --login, --data, --chat, --integrations, --botrunner, --studio-port, --media PORT
                       the stand-ins (any free port)
`;

const text = { type: 'string' } as const;

const options = {
  service: { ...text, default: 'http://127.0.0.1:8080' },
  username: { ...text, default: 'yaloUser' },
  password: { ...text, default: 'sandbox-yalo-password' },
  studio: { type: 'boolean', default: false },
  page: { ...text, default: '8090' },
  login: text,
  data: text,
  chat: text,
  integrations: text,
  botrunner: text,
  'studio-port': text,
  media: text,
  help: { type: 'boolean', default: false },
} as const;

const port = (name: string, value: string): number => {
  if (/^\d{1,5}$/u.test(value) && Number(value) < 65_536) return Number(value);
  throw new Error(`--${name} must be a port, not ${value}`);
};

const quoted = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options });
  if (values.help) return void process.stdout.write(help);
  const { service, username, password, studio, 'studio-port': studioPort } = values;
  if (!URL.canParse(service)) throw new Error(`--service must be a URL, not ${service}`);
  const given = { ...values, studio: studioPort };
  const names = ['page', 'login', 'data', 'chat', 'integrations', 'botrunner', 'studio', 'media'] as const;
  const ports = Object.fromEntries(
    names.flatMap((name) => (given[name] === undefined ? [] : [[name, port(name, given[name])]])),
  );
  const sandbox = await startSandbox({ ports, botStatesVia: studio ? 'studio' : 'botrunner' });
  sandbox.connectTo(service, { username, password });
  const variables = { ...sandbox.environment(), YALO_USERNAME: username, YALO_PASSWORD: password };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}`);
  process.stdout.write(`${lines.join('\n')}\n# the page: ${sandbox.pageUrl}\n`);
  const stop = (): void => void sandbox.stop().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
};

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
