import { pipe, TE } from '../../../domain/fp.ts';
import { jsonAnswer, message } from '../answer.ts';
import { chatPayloadRules, readConnectChat } from '../bodies.ts';
import type { HttpError } from '../errors.ts';
import type { HttpServerDeps } from '../options.ts';
import { presentChat, presentEntry } from '../presenters.ts';
import { makeRoute, type Route } from '../route.ts';
import { failureDocs, providerQuery, readWhose, yaloOnly } from './common.ts';

const created = message('Chat created succefully');
const finished = message('Chat finished successfully');

export const chatRoutes = ({ application, options }: HttpServerDeps): ReadonlyArray<Route> => [
  makeRoute({
    method: 'POST',
    path: '/v1/chats/connect',
    access: yaloOnly,
    undecodable: (detail) => ({ _tag: 'PayloadUndecodable', detail }),
    docs: {
      summary: 'Hand a user over to an agent',
      body: {
        rules: chatPayloadRules,
        example: {
          userID: '5217331175599',
          botSlug: 'coppel-bot',
          botId: '521554578545',
          name: 'Eduardo Ochoa',
          provider: 'whatsapp',
          email: 'ochoa@example.com',
          phoneNumber: '5217331175599',
          extraData: { source_flow_bot: 'SFB001' },
        },
      },
      answers: {
        200: { what: 'Salesforce took the request.', example: { Message: 'Chat created succefully' } },
        400: failureDocs.of(
          "Error validating payload : Key: 'ChatPayload.Email' Error:Field validation for 'Email' failed on the 'required' tag",
        ),
        401: failureDocs.noToken,
        403: failureDocs.badToken,
        409: failureDocs.of('could not create chat in salesforce : session exists with this userID'),
        413: failureDocs.tooLarge,
        415: failureDocs.otherMedia,
        422: failureDocs.of('could not create chat in salesforce: this contact is blocked'),
        502: failureDocs.of('could not create chat in salesforce : chat request'),
        503: failureDocs.of('could not create chat in salesforce : no agents available'),
        504: failureDocs.of('could not create chat in salesforce : chat session'),
      },
    },
    read: ({ body }) => readConnectChat(body),
    run: application.connectChat,
    present: () => created,
  }),
  makeRoute({
    method: 'DELETE',
    path: '/v1/chat/finish/:userID',
    access: yaloOnly,
    docs: {
      summary: "End a user's open chat",
      query: providerQuery,
      answers: {
        200: { what: 'It is over.', example: { Message: 'Chat finished successfully' } },
        401: failureDocs.noToken,
        403: failureDocs.badToken,
        404: failureDocs.of(
          'could not finish chat in salesforce : this contact does not have an interconnection',
        ),
        503: failureDocs.storeDown,
      },
    },
    read: readWhose,
    run: application.finishChat,
    present: () => finished,
  }),
  makeRoute({
    method: 'GET',
    path: '/v1/chats/:userID',
    access: yaloOnly,
    docs: {
      summary: 'How the open or last chat of a user stands',
      query: providerQuery,
      answers: {
        200: {
          what: 'The chat.',
          example: {
            userID: '5217331175599',
            provider: 'whatsapp',
            state: 'active',
            since: '2026-11-12T16:04:36.583Z',
            caseId: '5005e000001abcd',
            agent: 'Ana',
            pending: { toUser: 0, toAgent: 1, files: 0, bot: 0 },
            setAside: 0,
          },
        },
        401: failureDocs.noToken,
        403: failureDocs.badToken,
        404: failureDocs.of('no chat found for this userID'),
        503: failureDocs.storeDown,
      },
    },
    read: readWhose,
    run: application.getChat,
    present: (chat) => jsonAnswer(200, presentChat(chat)),
  }),
  makeRoute({
    method: 'GET',
    path: '/v1/context/:userID',
    access: yaloOnly,
    docs: {
      summary: 'What user and bot said in the last 24 hours and no agent has seen, oldest first',
      query: providerQuery,
      answers: {
        200: {
          what: 'The entries, none included.',
          example: [
            {
              userId: '5217331175599',
              client: 'salesforce',
              timestamp: 1636646674958,
              text: 'Hola',
              from: 'user',
              ttl: '2021-11-12T16:04:36.583Z',
            },
          ],
        },
        401: failureDocs.noToken,
        403: failureDocs.badToken,
        500: failureDocs.of('error retrieving context'),
      },
    },
    read: readWhose,
    run: (whose) =>
      pipe(
        application.getContext(whose),
        TE.mapLeft(({ detail }): HttpError => ({ _tag: 'ContextUnavailable', detail })),
      ),
    present: (entries) =>
      jsonAnswer(
        200,
        entries.map((entry) => presentEntry(entry, options.client)),
      ),
  }),
];
