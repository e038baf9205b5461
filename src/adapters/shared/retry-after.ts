const longestMs = 24 * 3_600_000;

/**
 * Retry-After in ms from now, a day at most; undefined: absent or unreadable. Seconds or an HTTP date (RFC 9110 §10.2.3);
 * a date is held against the answer's own `Date` where there is one, so that no two clocks are compared.
 */
export const retryAfterMs = (
  retryAfter: string | null,
  date: string | null,
  now: number,
): number | undefined => {
  if (retryAfter === null) return undefined;
  const ms = /^\s*\d+\s*$/u.test(retryAfter) ? Number(retryAfter) * 1000 : untilDate(retryAfter, date, now);
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestMs);
};

/** All three forms of an HTTP date begin with the name of a day; `Date.parse` takes far more than those. */
const untilDate = (retryAfter: string, date: string | null, now: number): number => {
  if (!/^\s*(?:mon|tue|wed|thu|fri|sat|sun)/iu.test(retryAfter)) return Number.NaN;
  const sent = Date.parse(date ?? '');
  return Date.parse(retryAfter) - (Number.isNaN(sent) ? now : sent);
};
