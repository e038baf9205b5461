import { E, pipe, TE } from '../../../domain/fp.ts';
import { jsonAnswer, message } from '../answer.ts';
import { readCredentials } from '../bodies.ts';
import type { HttpServerDeps } from '../options.ts';
import { makeRoute, type Route } from '../route.ts';
import { bothRoles, everybody, failureDocs } from './common.ts';

export const accessRoutes = ({ application, log }: HttpServerDeps): ReadonlyArray<Route> => [
  makeRoute({
    method: 'GET',
    path: '/v1/welcome',
    access: everybody,
    docs: {
      summary: 'A greeting',
      answers: { 200: { what: 'The service answers.', example: { Message: 'Welcome to API!' } } },
    },
    read: () => E.right(undefined),
    run: () => TE.right(undefined),
    present: () => welcome,
  }),
  makeRoute({
    method: 'POST',
    path: '/v1/authenticate',
    access: everybody,
    undecodable: (detail) => ({ _tag: 'PayloadUndecodable', detail }),
    docs: {
      summary: 'A token for a user name and a password',
      body: { example: { username: 'yaloUser', password: '…' } },
      answers: {
        200: { what: 'The token.', example: { token: '…' } },
        400: failureDocs.undecodable,
        401: failureDocs.of('Invalid credentials.'),
        413: failureDocs.tooLarge,
        415: failureDocs.otherMedia,
        429: failureDocs.of('Too many failed attempts, try again later.'),
      },
    },
    read: ({ body, address }) =>
      pipe(
        readCredentials(body),
        E.map((credentials) => ({ ...credentials, address: address() })),
      ),
    run: (command) =>
      pipe(
        application.authenticate(command),
        TE.map((token) => {
          log.info('logged-in', { address: command.address });
          return token;
        }),
      ),
    present: (token) => jsonAnswer(200, { token }),
  }),
  makeRoute({
    method: 'GET',
    path: '/v1/tokens/check',
    access: bothRoles,
    docs: {
      summary: 'Whose token it is',
      answers: {
        200: { what: 'User and role.', example: { username: 'yaloUser', role: 'YALO_ROLE' } },
        401: failureDocs.noToken,
        403: failureDocs.badToken,
      },
    },
    read: ({ identity }) => (identity === undefined ? E.left({ _tag: 'TokenMissing' }) : E.right(identity)),
    run: (identity) => TE.right(identity),
    present: ({ username, role }) => jsonAnswer(200, { username, role }),
  }),
];

const welcome = message('Welcome to API!');
