/** A JSON object as it was parsed: any own members, `__proto__` among them. */
export type Members = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads the declared members of an object whatever the case of their names; the exact spelling wins, and of several
 * others the last. Gives the object itself back when all are spelled exactly.
 */
export const makeFold = (names: ReadonlyArray<string>): ((object: Members) => Members) => {
  const exact = new Set(names);
  const loose = new Map(names.map((name) => [name.toLowerCase(), name]));
  return (object) => {
    let folded: Record<string, unknown> | undefined;
    for (const key in object) {
      if (exact.has(key)) continue;
      const name = loose.get(key.toLowerCase());
      if (name === undefined || Object.hasOwn(object, name)) continue;
      folded ??= { ...object };
      folded[name] = object[key];
    }
    return folded ?? object;
  };
};

/** Stores and remotes choke on NULs and on halves of surrogate pairs; neither says anything to anybody. */
export const clean = (text: string): string => {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '') : wellFormed;
};

const maxDepth = 16;
const maxValues = 500;
const maxChars = 16 * 1024;

/**
 * A copy of a JSON value that is safe to store and to write as JSON again; `undefined` when it is deeper or bigger than
 * anything that channels send.
 */
export const bounded = (value: unknown): unknown => {
  let values = 0;
  let chars = 0;
  let fits = true;

  const text = (given: string): string => {
    chars += given.length;
    return clean(given);
  };
  const copy = (given: unknown, depth: number): unknown => {
    values++;
    if (depth > maxDepth || values > maxValues || chars > maxChars) fits = false;
    if (!fits) return null;
    if (typeof given === 'string') return text(given);
    if (Array.isArray(given)) return given.map((item) => copy(item, depth + 1));
    if (!isObject(given)) return given;
    const members: Record<string, unknown> = {};
    for (const key of Object.keys(given)) {
      if (key !== '__proto__') members[text(key)] = copy(given[key], depth + 1);
    }
    return members;
  };

  const copied = copy(value, 0);
  return fits && chars <= maxChars ? copied : undefined;
};
