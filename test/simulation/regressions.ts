/**
 * Worlds that once broke a law: their seeds, and what was wrong. A change to what a seed means (`plan.ts`) makes others
 * of them; they are then still worlds worth running.
 */
export const regressions: ReadonlyArray<{ readonly seed: number; readonly was: string }> = [];
