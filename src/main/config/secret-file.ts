import { readFileSync, statSync } from 'node:fs';

const largest = 64 * 1024;

/**
 * The text of the file that a `NAME_FILE` names: a regular one of at most 64 KiB, since a device or a pipe may never come
 * to its end. Throws for another one, with a code as Node's own errors have it.
 */
export const readSecretFile = (path: string): string => {
  const file = statSync(path);
  if (!file.isFile()) throw Object.assign(new Error('no regular file'), { code: 'EINVAL' });
  if (file.size > largest) throw Object.assign(new Error('too large'), { code: 'EFBIG' });
  return readFileSync(path, 'utf8');
};
