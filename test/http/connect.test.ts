import test from 'ava';
import type { ConnectChatError } from '../../src/application/application.ts';
import { TE } from '../../src/domain/fp.ts';
import { connectBody, error, said, start } from './support.ts';

const path = '/v1/chats/connect';

const line = (field: string, tag: string): string =>
  `Key: 'ChatPayload.${field}' Error:Field validation for '${field}' failed on the '${tag}' tag`;

const invalid = (...lines: ReadonlyArray<string>): object =>
  error(`Error validating payload : ${lines.join('\n')}`);

const required = [
  ['userID', 'UserID'],
  ['name', 'Name'],
  ['provider', 'Provider'],
  ['botSlug', 'BotSlug'],
  ['botId', 'BotId'],
  ['email', 'Email'],
] as const;

test('validation › a required field missing, empty or null', async (t) => {
  const { yalo } = await start(t);
  for (const [member, field] of required) {
    for (const value of [undefined, '', null]) {
      const answer = await yalo('POST', path, connectBody({ [member]: value }));
      t.is(answer.status, 400, member);
      t.deepEqual(answer.json, invalid(line(field, 'required')), member);
    }
  }
});

test('validation › all failures, one line each, in the order of the fields', async (t) => {
  const { yalo } = await start(t);
  const none = await yalo('POST', path, {});
  t.deepEqual(none.json, invalid(...required.map(([, field]) => line(field, 'required'))));
  const many = await yalo('POST', path, {
    extraData: { text: 'x'.repeat(20_000) },
    phoneNumber: '1'.repeat(41),
    email: 'nobody',
    botId: 'b'.repeat(129),
    botSlug: 'a b',
    provider: 'sms',
    name: 'n'.repeat(256),
    userID: '1'.repeat(129),
  });
  t.deepEqual(
    many.json,
    invalid(
      line('UserID', 'max'),
      line('Name', 'max'),
      line('Provider', 'oneof'),
      line('BotSlug', 'alphanumslug'),
      line('BotId', 'max'),
      line('Email', 'email'),
      line('PhoneNumber', 'max'),
      line('ExtraData', 'max'),
    ),
  );
});

test('validation › lengths are counted in code points, before a leading + is dropped', async (t) => {
  const { yalo } = await start(t);
  const limits = [
    ['userID', 'UserID', 128],
    ['name', 'Name', 255],
    ['botId', 'BotId', 128],
    ['phoneNumber', 'PhoneNumber', 40],
  ] as const;
  for (const [member, field, max] of limits) {
    for (const character of ['a', 'ñ', '😀']) {
      const fits = await yalo('POST', path, connectBody({ [member]: character.repeat(max) }));
      t.is(fits.status, 200, member);
      const over = await yalo('POST', path, connectBody({ [member]: character.repeat(max + 1) }));
      t.deepEqual(over.json, invalid(line(field, 'max')), member);
    }
  }
  t.deepEqual(
    (await yalo('POST', path, connectBody({ userID: `+${'1'.repeat(128)}` }))).json,
    invalid(line('UserID', 'max')),
  );
  const mail = (size: number): string => `${'a'.repeat(size - 12)}@example.com`;
  t.is((await yalo('POST', path, connectBody({ email: mail(80) }))).status, 200);
  t.deepEqual(
    (await yalo('POST', path, connectBody({ email: mail(81) }))).json,
    invalid(line('Email', 'max')),
  );
  t.is((await yalo('POST', path, connectBody({ botSlug: 'a'.repeat(128) }))).status, 200);
  t.deepEqual(
    (await yalo('POST', path, connectBody({ botSlug: 'a'.repeat(129) }))).json,
    invalid(line('BotSlug', 'max')),
  );
});

test('validation › provider, exactly', async (t) => {
  const { yalo } = await start(t);
  for (const provider of ['WhatsApp', 'whatsapp ', 'sms', 'constructor']) {
    const answer = await yalo('POST', path, connectBody({ provider }));
    t.deepEqual(answer.json, invalid(line('Provider', 'oneof')), provider);
  }
  t.is((await yalo('POST', path, connectBody({ provider: 'facebook' }))).status, 200);
});

test('validation › botSlug becomes a path segment', async (t) => {
  const { yalo } = await start(t);
  for (const botSlug of ['.', '..', '...', 'a/b', 'a b', 'añ', 'a%2f', '../x', 'a\n']) {
    const answer = await yalo('POST', path, connectBody({ botSlug }));
    t.deepEqual(answer.json, invalid(line('BotSlug', 'alphanumslug')), botSlug);
  }
  for (const botSlug of ['a', 'coppel-bot', 'A.b_c-9', '.a']) {
    t.is((await yalo('POST', path, connectBody({ botSlug }))).status, 200, botSlug);
  }
});

