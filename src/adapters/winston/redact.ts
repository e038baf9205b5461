/**
 * What a log line must not show, in one place: by the name of the member it stands in, and by what it looks like
 * wherever it stands. When in doubt it is masked: operators tell users apart by the last digits, and need no more.
 */

/** The value is masked whole. Names are compared without case and punctuation; a part of the name is enough. */
const secretNames =
  /password|passwd|secret|token|jwt|authorization|cookie|credential|signature|apikey|privatekey|sessionkey|affinity|^key$|^auth$|^pass$|^pwd$|uri$/u;

/** What people said and who they are: masked whole. The whole name, without case and punctuation. */
const personalNames = new Set(
  [
    'text texts body rawBody caption content message messages reply line lines transcript said',
    'name firstName lastName middleName fullName visitorName displayName nickname agentName contactName title fileName',
    'email mail personEmail emailAddress subject description extraData profile payload raw request response vcard',
    'birthDate birthday latitude longitude location contacts coordinates query soql form formData',
  ]
    .join(' ')
    .toLowerCase()
    .split(' '),
);

/** Ids and numbers of people: the last digits stay. */
const personIdNames = new Set(
  [
    'user userId from to sender recipient psid waId msisdn chasitor customer customerId visitor visitorId whose',
    'phone phoneNumber telephone mobile mobilePhone personMobilePhone cell',
  ]
    .join(' ')
    .toLowerCase()
    .split(' '),
);

export type Handling = 'secret' | 'personal' | 'person-id' | 'plain';

export const handlingOf = (name: string): Handling => {
  const bare = name.toLowerCase().replace(/[^a-z0-9]/gu, '');
  if (secretNames.test(bare)) return 'secret';
  if (personalNames.has(bare)) return 'personal';
  return personIdNames.has(bare) ? 'person-id' : 'plain';
};

export const masks = { secret: '[secret]', personal: '[masked]' } as const;

/** As much of an id as tells two people apart, and too little to call one: its last four of ten or more, two of six. */
export const tailOf = (id: string): string => {
  const characters = [...id];
  const kept = characters.length >= 10 ? 4 : characters.length >= 6 ? 2 : 0;
  return `…${characters.slice(characters.length - kept).join('')}`;
};

const secretWord =
  '(?:password|passwd|secret|token|jwt|signature|credential|api[_-]?key|private[_-]?key|session[_-]?key|affinity)';
const quoted = '\\\\*"(?:[^"\\\\]|\\\\[^"]|\\\\"(?=[^,}\\]]))*\\\\*"?';
const personalWord = [...personalNames, ...personIdNames].join('|');

type Rule = readonly [pattern: RegExp, mask: string | ((...parts: string[]) => string)];

