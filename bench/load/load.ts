import { createHistogram } from 'node:perf_hooks';
import { openConnection, type Connection } from './connection.ts';

export interface LoadResult {
  readonly requests: number;
  /** Answers other than 200, and connections that broke. */
  readonly failed: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface LoadPlan {
  readonly url: string;
  readonly connections: number;
  /** A whole HTTP request. */
  readonly next: () => string;
  readonly end: { readonly seconds: number } | { readonly requests: number };
}

/** Longest wait for what is under way at the end. */
const lingerMs = 10_000;

interface Meter {
  readonly answered: (since: number, status: number) => void;
  readonly result: (begun: number, ended: number) => LoadResult;
}

const makeMeter = (): Meter => {
  const histogram = createHistogram();
  let requests = 0;
  let failed = 0;
  return {
    answered: (since, status) => {
      requests += 1;
      if (status !== 200) failed += 1;
      histogram.record(Math.max(1, Math.round((performance.now() - since) * 1e6)));
    },
    result: (begun, ended) => ({
      requests,
      failed,
      seconds: (ended - begun) / 1000,
      p50Ms: histogram.percentile(50) / 1e6,
      p99Ms: histogram.percentile(99) / 1e6,
    }),
  };
};

const openAll = (url: string, count: number): Promise<ReadonlyArray<Connection>> =>
  Promise.all(Array.from({ length: count }, () => openConnection(url)));

/** Every connection always has a request under way. */
export const runFullLoad = async ({ url, connections, next, end }: LoadPlan): Promise<LoadResult> => {
  const all = await openAll(url, connections);
  const meter = makeMeter();
  const begun = performance.now();
  let left = 'requests' in end ? end.requests : Infinity;
  const stopAt = 'seconds' in end ? begun + end.seconds * 1000 : Infinity;
  await Promise.all(
    all.map(
      (connection) =>
        new Promise<void>((resolve) => {
          const begin = (): void => {
            const since = performance.now();
            if (left <= 0 || since >= stopAt || !connection.isFree()) return resolve();
            left -= 1;
            connection.send(next(), (status) => {
              meter.answered(since, status);
              begin();
            });
          };
          begin();
        }),
    ),
  );
  all.forEach((connection) => connection.close());
  return meter.result(begun, performance.now());
};

/**
 * So many requests a second, whether answers come or not: what finds no free connection waits, and its wait counts. Times
 * are taken from the tick of a millisecond in which a request is due.
 */
export const runPacedLoad = async (
  { url, connections, next, end }: LoadPlan & { readonly end: { readonly seconds: number } },
  perSecond: number,
): Promise<LoadResult> => {
  const all = await openAll(url, connections);
  const free = [...all];
  const meter = makeMeter();
  const total = Math.round(perSecond * end.seconds);
  const due: number[] = [];
  let made = 0;
  let answered = 0;
  const begun = performance.now();
  await new Promise<void>((resolve) => {
    const serve = (): void => {
      while (due.length > 0) {
        const connection = free.pop();
        if (connection === undefined) return;
        const since = due.shift() ?? 0;
        connection.send(next(), (status) => {
          answered += 1;
          meter.answered(since, status);
          if (status !== 0) free.push(connection);
          serve();
        });
      }
    };
    const tick = (): void => {
      const now = performance.now();
      const shouldBe = Math.min(total, Math.floor(((now - begun) / 1000) * perSecond));
      for (; made < shouldBe; made += 1) due.push(now);
      serve();
      const late = now > begun + end.seconds * 1000 + lingerMs;
      if (
        answered >= total ||
        late ||
        (all.every((connection) => connection.isFree()) && free.length === 0)
      ) {
        clearInterval(timer);
        resolve();
      }
    };
    const timer = setInterval(tick, 1);
  });
  all.forEach((connection) => connection.close());
  return meter.result(begun, performance.now());
};
