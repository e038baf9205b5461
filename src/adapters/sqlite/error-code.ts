/** SQLite's primary result codes (sqlite.org/rescode.html). */
export const sqliteCode = { busy: 5, ioError: 10 } as const;

/** Whether SQLite threw it with this code, or with one that extends it. */
export const hasCode = (cause: unknown, code: number): cause is Error =>
  cause instanceof Error &&
  'errcode' in cause &&
  typeof cause.errcode === 'number' &&
  (cause.errcode & 0xff) === code;
