import test from 'ava';
import { ESLint } from 'eslint';
import { configs } from 'typescript-eslint';
import { root } from './cruise.ts';

/** The rules of eslint.config.js that read the text alone. Those that need types run in `npm run check:lint`. */
const eslint = new ESLint({
  cwd: root,
  overrideConfig: [configs.disableTypeChecked, { rules: { 'fp-ts/no-discarded-pure-expression': 'off' } }],
});

/** The rules that `code` breaks as a file of that path. */
const brokenBy = async (filePath: string, code: string): Promise<ReadonlyArray<string>> => {
  const results = await eslint.lintText(`${code}\n`, { filePath });
  const rules = results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ruleId ?? message));
  return [...new Set(rules)].toSorted();
};

const foundIn = async (paths: ReadonlyArray<string>, rule: RegExp): Promise<ReadonlyArray<string>> => {
  const results = await eslint.lintFiles([...paths]);
  return results.flatMap(({ filePath, messages }) =>
    messages
      .filter(({ fatal, ruleId }) => fatal === true || rule.test(ruleId ?? ''))
      .map(({ line, message }) => `${filePath}:${line} ${message}`),
  );
};

const inside = ['src/domain/chat.ts', 'src/application/use-cases/get-chat.use-case.ts'];

const impure: ReadonlyArray<readonly [code: string, ...rules: ReadonlyArray<string>]> = [
  ['export const it = Date.now();', 'no-restricted-properties'],
  ["export const it = Date['now']();", 'no-restricted-properties'],
  ['export const { now } = Date;', 'no-restricted-properties'],
  ['export const it = new Date();', 'no-restricted-syntax'],
  ['export const it = Date();', 'no-restricted-syntax'],
  ['export const it = Math.random();', 'no-restricted-properties'],
  ['export const it = performance.now();', 'no-undef'],
  ['export const it = crypto.randomUUID();', 'no-undef'],
  ['export const it = setTimeout(String, 1);', 'no-undef'],
  ['export const it = setInterval(String, 1);', 'no-undef'],
  ['export const it = setImmediate(String);', 'no-undef'],
  ['export const it = AbortSignal.timeout(1);', 'no-restricted-properties'],
  ['export const it = process.env.PORT;', 'no-undef'],
  ['export const it = process.hrtime.bigint();', 'no-undef'],
  ['console.log(1);', 'no-console', 'no-undef'],
  ["export const it = fetch('http://example.com');", 'no-undef'],
  ['export const it = globalThis.process;', 'no-restricted-globals'],
  ["export const it = import('node:fs');", 'no-restricted-syntax'],
];

for (const file of inside) {
  for (const [code, ...rules] of impure)
    test(`${file} › must not say: ${code}`, async (t) => {
      const broken = await brokenBy(file, code);
      t.deepEqual(
        rules.filter((rule) => !broken.includes(rule)),
        [],
      );
    });

  test(`${file} › may reckon with times that it was given`, async (t) => {
    t.deepEqual(await brokenBy(file, 'export const text = (at: number) => new Date(at).toISOString();'), []);
  });
}

test('domain and application › read no clock, no chance and no process', async (t) => {
  t.deepEqual(await foundIn(['src/domain', 'src/application'], /^no-(undef|console|restricted-)/u), []);
});

const leftOut = ['only', 'skip', 'failing', 'todo', 'serial.only', 'serial.skip', 'before.skip'];

for (const name of leftOut)
  test(`tests › must not say: test.${name}()`, async (t) => {
    const code = `import test from 'ava';\ntest.${name}('a title', (t) => t.pass());`;
    t.deepEqual(await brokenBy('test/unit/chat.test.ts', code), ['no-restricted-syntax']);
  });

test('tests › may leave a test out where the machine lacks what it needs', async (t) => {
  const code = "import test from 'ava';\nexport const inBrowser = process.env.CI ? test.skip : test;";
  t.deepEqual(await brokenBy('test/unit/chat.test.ts', code), []);
});

test('tests › are all run', async (t) => {
  t.deepEqual(await foundIn(['test'], /^no-restricted-syntax$/u), []);
});

const unsafe: ReadonlyArray<readonly [code: string, rule: string]> = [
  ["document.body.innerHTML = '<b>';", 'no-restricted-properties'],
  ["document.body.insertAdjacentHTML('beforeend', '<b>');", 'no-restricted-properties'],
  ["document.write('<b>');", 'no-restricted-properties'],
  ['process.exit();', 'no-undef'],
];

for (const [code, rule] of unsafe)
  test(`the page › must not say: ${code}`, async (t) => {
    t.deepEqual(await brokenBy('sandbox/page/app.js', code), [rule]);
  });
