import type { Route } from '../http/call.ts';
import { chatRoutes } from './chat-routes.ts';
import { faultRoutes } from './fault-routes.ts';
import { get, param, post } from './json-routes.ts';
import type { Live, LiveParts } from './live.ts';
import { liveRoutes } from './live-route.ts';
import { phoneRoutes } from './phone-routes.ts';
import type { Presets } from './presets.ts';
import { recordRoutes, yaloRoutes } from './remote-routes.ts';

export interface ControlParts extends LiveParts {
  readonly live: Live;
  readonly environment: () => Record<string, string>;
}

/** The control API, all of it under `/control`. */
export const controlRoutes = (parts: ControlParts): ReadonlyArray<Route> => {
  const { salesforce, yalo, service, presets, live, environment } = parts;
  return [
    ...liveRoutes(live),
    ...presetRoutes(presets),
    ...chatRoutes(salesforce.agents, (id) => live.touch(id)),
    ...recordRoutes(salesforce),
    ...phoneRoutes(yalo, service),
    ...yaloRoutes(yalo),
    ...faultRoutes({ salesforce, yalo }),
    get('calls', () => service.calls.list()),
    get('environment', environment),
  ];
};

const presetRoutes = (presets: Presets): ReadonlyArray<Route> => [
  get('presets', () => presets.list()),
  post('presets/clear', () => {
    presets.clear();
    return presets.list();
  }),
  post('presets/:name', (body, call) => {
    presets.set(param(call, 'name'), body.on !== false);
    return presets.list();
  }),
];
