import type { Clock } from '../ports/clock.port.ts';

/** Waits for its turn, which comes soon and surely; first come, first served. */
export type Pace = () => Promise<void>;

/** Turns at a time, at least; and the part of all that wait, so that no line takes more than some hundred steps. */
const least = 8;
const part = 1 / 64;

/**
 * A few turns for each round of the event loop, however many wait: for what is due soon but not next. When a thousand
 * people write at once, what they wrote is on its way before it is noted for each of them that it has left, and before all
 * polls are begun anew.
 */
export const makePace = (clock: Pick<Clock, 'after'>): Pace => {
  const line: (() => void)[] = [];
  const step = (): void => {
    for (const go of line.splice(0, Math.max(least, Math.ceil(line.length * part)))) go();
    if (line.length > 0) clock.after(0, step);
  };
  return () =>
    new Promise((resolve) => {
      if (line.push(resolve) === 1) clock.after(0, step);
    });
};
