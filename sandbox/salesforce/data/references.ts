import { isObject } from '../../support/json.ts';
import { quote, refuse } from './problems.ts';

/**
 * `@{reference.path}` in the URL or body of a composite's sub-request stands for a value out of an earlier answer
 * (REST API Developer Guide, "Composite Subrequest"): members by `.name`, items of lists by `[index]`, both as deep as
 * one likes, in exactly the case of the answer.
 */
const reference = /@\{([^{}]*)\}/gu;

const path = /^(?<name>[A-Za-z0-9]\w*)(?<steps>(?:\.\w+|\[\d{1,9}\])+)$/u;

/** The bodies of the sub-requests that succeeded so far. */
export type Answers = ReadonlyMap<string, unknown>;

export const resolveText = (text: string, answers: Answers): string =>
  // files are long, and have no references
  text.includes('@{') ? text.replace(reference, (_whole, inner: string) => resolve(inner, answers)) : text;

/** Resolves every text within. */
export const resolveAll = (value: unknown, answers: Answers): unknown => {
  if (typeof value === 'string') return resolveText(value, answers);
  if (Array.isArray(value)) return value.map((item) => resolveAll(item, answers));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolveAll(item, answers)]));
};

const resolve = (inner: string, answers: Answers): string => {
  const { name, steps = '' } = path.exec(inner)?.groups ?? {};
  if (name === undefined) {
    return halted(
      `Invalid reference specified. Provided referenceId ('${quote(inner)}') must start with a letter or a number, and it can contain only letters, numbers and underscores ('_').`,
    );
  }
  const value = (steps.match(/\w+/gu) ?? []).reduce<unknown>(step, answers.get(name));
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  return halted(`Invalid reference specified. No value for ${quote(inner)} found in ${quote(name)}`);
};

const step = (value: unknown, name: string): unknown => {
  if (Array.isArray(value)) return value[Number(name)] as unknown;
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
};

const halted = (message: string): never => refuse({ errorCode: 'PROCESSING_HALTED', message });
