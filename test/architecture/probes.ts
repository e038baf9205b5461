/** A few files, and what each imports. What is named by a path is made too, empty. */
export type Files = Readonly<Record<string, ReadonlyArray<string>>>;

/** Installed in the tree of every probe. */
export const installed = {
  dependencies: [
    'fp-ts',
    'io-ts',
    'jose',
    'mongodb',
    'node-fetch',
    'prom-client',
    'reflect-metadata',
    'restify',
    'tsyringe',
    'undici',
    'winston',
  ],
  devDependencies: ['ava', 'fast-check'],
};

/** Files that break these rules, and no other. */
export interface Probe {
  readonly breaks: ReadonlyArray<string>;
  readonly files: Files;
}

const probe = (rule: string, file: string, ...imports: ReadonlyArray<string>): Probe => ({
  breaks: [rule],
  files: { [file]: imports },
});

const domain = (name: string): Probe => probe('domain-imports-itself-only', 'src/domain/chat.ts', name);

const application = (name: string): Probe =>
  probe('application-imports-domain-only', 'src/application/use-cases/erase.ts', name);

export const probes: ReadonlyArray<Probe> = [
  domain('../application/ports/clock.port.ts'),
  domain('type:../application/ports/clock.port.ts'),
  domain('../adapters/yalo/api.ts'),
  domain('../../sandbox/index.ts'),
  domain('../../test/samples.ts'),
  domain('fp-ts'),
  domain('io-ts'),
  domain('node:crypto'),
  domain('type:node:http'),
  probe('fp-door-opens-on-fp-ts-only', 'src/domain/fp.ts', 'fp-ts', 'io-ts'),
  probe('fp-door-opens-on-fp-ts-only', 'src/domain/fp.ts', './chat.ts'),
  probe('fp-ts-only-through-the-door', 'src/main/config/mistake.ts', 'fp-ts'),
  probe('fp-ts-only-through-the-door', 'src/adapters/yalo/api.ts', 'type:fp-ts'),
  probe('fp-ts-only-through-the-door', 'test/unit/chat.test.ts', 'fp-ts'),
  application('../../adapters/yalo/api.ts'),
  application('type:../../adapters/yalo/api.ts'),
  application('../../../sandbox/index.ts'),
  application('../../../bench/load.ts'),
  application('fp-ts'),
  application('io-ts'),
  application('node:timers/promises'),
  probe('adapters-are-no-siblings', 'src/adapters/yalo/api.ts', '../salesforce-data/login.ts'),
  probe('adapters-are-no-siblings', 'src/adapters/yalo/api.ts', 'type:../salesforce-data/login.ts'),
  probe('adapters-are-no-siblings', 'src/adapters/shared/stores.ts', '../sqlite/open-sqlite.ts'),
  probe('main-is-imported-by-nobody', 'src/adapters/http/serve.ts', '../../main/config.ts'),
  probe('main-is-imported-by-nobody', 'sandbox/server.ts', '../src/main/run.ts'),
  {
    breaks: ['domain-imports-itself-only', 'main-is-imported-by-nobody'],
    files: { 'src/domain/chat.ts': ['type:../main/config.ts'] },
  },
  {
    breaks: ['application-imports-domain-only', 'main-is-imported-by-nobody'],
    files: { 'src/application/application.ts': ['../main/tokens.ts'] },
  },
  probe('sandbox-knows-nothing-of-src', 'sandbox/yalo/phone.ts', '../../src/domain/phone.ts'),
  probe('sandbox-knows-nothing-of-src', 'sandbox/yalo/phone.ts', 'type:../../src/adapters/yalo/api.ts'),
  probe('src-knows-nothing-of-sandbox', 'src/adapters/yalo/api.ts', '../../../sandbox/index.ts'),
  probe('src-knows-nothing-of-sandbox', 'src/main/container.ts', 'type:../../sandbox/index.ts'),
  probe('nobody-imports-tests', 'src/adapters/memory/expiring.ts', '../../../test/support/virtual-clock.ts'),
  probe('nobody-imports-tests', 'src/main/run.ts', '../../bench/load.ts'),
  probe('nobody-imports-tests', 'sandbox/server.ts', '../scripts/config-docs.ts'),
  probe('tsyringe-only-in-its-place', 'src/adapters/http/serve.ts', 'tsyringe'),
  probe('tsyringe-only-in-its-place', 'src/adapters/http/serve.ts', 'reflect-metadata'),
  probe('restify-only-in-its-place', 'src/main/lifecycle.ts', 'type:restify'),
  probe('mongodb-only-in-its-place', 'src/adapters/shared/stores.ts', 'type:mongodb'),
  probe('sqlite-only-in-its-place', 'src/adapters/memory/expiring.ts', 'node:sqlite'),
  probe('jose-only-in-its-place', 'src/adapters/http/token.ts', 'jose'),
  probe('winston-only-in-its-place', 'src/main/run.ts', 'winston'),
  probe('prom-client-only-in-its-place', 'src/adapters/http/serve.ts', 'prom-client'),
  probe('node-fetch-only-in-its-place', 'src/adapters/yalo/api.ts', 'node-fetch'),
  probe('undici-only-in-its-place', 'src/adapters/live-agent/post.ts', 'undici'),
  probe('contract-suites-stand-alone', 'test/contract/crm.suite.ts', 'ava'),
  probe('contract-suites-stand-alone', 'test/contract/crm.suite.ts', '../../src/main/container.ts'),
  {
    breaks: ['contract-suites-stand-alone'],
    files: {
      'test/contract/crm.suite.ts': ['./crm/cases.ts'],
      'test/contract/crm/cases.ts': ['type:../../../src/adapters/salesforce-data/login.ts'],
    },
  },
  probe('the-inside-stands-alone', 'src/index.ts', './adapters/yalo/api.ts'),
  probe('the-inside-stands-alone', 'src/index.ts', 'io-ts'),
  {
    breaks: ['no-circles'],
    files: { 'src/domain/chat.ts': ['./effect.ts'], 'src/domain/effect.ts': ['type:./chat.ts'] },
  },
  { breaks: ['no-orphans'], files: { 'src/domain/chat.ts': [] } },
  probe('every-import-is-found', 'test/unit/chat.test.ts', 'a-package-that-is-not-there'),
  {
    breaks: ['server-reaches-all-of-src'],
    files: {
      'src/main/server.ts': ['./run.ts'],
      'test/unit/chat.test.ts': ['../../src/domain/chat.ts'],
    },
  },
  probe('src-runs-without-development-packages', 'src/adapters/system/ids.ts', 'fast-check'),
];

