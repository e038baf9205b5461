import * as t from 'io-ts';
import { E } from '../../domain/fp.ts';
import { parseAllowedHosts } from '../../adapters/media/allowed-hosts.ts';
import { Secret } from './secret.ts';

/** Reads the text of a variable. Its name, or the message of its failure, says what is expected, and no value. */
export type Codec<A> = t.Type<A, A, string>;

/** A codec from a function that answers undefined to what it cannot read. */
export const codec = <A extends NonNullable<unknown>>(
  expected: string,
  read: (text: string) => A | undefined,
): Codec<A> =>
  codecOf(expected, (text) => {
    const value = read(text);
    return value === undefined ? E.left(expected) : E.right(value);
  });

/** A codec from a function that says itself what it expected instead. */
export const codecOf = <A>(expected: string, read: (text: string) => E.Either<string, A>): Codec<A> =>
  new t.Type<A, A, string>(
    expected,
    (_value): _value is A => true,
    (text, context) => {
      const value = read(text);
      return E.isRight(value) ? t.success(value.right) : t.failure('(not shown)', context, value.left);
    },
    t.identity,
  );

export const text = codec('a text', (value) => value.trim());

const lineBreaksAtEnd = /[\r\n]+$/u;

/** Taken as it is, but for line breaks at its end: files end with one, and so does what was piped into a secret store. */
export const secret = codec('a secret', (value) => new Secret(value.replace(lineBreaksAtEnd, '')));

/** A secret that travels in a header. */
export const token = codec('a token: visible ASCII characters without spaces', (value) => {
  const trimmed = value.trim();
  return /^[\x21-\x7e]+$/u.test(trimmed) ? new Secret(trimmed) : undefined;
});

/** A raw `@ / :` in a password would make a host of what is behind it, and a host goes into logs. */
const oneAt = /^mongodb(?:\+srv)?:\/\/[^\s?@]*(?:@[^\s?@]*)?(?:\?\S*)?$/u;

export const escapedCredentials =
  'with @ : / ? # % of user name and password written as %40 %3A %2F %3F %23 %25';

/** Whether the driver takes its options is seen by the rules: the driver is loaded only where it is used. */
export const mongoUri = codec(
  `a connection string, mongodb://… or mongodb+srv://…, ${escapedCredentials}`,
  (value) => (oneAt.test(value.trim()) ? new Secret(value.trim()) : undefined),
);

export const matching = (expected: string, shape: RegExp): Codec<string> =>
  codec(expected, (value) => (shape.test(value.trim()) ? value.trim() : undefined));

export const oneOf = <const A extends string>(...words: ReadonlyArray<A>): Codec<A> =>
  codec(`one of ${words.join(', ')}`, (value) =>
    words.find((word) => word.toLowerCase() === value.trim().toLowerCase()),
  );

export const integer = (min: number, max: number): Codec<number> =>
  codec(`a whole number from ${min} to ${max}`, (value) => {
    const number = /^\d{1,15}$/u.test(value.trim()) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  });

const booleans: Readonly<Record<string, boolean>> = {
  ...{ true: true, t: true, yes: true, on: true, '1': true },
  ...{ false: false, f: false, no: false, off: false, '0': false },
};

export const boolean = codec('true or false', (value) => {
  const word = value.trim().toLowerCase();
  return Object.hasOwn(booleans, word) ? booleans[word] : undefined;
});

const second = 1000;
const durationUnits = { ms: 1, s: second, m: 60 * second, h: 3600 * second, d: 86_400 * second } as const;
const longest = 8760 * durationUnits.h;

/** In milliseconds. Bounds too, and the longest of all is 8760h, a year. */
export const duration = (
  bounds: {
    readonly min?: readonly [ms: number, shown: string];
    readonly max?: readonly [ms: number, shown: string];
  } = {},
): Codec<number> => {
  const [min, minShown] = bounds.min ?? [0, ''];
  const [max, maxShown] = bounds.max ?? [longest, '8760h'];
  const expected = [
    'a duration, as in 250ms, 15s, 3m, 24h, 30d, or a bare number of seconds',
    ...(min > 0 ? [`, at least ${minShown}`] : []),
    `, at most ${maxShown}`,
  ].join('');
  return codec(expected, (value) => {
    const parts = /^(\d{1,12}(?:\.\d{1,6})?)\s*(ms|s|m|h|d)?$/u.exec(value.trim());
    if (parts === null) return undefined;
    const ms = Math.round(Number(parts[1]) * durationUnits[(parts[2] ?? 's') as keyof typeof durationUnits]);
    return ms >= min && ms <= max ? ms : undefined;
  });
};

