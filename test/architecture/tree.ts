import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { installed, type Files } from './probes.ts';

const typePrefix = 'type:';

const importOf = (name: string): string =>
  name.startsWith(typePrefix)
    ? `import type { It } from '${name.slice(typePrefix.length)}';\n`
    : `import '${name}';\n`;

const versions = (names: ReadonlyArray<string>): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, '1.0.0']));

/** Runs `use` on a folder laid out like the repository, which is gone afterwards. */
export const inTree = async <A>(files: Files, use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-structure-'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text, { flag: 'a' });
  };
  const { dependencies, devDependencies } = installed;
  try {
    write(
      'package.json',
      JSON.stringify({
        type: 'module',
        dependencies: versions(dependencies),
        devDependencies: versions(devDependencies),
      }),
    );
    for (const name of [...dependencies, ...devDependencies]) {
      write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
      write(`node_modules/${name}/index.js`, '');
    }
    for (const [file, names] of Object.entries(files)) {
      write(file, names.map(importOf).join(''));
      for (const name of names.map((each) => each.replace(typePrefix, '')))
        if (name.startsWith('.')) write(join(dirname(file), name), '');
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
