import { createSecretKey, type webcrypto } from 'node:crypto';
import * as t from 'io-ts';
import { errors, type JWTVerifyResult, jwtVerify, SignJWT } from 'jose';
import { E, type Either } from '../../domain/fp.ts';
import type { Clock } from '../../application/ports/clock.port.ts';
import type { Identity, InvalidToken, TokenIssuer } from '../../application/ports/token.port.ts';

export interface TokenIssuerOptions {
  /**
   * SECRET_KEY. Its bytes are the HMAC key as they are, so that a gateway that holds it can verify our tokens too. HMAC
   * takes a key of any length; how short one may be is the configuration's matter (32 bytes in production).
   */
  readonly secretKey: string;
  /** SECRET_KEY_PREVIOUS: verifies only. */
  readonly previousKey?: string;
  readonly ttlMs: number;
  readonly clock: Pick<Clock, 'now'>;
  /** A random id for each token, its `jti`. */
  readonly tokenId: () => string;
}

const algorithm = 'HS256';
const type = 'JWT';
/** Issuer and audience alike: this service's tokens are for itself alone. */
const service = 'relevo';
/** Clocks of several machines never agree to the second. */
const toleranceSeconds = 5;
/** Ours have a few hundred characters. */
const longestToken = 4096;

const claims = t.type({
  sub: t.refinement(t.string, (name) => name !== '', 'a user name'),
  role: t.union([t.literal('YALO_ROLE'), t.literal('SALESFORCE_ROLE')]),
  iat: t.number,
  jti: t.string,
});

/** JWTs under one pinned algorithm, HS256: no header of a token chooses how it is verified. */
export const makeTokenIssuer = (options: TokenIssuerOptions): TokenIssuer => {
  const key = keyOf(options.secretKey);
  const previous = options.previousKey === undefined ? undefined : keyOf(options.previousKey);

  const verifyWith = (token: string, secret: webcrypto.CryptoKey): Promise<JWTVerifyResult> =>
    jwtVerify(token, secret, {
      algorithms: [algorithm],
      typ: type,
      issuer: service,
      audience: service,
      requiredClaims: ['sub', 'role', 'iat', 'exp', 'jti'],
      clockTolerance: toleranceSeconds,
      currentDate: new Date(options.clock.now()),
    });

  const verify = async (token: string): Promise<Either<InvalidToken, Identity>> => {
    if (token.length > longestToken) return invalid('too long');
    if (!isCanonical(token)) return invalid('spelling of the signature');
    try {
      const verified = await verifyWith(token, key).catch((thrown: unknown) => {
        if (previous === undefined || !(thrown instanceof errors.JWSSignatureVerificationFailed))
          throw thrown;
        return verifyWith(token, previous);
      });
      return identityIn(verified);
    } catch (thrown) {
      return invalid(thrown instanceof errors.JOSEError ? describe(thrown) : 'cannot be read');
    }
  };

  return {
    issue:
      ({ username, role }) =>
      async () => {
        const seconds = Math.floor(options.clock.now() / 1000);
        const token = await new SignJWT({ role })
          .setProtectedHeader({ alg: algorithm, typ: type })
          .setIssuer(service)
          .setAudience(service)
          .setSubject(username)
          .setIssuedAt(seconds)
          .setExpirationTime(seconds + Math.floor(options.ttlMs / 1000))
          .setJti(options.tokenId())
          .sign(key);
        return E.right(token);
      },
    verify: (token) => () => verify(token),
  };
};

/** In the form that jose uses as it is: any other it would turn into this one at each token. */
const keyOf = (secret: string): webcrypto.CryptoKey =>
  createSecretKey(Buffer.from(secret, 'utf8')).toCryptoKey({ name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ]);

const invalid = (detail: string): Either<InvalidToken, never> => E.left({ _tag: 'InvalidToken', detail });

/** Base64 has spare bits at its end: without this the same signature could be spelled in several ways. */
const isCanonical = (token: string): boolean => {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
};

/** Codes and claim names only, no values. */
const describe = (error: errors.JOSEError): string =>
  error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired
    ? `${error.code} ${error.claim} ${error.reason}`
    : error.code;

/** We never send `crit`: whoever has set it wants to be understood in a way that we do not know. */
const identityIn = ({ payload, protectedHeader }: JWTVerifyResult): Either<InvalidToken, Identity> => {
  if (protectedHeader.crit !== undefined) return invalid('crit');
  const decoded = claims.decode(payload);
  if (E.isLeft(decoded)) return invalid('claims');
  const { sub, role } = decoded.right;
  return E.right({ username: sub, role });
};
