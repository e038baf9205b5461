import { pause } from '../pause.ts';
import type { LaneDeps } from './lane.ts';

/** Work of a lane that nobody waits for. `done` comes in any case; after something thrown, which is logged, a second later. */
export const inBackground = (
  { clock, log }: Pick<LaneDeps, 'clock' | 'log'>,
  about: { readonly lane: string; readonly user: string },
  work: Promise<void>,
  done: () => void,
): void =>
  void work
    .catch((thrown: unknown) => {
      log.error('lane-failed', { ...about, error: thrown });
      return pause(clock, 1_000);
    })
    .finally(done);
