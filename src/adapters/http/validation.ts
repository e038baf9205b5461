/** Names in validation errors: integrations compare these lines (http-api.md §1). */
export type Struct = 'ChatPayload' | 'IntegrationsRequest' | 'IntegrationsFacebook';

export type Tag = 'required' | 'oneof' | 'email' | 'max' | 'alphanumslug' | 'number';

export interface Failure {
  readonly field: string;
  readonly tag: Tag;
}

/** What is asked of a text member of a body, beyond being a text. Also documentation of the API. */
export interface FieldRule<Member extends string = string> {
  readonly member: Member;
  /** Its name in validation errors. */
  readonly field: string;
  /** Neither missing nor empty. */
  readonly required?: true;
  /** Code points. */
  readonly max?: number;
  /** Asked of texts that are there. */
  readonly format?: { readonly tag: Tag; readonly holds: (text: string) => boolean };
}

/** More Unicode code points than that? */
export const isLonger = (text: string, max: number): boolean => {
  if (text.length <= max) return false;
  if (text.length > 2 * max) return true;
  let count = 0;
  for (const _ of text) count++;
  return count > max;
};

/** The first rule that a text breaks: one failure for each field. */
const brokenTag = (rule: FieldRule, text: string | null | undefined): Tag | undefined => {
  if (text === undefined || text === null || text === '') return rule.required ? 'required' : undefined;
  if (rule.max !== undefined && isLonger(text, rule.max)) return 'max';
  return rule.format === undefined || rule.format.holds(text) ? undefined : rule.format.tag;
};

/** In the order of the rules. */
export const failuresOf = <Member extends string>(
  rules: ReadonlyArray<FieldRule<Member>>,
  texts: { readonly [M in Member]?: string | null | undefined },
): ReadonlyArray<Failure> => {
  let failures: Failure[] | undefined;
  for (const rule of rules) {
    const tag = brokenTag(rule, texts[rule.member]);
    if (tag !== undefined) (failures ??= []).push({ field: rule.field, tag });
  }
  return failures ?? none;
};

const none: ReadonlyArray<Failure> = [];

export const validationText = (struct: Struct, failures: ReadonlyArray<Failure>): string => {
  const lines = failures.map(
    ({ field, tag }) =>
      `Key: '${struct}.${field}' Error:Field validation for '${field}' failed on the '${tag}' tag`,
  );
  return `Error validating payload : ${lines.join('\n')}`;
};

/** Local part of dot-separated atoms; a domain of two labels at least. Letters of any script in both. */
const address =
  /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?$/u;

export const formats = {
  email: { tag: 'email', holds: (text) => address.test(text) },
  provider: { tag: 'oneof', holds: (text) => text === 'whatsapp' || text === 'facebook' },
  /** It becomes a segment of a path: dots alone would climb it. */
  slug: { tag: 'alphanumslug', holds: (text) => /^[A-Za-z0-9._-]+$/u.test(text) && !/^\.+$/u.test(text) },
  digits: { tag: 'number', holds: (text) => /^[0-9]+$/u.test(text) },
} as const satisfies Record<string, NonNullable<FieldRule['format']>>;