/** For waits that cannot be nothing. */
export const someTime = duration({ min: [1, '1ms'] });

/** So many at once, and so many per second in the long run. */
export interface Rate {
  readonly perSecond: number;
  /** A whole number. */
  readonly burst: number;
}

export const rate: Codec<Rate> = codec(
  'a rate, as in 20/s, 20/m, or a bare whole number per second, at least 1 and at most 1000000',
  (value) => {
    const parts = /^(\d{1,7})(?:\s*\/\s*(s|m))?$/u.exec(value.trim());
    const burst = Number(parts?.[1]);
    if (parts === null || burst < 1 || burst > 1_000_000) return undefined;
    return { burst, perSecond: parts[2] === 'm' ? burst / 60 : burst };
  },
);

const sizeUnits: Readonly<Record<string, number>> = { b: 1, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 };

/** In bytes. */
export const size = codec(
  'a size, as in 25MiB, 512KiB, or a bare number of bytes, at least 1 and at most 1GiB',
  (value) => {
    const parts = /^(\d{1,10})\s*(b|kib|mib|gib)?$/iu.exec(value.trim());
    if (parts === null) return undefined;
    const bytes = Number(parts[1]) * (sizeUnits[(parts[2] ?? 'b').toLowerCase()] ?? 1);
    return bytes >= 1 && bytes <= 2 ** 30 ? bytes : undefined;
  },
);

/** Without the slashes at its end. */
export const url = codec('an http:// or https:// address without user name, query and fragment', (value) => {
  const trimmed = value.trim();
  const parsed = URL.parse(trimmed);
  const plain =
    parsed !== null &&
    /^https?:\/\//iu.test(trimmed) &&
    parsed.username + parsed.password === '' &&
    !/[\s?#\\]/u.test(trimmed);
  return plain ? trimmed.replace(/\/+$/u, '') : undefined;
});

/** The members of a comma-separated list, trimmed; empty ones are left out. */
export const members = (value: string): ReadonlyArray<string> =>
  value
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');

export const list = codec('texts separated by commas', members);

export const listOf = (expected: string, shape: RegExp): Codec<ReadonlyArray<string>> =>
  codec(expected, (value) =>
    members(value).every((member) => shape.test(member)) ? members(value) : undefined,
  );

/** API name of a Salesforce field, custom or of a relationship; goes into queries as it is. */
const fieldName = /^[a-z]\w*(?:\.[a-z]\w*)*$/iu;

export const salesforceField = matching('the API name of a Salesforce field', fieldName);

/** extraData key → API name of the field, in the order of the setting. */
export type FieldMap = ReadonlyArray<readonly [key: string, field: string]>;

export const fieldMap = codec<FieldMap>(
  'key:Field__c pairs separated by commas, the API name of a Salesforce field behind the colon',
  (value) => {
    const pairs = members(value).map((member) => {
      const colon = member.lastIndexOf(':');
      return [member.slice(0, Math.max(colon, 0)).trim(), member.slice(colon + 1).trim()] as const;
    });
    return pairs.every(([key, field]) => key !== '' && !key.includes(':') && fieldName.test(field))
      ? pairs
      : undefined;
  },
);

export const timeZone = codec('the name of a time zone, as in America/Mexico_City', (value) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value.trim() });
    return value.trim();
  } catch {
    return undefined;
  }
});

export const allowedHosts = codec('host, host:port, *.host or *.host:port, separated by commas', (value) => {
  const hosts = parseAllowedHosts(value);
  return E.isRight(hosts) ? hosts.right : undefined;
});

export const dateTime = codec('a date and time, as in 1921-01-01T00:00:00', (value) => {
  const trimmed = value.trim();
  const shape = /^\d{4}-(\d\d)-(\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/u;
  const [, , day] = shape.exec(trimmed) ?? [];
  // Date rolls 31 February over into March
  const date = new Date(trimmed.slice(0, 10));
  const real = !Number.isNaN(Date.parse(trimmed)) && date.getUTCDate() === Number(day);
  return day !== undefined && real ? trimmed : undefined;
});
