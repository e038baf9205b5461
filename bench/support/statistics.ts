/** Nearest rank, `share` in 0 … 1. NaN where there is nothing. */
export const percentile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
};

/** Of an even number the lower of the two in the middle: a value that was measured. */
export const median = (values: ReadonlyArray<number>): number => percentile(values, 0.5);

/** The median of one figure over several rounds. */
export const medianOf = <A>(rounds: ReadonlyArray<A>, figure: (round: A) => number): number =>
  median(rounds.map(figure));
