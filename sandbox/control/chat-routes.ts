import type { Route } from '../http/call.ts';
import type { Agents } from '../salesforce/agents.ts';
import { type ChatEvent, describeChat } from '../salesforce/live-agent/chat.ts';
import { defaultSettings, type LiveAgentSettings } from '../salesforce/live-agent/settings.ts';
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
    isObject(item)
      ? { type: text(item, 'type'), message: item.message ?? {} }
      : refuse(400, 'an event is an object'),
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

/** All or nothing: known names, and values of the default's type; `null` for what is absent by default. */
const changeSettings = (settings: LiveAgentSettings, body: JsonObject): object => {
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(defaultSettings, name)) return refuse(400, `there is no setting named ${name}`);
    if (!fits(name, value)) return refuse(400, `${name} has a value of another type`);
  }
  for (const [name, value] of Object.entries(body)) Object.assign(settings, { [name]: value ?? undefined });
  return settings;
};

/** Settings that are a word in one case and something else in another. */
const mixed: ReadonlyArray<string> = ['autoAccept', 'switchServer', 'resetSequence'];

const fits = (name: string, value: unknown): boolean =>
  mixed.includes(name) || typeof value === typeof defaultSettings[name as keyof LiveAgentSettings];

/** `touched`: told of each chat that something was done to, for what no event tells. */
export const chatRoutes = (agents: Agents, touched: (id: string) => void): ReadonlyArray<Route> => [
  get('chats', () => agents.chats().map(describeChat)),
  get('chats/:id', (call) => {
    const chat = agents.find(param(call, 'id'));
    return chat === undefined ? refuse(404, 'no such chat') : describeChat(chat);
  }),
  post('chats/:id/:action', (body, call) => {
    const id = param(call, 'id');
    const action =
      actions[param(call, 'action')] ?? refuse(404, `the actions: ${Object.keys(actions).join(', ')}`);
    if (agents.find(id) === undefined) return refuse(404, 'no such chat');
    action(agents, id, body);
    touched(id);
    const chat = agents.find(id);
    return chat === undefined ? undefined : describeChat(chat);
  }),
  post('failover', () => {
    agents.failoverAll();
    return undefined;
  }),
  get('settings', () => agents.settings),
  post('settings', (body) => changeSettings(agents.settings, body)),
  post('buttons/:id', (body, call) => {
    agents.setAvailability(param(call, 'id'), {
      isAvailable: body.isAvailable === true,
      ...(body.estimatedWaitTime === undefined
        ? {}
        : { estimatedWaitTime: number(body, 'estimatedWaitTime') }),
    });
    return undefined;
  }),
  get('changes', (call) => newest(call, agents.changes.list())),
  get('violations', (call) => newest(call, agents.violations.list())),
];
