import { type Answer, type Call, header, jsonBody, mediaType, type Route } from '../http/call.ts';
import { Feed } from '../support/feed.ts';
import { isObject, isText } from '../support/json.ts';

/** The bot was told to go on with a user in another state. */
export interface BotState {
  readonly at: number;
  readonly via: 'botrunner' | 'studio';
  readonly userId: string;
  readonly state: string;
  /** Botrunner only. */
  readonly slug?: string;
}

export class BotStates extends Feed<BotState> {
  constructor() {
    super('bot states');
  }

  of(userId: string): BotState[] {
    return this.list((entry) => entry.userId === userId);
  }
}

const refused = (status: number, message: string): Answer => ({ status, body: { message } });

const isJson = (call: Call): boolean => mediaType(call) === 'application/json';

/** POST /{slug}/send-to?jwt= `{"userId", "state", "message": ""}` */
export const botrunnerRoutes = (states: BotStates, token: string): ReadonlyArray<Route> => [
  {
    method: 'POST',
    path: '/:slug/send-to',
    handle: (call) => {
      if (call.query.get('jwt') !== token) return refused(401, 'invalid token');
      const body = isJson(call) ? jsonBody(call) : undefined;
      if (
        !isObject(body) ||
        !isText(body.userId) ||
        !isText(body.state) ||
        typeof body.message !== 'string'
      ) {
        return refused(400, 'userId, state and message are required');
      }
      states.push({
        at: Date.now(),
        via: 'botrunner',
        userId: body.userId,
        state: body.state,
        slug: call.params.slug ?? '',
      });
      return { status: 200, body: {} };
    },
  },
];

/** POST /v1/triggers/{state}/webhook `{"userId"}` */
export const studioRoutes = (states: BotStates, token: string): ReadonlyArray<Route> => [
  {
    method: 'POST',
    path: '/v1/triggers/:state/webhook',
    handle: (call) => {
      if (header(call, 'authorization') !== `Bearer ${token}`) return refused(401, 'invalid token');
      const body = isJson(call) ? jsonBody(call) : undefined;
      if (!isObject(body) || !isText(body.userId)) return refused(400, 'userId is required');
      states.push({ at: Date.now(), via: 'studio', userId: body.userId, state: call.params.state ?? '' });
      return { status: 200, body: {} };
    },
  },
];
