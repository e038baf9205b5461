import { header } from '../http/call.ts';
import { Faults } from '../http/faults.ts';
import { RequestLog } from '../http/request-log.ts';
import { startStandIn } from '../http/stand-in.ts';
import type { Timers } from '../support/timers.ts';
import { Agents } from './agents.ts';
import { Records } from './data/records.ts';
import { dataRoutes, dataUnrouted } from './data/routes.ts';
import { Desk } from './live-agent/desk.ts';
import { chatRoutes } from './live-agent/routes.ts';
import { ChatServer } from './live-agent/server.ts';
import type { LiveAgentSettings } from './live-agent/settings.ts';
import { loginRoutes } from './login.ts';
import { type Org, sampleOrg } from './org.ts';
import { Tokens } from './tokens.ts';

export interface SalesforceOptions {
  readonly host?: string | undefined;
  readonly ports?: { readonly login?: number; readonly data?: number; readonly chat?: number } | undefined;
  readonly org?: Partial<Org> | undefined;
  readonly liveAgent?: Partial<LiveAgentSettings> | undefined;
  readonly timers?: Timers | undefined;
}

/** The three hosts of Salesforce: login, data API and chat; and the people behind them. */
export interface SandboxSalesforce {
  readonly org: Org;
  readonly loginUrl: string;
  readonly dataUrl: string;
  /** Without `/chat/rest`. */
  readonly chatUrl: string;
  readonly agents: Agents;
  readonly records: Records;
  readonly tokens: Tokens;
  /**
   * Servers: `login`, `data`, `chat`. Triggers of `data`: `expire-tokens`; of `chat`: `new-affinity` (that session
   * hops to another server), `expire-session` (it dies).
   */
  readonly faults: Faults;
  readonly requests: RequestLog;
  stop(): Promise<void>;
}

const largestUpload = 64 * 1024 * 1024;

export const startSalesforce = async (options: SalesforceOptions = {}): Promise<SandboxSalesforce> => {
  const org = { ...sampleOrg, ...options.org };
  const faults = new Faults(['expire-tokens', 'new-affinity', 'expire-session']);
  const log = new RequestLog();
  const tokens = new Tokens();
  const records = new Records();
  const server = new ChatServer(org, options.liveAgent, options.timers);
  const desk = new Desk(server);
  const agents = new Agents(server, desk, records);
  const shared = { host: options.host, faults, log };
  const sessionOf = (key: string | undefined): string | undefined => server.findByKey(key ?? '')?.id;

  const data = await startStandIn({
    ...shared,
    name: 'data',
    port: options.ports?.data,
    routes: dataRoutes({ records, tokens }),
    unrouted: dataUnrouted,
    maxBody: largestUpload,
    triggers: { 'expire-tokens': () => tokens.expireAll() },
  });
  const urls = { login: '' };
  const login = await startStandIn({
    ...shared,
    name: 'login',
    port: options.ports?.login,
    routes: loginRoutes({ org, tokens, instanceUrl: () => data.url, loginUrl: () => urls.login }),
  });
  urls.login = login.url;
  const chat = await startStandIn({
    ...shared,
    name: 'chat',
    port: options.ports?.chat,
    routes: chatRoutes(server, desk),
    triggers: {
      'new-affinity': (call) => {
        const id = sessionOf(header(call, 'x-liveagent-session-key'));
        if (id !== undefined) agents.failover(id);
      },
      'expire-session': (call) => {
        const id = sessionOf(header(call, 'x-liveagent-session-key'));
        if (id !== undefined) agents.expire(id);
      },
    },
  });

  return {
    org,
    loginUrl: login.url,
    dataUrl: data.url,
    chatUrl: chat.url,
    agents,
    records,
    tokens,
    faults,
    requests: log,
    stop: async () => {
      server.close();
      log.close();
      records.close();
      await Promise.all([login.stop(), data.stop(), chat.stop()]);
    },
  };
};
