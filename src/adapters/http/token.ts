import type { IncomingMessage } from 'node:http';
import type { Application } from '../../application/application.ts';
import type { Identity, Role } from '../../application/ports/token.port.ts';
import { E, type Either } from '../../domain/fp.ts';
import type { HttpError } from './errors.ts';

/** A header that is there and not empty is the only source; else the query's member `token`. */
const tokenOf = (req: IncomingMessage, query: URLSearchParams): Either<HttpError, string> => {
  const { authorization } = req.headers;
  if (authorization) {
    const [, token] = /^Bearer (\S+)$/u.exec(authorization) ?? [];
    return token === undefined ? E.left({ _tag: 'TokenHeaderInvalid' }) : E.right(token);
  }
  const token = query.get('token');
  return token ? E.right(token) : E.left({ _tag: 'TokenMissing' });
};

/** Who calls, provided that the role is one of those. */
export const identify = async (
  req: IncomingMessage,
  query: URLSearchParams,
  checkToken: Application['checkToken'],
  roles: ReadonlyArray<Role>,
): Promise<Either<HttpError, Identity>> => {
  const token = tokenOf(req, query);
  if (E.isLeft(token)) return token;
  const identity = await checkToken(token.right)();
  if (E.isLeft(identity) || roles.includes(identity.right.role)) return identity;
  return E.left({ _tag: 'RoleNotAllowed' });
};
