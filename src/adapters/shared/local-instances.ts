import type { OwnerId } from '../../application/ports/chat-store.port.ts';
import type { StoreUnavailable } from '../../application/ports/errors.ts';
import type { Instances } from '../../application/ports/instances.port.ts';
import type { TaskEither } from '../../domain/fp.ts';

/**
 * Heartbeats for a store that one process has to itself: nobody else can be alive, so nothing is written, and what an
 * earlier process owned is free the moment the next one starts.
 */
export const makeLocalInstances = (
  answer: <A>(action: () => A) => TaskEither<StoreUnavailable, A>,
): Instances => {
  const beats = new Map<OwnerId, number>();
  return {
    beat: (self) =>
      answer(() => {
        beats.set(self, (beats.get(self) ?? 0) + 1);
      }),
    list: () => answer(() => Array.from(beats, ([id, beat]) => ({ id, beat }))),
    release: (id) =>
      answer(() => {
        beats.delete(id);
      }),
  };
};
