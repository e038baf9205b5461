/** Rates and bounds for calls of remotes. Needs the packages `rate-limiter-flexible` and `p-limit`. */
export { makeRateLimiter, LimitWait, type RateLimiter } from './rate-limiter.ts';
export { limitCalls, limitCaseFiles, turnsOf } from './limited.ts';
