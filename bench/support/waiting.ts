export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks again and again; throws when it has not come true in time. Answers the ms that it took. */
export const until = async (what: string, isSo: () => boolean, timeoutMs: number): Promise<number> => {
  const begun = performance.now();
  while (!isSo()) {
    if (performance.now() - begun > timeoutMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await pause(2);
  }
  return performance.now() - begun;
};

/** Carries out many, so many at a time. */
export const eachOf = async <A>(
  items: ReadonlyArray<A>,
  atOnce: number,
  work: (item: A) => Promise<void>,
): Promise<void> => {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
};
