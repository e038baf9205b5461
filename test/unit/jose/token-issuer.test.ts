import { createHmac, generateKeyPairSync } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { CompactSign, SignJWT, UnsecuredJWT } from 'jose';
import { E } from '../../../src/domain/fp.ts';
import type { Identity, InvalidToken } from '../../../src/application/ports/token.port.ts';
import { makeTokenIssuer, type TokenIssuerOptions } from '../../../src/adapters/jose/token-issuer.adapter.ts';

const secretKey = 'a key for tests, of 32 bytes and more';
const bot: Identity = { username: 'yaloUser', role: 'YALO_ROLE' };
const start = Date.UTC(2026, 10, 2, 12);
const second = 1000;

const issuer = (more: Partial<TokenIssuerOptions> = {}): ReturnType<typeof makeTokenIssuer> => {
  let ids = 0;
  return makeTokenIssuer({
    secretKey,
    ttlMs: 3600 * second,
    clock: { now: () => start },
    tokenId: () => `id-${(ids += 1)}`,
    ...more,
  });
};

const issue = async (more: Partial<TokenIssuerOptions> = {}, identity = bot): Promise<string> => {
  const token = await issuer(more).issue(identity)();
  if (E.isLeft(token)) throw new Error('no token');
  return token.right;
};

const verify = (
  token: string,
  more: Partial<TokenIssuerOptions> = {},
): Promise<E.Either<InvalidToken, Identity>> => issuer(more).verify(token)();

const at = (ms: number): Partial<TokenIssuerOptions> => ({ clock: { now: () => start + ms } });

const json = (part: string | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Record<string, unknown>;

test('token › names its user, and nothing more than it needs', async (t) => {
  const token = await issue();
  const [header, payload] = token.split('.');
  t.deepEqual(json(header), { alg: 'HS256', typ: 'JWT' });
  t.deepEqual(json(payload), {
    role: 'YALO_ROLE',
    iss: 'relevo',
    aud: 'relevo',
    sub: 'yaloUser',
    iat: start / second,
    exp: start / second + 3600,
    jti: 'id-1',
  });
  t.deepEqual(await verify(token), E.right(bot));
});

test('token › any user name and role come back as they were', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        username: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }),
        role: fc.constantFrom('YALO_ROLE' as const, 'SALESFORCE_ROLE' as const),
      }),
      async (identity) => {
        t.deepEqual(await verify(await issue({}, identity)), E.right(identity));
      },
    ),
    { numRuns: 50 },
  );
});

test('token › lives for its time and a few seconds, by which clocks may differ', async (t) => {
  const token = await issue();
  t.true(E.isRight(await verify(token, at(3599 * second))));
  t.true(E.isRight(await verify(token, at(3604 * second))));
  t.like(await verify(token, at(3606 * second)), { left: { _tag: 'InvalidToken' } });
  t.true(E.isRight(await verify(token, at(-3 * second))), 'issued by a machine that is ahead');
});

test('keys › the previous one verifies and does not sign; a stranger’s does neither', async (t) => {
  const rotated = { secretKey: 'the new key', previousKey: secretKey };
  const old = await issue();
  t.deepEqual(await verify(old, rotated), E.right(bot));
  t.deepEqual(await verify(await issue(rotated), { secretKey: 'the new key' }), E.right(bot));
  t.like(await verify(await issue(rotated)), { left: { _tag: 'InvalidToken' } });
  t.like(await verify(old, { secretKey: 'the new key' }), { left: { _tag: 'InvalidToken' } });
  t.like(await verify(old, { ...rotated, ...at(4000 * second) }), { left: { _tag: 'InvalidToken' } });
});

test('keys › short ones work', async (t) => {
  t.deepEqual(await verify(await issue({ secretKey: 'k' }), { secretKey: 'k' }), E.right(bot));
});

/** A token as good as ours but for what is said. */
const forge = (
  claims: Readonly<Record<string, unknown>>,
  header: { alg: string; [name: string]: unknown } = { alg: 'HS256', typ: 'JWT' },
  key = secretKey,
): Promise<string> => {
  const payload = {
    ...{ iss: 'relevo', aud: 'relevo', sub: 'yaloUser', role: 'YALO_ROLE', jti: 'x' },
    ...{ iat: start / second, exp: start / second + 60 },
    ...claims,
  };
  return new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader(header)
    .sign(Buffer.from(key));
};

test('forged token › the forge makes good ones when asked to', async (t) => {
  t.deepEqual(await verify(await forge({})), E.right(bot));
});

test('forged token › the time of issue says nothing: tokens live on when the clock is set back', async (t) => {
  t.deepEqual(await verify(await forge({ iat: start / second + 3600 })), E.right(bot));
  t.deepEqual(await verify(await forge({ iat: 0 })), E.right(bot));
});

