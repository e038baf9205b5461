import Fastify, { type FastifyInstance } from 'fastify';
import { makeUser, type Application, type ConnectChat, type Provider } from 'relevo';

/** The use cases that these routes offer. */
export type Offered = Pick<
  Application,
  'ingestMessages' | 'getContext' | 'connectChat' | 'finishChat' | 'getChat' | 'eraseUser'
>;

interface Person {
  readonly provider: Provider;
  readonly id: string;
}

const params = {
  type: 'object',
  required: ['provider', 'id'],
  properties: {
    provider: { enum: ['whatsapp', 'facebook'] },
    id: { type: 'string', minLength: 1, maxLength: 128 },
  },
} as const;

const text = { type: 'string', minLength: 1, maxLength: 4096 } as const;

/** What a use case can fail with; a tag that is forgotten here does not compile. */
type Failure = {
  [Name in keyof Offered]: Awaited<ReturnType<ReturnType<Offered[Name]>>> extends infer Answer
    ? Answer extends { readonly _tag: 'Left'; readonly left: infer Left }
      ? Left
      : never
    : never;
}[keyof Offered];

const statusOf: Readonly<Record<Failure['_tag'], number>> = {
  StoreUnavailable: 503,
  ChatExists: 409,
  ContactBlocked: 403,
  NoAgents: 503,
  ChatFinished: 409,
  ConnectStepFailed: 502,
  NoOpenChat: 404,
  NoChat: 404,
  EraseRefused: 409,
};

/** Routes of our own before the use cases. Nothing here knows how they do it, or where anything is kept. */
export const makeServer = (application: Offered): FastifyInstance => {
  const server = Fastify({ bodyLimit: 256 * 1024 });

  server.post<{ Params: Person; Body: { messageId: string; text: string; timestamp?: number } }>(
    '/people/:provider/:id/messages',
    {
      schema: {
        params,
        body: {
          type: 'object',
          required: ['messageId', 'text'],
          properties: {
            messageId: { ...text, maxLength: 256 },
            text,
            timestamp: { type: 'integer', minimum: 0 },
          },
        },
      },
    },
    async ({ params: { provider, id }, body }, reply) => {
      const message = {
        user: makeUser(provider, id),
        id: body.messageId,
        from: 'user',
        timestamp: body.timestamp ?? Date.now(),
        content: { type: 'text', text: body.text },
      } as const;
      // answered once it is on the disk; a repeat of the same id changes nothing
      return answered(reply, await application.ingestMessages([message])());
    },
  );

  server.get<{ Params: Person }>(
    '/people/:provider/:id/context',
    { schema: { params } },
    async (request, reply) => answered(reply, await application.getContext(whose(request.params))()),
  );

  server.post<{ Params: Person; Body: { name: string; email: string; botSlug: string; botId: string } }>(
    '/people/:provider/:id/chat',
    {
      schema: {
        params,
        body: {
          type: 'object',
          required: ['name', 'email', 'botSlug', 'botId'],
          properties: { name: text, email: text, botSlug: text, botId: text },
        },
      },
    },
    async ({ params: { provider, id }, body: profile }, reply) => {
      const command: ConnectChat = { user: makeUser(provider, id), profile, extraData: {} };
      return answered(reply, await application.connectChat(command)());
    },
  );

  server.get<{ Params: Person }>(
    '/people/:provider/:id/chat',
    { schema: { params } },
    async (request, reply) => answered(reply, await application.getChat(whose(request.params))()),
  );

  server.delete<{ Params: Person }>(
    '/people/:provider/:id/chat',
    { schema: { params } },
    async (request, reply) => answered(reply, await application.finishChat(whose(request.params))()),
  );

  server.delete<{ Params: Person }>('/people/:provider/:id', { schema: { params } }, async (request, reply) =>
    answered(reply, await application.eraseUser(whose(request.params))()),
  );

  return server;
};

const whose = ({ provider, id }: Person) => ({ provider, userId: id });

type Answer<A> =
  { readonly _tag: 'Left'; readonly left: Failure } | { readonly _tag: 'Right'; readonly right: A };

const answered = <A>(reply: { code: (status: number) => unknown }, answer: Answer<A>): unknown => {
  if (answer._tag === 'Left') {
    reply.code(statusOf[answer.left._tag]);
    return { error: answer.left._tag };
  }
  return { result: answer.right ?? 'done' };
};
