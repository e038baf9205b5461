import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** Is the webhook from whom we share the secret with? Both take the same time whatever differs. */
export type SignatureCheck =
  /** The header is the secret itself: known before anything of the body is. */
  | { readonly over: 'header'; readonly holds: (header: string | undefined) => boolean }
  /** The header is the body's HMAC-SHA256 under the secret, as hex or base64, `sha256=` before it or not. */
  | { readonly over: 'body'; readonly holds: (header: string | undefined, body: Buffer) => boolean };

export const signatureHeader = 'x-yalochat-signature';

/** Hashes make both sides equally long. */
const digest = (bytes: Buffer): Buffer => hash('sha256', bytes, 'buffer');

const mac = (header: string): Buffer => {
  const encoded = header.replace(/^sha256=/iu, '').trim();
  return /^[0-9a-f]{64}$/iu.test(encoded) ? Buffer.from(encoded, 'hex') : Buffer.from(encoded, 'base64');
};

export const makeSignatureCheck = ({
  mode,
  secret,
}: {
  readonly mode: 'equal' | 'hmac-sha256';
  readonly secret: string;
}): SignatureCheck => {
  /** Senders write what is not ASCII as UTF-8 or, where it can be, as Latin-1. */
  const [utf8, latin1] = [digest(Buffer.from(secret)), digest(Buffer.from(secret, 'latin1'))];
  const isLatin1 = !/[^\u0000-\u00ff]/u.test(secret);
  switch (mode) {
    case 'equal':
      return {
        over: 'header',
        holds: (header = '') => {
          // Node reads the bytes of headers as Latin-1
          const given = digest(Buffer.from(header, 'latin1'));
          const asUtf8 = timingSafeEqual(given, utf8);
          const asLatin1 = timingSafeEqual(given, latin1);
          return asUtf8 || (isLatin1 && asLatin1);
        },
      };
    case 'hmac-sha256':
      return {
        over: 'body',
        holds: (header = '', body) => {
          const given = mac(header);
          const right = createHmac('sha256', secret).update(body).digest();
          return given.length === right.length && timingSafeEqual(given, right);
        },
      };
  }
};
