import { inspect } from 'node:util';

/**
 * A value that must not be seen. However it is printed (template text, JSON, console, a dump of what holds it) it says
 * `[secret]`; `reveal` is called where the value is used, never where it is passed on.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/** Every secret within a configuration, for whoever has to recognise them (the log's redaction). */
export const secretsIn = (value: unknown): ReadonlyArray<string> => {
  if (value instanceof Secret) return [value.reveal()];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsIn) : [];
};
