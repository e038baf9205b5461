import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { readGuides } from './guides.ts';
import { link, pack, root, run, start } from './project.ts';

interface Packed {
  readonly folder: string;
  readonly tarball: string;
}

const test = anyTest as TestFn<Packed>;

test.before(async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-package-'));
  t.context = { folder, tarball: await pack(folder) };
});

test.after.always(({ context: { folder } }) => {
  rmSync(folder, { recursive: true, force: true });
});

let withoutRegistry = false;

/** npm asks the registry; without one the packages of this repository stand in, and the test says so. */
const install = async (
  t: ExecutionContext<Packed>,
  project: string,
  line: string,
  only?: ReadonlyArray<string>,
): Promise<void> => {
  const { code, said } = withoutRegistry ? { code: 1, said: '' } : await run(project, line, 45_000);
  if (code === 0) return;
  withoutRegistry = true;
  t.log(
    `NO REGISTRY: \`${line}\` failed, packages of this repository are linked instead.\n${said.slice(-500)}`,
  );
  await link(project, t.context.tarball, only);
};

const projectIn = (t: ExecutionContext<Packed>, name: string): string => {
  const project = join(t.context.folder, name);
  mkdirSync(project);
  return project;
};

const inside = ['fp-ts', 'io-ts', 'ulid'];

test.serial('the package › is imported without container, web framework and drivers', async (t) => {
  const project = projectIn(t, 'bare');
  await run(project, 'npm init -y && npm pkg set type=module');
  await install(t, project, `npm install "${t.context.tarball}"`, inside);
  const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
  t.deepEqual(installed.toSorted(), [...inside, 'relevo'].toSorted());

  const adapters = [
    'absent',
    'botrunner',
    'credentials',
    'memory',
    'sqlite',
    'studio',
    'system',
    'webhooks',
    'yalo',
  ];
  const names = [
    'relevo',
    'relevo/fp',
    'relevo/testing',
    ...adapters.map((name) => `relevo/adapters/${name}`),
  ];
  writeFileSync(join(project, 'all.js'), `${names.map((name) => `import '${name}';`).join('\n')}\n`);
  t.like(await run(project, 'node all.js'), { code: 0 });

  for (const hidden of ['relevo/adapters/shared', 'relevo/src/index.js', 'relevo/dist/src/index.js']) {
    const { code, said } = await run(project, `node --input-type=module -e "import '${hidden}'"`);
    t.is(code, 1);
    t.regex(said, /ERR_PACKAGE_PATH_NOT_EXPORTED/u, hidden);
  }
});

test.serial('the package › is not what npm packs of the repository', async (t) => {
  const { code, said } = await run(root, 'npm pack --dry-run');
  t.not(code, 0);
  t.regex(said, /the package is dist/u);
});

test.serial('the package › has every document that its documents lead to', async (t) => {
  const unpacked = projectIn(t, 'unpacked');
  await run(unpacked, `tar -xzf "${t.context.tarball}" --strip-components 1`);
  const pages = globSync('**/*.md', { cwd: unpacked });
  t.true(pages.includes('docs/spec/relay.md') && pages.includes('docs/api/report/relevo.api.md'));
  const text = (page: string): string => readFileSync(join(unpacked, page), 'utf8');
  const broken = pages.flatMap((page) =>
    [...text(page).matchAll(/\]\((?!https?:|\/)([^)#\s]*)(?:#([^)\s]+))?\)/gu)].flatMap(
      ([link, path = '', anchor]) => {
        const target = path === '' ? page : join(dirname(page), path);
        const isThere =
          existsSync(join(unpacked, target)) && (anchor === undefined || anchorsOf(text(target)).has(anchor));
        return isThere ? [] : [`${page}: ${link}`];
      },
    ),
  );
  t.deepEqual(broken, []);
});

/** Of its headings, and those that are set by hand. */
const anchorsOf = (page: string): ReadonlySet<string> =>
  new Set([
    ...[...page.matchAll(/^#+ (.*)$/gmu)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/gu, '')
        .replaceAll(' ', '-'),
    ),
    ...[...page.matchAll(/<a id="([^"]+)"/gu)].map(([, id = '']) => id),
  ]);

test.serial('the guides › lead from npm i to three programs that run', async (t) => {
  const { files, commands } = readGuides('embedding.md', 'writing-an-adapter.md');
  const project = projectIn(t, 'own-relay');
  for (const [file, text] of files) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), text);
  }
  for (const command of commands) {
    const line = command.replace(/^npm install relevo\b/u, `npm install "${t.context.tarball}"`);
    if (line.startsWith('npm install')) await install(t, project, line);
    else {
      const { code, said } = await run(project, line);
      t.is(code, 0, `${line}\n${said}`);
    }
  }

  // use cases behind a server of our own, and a store of our own that outlives it
  const said = { messageId: 'm1', text: 'Hola' };
  const texts: unknown[] = [];
  for (let starts = 0; starts < 2; starts += 1) {
    const server = start(project, 'fastify/main.ts', { PORT: '0' });
    const [, url = ''] = await server.says(/listening at (http\S+)/u);
    const person = `${url}/people/whatsapp/5215550000001`;
    t.is((await send(`${person}/messages`, said)).status, 200);
    const context = (await (await fetch(`${person}/context`)).json()) as {
      result: ReadonlyArray<{ text: string }>;
    };
    texts.push(context.result.map(({ text }) => text));
    t.is((await send(`${person}/messages`, { text: 'Hola' })).status, 400);
    const profile = { name: 'Ana', email: 'ana@example.com', botSlug: 'demo-bot', botId: 'demo' };
    t.is((await send(`${person}/chat`, profile)).status, 502);
    t.is(await server.stop(), 0);
  }
  t.deepEqual(texts, [['Hola'], ['Hola']]);

  // a desk of our own
  const terminal = start(project, 'terminal-desk/main.ts');
  await terminal.says(/quit/u);
  terminal.type('c Hola');
  terminal.type('connect');
  await terminal.says(/connect: \{"_tag":"Right"\}/u);
  terminal.type('accept Andrea');
  await terminal.says(/agent's screen {4}\| Hola soy Ana y necesito ayuda/u);
  terminal.type('a ¿En qué ayudo?');
  await terminal.says(/customer's phone {2}\| ¿En qué ayudo\?/u);
  terminal.type('c Mi pedido no llega');
  await terminal.says(/agent's screen {4}\| Mi pedido no llega/u);
  await terminal.stop();

  // a function that takes webhooks
  for (let starts = 0; starts < 2; starts += 1) {
    const local = start(project, 'webhook-function/local.ts', { PORT: '0' });
    const [, port = ''] = await local.says(/port: (\d+)/u);
    const webhook = {
      id: 'w1',
      from: '5215550000001',
      type: 'text',
      timestamp: '1632367928574',
      text: { body: 'Hola' },
    };
    t.is((await send(`http://127.0.0.1:${port}/whatsapp`, webhook)).status, 200);
    t.is((await send(`http://127.0.0.1:${port}/whatsapp`, { type: 'text' })).status, 400);
    t.is(await local.stop(), 0);
  }
});

const send = (url: string, body: unknown): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
