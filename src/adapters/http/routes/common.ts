import type { Whose } from '../../../application/application.ts';
import { makeUser, providers, type Provider } from '../../../domain/channel.ts';
import { E, type Either } from '../../../domain/fp.ts';
import type { HttpError } from '../errors.ts';
import { clean } from '../members.ts';
import type { Access, Call } from '../route.ts';

export const yaloOnly: Access = { kind: 'token', roles: ['YALO_ROLE'] };
export const bothRoles: Access = { kind: 'token', roles: ['YALO_ROLE', 'SALESFORCE_ROLE'] };
export const everybody: Access = { kind: 'public' };

export const readProvider = (given: string): Either<HttpError, Provider> => {
  const provider = providers.find((known) => known === given);
  return provider === undefined
    ? E.left({ _tag: 'ProviderInvalid', provider: clean(given) })
    : E.right(provider);
};

/** The path's userID, and the query's optional `provider`. */
export const readWhose = ({ params, query }: Call): Either<HttpError, Whose> => {
  const userId = clean(params.userID ?? '');
  if (userId === '') return E.left({ _tag: 'UnknownPath' });
  const given = query().get('provider');
  if (!given) return E.right({ userId });
  const provider = readProvider(given);
  return E.isLeft(provider)
    ? provider
    : E.right({ userId: makeUser(provider.right, userId).id, provider: provider.right });
};

export const providerQuery = {
  provider: '`whatsapp` or `facebook`; without it both are looked at, an open chat first, then the latest',
} as const;

const described = (description: string): { what: string; example: unknown } => ({
  what: description,
  example: { ErrorDescription: description },
});

export const failureDocs = {
  noToken: described('An Authorization header or an Query Param with name token is required.'),
  badToken: described('Invalid Authorization token.'),
  undecodable: described('Invalid payload received : not JSON'),
  storeDown: described('Service unavailable, try again later.'),
  tooLarge: described('Request body too large, at most 256 KiB are taken.'),
  otherMedia: described('Unsupported media type, application/json is expected.'),
  of: described,
} as const;
