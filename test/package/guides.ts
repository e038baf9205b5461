import { readFileSync } from 'node:fs';

/** What a reader of the guides does: writes files, runs commands, in the order of the text. */
export interface Guide {
  readonly files: ReadonlyMap<string, string>;
  readonly commands: ReadonlyArray<string>;
}

const block = /<!-- (?<what>file|write|run)(?:: (?<path>\S+))? -->\n+```\w*\n(?<body>[^]*?)\n?```(?=\n)/gu;

/** Of the documents of `docs`, as if they were one. */
export const readGuides = (...names: ReadonlyArray<string>): Guide => {
  const files = new Map<string, string>();
  const commands: string[] = [];
  for (const name of names) {
    const text = readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
    for (const { groups } of text.matchAll(block)) {
      const { what, path, body = '' } = groups ?? {};
      if (what === 'run') commands.push(...body.split('\n'));
      else if (path !== undefined) files.set(path, `${body}\n`);
    }
  }
  return { files, commands };
};
