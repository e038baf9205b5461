/** Values on their way into Salesforce fields. */

/** extraData key → API name of the field, in the order of the setting. */
export type FieldMap = ReadonlyArray<readonly [key: string, field: string]>;

export type FieldValue = string | number | boolean;

/** The first `max` code points; never half a surrogate pair. */
export const cut = (text: string, max: number): string => {
  const whole = text.toWellFormed();
  return whole.length <= max ? whole : Array.from(whole).slice(0, max).join('');
};

export const lastNameMax = 80;
export const nameMax = 255;

/** An own, given member of extraData. */
export const given = (extraData: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(extraData, key) ? extraData[key] : undefined;

/** A text member of extraData that says something. */
export const givenText = (extraData: Readonly<Record<string, unknown>>, key: string): string | undefined => {
  const value = given(extraData, key);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
};

/**
 * Plain values pass as they are, since the field's own type decides what Salesforce makes of them; lists and objects
 * become their JSON text; what is absent or null is no value.
 */
const fieldValue = (value: unknown): FieldValue | undefined => {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
};

/** The mapped members of extraData as fields. */
export const customFields = (
  map: FieldMap,
  extraData: Readonly<Record<string, unknown>>,
): Readonly<Record<string, FieldValue>> =>
  Object.fromEntries(
    map.flatMap(([key, name]) => {
      const value = fieldValue(given(extraData, key));
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** Lays `over` on `under`; Salesforce reads field names without regard to case, so a name is taken once only. */
export const overlay = (
  under: Readonly<Record<string, FieldValue>>,
  over: Readonly<Record<string, FieldValue>>,
): Readonly<Record<string, FieldValue>> => {
  const taken = new Set(Object.keys(over).map((name) => name.toLowerCase()));
  return {
    ...Object.fromEntries(Object.entries(under).filter(([name]) => !taken.has(name.toLowerCase()))),
    ...over,
  };
};

/**
 * In the body of a composite's sub-request `@{…}` names the answer of an earlier one (REST API Developer Guide,
 * "Composite"). A text of a user's must not: a space takes its meaning away.
 */
export const unreferenced = (value: FieldValue): FieldValue =>
  typeof value === 'string' ? value.replaceAll('@{', '@ {') : value;
