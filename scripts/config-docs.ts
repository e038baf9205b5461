/**
 * Writes `.env.example` and the tables of docs/configuration.md and the README from the table of variables. With `--check`
 * nothing is written, and the exit code is 1 when one of them is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { configurationTables, envExample } from '../src/main/config/docs.ts';

const root = new URL('../', import.meta.url);
const docsFile = new URL('docs/configuration.md', root);
const readmeFile = new URL('README.md', root);
const exampleFile = new URL('.env.example', root);
const [begin, end] = ['<!-- configuration -->', '<!-- /configuration -->'];

const between = (file: URL, content: string): string => {
  const text = read(file) ?? '';
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${file.pathname} needs the lines ${begin} and ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
};

const read = (file: URL): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

const pretty = async (text: string): Promise<string> =>
  format(text, { ...(await resolveConfig(docsFile)), parser: 'markdown' });

const wanted = [
  { file: exampleFile, text: envExample() },
  { file: docsFile, text: await pretty(between(docsFile, configurationTables())) },
  {
    file: readmeFile,
    // one chapter of the README, so its own chapters go a level down
    text: await pretty(between(readmeFile, configurationTables().replace(/^## /gmu, '### '))),
  },
];
const outdated = wanted.filter(({ file, text }) => read(file) !== text);

if (process.argv.includes('--check')) {
  for (const { file } of outdated) {
    process.stderr.write(
      `${file.pathname.slice(root.pathname.length)} is out of date: run scripts/config-docs.ts\n`,
    );
  }
  process.exitCode = outdated.length > 0 ? 1 : 0;
} else {
  for (const { file, text } of outdated) writeFileSync(file, text);
}
