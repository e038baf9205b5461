/**
 * The package's public face: an API report for each entry of package.json's `exports`, so that a change of what others
 * build on shows in a review, and the reference for people, made of the docstrings. Both are in docs/api. With `--check`
 * nothing is written, and the exit code is 1 when something there is out of date. Reads what `npm run build` made.
 */
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { Application } from 'typedoc';
import { entries, type Entry } from './entries.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const home = join(root, 'docs/api');
const made = mkdtempSync(join(tmpdir(), 'relevo-api-'));

/** Passes parts of another package on, which neither tool can describe: its page shows its declarations. */
const passedOn = 'relevo/fp';
const ours = entries.filter(({ name }) => name !== passedOn);
const fileOf = ({ name }: Entry): string => name.replaceAll('/', '-');

const extractorOf = (entry: Entry): ExtractorConfig =>
  ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, entry.declarations),
      compiler: {
        overrideTsconfig: {
          extends: join(root, 'tsconfig.build.json'),
          include: ours.map(({ declarations }) => join(root, declarations)),
        },
      },
      newlineKind: 'lf',
      apiReport: {
        enabled: true,
        reportFileName: fileOf(entry),
        reportFolder: join(made, 'report'),
        reportTempFolder: join(made, 'temp'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true },
          // all that is exported is public
          'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
          // an adapter speaks of ports, which `relevo` exports: there nothing may be missing
          'ae-forgotten-export': {
            logLevel: entry.name === 'relevo' ? ExtractorLogLevel.Error : ExtractorLogLevel.None,
          },
        },
        // the docstrings are typedoc's to read
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  });

const makeReports = (): void => {
  mkdirSync(join(made, 'report'));
  const configs = ours.map(extractorOf);
  const [first] = configs;
  if (first === undefined) throw new Error('package.json exports nothing');
  const compilerState = CompilerState.create(first, {
    additionalEntryPoints: configs.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
  });
  for (const config of configs)
    Extractor.invoke(config, {
      localBuild: true,
      compilerState,
      messageCallback: (message) => {
        message.handled = true;
        if (message.logLevel === ExtractorLogLevel.Error) throw new Error(message.text);
      },
    });
  rmSync(join(made, 'temp'), { recursive: true, force: true });
};

const makeReference = async (): Promise<void> => {
  const app = await Application.bootstrapWithPlugins({
    entryPoints: ours.map(({ source }) => join(root, source)),
    tsconfig: join(root, 'tsconfig.json'),
    plugin: ['typedoc-plugin-markdown'],
    out: made,
    name: 'relevo',
    readme: 'none',
    disableSources: true,
    excludeExternals: true,
    skipErrorChecking: true,
    logLevel: 'Error',
    // of the plug-in
    ...{
      outputFileStrategy: 'modules',
      flattenOutputFiles: true,
      hidePageHeader: true,
      hideBreadcrumbs: true,
      // of several headings of one name links mean the right one
      useHTMLAnchors: true,
    },
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('typedoc cannot read the sources');
  for (const module of project.children ?? []) {
    const entry = ours.find(({ source }) => source.replace(/(\/index)?\.ts$/u, '') === module.name);
    if (entry !== undefined) module.name = entry.name;
  }
  await app.generateOutputs(project);
};

const makePassedOn = (): void => {
  const { declarations } = entries.find(({ name }) => name === passedOn) ?? {};
  if (declarations === undefined) throw new Error(`package.json does not export ${passedOn}`);
  const file = `${passedOn.replaceAll('/', '.')}.md`;
  const fence = '```';
  writeFileSync(
    join(made, file),
    `# ${passedOn}\n\nOf [fp-ts](https://gcanti.github.io/fp-ts/modules/), version 2:\n\n${fence}ts\n${read(root, declarations).trim()}\n${fence}\n`,
  );
  const index = read(made, 'README.md');
  writeFileSync(join(made, 'README.md'), `${index.trimEnd()}\n- [${passedOn}](${file})\n`);
};

const listed = (folder: string): ReadonlyArray<string> => globSync('**/*.md', { cwd: folder }).toSorted();
const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8');

try {
  await makeReference();
  makePassedOn();
  makeReports();
  const files = [...new Set([...listed(made), ...listed(home)])];
  const outdated = files.filter(
    (file) =>
      !existsSync(join(made, file)) || !existsSync(join(home, file)) || read(made, file) !== read(home, file),
  );
  if (process.argv.includes('--check')) {
    for (const file of outdated)
      process.stderr.write(`docs/api/${file} is out of date: npm run api, and look at what changed\n`);
    process.exitCode = outdated.length > 0 ? 1 : 0;
  } else {
    rmSync(home, { recursive: true, force: true });
    cpSync(made, home, { recursive: true });
    process.stdout.write(`${outdated.length} of ${files.length} files of docs/api changed\n`);
  }
} finally {
  rmSync(made, { recursive: true, force: true });
}
