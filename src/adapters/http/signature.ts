import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** Is the webhook from whom we share the secret with? Both take the same time whatever differs. */
export type SignatureCheck =
  /** The header is the secret itself: known before anything of the body is. */
  | { readonly over: 'header'; readonly holds: (header: string | undefined) => boolean }
  /** The header is the body's HMAC-SHA256 under the secret, as hex or base64, `sha256=` before it or not. */
  | { readonly over: 'body'; readonly holds: (header: string | undefined, body: Buffer) => boolean };

export const signatureHeader = 'x-yalochat-signature';

/** Node reads headers as Latin-1; hashes make both sides equally long. */
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
  const expected = digest(Buffer.from(secret));
  switch (mode) {
    case 'equal':
      return {
        over: 'header',
        holds: (header = '') => timingSafeEqual(digest(Buffer.from(header, 'latin1')), expected),
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
