import { randomInt } from 'node:crypto';

/**
 * Record ids: 15 characters whose case matters, the first three of them telling the object, and three more that make
 * the id safe where case is lost (Object Reference, "ID Field Type").
 */
const checks = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

const chunks = [0, 5, 10] as const;

const suffix = (id: string): string =>
  chunks
    .map((start) => {
      const upper = Array.from(id.slice(start, start + 5), (character) => /[A-Z]/u.test(character));
      return checks[upper.reduce((bits, isUpper, index) => bits + (isUpper ? 1 << index : 0), 0)];
    })
    .join('');

/** Gives the letters of an id of 18 characters the case that its end tells. */
const withCase = (id: string): string =>
  chunks
    .map((start, chunk) => {
      const bits = checks.indexOf(id.charAt(15 + chunk).toUpperCase());
      return Array.from(id.slice(start, start + 5), (character, index) =>
        (bits & (1 << index)) === 0 ? character.toLowerCase() : character.toUpperCase(),
      ).join('');
    })
    .join('');

/** The 18 characters of an id that has 15 or 18; undefined for what is no id. */
export const fullId = (text: string): string | undefined => {
  if (/^[A-Za-z0-9]{15}$/u.test(text)) return text + suffix(text);
  return /^[A-Za-z0-9]{15}[A-Za-z0-5]{3}$/u.test(text) ? fullId(withCase(text)) : undefined;
};

/** Makes ids that no other sandbox makes, so that an id kept over a restart is found to be unknown. */
export const idMaker = (): ((prefix: string) => string) => {
  const org = randomInt(36 ** 5)
    .toString(36)
    .padStart(5, '0');
  let last = 0;
  return (prefix) => {
    last += 1;
    const id = `${prefix}S${org}${last.toString(36).toUpperCase().padStart(6, '0')}`;
    return id + suffix(id);
  };
};
