/** Lenient readers for the vendor's payloads: an odd or missing member is `undefined`, never an error. */

/** Anything but an object has no members. */
export const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** A whole number from 0 on, also when it comes as text. */
export const wholeOf = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && /^\d{1,15}$/u.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
};

const longestSeconds = 1e9;

/** Seconds as ms; fractions are kept. */
export const secondsOf = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && number <= longestSeconds ? number * 1000 : undefined;
};
