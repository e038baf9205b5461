import { createHistogram } from 'node:perf_hooks';

export interface Rate {
  readonly perSecond: number;
  readonly p99Ms: number;
}

/** So many under way at any time. Rejects with the first that fails. */
export const measureRate = async (
  work: () => Promise<void>,
  atOnce: number,
  seconds: number,
): Promise<Rate> => {
  const histogram = createHistogram();
  const begun = performance.now();
  const stopAt = begun + seconds * 1000;
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let now = performance.now(); now < stopAt; done += 1) {
      await work();
      const after = performance.now();
      histogram.record(Math.max(1, Math.round((after - now) * 1e6)));
      now = after;
      // what answers at once would never let timers have their turn
      if (done % 1_000 === 0) await new Promise(setImmediate);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return {
    perSecond: (done * 1000) / (performance.now() - begun),
    p99Ms: histogram.percentile(99) / 1e6,
  };
};
