import { MongoClient, MongoServerError, type MongoClientOptions } from 'mongodb';
import { MongoOpenError } from './open-error.ts';

export interface MongoSettings {
  /** Connection string; may hold a password, so it is never logged. */
  readonly uri: string;
  readonly database: string;
  /** The name under which operators see our connections. */
  readonly appName?: string;
  /** Connections at once; absent: what the connection string says, or 20. */
  readonly maxPoolSize?: number;
  /** Longest that a caller waits for an answer, ms; at most this long a start waits, too. */
  readonly deadlineMs?: number;
}

export const defaultDeadlineMs = 5_000;

/** Code of a server's error: there is a document with this `_id`. */
export const duplicateKey = 11000;

/**
 * What the guarantees need, whatever the connection string says: a write is answered when a majority has it in its
 * journal, and a read tells nothing that a failover could take back. With local reads a conversation could be carried
 * on, and its texts sent, from a save that is then rolled back; a primary cut off from the others may still tell an
 * older state, on which no save succeeds.
 */
const concerns = (deadlineMs: number): MongoClientOptions => ({
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: withinDeadline(deadlineMs) },
  readConcern: { level: 'majority' },
  readPreference: 'primary',
});

/** The database gives up a little before the caller does, so that the answer tells why. */
export const withinDeadline = (deadlineMs: number): number => Math.ceil(deadlineMs * 0.9);

/**
 * The driver's own deadlines, where the connection string sets none. Its `timeoutMS` is not used: as of 7.9 it has no
 * effect. A connection without an answer for the whole deadline is closed; the driver then tries once more
 * (`retryReads`, `retryWrites`: on, unless the connection string turns them off for an engine without).
 */
const defaults = (deadlineMs: number): Record<string, string | number> => ({
  appName: 'relevo',
  maxPoolSize: 20,
  serverSelectionTimeoutMS: withinDeadline(deadlineMs),
  waitQueueTimeoutMS: withinDeadline(deadlineMs),
  connectTimeoutMS: withinDeadline(deadlineMs),
  socketTimeoutMS: deadlineMs,
});

/** Nothing is connected yet. Throws `MongoOpenError` for a connection string that cannot be read. */
export const makeClient = ({
  uri,
  appName,
  maxPoolSize,
  deadlineMs = defaultDeadlineMs,
}: MongoSettings): MongoClient => {
  const unset = Object.entries(defaults(deadlineMs)).filter(
    ([name]) => !new RegExp(`[?&]${name}=`, 'iu').test(uri),
  );
  try {
    return new MongoClient(uri, {
      ...Object.fromEntries(unset),
      ...(appName === undefined ? {} : { appName }),
      ...(maxPoolSize === undefined ? {} : { maxPoolSize }),
      ...concerns(deadlineMs),
    });
  } catch (cause) {
    throw new MongoOpenError(`the connection string cannot be used: ${describe(cause)}`, cause);
  }
};

/** One safe line: a server's own text may quote the key of a document, which names a person. */
export const describe = (cause: unknown): string => {
  if (cause instanceof MongoServerError && cause.code !== undefined) {
    const { codeName } = cause as { codeName?: unknown };
    return `error ${cause.code}${typeof codeName === 'string' ? ` (${codeName})` : ''} of the database`;
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.split('\n')[0] ?? '';
};
