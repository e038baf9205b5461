import type { Route } from '../http/call.ts';
import type { Agents } from '../salesforce/agents.ts';
import { type ChatEvent, describeChat } from '../salesforce/live-agent/chat.ts';
import { isObject, type JsonObject } from '../support/json.ts';
import { get, newest, number, optionalText, param, post, refuse, text } from './json-routes.ts';

type Action = (agents: Agents, id: string, body: JsonObject) => void;

const texts = (body: JsonObject): string | ReadonlyArray<string> => {
  const { texts: several } = body;
  if (several === undefined) return text(body, 'text');
  const good = Array.isArray(several) && several.every((item): item is string => typeof item === 'string');
  return good ? several : refuse(400, 'texts must be a list of texts');
};

const events = (body: JsonObject): ChatEvent[] => {
  const items = Array.isArray(body.events) ? body.events : refuse(400, 'events must be a list');
  return items.map((item: unknown) =>
    isObject(item) ? { type: text(item, 'type'), message: item.message ?? {} } : refuse(400, 'an event is an object'),
  );
};

/** POST /control/chats/{id}/{action} */
const actions: Readonly<Record<string, Action>> = {
  enqueue: (agents, id) => agents.enqueue(id),
  position: (agents, id, body) =>
    agents.setPosition(
      id,
      number(body, 'position'),
      body.estimatedWaitTime === undefined ? undefined : number(body, 'estimatedWaitTime'),
    ),
  accept: (agents, id, body) => agents.accept(id, optionalText(body, 'name'), optionalText(body, 'greeting')),
  decline: (agents, id) => agents.decline(id),
  fail: (agents, id, body) => agents.fail(id, text(body, 'reason')),
  say: (agents, id, body) => agents.say(id, texts(body)),
  typing: (agents, id, body) => agents.typing(id, body.on !== false),
  transfer: (agents, id, body) => agents.transfer(id, text(body, 'name')),
  disconnect: (agents, id) => agents.disconnect(id),
  end: (agents, id, body) => agents.end(id, optionalText(body, 'reason')),
  inject: (agents, id, body) => agents.inject(id, ...events(body)),
  expire: (agents, id) => agents.expire(id),
  failover: (agents, id) => agents.failover(id),
  block: (agents, id, body) => agents.blockContact(id, body.blocked !== false),
};

/** Takes known settings of the same type as the present value only. */
const changeSettings = (settings: object, body: JsonObject): object => {
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(settings, name)) return refuse(400, `there is no setting named ${name}`);
    Object.assign(settings, { [name]: value ?? undefined });
  }
  return settings;
};

export const chatRoutes = (agents: Agents): ReadonlyArray<Route> => [
  get('chats', () => agents.chats().map(describeChat)),
  get('chats/:id', (call) => {
    const chat = agents.find(param(call, 'id'));
    return chat === undefined ? refuse(404, 'no such chat') : describeChat(chat);
  }),
  post('chats/:id/:action', (body, call) => {
    const id = param(call, 'id');
    const action = actions[param(call, 'action')] ?? refuse(404, `the actions: ${Object.keys(actions).join(', ')}`);
    action(agents, id, body);
    const chat = agents.find(id);
    return chat === undefined ? undefined : describeChat(chat);
  }),
  get('settings', () => agents.settings),
  post('settings', (body) => changeSettings(agents.settings, body)),
  post('buttons/:id', (body, call) => {
    agents.setAvailability(param(call, 'id'), {
      isAvailable: body.isAvailable === true,
      ...(body.estimatedWaitTime === undefined ? {} : { estimatedWaitTime: number(body, 'estimatedWaitTime') }),
    });
    return undefined;
  }),
  get('changes', (call) => newest(call, agents.changes.list())),
  get('violations', (call) => newest(call, agents.violations.list())),
];