test('validation › extraData of 16 KiB, and not nested without end', async (t) => {
  const { yalo } = await start(t);
  const sized = (bytes: number): object => ({ t: 'x'.repeat(bytes - '{"t":""}'.length) });
  t.is((await yalo('POST', path, connectBody({ extraData: sized(16_384) }))).status, 200);
  const tooBig = invalid(line('ExtraData', 'max'));
  t.deepEqual((await yalo('POST', path, connectBody({ extraData: sized(16_385) }))).json, tooBig);
  const deep = JSON.stringify(connectBody()).replace(
    '{"source_flow_bot":"SFB001"}',
    `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  );
  t.deepEqual((await yalo('POST', path, deep)).json, tooBig);
});

test('decode › wrong types are no validation errors, and name the member only', async (t) => {
  const { yalo } = await start(t);
  for (const member of [
    'userID',
    'name',
    'provider',
    'botSlug',
    'botId',
    'email',
    'phoneNumber',
    'extraData',
  ]) {
    for (const value of [1, true, ['x'], member === 'extraData' ? 'secret' : { secret: 1 }]) {
      const answer = await yalo('POST', path, connectBody({ [member]: value }));
      t.is(answer.status, 400, member);
      t.deepEqual(answer.json, error(`Invalid payload received : ${member} has the wrong type`), member);
    }
  }
});

test('decode › what is no JSON object', async (t) => {
  const { yalo } = await start(t);
  for (const body of ['', '{', 'secret', '{"userID":"1",}']) {
    t.deepEqual((await yalo('POST', path, body)).json, error('Invalid payload received : not JSON'), body);
  }
  for (const body of ['null', '[]', '"secret"', '7']) {
    t.deepEqual(
      (await yalo('POST', path, body)).json,
      error('Invalid payload received : not an object'),
      body,
    );
  }
});

test('member names › without regard to case, extraData untouched', async (t) => {
  const { yalo, asked } = await start(t);
  const answer = await yalo(
    'POST',
    path,
    `{"USERID":"loose","userId":"5217331175599","BOTSLUG":"bot","botid":"1","NAME":"Ana","Provider":"whatsapp",
      "eMail":"ana@example.com","PhoneNumber":null,"extradata":{"Source_Flow_Bot":"X","__proto__":{"a":1},"n":null,"l":[1]},
      "unknown":1,"__proto__":{"email":"other@example.com"}}`,
  );
  t.is(answer.status, 200);
  const command = asked.at(-1)?.command as { extraData: object };
  t.like(command, {
    user: { provider: 'whatsapp', id: '5217331175599' },
    profile: { name: 'Ana', email: 'ana@example.com', botSlug: 'bot', botId: '1' },
  });
  t.is(JSON.stringify(command.extraData), '{"Source_Flow_Bot":"X","__proto__":{"a":1},"n":null,"l":[1]}');
});

test('connect › + is no part of a WhatsApp number, and no extraData is an empty one', async (t) => {
  const { yalo, asked } = await start(t);
  await yalo('POST', path, connectBody({ userID: '+5217331175599', extraData: null, phoneNumber: '' }));
  t.deepEqual(asked.at(-1)?.command, {
    user: { provider: 'whatsapp', id: '5217331175599' },
    profile: { name: 'Ana Prueba', email: 'ana@example.com', botSlug: 'coppel-bot', botId: '521554578545' },
    extraData: {},
  });
  await yalo('POST', path, connectBody({ userID: '+1', provider: 'facebook' }));
  t.like(asked.at(-1)?.command, { user: { provider: 'facebook', id: '+1' } });
  t.deepEqual(
    (await yalo('POST', path, connectBody({ userID: '+' }))).json,
    invalid(line('UserID', 'required')),
  );
});

test('connect › a phone number of blanks is none', async (t) => {
  const { yalo, asked } = await start(t);
  for (const phoneNumber of [' ', ' \t\u00a0', null]) {
    t.is((await yalo('POST', path, connectBody({ phoneNumber }))).status, 200);
    t.false('phoneNumber' in (asked.at(-1)?.command as { profile: object }).profile);
  }
});

const refusals: ReadonlyArray<readonly [ConnectChatError, number, string, string?]> = [
  [{ _tag: 'ChatExists' }, 409, 'could not create chat in salesforce : session exists with this userID'],
  [{ _tag: 'ContactBlocked' }, 422, 'could not create chat in salesforce: this contact is blocked'],
  [{ _tag: 'NoAgents' }, 503, 'could not create chat in salesforce : no agents available', '30'],
  [{ _tag: 'ChatFinished' }, 409, 'could not create chat in salesforce : chat was finished'],
  [{ _tag: 'StoreUnavailable', detail: 'x' }, 503, 'Service unavailable, try again later.', '1'],
  ...(
    [
      ...['login', 'availability', 'contact search', 'contact creation', 'case creation'],
      ...['chat session', 'chat request'],
    ] as const
  ).flatMap((step) => {
    const failed = { _tag: 'ConnectStepFailed', step } as Extract<
      ConnectChatError,
      { _tag: 'ConnectStepFailed' }
    >;
    const text = `could not create chat in salesforce : ${step}`;
    return [
      [{ ...failed, why: 'error' }, 502, text],
      [{ ...failed, why: 'busy' }, 503, text, '1'],
      [{ ...failed, why: 'busy', retryAfterMs: 12_001 }, 503, text, '13'],
      [{ ...failed, why: 'timeout' }, 504, text],
    ] as const;
  }),
];

test('outcomes › each with its status and text', async (t) => {
  let refusal: ConnectChatError = { _tag: 'ChatExists' };
  const { yalo } = await start(t, { application: { connectChat: () => TE.left(refusal) } });
  for (const [given, status, text, retryAfter] of refusals) {
    refusal = given;
    const answer = await yalo('POST', path, connectBody());
    t.is(answer.status, status, text);
    t.deepEqual(answer.json, error(text));
    t.is(answer.headers['retry-after'], retryAfter, text);
  }
});

test('outcomes › created', async (t) => {
  const { yalo } = await start(t);
  const answer = await yalo('POST', path, connectBody());
  t.is(answer.status, 200);
  t.deepEqual(answer.json, said('Chat created succefully'));
});
