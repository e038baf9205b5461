import type { SetAside } from '../../domain/effect.ts';
import { E } from '../../domain/fp.ts';
import type { Keeper } from '../conversations/keeper.ts';
import { pause } from '../pause.ts';
import { backoffMs } from '../backoff.ts';
import type { LaneDeps } from './lane.ts';

/** Puts an effect into the operators' hands; waits for a store in trouble. False: the conversation was lost meanwhile. */
export const setAside = async (
  { store, clock, ids, log, probe, halt }: LaneDeps,
  keeper: Keeper,
  entry: SetAside,
): Promise<boolean> => {
  for (let failures = 1; !keeper.isLost() && !halt.aborted; failures += 1) {
    const stored = await store.setAside({ ...entry, user: keeper.user })();
    if (E.isRight(stored)) {
      log.error('message-set-aside', {
        user: keeper.user.id,
        effect: entry.effect.id,
        kind: entry.effect.type,
        detail: entry.lastError,
      });
      probe.reached('set-aside-stored');
      return true;
    }
    await pause(clock, backoffMs(failures, ids.random()), halt);
  }
  return false;
};
