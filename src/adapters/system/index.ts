/** The clock and the ids of this machine. */
export { makeSystemClock } from './clock.ts';
export { makeSystemIds } from './ids.ts';
