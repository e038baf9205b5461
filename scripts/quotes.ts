/**
 * Writes into the guides what they quote: whole files of `examples` after `<!-- file: … -->`, and what a contract promises
 * after `<!-- promises: … -->`. With `--check` nothing is written, and the exit code is 1 when a guide is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import * as testing from '../test/contract/index.ts';

const root = new URL('../', import.meta.url);
const guides = ['docs/embedding.md', 'docs/writing-an-adapter.md'];

const contracts: Readonly<Record<string, ReadonlyArray<{ readonly title: string }>>> = testing as never;

const quoted = (file: string): string => {
  const text = readFileSync(new URL(`examples/${file}`, root), 'utf8');
  return `<!-- file: ${file} -->\n\n\`\`\`${file.slice(file.lastIndexOf('.') + 1)}\n${text}\`\`\``;
};

const promised = (name: string): string => {
  const titles = (contracts[name] ?? []).map(({ title }) => `- ${title}`);
  if (titles.length === 0) throw new Error(`relevo/testing has no ${name}`);
  return `<!-- promises: ${name} -->\n\n${titles.join('\n')}\n\n<!-- /promises -->`;
};

const filled = (text: string): string =>
  text
    .replace(/<!-- file: (\S+) -->\n+```\w*\n[^]*?```(?=\n)/gu, (_, file: string) => quoted(file))
    .replace(/<!-- promises: (\w+) -->[^]*?<!-- \/promises -->/gu, (_, name: string) => promised(name));

for (const guide of guides) {
  const file = new URL(guide, root);
  const before = readFileSync(file, 'utf8');
  const after = await format(filled(before), { ...(await resolveConfig(file)), parser: 'markdown' });
  if (after === before) continue;
  if (process.argv.includes('--check')) {
    process.stderr.write(`${guide} is out of date: node scripts/quotes.ts\n`);
    process.exitCode = 1;
  } else writeFileSync(file, after);
}
