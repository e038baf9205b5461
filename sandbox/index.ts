import { Live } from './control/live.ts';
import { Presets } from './control/presets.ts';
import { controlRoutes } from './control/routes.ts';
import { type Credentials, ServiceClient } from './control/service-client.ts';
import { makeEnvironment } from './environment.ts';
import { pictureRoutes } from './page/picture-routes.ts';
import { startPage } from './page/server.ts';
import { type SandboxSalesforce, type SalesforceOptions, startSalesforce } from './salesforce/index.ts';
import { Timers, type TimerSource } from './support/timers.ts';
import { type SandboxYalo, startYalo, type YaloOptions } from './yalo/index.ts';

export type { Credentials };

export interface SandboxOptions {
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  /** Any free port for each that is absent. */
  readonly ports?: SalesforceOptions['ports'] & YaloOptions['ports'] & { readonly page?: number };
  readonly org?: SalesforceOptions['org'];
  readonly account?: YaloOptions['account'];
  /** How the chat servers behave; `agents.settings` changes it later. */
  readonly liveAgent?: SalesforceOptions['liveAgent'];
  /** By which time the chat servers hold polls and end sessions; Node's own when absent. */
  readonly timers?: TimerSource;
  readonly signature?: YaloOptions['signature'];
  readonly botStatesVia?: 'botrunner' | 'studio';
  /** As with `connectTo`, without credentials. */
  readonly serviceUrl?: string;
}

export interface Sandbox {
  readonly salesforce: SandboxSalesforce;
  readonly yalo: SandboxYalo;
  /** The page on which one person plays customer and agent; the control API is under `/control`. */
  readonly pageUrl: string;
  /** The variables that make the service talk to this sandbox. */
  environment(): Record<string, string>;
  /** Where the service is: for the phone's webhooks, and for the page, which asks it for chats. */
  connectTo(serviceUrl: string, credentials?: Credentials): void;
  /** Ends everything, waiting polls too. */
  stop(): Promise<void>;
}

/** Starts stand-ins for every remote system of the service. */
export const startSandbox = async (options: SandboxOptions = {}): Promise<Sandbox> => {
  const { host, ports } = options;
  const { org, liveAgent } = options;
  const timers = new Timers(options.timers);
  const salesforce = await startSalesforce({ host, ports, org, liveAgent, timers });
  const yalo = await startYalo({ host, ports, account: options.account, signature: options.signature });
  const service = new ServiceClient(yalo.account);
  const presets = new Presets({ salesforce, yalo });
  const live = new Live({ salesforce, yalo, service, presets });
  const connectTo = (url: string, credentials?: Credentials): void => {
    service.connectTo(url, credentials);
    yalo.phone.connectTo(url);
  };
  if (options.serviceUrl !== undefined) connectTo(options.serviceUrl);
  const environment = (): Record<string, string> =>
    makeEnvironment(salesforce, yalo, {
      botStatesVia: options.botStatesVia ?? 'botrunner',
      serviceUrl: service.url,
    });
  const page = await startPage({
    host,
    port: ports?.page,
    routes: [
      ...controlRoutes({ salesforce, yalo, service, presets, live, environment }),
      ...pictureRoutes(yalo.uploads.files),
    ],
  });
  return {
    salesforce,
    yalo,
    pageUrl: page.url,
    environment,
    connectTo,
    stop: async () => {
      service.close();
      await Promise.all([page.stop(), salesforce.stop(), yalo.stop()]);
      live.close();
    },
  };
};
