import { E, pipe, type Either, type TaskEither } from '../../../domain/fp.ts';
import type { Message } from '../../../domain/message.ts';
import type { StoreUnavailable } from '../../../application/ports/errors.ts';
import { message } from '../answer.ts';
import { makeDeadlines, type Deadlines } from '../deadlines.ts';
import type { HttpError } from '../errors.ts';
import type { HttpLimits, HttpServerDeps } from '../options.ts';
import { makeRoute, type Route, type RouteDocs } from '../route.ts';
import { facebookRules, makeReadFacebook } from '../webhooks/facebook.ts';
import type { Reading } from '../webhooks/reading.ts';
import { makeReadWhatsApp, whatsAppRules } from '../webhooks/whatsapp.ts';
import { failureDocs } from './common.ts';

const inserted = message('insert success');

const answers = (example: unknown): RouteDocs['answers'] => ({
  200: { what: 'Stored; nothing is lost from here on.', example },
  400: failureDocs.of('invalid pauload received : error decode body request'),
  403: failureDocs.of('Invalid signature.'),
  413: failureDocs.tooLarge,
  415: failureDocs.otherMedia,
  503: failureDocs.of('There was an error inserting integration message'),
});

/** Waits for the store no longer than the sender is to wait; what is stored later is `seen` by the sender's next try. */
const within =
  (deadlines: Deadlines, store: TaskEither<StoreUnavailable, void>): TaskEither<HttpError, void> =>
  () =>
    new Promise((resolve, reject) => {
      const notStored = (detail: string): void => resolve(E.left({ _tag: 'MessageNotStored', detail }));
      const deadline = deadlines.start(() => notStored('the store did not answer in time'));
      store().then(
        (stored) => {
          deadlines.end(deadline);
          if (E.isLeft(stored)) notStored(stored.left.detail);
          else resolve(done);
        },
        (cause: unknown) => {
          deadlines.end(deadline);
          reject(cause instanceof Error ? cause : new Error(String(cause)));
        },
      );
    });

const done: Either<never, void> = E.right(undefined);
const nothingToDo: TaskEither<never, void> = () => Promise.resolve(done);

export const webhookRoutes = (
  { application, options, clock, metrics, log }: HttpServerDeps,
  limits: Pick<HttpLimits, 'storeMs'>,
): ReadonlyArray<Route> => {
  const deadlines = makeDeadlines(clock, limits.storeMs);

  const note = ({ provider, notes }: Extract<Reading, { _tag: 'Messages' }>, requestId: string): void => {
    for (const [outcome, count] of Object.entries(notes)) {
      metrics.count('webhook_items_dropped_total', { provider, outcome }, count);
    }
    const { bad } = notes;
    if (bad !== undefined) log.warn('webhook-items-skipped', { requestId, provider, bad });
  };

  const store = (messages: ReadonlyArray<Message>): TaskEither<HttpError, void> =>
    messages.length === 0 ? nothingToDo : within(deadlines, application.ingestMessages(messages));

  const webhook = (
    provider: 'whatsapp' | 'facebook',
    read: (body: unknown) => Either<HttpError, Reading>,
    docs: RouteDocs,
  ): Route =>
    makeRoute({
      method: 'POST',
      path: `/v1/integrations/${provider}/webhook`,
      access: { kind: 'signature' },
      undecodable: (detail) => ({ _tag: 'WebhookUndecodable', detail }),
      docs,
      read: ({ body, requestId }) =>
        pipe(
          read(body),
          E.map((reading) => ({ reading, requestId })),
        ),
      run: ({ reading, requestId }): TaskEither<HttpError, void> => {
        if (reading._tag === 'Skipped') {
          metrics.count('webhook_items_dropped_total', { provider, outcome: 'ignored' });
          return nothingToDo;
        }
        note(reading, requestId);
        return store(reading.messages);
      },
      present: (_, { reading }) =>
        reading._tag === 'Skipped' ? message(`message type: ${reading.type} was skipped`) : inserted,
    });

  return [
    webhook('whatsapp', makeReadWhatsApp(options.ignoreMessageTypes), {
      summary: 'A message between a user and the bot on WhatsApp',
      body: {
        rules: whatsAppRules,
        example: {
          from: '5215573735001',
          id: 'ABGHUhVXNzUALwIQZWnmjBi7IBmfp2EfNrYbRQ',
          text: { body: 'Hola' },
          timestamp: '1632367928574',
          type: 'text',
        },
      },
      answers: answers({ Message: 'insert success' }),
    }),
    webhook('facebook', makeReadFacebook(clock.now), {
      summary: 'Messages between users and the bot on Facebook Messenger',
      body: {
        rules: facebookRules,
        example: {
          authorRole: 'user',
          botId: 'messenger-bot',
          message: {
            object: 'page',
            entry: [
              {
                id: '233726951928054',
                time: 1632348042540,
                messaging: [
                  {
                    sender: { id: '5018811078134037' },
                    recipient: { id: '233726951928054' },
                    timestamp: 1632348042261,
                    message: { mid: 'm_rhq1CGI9iAqiwi8rcjFwG19G', text: 'Hola' },
                  },
                ],
              },
            ],
          },
          msgTracking: {},
          provider: 'facebook',
          timestamp: 1632348042540,
        },
      },
      answers: answers({ Message: 'insert success' }),
    }),
  ];
};
