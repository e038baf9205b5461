/**
 * The house: imports point left in domain ← application ← adapters ← main. `test/architecture/structure.test.ts` runs
 * these rules over the tree, and proves of each that it fires.
 */

/** A package wherever npm puts it, or its types. */
const packages = (...names) => `(^|/)node_modules/(@types/)?(${names.join('|')})/`;

const anyPackage = '(^|/)node_modules/';

/** A technology that the service meets in one place only. */
const onlyIn = (home, name, to) => ({
  name: `${name}-only-in-its-place`,
  comment: `${name} stays behind its port: only ${home.map((folder) => `src/${folder}`).join(' and ')} may know it.`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/(${home.join('|')})/` },
  to,
});

module.exports = {
  forbidden: [
    {
      name: 'domain-imports-itself-only',
      comment:
        'The domain is pure: no other layer, no package, no module of Node. domain/fp.ts alone names fp-ts.',
      severity: 'error',
      from: { path: '^src/domain/', pathNot: '^src/domain/fp\\.ts$' },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'fp-door-opens-on-fp-ts-only',
      comment: 'domain/fp.ts passes fp-ts on, and nothing else.',
      severity: 'error',
      from: { path: '^src/domain/fp\\.ts$' },
      to: { pathNot: packages('fp-ts') },
    },
    {
      name: 'fp-ts-only-through-the-door',
      comment: 'fp-ts can be replaced in one file: everybody imports src/domain/fp.ts.',
      severity: 'error',
      from: { pathNot: '^src/(domain|application)/' },
      to: { path: packages('fp-ts') },
    },
    {
      name: 'application-imports-domain-only',
      comment: 'Use cases and ports know the domain: no adapter, no package, no module of Node.',
      severity: 'error',
      from: { path: '^src/application/' },
      to: { pathNot: '^src/(application|domain)/' },
    },
    {
      name: 'adapters-are-no-siblings',
      comment: 'An adapter knows its own folder and adapters/shared; what two of them need goes there.',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/adapters/', pathNot: '^src/adapters/(shared|$1)/' },
    },
    {
      name: 'main-is-imported-by-nobody',
      comment:
        'Only main knows how the parts fit together. Tests, benches and scripts stand outside and may start it.',
      severity: 'error',
      from: { path: '^(src|sandbox)/', pathNot: '^src/main/' },
      to: { path: '^src/main/' },
    },
    {
      name: 'sandbox-knows-nothing-of-src',
      comment: 'A stand-in that shares code with the service shares its mistakes too.',
      severity: 'error',
      from: { path: '^sandbox/' },
      to: { path: '^src/', pathNot: '^src/main/' },
    },
    {
      name: 'src-knows-nothing-of-sandbox',
      comment:
        'The service runs without stand-ins. Only main/run.ts loads them, when nothing remote is configured.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(domain|application)/|^src/main/run\\.ts$' },
      to: { path: '^sandbox/' },
    },
    {
      name: 'nobody-imports-tests',
      comment: 'Tests, benches and scripts are no part of what runs.',
      severity: 'error',
      from: { path: '^(src|sandbox)/', pathNot: '^src/(domain|application)/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    onlyIn(['main'], 'tsyringe', { path: packages('tsyringe', 'reflect-metadata') }),
    onlyIn(['adapters/http'], 'restify', { path: packages('restify') }),
    onlyIn(['adapters/mongodb'], 'mongodb', { path: packages('mongodb', 'bson') }),
    onlyIn(['adapters/sqlite'], 'sqlite', { path: '^(node:)?sqlite$' }),
    onlyIn(['adapters/jose'], 'jose', { path: packages('jose') }),
    onlyIn(['adapters/winston'], 'winston', { path: packages('winston', 'logform') }),
    onlyIn(['adapters/metrics'], 'prom-client', { path: packages('prom-client') }),
    onlyIn(['adapters/media', 'adapters/shared'], 'node-fetch', { path: packages('node-fetch') }),
    onlyIn(['adapters/shared'], 'undici', { path: packages('undici') }),
    {
      name: 'contract-suites-stand-alone',
      comment: 'Others run the suites on their own adapters, with a test runner of their choice.',
      severity: 'error',
      from: { path: '^test/contract/.+\\.suite\\.ts$' },
      to: { path: `${packages('ava')}|^src/(adapters|main)/`, reachable: true },
    },
    {
      name: 'the-inside-stands-alone',
      comment: 'Whoever imports the use cases alone needs no adapter, and no package but fp-ts.',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^src/(adapters|main)/|(^|/)node_modules/(?!(@types/)?fp-ts/)', reachable: true },
    },
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one file, or three.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that imports nothing and that nobody imports is left over.',
      severity: 'error',
      from: { orphan: true },
      to: {},
    },
    {
      name: 'server-reaches-all-of-src',
      comment: 'Code that only tests reach is no part of the service: wire it up, or take it away.',
      severity: 'error',
      from: { path: '^src/main/server\\.ts$' },
      to: {
        path: '^src/',
        pathNot: [
          // what writes the documents of the configuration is for scripts/config-docs.ts
          '^src/main/config/docs\\.ts$',
          // the entries of the package, and what is for embedders alone
          '^src/(index|embedding)\\.ts$',
          '^src/adapters/.+/index\\.ts$',
          '^src/adapters/absent/',
        ],
        reachable: false,
      },
    },
    {
      name: 'every-import-is-found',
      comment: 'An import that leads nowhere would slip through the rules above.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'src-runs-without-development-packages',
      comment: 'A deployment installs no development dependencies. Types are gone by then.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'], path: anyPackage },
    },
  ],
  options: {
    doNotFollow: { path: anyPackage },
    // imports of types count too
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
