import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { Arrival } from '../../domain/message.ts';

/** Numbers are promised to the file so far ahead, 10 s: one small write in that time, instead of one per mark. */
const lead = 10_000_000;

/**
 * The line of arrivals. Nothing given here is ever given or undercut again, whatever the clock does and whatever the
 * process dies of: the file holds a number that none given has passed, and a start goes on from there.
 */
export interface Arrivals {
  /** Strictly above all before; inside a write only. */
  readonly next: () => Arrival;
  /** At or above all before, below all later; inside a write only. */
  readonly mark: () => Arrival;
  /** As `mark`, where the file has been told of that time already and nothing is to be written; else undefined. */
  readonly promisedMark: () => Arrival | undefined;
  /** The write that ran `next` or `mark` was undone. */
  readonly undone: () => void;
  /** Hands back what was promised and not used; after the last write, in none itself. */
  readonly settleUp: () => void;
}

export const makeArrivals = (db: DatabaseSync, clock: Clock): Arrivals => {
  const promise = db.prepare(
    `INSERT INTO meta (key, value) VALUES ('arrival', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );
  const stored = db
    .prepare(
      `SELECT max(coalesce((SELECT max(n) FROM messages), 0),
                  coalesce((SELECT value FROM meta WHERE key = 'arrival'), 0)) AS last`,
    )
    .get() as { last: number };
  let { last } = stored;
  let promised = last;

  const give = (arrival: Arrival): Arrival => {
    last = arrival;
    if (last > promised) {
      promise.run(last + lead);
      promised = last + lead;
    }
    return last;
  };
  const now = (): Arrival => Math.floor(clock.now() * 1000);

  return {
    next: () => give(Math.max(last + 1, now())),
    mark: () => give(Math.max(last, now())),
    promisedMark: () => {
      const mark = Math.max(last, now());
      return mark > promised ? undefined : give(mark);
    },
    undone: () => {
      promised = 0;
    },
    settleUp: () => {
      promise.run(last);
      promised = last;
    },
  };
};
