import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One name under which the package can be imported. */
export interface Entry {
  /** `relevo/adapters/memory` */
  readonly name: string;
  readonly source: string;
  readonly declarations: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));

const { name, exports } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | null | { readonly 'relevo-source': string }>>;
};

const sourceOf = (target: (typeof exports)[string] | undefined): string | undefined =>
  typeof target === 'object' && target !== null ? target['relevo-source'].slice(2) : undefined;

const named = (path: string, source: string): Entry => ({
  name: path === '.' ? name : `${name}/${path.slice(2)}`,
  source,
  declarations: `dist/${source.replace(/\.ts$/u, '.d.ts')}`,
});

const expanded = (path: string, source: string): ReadonlyArray<Entry> => {
  const [before = '', after = ''] = source.split('*');
  return globSync(source, { cwd: root })
    .map((file) => [path.replace('*', file.slice(before.length, -after.length)), file] as const)
    .filter(([each]) => !(each in exports))
    .map(([each, file]) => named(each, file));
};

/** Everything that `exports` of package.json names, patterns by each file that they match. */
export const entries: ReadonlyArray<Entry> = Object.entries(exports)
  .flatMap(([path, target]) => {
    const source = sourceOf(target);
    if (source === undefined) return [];
    return source.includes('*') ? expanded(path, source) : [named(path, source)];
  })
  .toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
