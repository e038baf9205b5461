import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import ts from 'typescript';

const folder = fileURLToPath(new URL('../../src', import.meta.url));

const literalsIn = (file: string): ReadonlyArray<{ readonly where: string; readonly pattern: RegExp }> => {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: { where: string; pattern: RegExp }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const flags = node.text.slice(end + 1).replace(/[gy]/gu, '');
      const { line, character } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({
        where: `${file.slice(folder.length + 1)}:${line + 1}:${character + 1} ${node.text.slice(0, 60)}`,
        pattern: new RegExp(node.text.slice(1, end), flags),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

const patterns = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => literalsIn(join(folder, name)));

/** Of what the pattern itself is written with, and of what most patterns repeat. */
const unitsOf = ({ source }: RegExp): ReadonlyArray<string> => {
  const words = source.match(/[\w@.:;,<>=!" '-]{1,12}/gu) ?? [];
  const characters = words.flatMap((word) => [...word]);
  return [
    ...new Set([
      'a',
      '0',
      ' ',
      '-',
      '.',
      '"',
      '\\',
      '\n',
      'a-',
      'a.',
      ' a',
      '+1',
      '<!--',
      '<!---->',
      ...words,
      ...characters,
    ]),
  ];
};

/** Long enough that a pattern with a choice at each repetition does not come to its end before the test run does. */
const repeats = 400;
const behind = ['', '!', '\0', '\n', '@', 'é'];

test('patterns › were found', (t) => {
  t.true(patterns.length > 60, String(patterns.length));
});

for (const { where, pattern } of patterns) {
  test(`${where} › comes to an end, whatever it is asked to look at`, (t) => {
    for (const unit of unitsOf(pattern))
      for (const end of behind) {
        const text = unit.repeat(repeats) + end;
        t.is(typeof pattern.test(text), 'boolean');
        t.is(typeof pattern.test(`x${text}`), 'boolean');
      }
  });
}
