import type { InjectionToken } from 'tsyringe';
import type { HttpClient } from '../adapters/shared/http-client.ts';
import type { PrometheusMetrics } from '../adapters/metrics/prometheus.adapter.ts';
import type { DataApi } from '../adapters/salesforce-data/data-api.ts';
import type { RateLimiter } from '../adapters/limits/rate-limiter.ts';
import type { Stores } from '../adapters/shared/stores.ts';
import type { Application } from '../application/application.ts';
import type { Ports, Workers } from '../application/make-application.ts';
import type { HttpServer } from '../adapters/http/server.ts';
import type { Config, RemotesConfig } from './config.ts';

/** The type rides along with the token, so that what is resolved is what was registered. */
const token = <T>(description: string): InjectionToken<T> => Symbol(description);

/** Everything that `container.ts` makes, once each. A test replaces any of them by registering another factory. */
export const tokens = {
  config: token<Config>('configuration'),
  remotes: token<RemotesConfig>('remote systems'),
  clock: token<Ports['clock']>('clock'),
  ids: token<Ports['ids']>('ids'),
  log: token<Ports['log']>('log'),
  metrics: token<PrometheusMetrics>('metrics'),
  probe: token<NonNullable<Ports['probe']>>('probe'),
  stores: token<Stores>('stores'),
  calls: token<HttpClient>('HTTP client for what is called now and then'),
  relay: token<HttpClient>('HTTP client for what is called for each message or connect'),
  polls: token<HttpClient>('HTTP client for long polls'),
  salesforceRate: token<RateLimiter>('rate of calls to Salesforce'),
  yaloRate: token<RateLimiter>('rate of messages to Yalo'),
  salesforce: token<DataApi>('Salesforce data API'),
  crm: token<Ports['crm']>('CRM'),
  caseFiles: token<Ports['caseFiles']>('case files'),
  desks: token<Ports['desks']>('agent desks'),
  botChannel: token<Ports['botChannel']>('bot channel'),
  botFlow: token<Ports['botFlow']>('bot flow'),
  tokenIssuer: token<Ports['tokens']>('token issuer'),
  credentials: token<Ports['credentials']>('credentials'),
  loginThrottle: token<Ports['loginThrottle']>('login throttle'),
  made: token<{ readonly application: Application; readonly workers: Workers }>('application'),
  http: token<HttpServer>('HTTP server'),
} as const;
