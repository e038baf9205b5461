import { randomUUID } from 'node:crypto';
import { type Answer, type Call, header, jsonBody, mediaType, Refusal, type Route } from '../http/call.ts';
import { isObject, isText, type JsonObject } from '../support/json.ts';
import { type Account, type Bot, type Provider, providers } from './account.ts';
import type { Deliveries } from './deliveries.ts';
import { readMessage } from './read-message.ts';

export interface Registration {
  readonly webhook: string;
  readonly phone: string;
  readonly version: number;
  readonly mediaToken?: string;
}

export interface Integrations {
  readonly account: Account;
  readonly deliveries: Deliveries;
  readonly registrations: Map<Provider, Registration>;
}

/** `/api/{channel}/bots/{botId}/…`: each call is checked for its channel, bot, token and media type. */
export const integrationsRoutes = (api: Integrations): ReadonlyArray<Route> => {
  const route = (name: string, handle: (bot: Bot, body: unknown) => Answer): Route => ({
    method: 'POST',
    path: `/api/:channel/bots/:botId/${name}`,
    handle: (call) => {
      const bot = botOf(api.account, call);
      if (mediaType(call) !== 'application/json')
        return problem(415, 'the media type must be application/json');
      return handle(bot, jsonBody(call));
    },
  });
  return [
    route('healthcheck', (bot, body) => register(api, bot, body)),
    route('remove', (bot, body) => remove(api, bot, body)),
    route('messages', (bot, body) => message(api, bot, body)),
  ];
};

const problem = (status: number, error: string): Answer => ({ status, body: { message: error } });

const refuse = (status: number, error: string): never => {
  throw new Refusal(problem(status, error));
};

const botOf = ({ bots }: Account, call: Call): Bot => {
  const { channel, botId } = call.params;
  const bot = providers.map((provider) => bots[provider]).find((candidate) => candidate.channel === channel);
  if (bot === undefined) return refuse(404, 'no such channel');
  if (header(call, 'authorization') !== `Bearer ${bot.jwt}`) return refuse(401, 'invalid token');
  return bot.botId === botId ? bot : refuse(404, 'no such bot');
};

const fields = (bot: Bot, body: unknown): JsonObject => {
  if (!isObject(body)) return refuse(400, 'the body is no JSON object');
  if (body.phone !== bot.phone) return refuse(400, 'phone is not the number of this bot');
  if (body.provider !== bot.provider) return refuse(400, 'provider does not fit the channel');
  return body;
};

const register = ({ registrations }: Integrations, bot: Bot, given: unknown): Answer => {
  const { webhook, version, media_token } = fields(bot, given);
  if (!isText(webhook) || !/^https?:$/u.test(URL.parse(webhook)?.protocol ?? '')) {
    return problem(400, 'webhook must be a URL');
  }
  // the earlier integration sends a text, the documents show a number
  if (!/^\d+$/u.test(String(version))) return problem(400, 'version must be a number');
  if (media_token !== undefined && !isText(media_token)) return problem(400, 'media_token must be a text');
  registrations.set(bot.provider, {
    webhook,
    phone: bot.phone,
    version: Number(version),
    ...(media_token === undefined ? {} : { mediaToken: media_token }),
  });
  return { status: 201, body: { bot_id: bot.botId, channel: bot.channel, webhook } };
};

const remove = ({ registrations }: Integrations, bot: Bot, given: unknown): Answer => {
  fields(bot, given);
  registrations.delete(bot.provider);
  return { status: 204 };
};

const message = ({ deliveries }: Integrations, { provider }: Bot, body: unknown): Answer => {
  const read = readMessage(provider, body);
  if ('wrong' in read) return problem(400, read.wrong);
  deliveries.take(read);
  return { status: 200, body: { messages: [{ id: read.id ?? randomUUID() }] } };
};
