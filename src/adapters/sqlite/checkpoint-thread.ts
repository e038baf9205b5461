import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** What a pass found, in pages: of the log, and copied by now. Or why there was none. */
export type Pass = { readonly log: number; readonly checkpointed: number } | { readonly failed: string };

/** Each is answered by a `Pass`, but the last. */
export type Ask = 'pass' | 'close';

// the thread of `checkpointer.ts`; its data is the path
const db = new DatabaseSync(workerData as string);
// the log comes to the disk before anything is copied from it
db.exec('PRAGMA synchronous = NORMAL');
const pass = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');

const answer = (): Pass => {
  try {
    return pass.get() as unknown as Pass;
  } catch (cause) {
    return { failed: cause instanceof Error ? cause.message : String(cause) };
  }
};

parentPort?.on('message', (ask: Ask) => {
  if (ask === 'pass') return parentPort?.postMessage(answer());
  db.close();
  parentPort?.close();
});
