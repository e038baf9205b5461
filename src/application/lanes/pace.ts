import type { Clock } from '../ports/clock.port.ts';

/** Waits for a turn, which comes soon and surely; first come, first served. */
export type Pace = () => Promise<void>;

const perRound = 8;
/** Whoever has waited so long, ms, goes with the next round, however many he is one of. */
const longestMs = 250;

/** A few turns for each round of the event loop, however many wait: for what is due soon but not next (ADR 15). */
export const makePace = (clock: Pick<Clock, 'after' | 'monotonic'>): Pace => {
  const line: { readonly since: number; readonly go: () => void }[] = [];
  const step = (): void => {
    const now = clock.monotonic();
    const patient = line.findIndex(({ since }) => now - since < longestMs);
    const turns = patient < 0 ? line.length : Math.max(perRound, patient);
    for (const { go } of line.splice(0, turns)) go();
    if (line.length > 0) clock.after(0, step);
  };
  return () =>
    new Promise((go) => {
      if (line.push({ since: clock.monotonic(), go }) === 1) clock.after(0, step);
    });
};