/** What the house allows. */
export const allowed: Files = {
  'src/domain/fp.ts': ['fp-ts'],
  'src/domain/chat.ts': ['./fp.ts'],
  'src/application/ports/crm.port.ts': ['../../domain/chat.ts'],
  'src/application/use-cases/erase.ts': ['../ports/crm.port.ts'],
  'src/adapters/shared/stores.ts': ['../../application/ports/crm.port.ts', 'node-fetch', 'type:fast-check'],
  'src/adapters/yalo/api.ts': [
    '../shared/stores.ts',
    './bot.ts',
    'io-ts',
    'node:https',
    '../../domain/chat.ts',
  ],
  'src/adapters/http/serve.ts': ['restify', '../../application/use-cases/erase.ts'],
  'src/adapters/mongodb/store.ts': ['mongodb'],
  'src/adapters/sqlite/store.ts': ['node:sqlite'],
  'src/adapters/jose/token.ts': ['jose'],
  'src/adapters/winston/log.ts': ['winston'],
  'src/adapters/metrics/metrics.ts': ['prom-client'],
  'src/adapters/media/download.ts': ['node-fetch'],
  'src/main/container.ts': [
    'tsyringe',
    'reflect-metadata',
    '../adapters/yalo/api.ts',
    '../adapters/http/serve.ts',
    '../adapters/mongodb/store.ts',
    '../adapters/sqlite/store.ts',
    '../adapters/jose/token.ts',
    '../adapters/winston/log.ts',
    '../adapters/metrics/metrics.ts',
    '../adapters/media/download.ts',
  ],
  'src/main/run.ts': ['./container.ts', '../../sandbox/index.ts'],
  'src/main/server.ts': ['./run.ts'],
  'src/index.ts': ['./application/use-cases/erase.ts', './embedding.ts'],
  'src/embedding.ts': ['./domain/chat.ts'],
  'src/adapters/yalo/index.ts': ['./api.ts'],
  'src/adapters/http/webhooks/index.ts': ['../serve.ts'],
  'src/adapters/absent/index.ts': ['../../domain/chat.ts'],
  'sandbox/index.ts': ['node:http', './yalo/phone.ts'],
  'scripts/config-docs.ts': ['../src/main/config/docs.ts'],
  'bench/load.ts': ['../src/main/run.ts', '../sandbox/index.ts'],
  'test/contract/crm.suite.ts': ['../../src/application/ports/crm.port.ts', './crm/cases.ts'],
  'test/contract/crm.test.ts': ['./crm.suite.ts', 'ava', '../../src/adapters/yalo/api.ts'],
};
