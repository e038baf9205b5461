import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import readOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';

/** Of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const options = await readOptions(join(root, '.dependency-cruiser.cjs'));

export const ruleNames: ReadonlyArray<string> = (options.ruleSet?.forbidden ?? []).map(
  ({ name }) => name ?? 'a rule without a name',
);

/** The rules of the house over files of `baseDir`. One at a time: dependency-cruiser keeps state in its modules. */
export const cruised = async (baseDir: string, paths: ReadonlyArray<string>): Promise<ICruiseResult> => {
  const { output } = await cruise([...paths], { ...options, baseDir });
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with a text');
  return output;
};
