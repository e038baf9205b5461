import type { HttpLimits, HttpServerDeps } from './options.ts';
import type { Route } from './route.ts';
import { accessRoutes } from './routes/access.ts';
import { chatRoutes } from './routes/chats.ts';
import { eraseRoutes } from './routes/erase.ts';
import { operationRoutes } from './routes/operations.ts';
import { registrationRoutes } from './routes/registration.ts';
import { webhookRoutes } from './routes/webhooks.ts';

/** Every route there is: what is mounted, and what the API's description is made of. */
export const makeRoutes = (deps: HttpServerDeps, limits: HttpLimits): ReadonlyArray<Route> => [
  ...accessRoutes(deps),
  ...chatRoutes(deps),
  ...eraseRoutes(deps),
  ...webhookRoutes(deps, limits),
  ...registrationRoutes(deps),
  ...operationRoutes(deps),
];
