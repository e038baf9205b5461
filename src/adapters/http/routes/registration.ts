import { pipe, TE } from '../../../domain/fp.ts';
import { message } from '../answer.ts';
import type { HttpError } from '../errors.ts';
import type { HttpServerDeps } from '../options.ts';
import { makeRoute, type Route } from '../route.ts';
import { failureDocs, readProvider, yaloOnly } from './common.ts';

interface Registration {
  readonly method: 'POST' | 'DELETE';
  readonly verb: 'register' | 'remove';
  readonly done: 'Register' | 'Remove';
  readonly failed: 'RegisterFailed' | 'RemoveFailed';
  readonly summary: string;
}

export const registrationRoutes = ({ application }: HttpServerDeps): ReadonlyArray<Route> => {
  const registration = (
    { method, verb, done, failed, summary }: Registration,
    useCase: typeof application.registerWebhook,
  ): Route =>
    makeRoute({
      method,
      path: `/v1/integrations/webhook/${verb}/:provider`,
      access: yaloOnly,
      docs: {
        summary,
        answers: {
          200: { what: 'Done.', example: { Message: `${done} webhook success with provider : whatsapp` } },
          400: failureDocs.of('invalid provider : sms, allowed values are facebook and whatsapp'),
          401: failureDocs.noToken,
          403: failureDocs.badToken,
          500: failureDocs.of(`error ${verb} webhook`),
        },
      },
      read: ({ params }) => readProvider(params.provider ?? ''),
      run: (provider) =>
        pipe(
          useCase(provider),
          TE.mapLeft(({ detail }): HttpError => ({ _tag: failed, detail })),
        ),
      present: (_, provider) => message(`${done} webhook success with provider : ${provider}`),
    });

  return [
    registration(
      {
        method: 'POST',
        verb: 'register',
        done: 'Register',
        failed: 'RegisterFailed',
        summary: "Have the channel's messages sent to this service",
      },
      application.registerWebhook,
    ),
    registration(
      {
        method: 'DELETE',
        verb: 'remove',
        done: 'Remove',
        failed: 'RemoveFailed',
        summary: "Have the channel's messages sent here no more",
      },
      application.removeWebhook,
    ),
  ];
};
