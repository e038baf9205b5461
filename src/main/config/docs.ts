import { defaultTexts } from '../../domain/texts.ts';
import type { Variable } from './variable.ts';
import { chapters } from './variables.ts';

type Row = readonly [name: string, variable: Variable<unknown>];

const rows = (variables: Readonly<Record<string, Variable<unknown>>>): ReadonlyArray<Row> =>
  Object.entries(variables);

const cell = (text: string): string => text.replaceAll('|', '\\|');

const shownDefault = ({ default: text, defaultShown }: Variable<unknown>): string =>
  defaultShown ?? (text === undefined ? '–' : `\`${text}\``);

const tableRow = ([name, variable]: Row): string =>
  `| ${name}${variable.secret ? ' 🔒' : ''} | ${cell(shownDefault(variable))} | ${cell(variable.meaning)} |`;

const table = (head: ReadonlyArray<string>, lines: ReadonlyArray<string>): string =>
  [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...lines].join('\n');

/** The generated part of docs/configuration.md. */
export const configurationTables = (): string =>
  [
    ...chapters.flatMap(({ title, variables }) => [
      `## ${title}`,
      table(['name', 'default', 'meaning'], rows(variables).map(tableRow)),
    ]),
    '## Texts',
    table(
      ['name', 'default'],
      Object.entries(defaultTexts).map(
        ([name, text]) => `| ${name} | ${text === '' ? '(off)' : `\`${cell(text)}\``} |`,
      ),
    ),
  ].join('\n\n');

/** Lines of at most so many characters. */
const wrap = (text: string, width: number): ReadonlyArray<string> =>
  text.split(' ').reduce<ReadonlyArray<string>>((lines, word) => {
    const last = lines.at(-1);
    return last === undefined || last.length + 1 + word.length > width
      ? [...lines, word]
      : [...lines.slice(0, -1), `${last} ${word}`];
  }, []);

const example = ([name, variable]: Row): string =>
  [
    ...wrap(variable.meaning.replaceAll('`', ''), 108).map((line) => `# ${line}`),
    ...(variable.secret ? [`# secret: may also be read from the file that ${name}_FILE names`] : []),
    ...(variable.defaultShown === undefined ? [] : [`# default: ${variable.defaultShown}`]),
    `#${name}=${variable.default ?? ''}`,
  ].join('\n');

/** `.env.example`: every variable, commented out, with its default. */
export const envExample = (): string =>
  [
    [
      '# Every variable, with its default behind the =. Made by scripts/config-docs.ts: change src/main/config/variables.',
      '# Nothing needs to be set to try the service: without addresses the sandbox plays all remotes.',
    ].join('\n'),
    ...chapters.flatMap(({ title, variables }) => [`# --- ${title} ---`, ...rows(variables).map(example)]),
  ].join('\n\n') + '\n';
