import * as t from 'io-ts';
import { makeUser, type Provider } from '../../domain/channel.ts';
import { E, type Either } from '../../domain/fp.ts';
import type { ConnectChat } from '../../application/application.ts';
import type { HttpError } from './errors.ts';
import { clean, isObject, makeFold, type Members } from './members.ts';
import { failuresOf, formats, type FieldRule } from './validation.ts';

/** `null` counts as absent. */
const text = t.union([t.string, t.null]);
const object = t.union([t.UnknownRecord, t.null]);

const Credentials = t.exact(t.partial({ username: text, password: text }));

const ChatPayload = t.exact(
  t.partial({
    userID: text,
    name: text,
    provider: text,
    botSlug: text,
    botId: text,
    email: text,
    phoneNumber: text,
    extraData: object,
  }),
);
type ChatPayload = t.TypeOf<typeof ChatPayload>;

/** In the order in which failures are told. `extraData` has its own rule. */
export const chatPayloadRules: ReadonlyArray<FieldRule<Exclude<keyof ChatPayload, 'extraData'>>> = [
  { member: 'userID', field: 'UserID', required: true, max: 128 },
  { member: 'name', field: 'Name', required: true, max: 255 },
  { member: 'provider', field: 'Provider', required: true, format: formats.provider },
  { member: 'botSlug', field: 'BotSlug', required: true, max: 128, format: formats.slug },
  { member: 'botId', field: 'BotId', required: true, max: 128 },
  { member: 'email', field: 'Email', required: true, max: 80, format: formats.email },
  { member: 'phoneNumber', field: 'PhoneNumber', max: 40 },
];

const extraDataMaxBytes = 16 * 1024;
/** What is nested deeper may overflow the stack of whoever writes it out again. */
const extraDataMaxDepth = 100;

const isDeeper = (value: unknown, levels: number): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
};

const isTooBig = (extraData: Members): boolean =>
  isDeeper(extraData, extraDataMaxDepth) || Buffer.byteLength(JSON.stringify(extraData)) > extraDataMaxBytes;

/** Names the member at fault, and never its value. */
const describe = ([error]: t.Errors): string => {
  const member = error?.context[1]?.key;
  return member === undefined ? 'not an object' : `${member} has the wrong type`;
};

const makeDecode = <A>(codec: t.Decoder<unknown, A>, names: ReadonlyArray<string>) => {
  const fold = makeFold(names);
  return (body: unknown): Either<HttpError, A> => {
    const decoded = codec.decode(isObject(body) ? fold(body) : body);
    return E.isLeft(decoded)
      ? E.left({ _tag: 'PayloadUndecodable', detail: describe(decoded.left) })
      : decoded;
  };
};

const decodeCredentials = makeDecode(Credentials, ['username', 'password']);
const decodeChatPayload = makeDecode(ChatPayload, [
  ...chatPayloadRules.map(({ member }) => member),
  'extraData',
]);

/** Beyond it nobody's name or password is looked for. */
const credentialMax = 1024;

/** What is missing or absurdly long is a wrong one: the use case answers, in its own time. */
export const readCredentials = (
  body: unknown,
): Either<HttpError, { readonly username: string; readonly password: string }> => {
  const decoded = decodeCredentials(body);
  if (E.isLeft(decoded)) return decoded;
  const { username, password } = decoded.right;
  const usable = (given: string | null | undefined): string =>
    given !== undefined && given !== null && given.length <= credentialMax ? given : '';
  return E.right({ username: usable(username), password: usable(password) });
};

const cleaned = (given: string | null | undefined): string => clean(given ?? '');

export const readConnectChat = (body: unknown): Either<HttpError, ConnectChat> => {
  const decoded = decodeChatPayload(body);
  if (E.isLeft(decoded)) return decoded;
  const { extraData, ...given } = decoded.right;
  const texts = {
    userID: cleaned(given.userID),
    name: cleaned(given.name),
    provider: cleaned(given.provider),
    botSlug: cleaned(given.botSlug),
    botId: cleaned(given.botId),
    email: cleaned(given.email),
    // blanks alone are no number
    phoneNumber: /\S/u.test(given.phoneNumber ?? '') ? cleaned(given.phoneNumber) : '',
  };
  const user = makeUser(texts.provider as Provider, texts.userID);
  // a `+` alone is nobody's number
  const failures = failuresOf(chatPayloadRules, user.id === '' ? { ...texts, userID: '' } : texts);
  const tooBig = extraData !== undefined && extraData !== null && isTooBig(extraData);
  if (failures.length > 0 || tooBig) {
    const more = tooBig ? [{ field: 'ExtraData', tag: 'max' as const }] : [];
    return E.left({ _tag: 'PayloadInvalid', struct: 'ChatPayload', failures: [...failures, ...more] });
  }
  const { name, email, botSlug, botId, phoneNumber } = texts;
  return E.right({
    user,
    profile: { name, email, botSlug, botId, ...(phoneNumber === '' ? {} : { phoneNumber }) },
    extraData: extraData ?? {},
  });
};
