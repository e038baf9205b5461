import test from 'ava';
import { cruised, root, ruleNames } from './cruise.ts';
import { allowed, probes, type Files } from './probes.ts';
import { inTree } from './tree.ts';

const described = (files: Files): string =>
  Object.entries(files)
    .map(([file, imports]) => `${file} imports ${imports.length === 0 ? 'nothing' : imports.join(' and ')}`)
    .join(', ');

const brokenBy = async (files: Files): Promise<ReadonlyArray<string>> =>
  inTree(files, async (folder) => {
    const { summary } = await cruised(folder, Object.keys(files));
    return [...new Set(summary.violations.map(({ rule }) => rule.name))].toSorted();
  });

test.serial('the house › keeps its rules', async (t) => {
  const { summary } = await cruised(root, ['{src,sandbox,scripts,test,bench}']);
  t.deepEqual(
    summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
    [],
  );
  t.true(summary.totalCruised > 100, 'it read the tree');
});

test.serial('the rules of the house › allow what they should', async (t) => {
  t.deepEqual(await brokenBy(allowed), []);
});

for (const { breaks, files } of probes)
  test.serial(`the rules of the house › fire: ${described(files)}`, async (t) => {
    t.deepEqual(await brokenBy(files), [...breaks].toSorted());
  });

test('the rules of the house › are each proved to fire alone', (t) => {
  const proved = probes.flatMap(({ breaks }) => (breaks.length === 1 ? breaks : []));
  t.deepEqual(
    ruleNames.filter((name) => !proved.includes(name)),
    [],
  );
});
