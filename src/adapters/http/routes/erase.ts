import { message } from '../answer.ts';
import type { HttpServerDeps } from '../options.ts';
import { makeRoute, type Route } from '../route.ts';
import { failureDocs, providerQuery, readWhose, yaloOnly } from './common.ts';

const erased = message('Context erased successfully');

export const eraseRoutes = ({ application }: HttpServerDeps): ReadonlyArray<Route> => [
  makeRoute({
    method: 'DELETE',
    path: '/v1/context/:userID',
    access: yaloOnly,
    docs: {
      summary: 'Forget a user: context, ended chats, and all that could not be delivered',
      query: providerQuery,
      answers: {
        200: {
          what: 'Nothing is left but bare message ids, for 24 hours. Also when there was nothing.',
          example: { Message: 'Context erased successfully' },
        },
        401: failureDocs.noToken,
        403: failureDocs.badToken,
        409: failureDocs.of('could not erase context : session exists with this userID'),
        503: failureDocs.storeDown,
      },
    },
    read: readWhose,
    run: application.eraseUser,
    present: () => erased,
  }),
];
