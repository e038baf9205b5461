/** Uniform in [0, 1). */
export type Random = () => number;

/**
 * Chance of its own for each name, the same for the same seed (mulberry32): who writes what does not depend on what
 * happens meanwhile.
 */
export const randomOf = (seed: number, name: number): Random => {
  let state = Math.imul(seed ^ Math.imul(name + 1, 0x9e3779b1), 0x85ebca6b);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};
