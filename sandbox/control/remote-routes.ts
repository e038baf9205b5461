import type { Route } from '../http/call.ts';
import type { RecordRefusal } from '../salesforce/data/records.ts';
import type { SandboxSalesforce } from '../salesforce/index.ts';
import type { SandboxYalo } from '../yalo/index.ts';
import { get, newest, param, post, refuse, remove, text } from './json-routes.ts';

export const recordRoutes = ({ records, tokens }: SandboxSalesforce): ReadonlyArray<Route> => [
  get('records/:type', (call) => newest(call, records.list(param(call, 'type')))),
  post('contacts', (body) => records.addContact(body)),
  post('contacts/:id/block', (body, call) => {
    records.blockContact(param(call, 'id'), body.blocked !== false);
    return undefined;
  }),
  post('refusals', (body) => {
    const operation = text(body, 'operation');
    if (operation !== 'create' && operation !== 'read' && operation !== 'query') {
      return refuse(400, 'operation is create, read or query');
    }
    const { status, times } = body as Partial<RecordRefusal>;
    records.refuse({
      operation,
      type: text(body, 'type'),
      errorCode: text(body, 'errorCode'),
      ...(status === undefined ? {} : { status }),
      ...(times === undefined ? {} : { times }),
    });
    return undefined;
  }),
  remove('refusals', () => {
    records.clearRefusals();
    return undefined;
  }),
  post('tokens/expire', () => {
    tokens.expireAll();
    return undefined;
  }),
];

export const yaloRoutes = (yalo: SandboxYalo): ReadonlyArray<Route> => [
  get('deliveries', (call) => newest(call, yalo.deliveries.list(ofUser(call.query.get('userId'))))),
  get('bot-states', (call) => newest(call, yalo.botStates.list(ofUser(call.query.get('userId'))))),
  get('registrations', () => Object.fromEntries(yalo.registrations)),
];

const ofUser =
  (userId: string | null) =>
  (item: { readonly userId: string }): boolean =>
    userId === null || item.userId === userId;
