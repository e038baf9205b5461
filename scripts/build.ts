/**
 * `dist`, the package as it is published, from the same sources that the service runs from: `npm pack ./dist`. Its
 * package.json is made of ours, but what only an adapter needs is an optional peer: whoever imports the adapter installs
 * it, and nobody else has it.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = `${root}/dist`;

/** Needed by the inside and by adapters that need nothing else. */
const always = ['fp-ts', 'io-ts', 'ulid'];

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | null | { readonly default: string }>>;
  readonly [member: string]: unknown;
}

/** Names of the packages that the built modules import. */
const imported = (): ReadonlySet<string> => {
  const names = globSync('**/*.js', { cwd: dist }).flatMap((path) =>
    [...readFileSync(`${dist}/${path}`, 'utf8').matchAll(/ from ["']((?:@[^/"']+\/)?[^./"'][^/"']*)/gu)].map(
      ([, name = '']) => name,
    ),
  );
  return new Set(names.filter((name) => !name.startsWith('node:')));
};

const published = ({ exports, dependencies, ...own }: Manifest): object => {
  const kept = ['name', 'version', 'description', 'license', 'type', 'sideEffects', 'engines'];
  const names = [...imported()].toSorted();
  const peers = names.filter((name) => !always.includes(name));
  const ranges = (of: ReadonlyArray<string>) =>
    Object.fromEntries(
      of.map((name) => {
        const version = dependencies[name];
        if (version === undefined) throw new Error(`${name} is imported, and no dependency`);
        return [name, `^${version}`];
      }),
    );
  return {
    ...Object.fromEntries(kept.map((member) => [member, own[member]])),
    exports: Object.fromEntries(
      Object.entries(exports).map(([path, target]) => [
        path,
        typeof target === 'object' && target !== null ? target.default.replace('./dist/', './') : target,
      ]),
    ),
    dependencies: ranges(names.filter((name) => always.includes(name))),
    peerDependencies: ranges(peers),
    peerDependenciesMeta: Object.fromEntries(peers.map((name) => [name, { optional: true }])),
  };
};

rmSync(dist, { recursive: true, force: true });
const { status } = spawnSync(
  process.execPath,
  [`${root}/node_modules/typescript/bin/tsc`, '--project', `${root}/tsconfig.build.json`],
  { stdio: 'inherit' },
);
if (status !== 0) process.exit(status ?? 1);

// the compiler leaves the endings in declarations as they are, and not every tool reads them so
for (const path of globSync('**/*.d.ts', { cwd: dist })) {
  const text = readFileSync(`${dist}/${path}`, 'utf8');
  writeFileSync(`${dist}/${path}`, text.replace(/(["'])(\.{1,2}\/[^"']*)\.ts\1/gu, '$1$2.js$1'));
}

const manifest = published(JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as Manifest);
writeFileSync(`${dist}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);

// also what the docstrings name: the specification, and the variables of the service
const documents = [
  'embedding.md',
  'writing-an-adapter.md',
  'configuration.md',
  'api',
  'spec',
  'protocols',
  'adr',
];
for (const path of ['examples', ...documents.map((name) => `docs/${name}`)])
  cpSync(`${root}/${path}`, `${dist}/${path}`, { recursive: true });
const readme = readFileSync(`${root}/docs/embedding.md`, 'utf8');
writeFileSync(`${dist}/README.md`, readme.replace(/\]\((?=[\w./-]+\.md)/gu, '](docs/'));