const other = {
  'no issuer': { iss: undefined },
  'another issuer': { iss: 'somebody' },
  'no audience': { aud: undefined },
  'another audience': { aud: ['somebody'] },
  'no subject': { sub: undefined },
  'an empty subject': { sub: '' },
  'a subject that is no text': { sub: 7 },
  'no role': { role: undefined },
  'an unknown role': { role: 'ADMIN_ROLE' },
  'several roles': { role: ['YALO_ROLE'] },
  'no time of issue': { iat: undefined },
  'a time of issue that is no number': { iat: 'today' },
  'no end': { exp: undefined },
  'an end that is no number': { exp: 'never' },
  'an end that is past': { exp: start / second - 60 },
  'a beginning to come': { nbf: start / second + 60 },
  'no id': { jti: undefined },
};
for (const [shown, claims] of Object.entries(other)) {
  test(`token with ${shown} › is refused`, async (t) => {
    t.like(await verify(await forge(claims)), { left: { _tag: 'InvalidToken' } });
  });
}

const headers = {
  HS384: { alg: 'HS384', typ: 'JWT' },
  HS512: { alg: 'HS512', typ: 'JWT' },
  'no typ': { alg: 'HS256' },
  'another typ': { alg: 'HS256', typ: 'at+jwt' },
  'a key of its own': { alg: 'HS256', typ: 'JWT', jwk: { kty: 'oct', k: 'YQ' }, kid: '../../dev/null' },
};
for (const [shown, header] of Object.entries(headers)) {
  test(`token with ${shown} › is judged by our key and algorithm alone`, async (t) => {
    const key = shown === 'a key of its own' ? 'a' : secretKey.padEnd(64, 'x');
    t.like(await verify(await forge({}, header, key), { secretKey: secretKey.padEnd(64, 'x') }), {
      left: { _tag: 'InvalidToken' },
    });
  });
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = (header: unknown, payload: string): string => {
  const text = `${encode(header)}.${payload}`;
  return `${text}.${createHmac('sha256', secretKey).update(text).digest('base64url')}`;
};

test('token with a critical header › is refused, even one that jose understands', async (t) => {
  const payload = (await forge({})).split('.')[1] ?? '';
  t.true(E.isRight(await verify(signed({ alg: 'HS256', typ: 'JWT' }, payload))), 'signed well');
  for (const extra of [
    { crit: ['exp'], exp: 1 },
    { crit: ['b64'], b64: true },
    { crit: ['b64'], b64: false },
    { crit: [] },
    { crit: ['x'] },
  ]) {
    t.like(await verify(signed({ alg: 'HS256', typ: 'JWT', ...extra }, payload)), {
      left: { _tag: 'InvalidToken' },
    });
  }
});

test('token without a signature, or with one of another kind › is refused', async (t) => {
  const unsecured = new UnsecuredJWT({ role: 'YALO_ROLE', jti: 'x' })
    .setIssuer('relevo')
    .setAudience('relevo')
    .setSubject('yaloUser')
    .setIssuedAt(start / second)
    .setExpirationTime(start / second + 60)
    .encode();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const es256 = await new SignJWT(json(unsecured.split('.')[1]))
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
    .sign(privateKey);
  const [header, payload, signature] = (await issue()).split('.');
  for (const token of [
    unsecured,
    es256,
    `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`,
    `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.${signature}`,
    `${header}.${payload}.`,
    `${header}.${payload}`,
    `${header}.${payload}.${signature}.${signature}`,
    `.${payload}.${signature}`,
    '',
    '..',
    'x'.repeat(1_000_000),
  ]) {
    t.like(await verify(token), { left: { _tag: 'InvalidToken' } });
  }
});

test('token that was changed anywhere › is refused, and the reason never holds it', async (t) => {
  const token = await issue();
  await fc.assert(
    fc.asyncProperty(
      fc.nat(token.length - 1),
      fc.constantFrom(...'ABCabc019-_.= \n'),
      async (index, character) => {
        fc.pre(token[index] !== character);
        const changed = token.slice(0, index) + character + token.slice(index + 1);
        const outcome = await verify(changed);
        t.true(E.isLeft(outcome), changed);
        t.true(E.isLeft(outcome) && outcome.left.detail.length < 80);
      },
    ),
    { numRuns: 500 },
  );
  const last = token.slice(0, -1);
  for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
    t.is(E.isRight(await verify(last + character)), last + character === token, 'one spelling only');
  }
});

test('any text › is no token', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
      t.true(E.isLeft(await verify(text)));
    }),
  );
});
