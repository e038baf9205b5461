/** Letters and digits are what a value is compared by: `Change-Me!` is `changeme`. */
const bare = (value: string): string => value.toLowerCase().replace(/[^a-z0-9]/gu, '');

/** Stands in manuals where a value of one's own should be, once or several times to fill the length. */
const placeholder =
  /^(?:changeme|changeit|changethis|replaceme|replacethis|fillmein|password|passw0rd|todo)+$/u;

/** Nothing but the words that sample keys are made of. */
const wordsOfSamples =
  /^(?:please|your|my|the|super|very|long|strong|default|sample|example|dummy|demo|change|replace|insert|me|it|this|here|now|with|in|production|secret|key|password|token|jwt|hmac|sign|signing|value|string)+$/u;

export const isPlaceholder = (value: string): boolean => placeholder.test(bare(value));

/** A key that anybody can guess who has read a manual. */
export const isSampleKey = (value: string): boolean => {
  const text = bare(value);
  return placeholder.test(text) || wordsOfSamples.test(text);
};

/** So few characters that the length says nothing. */
export const hasLittleVariety = (value: string): boolean => new Set(value).size < 8;
