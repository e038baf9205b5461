/** Letters and digits are what a value is compared by: `Change-Me!` is `changeme`. */
const bare = (value: string): string => value.toLowerCase().replace(/[^a-z0-9]/gu, '');

/** Stands in manuals where a value of one's own should be, once or several times to fill the length. */
const placeholder =
  /^(?:changeme|changeit|changethis|replaceme|replacethis|fillmein|password|passw0rd|todo)+$/u;

/** Nothing but the words that sample keys are made of, and perhaps a number that fills the length. */
const wordsOfSamples =
  /^(?:please|your|my|the|a|super|very|at|least|long|strong|default|sample|example|dummy|demo|test|admin|change|replace|insert|me|it|this|here|now|with|in|production|secret|key|password|token|jwt|hmac|sign|signing|value|string|256|512|bits?|0123456789|123456789|abcdef|abcdefghijklmnopqrstuvwxyz)+\d{0,4}$/u;

export const isPlaceholder = (value: string): boolean => placeholder.test(bare(value));

/** What anybody can guess who has read a manual. */
export const isSample = (value: string): boolean => {
  const text = bare(value);
  return placeholder.test(text) || wordsOfSamples.test(text);
};

/** A few characters again and again, the last time perhaps cut off. */
const repeatsItself = (value: string): boolean =>
  Array.from({ length: 16 }, (_, index) => index + 1).some(
    (unit) => value.length >= 2 * unit && value.startsWith(value.slice(unit)),
  );

/** A key that can be guessed however long it is: a sample, or one whose length says nothing. */
export const isSampleKey = (value: string): boolean =>
  isSample(value) || repeatsItself(value) || new Set(value).size < 8;
