import { createHmac } from 'node:crypto';
import fc from 'fast-check';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const signed = (header: unknown, payload: unknown, key: string, hash = 'sha256'): string => {
  const text = `${part(header)}.${part(payload)}`;
  return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
};

/** Tokens that must never pass, made from a good one and from the key that signs good ones. */
export const forgeries = (good: string, key: string): fc.Arbitrary<string> => {
  const [header = '', payload = '', signature = ''] = good.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const now = Math.floor(Date.now() / 1000);
  const head = { alg: 'HS256', typ: 'JWT' };
  const algorithms = [
    'none',
    'None',
    'nOnE',
    '',
    'HS384',
    'HS512',
    'RS256',
    'ES256',
    'PS256',
    'EdDSA',
    'dir',
    'hs256',
  ];
  const changes: ReadonlyArray<Record<string, unknown>> = [
    ...[
      { iss: 'another' },
      { aud: 'another' },
      { aud: [] },
      { exp: now - 60 },
      { exp: 'never' },
      { exp: null },
    ],
    ...[
      { nbf: now + 600 },
      { iat: 'now' },
      { jti: undefined },
      { jti: 1 },
      { sub: '' },
      { sub: undefined },
      { sub: 'nobody' },
    ],
    ...[
      { role: 'ADMIN' },
      { role: ['YALO_ROLE'] },
      { role: 'SALESFORCE_ROLE', sub: 'yaloUser' },
      { role: undefined },
    ],
    ...[{ iss: undefined }, { aud: undefined }, { exp: undefined }, { sub: { toString: 1 } }],
  ];
  const headers: ReadonlyArray<Record<string, unknown>> = [
    ...[
      { kid: '../../../../dev/null' },
      { kid: "' OR 1=1" },
      { jku: 'https://evil.example/keys' },
      { x5u: 'https://evil.example' },
    ],
    ...[{ jwk: { kty: 'oct', k: part('guess') } }],
  ];
  return fc.oneof(
    fc.constantFrom(...algorithms).map((alg) => `${part({ ...head, alg })}.${payload}.`),
    fc.constantFrom(...algorithms).map((alg) => `${part({ ...head, alg })}.${payload}.${signature}`),
    fc
      .constantFrom('sha384', 'sha512')
      .map((hash) => signed({ ...head, alg: hash.replace('sha', 'HS') }, claims, key, hash)),
    fc
      .constantFrom('', 'secret', 'relevo', `${key} `, key.slice(1))
      .map((wrong) => signed(head, claims, wrong)),
    fc.constantFrom(...headers).map((more) => signed({ ...head, ...more }, claims, 'guess')),
    fc.constantFrom(...changes).map((more) => signed(head, { ...claims, ...more }, key)),
    fc.constantFrom(...changes).map((more) => `${header}.${part({ ...claims, ...more })}.${signature}`),
    fc
      .constantFrom({ crit: ['exp'] }, { crit: ['b64'], b64: false }, { typ: 'at+jwt' })
      .map((more) => signed({ ...head, ...more }, claims, key)),
    fc.nat(good.length - 1).chain((at) =>
      fc
        .constantFrom('', 'A', '-', '.', '=', '%00')
        .map((by) => good.slice(0, at) + by + good.slice(at + 1))
        .filter((forged) => forged !== good),
    ),
    fc.constantFrom('=', '==', '.', ' x', `.${signature}`).map((more) => good + more),
    fc.constantFrom(
      `${signature}.${payload}.${header}`,
      `${header}.${payload}`,
      header,
      '..',
      'null',
      'undefined',
      'true',
    ),
    fc.string({ maxLength: 100 }),
    fc.nat(6000).map((length) => 'e'.repeat(length)),
    fc.constantFrom(
      ...['{"alg":"none"}', '__proto__', 'a.b.c.d.e'].map((text) => Buffer.from(text).toString('base64url')),
    ),
  );
};
