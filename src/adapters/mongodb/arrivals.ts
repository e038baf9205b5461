import { MongoServerError } from 'mongodb';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { Arrival } from '../../domain/message.ts';
import { duplicateKey } from './client.ts';
import type { Collections } from './schema.ts';

/**
 * The line of arrivals, common to all processes: a counter in the database. No clocks are compared, so a place that is
 * given after another was answered is above it, whichever processes gave them. Each number is known to a majority
 * before it is used: no failover gives it again.
 */
export interface Arrivals {
  /** Takes so many places; answers the first. */
  readonly take: (count: number) => Promise<Arrival>;
  /**
   * Makes the counter, or pulls it up to the clock, in microseconds: with a counter that got lost a start begins above
   * all that it had given. It then grows slower than the clock.
   */
  readonly ensure: () => Promise<void>;
}

const counterId = 'arrival';

interface ArrivalsOptions {
  readonly counters: Collections['counters'];
  readonly clock: Pick<Clock, 'now'>;
  readonly maxTimeMS: number;
}

export const makeArrivals = ({ counters, clock, maxTimeMS }: ArrivalsOptions): Arrivals => {
  const ensure = async (): Promise<void> => {
    try {
      await counters.updateOne(
        { _id: counterId },
        { $max: { n: Math.floor(clock.now() * 1000) } },
        { upsert: true, maxTimeMS },
      );
    } catch (cause) {
      // another process made it at this moment
      if (!(cause instanceof MongoServerError && cause.code === duplicateKey)) throw cause;
    }
  };

  const add = async (count: number): Promise<number | undefined> => {
    const counter = await counters.findOneAndUpdate(
      { _id: counterId },
      { $inc: { n: count } },
      { returnDocument: 'after', maxTimeMS },
    );
    return counter?.n;
  };

  const addSurely = async (count: number): Promise<number> => {
    const last = await add(count);
    if (last !== undefined) return last;
    await ensure();
    const again = await add(count);
    if (again === undefined) throw new Error('the counter of arrivals cannot be made');
    return again;
  };

  return { take: async (count) => (await addSurely(count)) - count + 1, ensure };
};
