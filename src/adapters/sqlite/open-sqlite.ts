import { storeUnavailable, type StoreUnavailable } from '../../application/ports/errors.ts';
import { userKey } from '../../domain/channel.ts';
import { E, TE, type TaskEither } from '../../domain/fp.ts';
import { makeLocalInstances } from '../shared/local-instances.ts';
import type { StoreOptions, Stores } from '../shared/stores.ts';
import { startSweeper } from '../shared/sweeper.ts';
import { makeArrivals } from './arrivals.ts';
import { makeCheckpointer } from './checkpointer.ts';
import { makeSqliteContextStore } from './context-store.adapter.ts';
import { makeConversations } from './conversations.ts';
import { openDisk, type Disk } from './disk.ts';
import { storedKey } from './documents.ts';
import { makeMessageKeys, type KeySizes } from './message-keys.ts';
import { SqliteOpenError } from './open-error.ts';
import { makeOverflow } from './overflow.ts';
import { ownFile, type OwnFile } from './own-file.ts';
import { makeReader } from './reader.ts';
import { pragma } from './schema.ts';
import { makeSetAsides } from './set-aside.ts';
import { makeStanding } from './standing.ts';
import { makeWriter } from './writer.ts';

/** Rows of each kind that one slice takes away: the event loop stands still meanwhile, for some ms at most. */
const sliceMax = 200;

export interface SqliteOptions extends StoreOptions {
  /** The disk did not take a write: every later call answers `StoreUnavailable`, until the file is opened anew. */
  readonly onDiskFailed?: (error: Error) => void;
}

/** For tests. */
interface Inner {
  readonly open?: typeof openDisk;
  readonly keySizes?: KeySizes;
}

/**
 * Opens (and makes) the file for this process alone. Throws `SqliteOpenError`. What a call writes is on the disk when
 * it answers.
 */
export const openSqlite = (path: string, options: SqliteOptions, inner: Inner = {}): Stores => {
  const { open = openDisk, keySizes } = inner;
  const { log, onDiskFailed } = options;
  const own = ownFile(path);
  let disk: Disk | undefined;
  try {
    disk = open(own.path, (error) => {
      log.error('disk-failed', { detail: storeUnavailable(error).detail });
      try {
        own.abandon();
      } catch (cause) {
        log.error('store-abandon-failed', { detail: storeUnavailable(cause).detail });
      }
      onDiskFailed?.(error);
    });
    return makeStores(own, disk, options, keySizes);
  } catch (cause) {
    own.disown();
    disk?.close();
    throw new SqliteOpenError(path, { _tag: 'Unusable', detail: storeUnavailable(cause).detail }, cause);
  }
};

const makeStores = (own: OwnFile, disk: Disk, options: SqliteOptions, keySizes?: KeySizes): Stores => {
  const { clock, log, metrics } = options;
  const { db } = own;
  const keys = makeMessageKeys(db, keySizes);
  const checkpointer = makeCheckpointer({ ...own, disk, log, changesInMemory: keys.changesInMemory });
  const arrivals = makeArrivals(db, clock);
  const standing = makeStanding(db);
  const undone = (): void => {
    arrivals.undone();
    standing.undone();
    keys.undone();
  };
  const read = makeReader({ db, disk, log, metrics });
  const { write, close } = makeWriter({
    db,
    disk,
    log,
    metrics,
    monotonic: clock.monotonic,
    undone,
    between: checkpointer.copy,
  });
  const { sweep: sweepMessages, ...contextStore } = makeSqliteContextStore({
    ...options,
    db,
    arrivals,
    keys,
    read,
    write,
  });
  const {
    forget,
    sweep: sweepConversations,
    ...conversations
  } = makeConversations({ ...options, db, standing, read, write });
  const { forget: forgetSpilled, ...overflow } = makeOverflow(db, read, write);
  const { forget: forgetSetAside, ...setAsides } = makeSetAsides(db, read, write, log);

  const journal = {};

  /** What was erased stands in the log until it is copied back and cut. */
  let erased = false;
  const erasing = <A>(erase: TaskEither<StoreUnavailable, A>): TaskEither<StoreUnavailable, A> =>
    TE.map((done: A) => {
      erased = true;
      return done;
    })(erase);
  const cutLog = async (): Promise<void> => {
    if (!erased) return;
    erased = false;
    try {
      await checkpointer.cut();
    } catch (cause) {
      erased = true;
      log.error('store-log-not-cut', { detail: storeUnavailable(cause).detail });
    }
  };

  const stopSweeper = startSweeper(clock, async () => {
    const swept = await write(() => {
      const expired = sweepConversations(sliceMax);
      expired.forEach(forgetSpilled);
      return [expired.length, sweepMessages(sliceMax)];
    })();
    // the next slice does not wait for the disk
    void cutLog();
    return E.isRight(swept) && swept.right.includes(sliceMax);
  });

  return {
    contextStore: { ...contextStore, journal, erase: (user) => erasing(contextStore.erase(user)) },
    chatStore: {
      journal,
      ...conversations,
      ...overflow,
      ...setAsides,
      erase: (user) =>
        erasing(
          write(() => {
            const key = storedKey(userKey(user));
            forget(key);
            forgetSpilled(key);
            forgetSetAside(key);
          }),
        ),
    },
    instances: makeLocalInstances(read),
    // the same number again, which writes a page all the same
    tryWrite: write(() => db.exec(`PRAGMA user_version = ${pragma(db, 'user_version')}`)),
    close: async () => {
      if (!db.isOpen) return;
      stopSweeper();
      await close();
      await cutLog();
      await checkpointer.settled();
      if (disk.hasFailed()) return;
      try {
        arrivals.settleUp();
      } catch (cause) {
        log.error('store-close-failed', { detail: storeUnavailable(cause).detail });
      }
      own.disown();
      disk.close();
    },
  };
};
