import { MongoServerError } from 'mongodb';
import type { Instances } from '../../application/ports/instances.port.ts';
import type { Calls } from './calls.ts';
import { duplicateKey } from './client.ts';
import type { Collections } from './schema.ts';

interface Deps {
  readonly instances: Collections['instances'];
  readonly calls: Calls;
  readonly maxTimeMS: number;
}

/**
 * One small document for each process. It has no time after which it is swept: who is dead is found by those who
 * watch, by their own clocks, and released.
 */
export const makeInstances = ({ instances, calls, maxTimeMS }: Deps): Instances => {
  const beat = async (self: string, owned: number): Promise<void> => {
    await instances.updateOne(
      { _id: self },
      { $inc: { beat: 1 }, $set: { owned } },
      { upsert: true, maxTimeMS },
    );
  };
  return {
    beat: (self, owned) =>
      calls.write(async () => {
        try {
          await beat(self, owned);
        } catch (cause) {
          // two first beats at once: by now the document is there
          if (!(cause instanceof MongoServerError && cause.code === duplicateKey)) throw cause;
          await beat(self, owned);
        }
      }),
    list: () =>
      calls.read(async () => {
        const found = await instances.find({}, { maxTimeMS }).toArray();
        return found.map(({ _id, beat: count, owned }) => ({
          id: _id,
          beat: count,
          ...(owned === undefined ? {} : { owned }),
        }));
      }),
    release: (id) =>
      calls.write(async () => {
        await instances.deleteOne({ _id: id }, { maxTimeMS });
      }),
  };
};
