import type { LogFields } from '../../application/ports/log.port.ts';
import { handlingOf, makeTextRedactor, masks, redactNumber, tailOf } from './redact.ts';

/** Bounds of one line, whatever is handed in. */
const deepest = 6;
const mostMembers = 50;
const longestText = 1000;
/** What is read of a longer text: more than is shown, so that nothing is cut in half before it is recognised. */
const longestRead = 8 * 1024;
const mostFrames = 12;

/** Breaks of lines, terminal controls, and what turns the direction of writing: with them a line could be forged. */
const controls = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

const escaped = (character: string): string => {
  if (character === '\n') return '\\n';
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
};

export interface Plain {
  readonly text: (text: string) => string;
  /** Plain JSON data, masked and bounded. Never throws, whatever getters, proxies or `toJSON` do. */
  readonly fields: (fields: LogFields) => Readonly<Record<string, unknown>>;
}

/** Turns what callers hand in into what a line may show. `secrets`: those of the configuration. */
export const makePlain = (secrets: ReadonlyArray<string>): Plain => {
  const redact = makeTextRedactor(secrets);

  const text = (raw: string): string => {
    const shown = redact(raw.slice(0, longestRead)).replace(controls, escaped);
    const cut = shown.slice(0, longestText);
    return cut === shown && raw.length <= longestRead ? shown : `${cut}… (${raw.length} characters)`;
  };

  /** JSON that stands in a text is masked by its members' names too. */
  const textOrJson = (raw: string, depth: number): string => {
    if (!/^\s*[[{]/u.test(raw) || raw.length > longestRead) return text(raw);
    try {
      return text(JSON.stringify(plain(JSON.parse(raw), depth)));
    } catch {
      return text(raw);
    }
  };

  const member = (name: string, value: unknown, depth: number, ofPerson: boolean): unknown => {
    if (value === undefined || value === null || typeof value === 'boolean') return value;
    switch (ofPerson && name === 'id' ? 'person-id' : handlingOf(name)) {
      case 'secret':
        return masks.secret;
      case 'personal':
        return masks.personal;
      case 'person-id':
        if (typeof value === 'string') return text(tailOf(value));
        if (typeof value === 'number' || typeof value === 'bigint') return tailOf(String(value));
        return plain(value, depth + 1, true);
      case 'plain':
        return plain(value, depth + 1);
    }
  };

  const members = (value: object, depth: number, ofPerson: boolean): Readonly<Record<string, unknown>> => {
    const names = Object.keys(value);
    const shown = names
      .slice(0, mostMembers)
      .map((name) => [
        text(name),
        orUnreadable(() => member(name, (value as LogFields)[name], depth, ofPerson)),
      ]);
    return Object.fromEntries([
      ...shown,
      ...(names.length > mostMembers ? [['…', `${names.length - mostMembers} more`]] : []),
    ]) as Readonly<Record<string, unknown>>;
  };

  const items = (values: ReadonlyArray<unknown>, depth: number): ReadonlyArray<unknown> => [
    ...Array.from(values.slice(0, mostMembers), (value) => plain(value, depth + 1)),
    ...(values.length > mostMembers ? [`… ${values.length - mostMembers} more`] : []),
  ];

  const error = (value: Error, depth: number): unknown => {
    const code = (value as NodeJS.ErrnoException).code;
    const frames = (value.stack ?? '').split('\n').filter((line) => /^\s+at /u.test(line));
    return {
      type: text(value.name),
      ...(typeof code === 'string' || typeof code === 'number' ? { code: text(String(code)) } : {}),
      message: textOrJson(value.message, depth),
      stack: frames.slice(0, mostFrames).map((line) => text(line.trim())),
      ...(value.cause === undefined ? {} : { cause: plain(value.cause, depth + 1) }),
      ...(value instanceof AggregateError ? { errors: items(value.errors as unknown[], depth) } : {}),
    };
  };

  const object = (value: object, depth: number, ofPerson: boolean): unknown => {
    if (depth > deepest) return '[deeper]';
    if (value instanceof Error) return error(value, depth);
    if (Array.isArray(value)) return items(value, depth);
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof Map) return items([...value.entries()], depth);
    if (value instanceof Set) return items([...value], depth);
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      return plain((value as { toJSON: () => unknown }).toJSON(), depth + 1, ofPerson);
    }
    return members(value, depth, ofPerson);
  };

  const plain = (value: unknown, depth: number, ofPerson = false): unknown =>
    orUnreadable(() => {
      switch (typeof value) {
        case 'string':
          return textOrJson(value, depth);
        case 'number':
        case 'bigint':
          return redactNumber(value);
        case 'object':
          return value === null ? null : object(value, depth, ofPerson);
        case 'boolean':
        case 'undefined':
          return value;
        case 'function':
        case 'symbol':
          return `[${typeof value}]`;
      }
    });

  return {
    text,
    fields: (fields) => orUnreadable(() => members(fields, 0, false)) as Record<string, unknown>,
  };
};

/** Getters, proxies and `toJSON` are other people's code. */
const orUnreadable = (read: () => unknown): unknown => {
  try {
    return read();
  } catch {
    return '[unreadable]';
  }
};
