import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Identity } from '../../application/ports/token.port.ts';
import { E, type Either } from '../../domain/fp.ts';
import { isLoopback } from './client-address.ts';
import type { HttpError } from './errors.ts';
import type { HttpServerDeps } from './options.ts';
import type { Access } from './route.ts';
import { makeSignatureCheck, signatureHeader } from './signature.ts';
import { identify } from './token.ts';

type Admitted = Either<HttpError, Identity | undefined>;

/** May this request in? Some know only with the body at hand. */
export interface Admission {
  readonly before: (req: IncomingMessage, query: () => URLSearchParams) => Admitted | Promise<Admitted>;
  readonly withBody?: (req: IncomingMessage, body: Buffer) => boolean;
}

const open: Admitted = E.right(undefined);
const refuse = (error: HttpError): Admitted => E.left(error);

const signatureOf = (req: IncomingMessage): string | undefined => {
  const header = req.headers[signatureHeader];
  return Array.isArray(header) ? header.join(', ') : header;
};

const bySignature = (options: HttpServerDeps['options']): Admission => {
  if (options.webhookSignature === undefined) return { before: () => open };
  const check = makeSignatureCheck(options.webhookSignature);
  const invalid = refuse({ _tag: 'SignatureInvalid' });
  return check.over === 'header'
    ? { before: (req) => (check.holds(signatureOf(req)) ? open : invalid) }
    : { before: () => open, withBody: (req, body) => check.holds(signatureOf(req), body) };
};

const forMetrics = (token: string | undefined): Admission => {
  if (token === undefined) {
    return { before: (req) => (isLoopback(req) ? open : refuse({ _tag: 'NotForThisPeer' })) };
  }
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
  const expected = digest(`Bearer ${token}`);
  return {
    before: ({ headers: { authorization } }) => {
      if (!authorization) return refuse({ _tag: 'TokenMissing' });
      return timingSafeEqual(digest(authorization), expected)
        ? open
        : refuse({ _tag: 'InvalidToken', detail: 'not the token for metrics' });
    },
  };
};

export const makeAdmission = (
  access: Access,
  { application, options }: Pick<HttpServerDeps, 'application' | 'options'>,
): Admission => {
  switch (access.kind) {
    case 'public':
      return { before: () => open };
    case 'token':
      return { before: (req, query) => identify(req, query(), application.checkToken, access.roles) };
    case 'signature':
      return bySignature(options);
    case 'metrics':
      return forMetrics(options.metricsToken);
  }
};
