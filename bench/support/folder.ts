import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const open = new Set<string>();

const remove = (path: string): void => {
  open.delete(path);
  rmSync(path, { recursive: true, force: true });
};

// a bench that is cut short leaves nothing behind
process.on('exit', () => open.forEach(remove));

/** A folder for databases, under TMPDIR: whose disk it is decides what a commit costs. */
export const makeFolder = (): { readonly path: string; readonly close: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'relevo-bench-'));
  open.add(path);
  return { path, close: () => remove(path) };
};
