/** Longest pause between two tries, ms (relay.md §4.5). */
const longestPauseMs = 30_000;

/** Longest that a remote may ask us to wait, ms: it may work again long before. */
export const patienceMaxMs = 60_000;

/** Pause after so many failures in a row (from 1): 0.5 s, doubling, with jitter. `random`: uniform in [0, 1). */
export const backoffMs = (failures: number, random: number, longest = longestPauseMs): number =>
  Math.min(longest, 500 * 2 ** Math.min(failures - 1, 16)) * (0.75 + random / 4);

/**
 * Something that failed waits for its next try. A pause longer than any that is made here means that the wall clock was
 * set back meanwhile: it is over.
 */
export const waitsForNextTry = (notBefore: number | undefined, now: number): boolean =>
  notBefore !== undefined && notBefore > now && notBefore <= now + patienceMaxMs;
