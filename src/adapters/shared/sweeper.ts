import type { Clock } from '../../application/ports/clock.port.ts';

/** Between two rounds, and between two slices of one, ms. */
const roundMs = 60_000;
const sliceMs = 10;

/**
 * Takes expired things away in slices, so that nobody waits for a whole round. `slice` never rejects; true: there was
 * more than fitted. The answer stops it; a slice that runs is not cut.
 */
export const startSweeper = (clock: Clock, slice: () => Promise<boolean>): (() => void) => {
  let stopped = false;
  const wait = (ms: number): (() => void) => clock.after(ms, () => void run());
  const run = async (): Promise<void> => {
    const more = await slice();
    if (!stopped) cancel = wait(more ? sliceMs : roundMs);
  };
  let cancel = wait(roundMs);
  return () => {
    stopped = true;
    cancel();
  };
};