/** Applied in this order. Each pattern takes time in proportion to the text, whatever the text is. */
const rules: ReadonlyArray<Rule> = [
  [/-----BEGIN [A-Z ]{1,40}-----[^]*?(?:-----END [A-Z ]{1,40}-----|$)/gu, masks.secret],
  [/(?<![\w-])(bearer|basic)\s+[^\s"'\\,;]+/giu, `$1 ${masks.secret}`],
  [/(authorization|cookie)(\\*["']?\s*[:=])[^\r\n]*/giu, `$1$2 ${masks.secret}`],
  // JSON Web Tokens; also what is left of one
  [/(?<![\w-])eyJ[\w-]+(?:\.[\w-]*){1,4}/gu, '[token]'],
  // access tokens of Salesforce
  [/(?<!\w)00D\w{9,15}![\w.]+/gu, '[token]'],
  [
    new RegExp(`(${secretWord}[\\w-]{0,40}\\\\*["']?\\s*[=:]\\s*)(${quoted}|'[^']*'?|[^\\s"',;&}]+)`, 'giu'),
    (_all, name, value) => `${name}${inQuotes(value, masks.secret)}`,
  ],
  [
    new RegExp(`(\\\\*"(?:${personalWord})\\\\*"\\s*:\\s*)(${quoted})`, 'giu'),
    (_all, name, value) => `${name}${inQuotes(value, masks.personal)}`,
  ],
  // V8 quotes what it could not parse
  [/(?:\.\.\.)?"[^]*"(?:\.\.\.)? is not valid JSON/gu, '"…" is not valid JSON'],
  [/(?<!file):\/\/([^\s"'<>\\]+)/gu, (_all, rest) => `://${shownOfUrl(rest ?? '')}`],
  [
    /(?:"[^"\s]{1,64}"|(?<![^\s@"'<>()[\]{},;:\\/=|&?])[^\s@"'<>()[\]{},;:\\/=|&?]+)(?:@|%40)[^\s@"'<>()[\]{},;:\\/=|&?]+/gu,
    '[email]',
  ],
  // ids of WhatsApp messages hold the phone number, in base64
  [/wamid\.[\w+/=-]+/gu, (id) => `wamid.${tailOf(id)}`],
  [/(?<![\w+=-])[\w+=-]{40,}/gu, (text) => `[opaque ${tailOf(text)}]`],
  [
    new RegExp(
      [
        // dates and times, UUIDs and IPv4 addresses stay
        '((?<!\\d)20\\d\\d-[01]\\d-[0-3]\\d(?:[T ][0-2]\\d:[0-5]\\d(?::[0-5]\\d(?:\\.\\d{1,6})?)?Z?)?(?!\\d)',
        '(?<![\\da-f])[\\da-f]{8}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{12}(?![\\da-f])',
        '(?<![\\d.])(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?![\\d.]))',
        // eight digits and more are a phone number or as good as one
        '\\+?\\(?\\p{Nd}(?:[\\s().\\p{Pd}/]{0,2}\\p{Nd}){7,}',
      ].join('|'),
      'giu',
    ),
    (match, kept) => kept ?? (isTimestamp(match) ? match : tailOf(match.replace(/\P{Nd}/gu, ''))),
  ],
];

/** A state, a reason, the name of an event: no rule speaks of those, and most values are such. */
const word = /^[a-z-]{0,24}$/u;

/** In the quotes that the value had, so that JSON stays JSON. */
const inQuotes = (value: string | undefined, mask: string): string => {
  const quote = /^\\*"/u.exec(value ?? '')?.[0] ?? '';
  return quote + mask + quote;
};

/** Host, and the path only on this machine: elsewhere paths are keys to media, and queries hold tokens. */
const shownOfUrl = (afterScheme: string): string => {
  const authority = /^[^/?#]*/u.exec(afterScheme)?.[0] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const here = /^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])(?::\d+)?$/u.test(host);
  const rest = afterScheme.slice(authority.length);
  if (here) return host + rest.replace(/[?#][^]*$/u, '?…');
  return rest === '' || rest === '/' ? host + rest : `${host}/…`;
};

/** Milliseconds since 1970, of the years 2020 to 2039: no country's phone numbers begin so at that length. */
const isTimestamp = (digits: string): boolean => /^(?:1[6-9]|20|21)\d{11}$/u.test(digits);

/** `known` are the secrets of the configuration, masked wherever they stand; too short ones would mask half the words. */
export const makeTextRedactor = (known: ReadonlyArray<string>): ((text: string) => string) => {
  const spellings = known
    .filter((secret) => secret.length >= 6)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let redacted = text;
    for (const secret of spellings) redacted = redacted.replaceAll(secret, masks.secret);
    if (word.test(redacted)) return redacted;
    for (const [pattern, mask] of rules) {
      redacted = typeof mask === 'string' ? redacted.replace(pattern, mask) : redacted.replace(pattern, mask);
    }
    return redacted;
  };
};

/** Numbers that would be phone numbers if they were text. */
export const redactNumber = (value: number | bigint): number | string => {
  const digits = String(value);
  const wide = typeof value === 'bigint' || Number.isInteger(value);
  if (wide && /^-?\d{10,}$/u.test(digits) && !isTimestamp(digits)) return tailOf(digits);
  return typeof value === 'bigint' ? digits : value;
};
