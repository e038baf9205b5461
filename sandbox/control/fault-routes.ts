import { isHeader, isStatus, type Route } from '../http/call.ts';
import type { Fault, FaultRule, Faults } from '../http/faults.ts';
import type { RequestLog } from '../http/request-log.ts';
import { isObject, type JsonObject } from '../support/json.ts';
import { get, newest, number, optionalText, param, post, refuse, remove, text } from './json-routes.ts';

/** The servers of one group: their faults and what they were asked. */
export interface Group {
  readonly faults: Faults;
  readonly requests: RequestLog;
}

const plainKinds = ['reset-before', 'reset-after', 'cut', 'garbage', 'hang', 'slow'] as const;

const headersOf = ({ headers = {} }: JsonObject): Record<string, string> => {
  if (!isObject(headers)) return refuse(400, 'headers must be an object');
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return texts.every(([name, value]) => isHeader(name, value))
    ? Object.fromEntries(texts)
    : refuse(400, 'HTTP cannot carry those headers');
};

const statusOf = (body: JsonObject): number => {
  const status = number(body, 'status');
  return isStatus(status) ? status : refuse(400, 'status is a whole number from 200 to 999');
};

const faultOf = (body: JsonObject): Fault => {
  const kind = text(body, 'kind');
  if (kind === 'trigger') return { kind, trigger: text(body, 'trigger') };
  const plain = plainKinds.find((known) => known === kind);
  if (plain !== undefined) return { kind: plain };
  if (kind !== 'status') return refuse(400, `kind is one of status, trigger, ${plainKinds.join(', ')}`);
  return {
    kind,
    status: statusOf(body),
    headers: headersOf(body),
    afterCommit: body.afterCommit === true,
    ...(typeof body.body === 'string' || (typeof body.body === 'object' && body.body !== null)
      ? { body: body.body }
      : {}),
  };
};

const timesOf = ({ times = 1 }: JsonObject): number | 'forever' =>
  times === 'forever' || typeof times === 'number' ? times : refuse(400, 'times is a number or forever');

const ruleOf = (body: JsonObject): FaultRule => {
  const [server, method, path] = ['server', 'method', 'path'].map((name) => optionalText(body, name));
  return {
    ...faultOf(body),
    ...(server === undefined ? {} : { server }),
    ...(method === undefined ? {} : { method }),
    ...(path === undefined ? {} : { path }),
    ...(body.skip === undefined ? {} : { skip: number(body, 'skip') }),
    ...(body.delayMs === undefined ? {} : { delayMs: number(body, 'delayMs') }),
    times: timesOf(body),
  };
};

export const faultRoutes = (groups: Readonly<Record<string, Group>>): ReadonlyArray<Route> => {
  const group = (name: string): Group =>
    groups[name] ?? refuse(404, `the groups: ${Object.keys(groups).join(', ')}`);
  return [
    get('faults/:group', (call) => group(param(call, 'group')).faults.list()),
    post('faults/:group', (body, call) => ({ id: group(param(call, 'group')).faults.add(ruleOf(body)).id })),
    remove('faults/:group', (call) => {
      group(param(call, 'group')).faults.clear();
      return undefined;
    }),
    remove('faults/:group/:id', (call) => {
      const known = group(param(call, 'group')).faults.remove(param(call, 'id'));
      return known ? undefined : refuse(404, 'no such rule');
    }),
    get('requests/:group', (call) => {
      const server = call.query.get('server');
      const { requests } = group(param(call, 'group'));
      return newest(
        call,
        requests.list((entry) => server === null || entry.server === server),
      );
    }),
  ];
};
