/** Why the file could not be opened. */
export type OpenProblem =
  /** Another living process owns the file. `pid` absent: it has not left its name (yet). */
  | { readonly _tag: 'InUse'; readonly pid?: number; readonly host?: string }
  /** The file was written by a newer version of this code; nothing was changed in it. */
  | { readonly _tag: 'TooNew'; readonly found: number; readonly known: number }
  /** A database, but not one of ours. */
  | { readonly _tag: 'Foreign' }
  /** No database at all, damaged, not writable, disk full, no such directory. */
  | { readonly _tag: 'Unusable'; readonly detail: string };

const sentence = (path: string, problem: OpenProblem): string => {
  switch (problem._tag) {
    case 'InUse': {
      const who =
        problem.pid === undefined
          ? 'another process, perhaps a program that reads it'
          : `the process with pid ${problem.pid}${problem.host === undefined ? '' : ` on ${problem.host}`}`;
      return `${path} is in use by ${who}; one process at a time owns a sqlite store`;
    }
    case 'TooNew':
      return `${path} has schema version ${problem.found}, this code knows versions up to ${problem.known}: start the newer version again`;
    case 'Foreign':
      return `${path} is a database of something else; it was left as it is`;
    case 'Unusable':
      return `${path} cannot be opened: ${problem.detail}`;
  }
};

/** Thrown by `openSqlite` alone, at start: `message` is one line for the operator. */
export class SqliteOpenError extends Error {
  readonly problem: OpenProblem;

  constructor(path: string, problem: OpenProblem, cause?: unknown) {
    super(sentence(path, problem), { cause });
    this.name = 'SqliteOpenError';
    this.problem = problem;
  }
}
