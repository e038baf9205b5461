import { makeEnvironment } from './environment.ts';
import { type SandboxSalesforce, type SalesforceOptions, startSalesforce } from './salesforce/index.ts';
import { type SandboxYalo, startYalo, type YaloOptions } from './yalo/index.ts';

/** How the sandbox itself calls the service, as Yalo's platform would: a user with YALO_ROLE. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface SandboxOptions {
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  /** Any free port for each that is absent. */
  readonly ports?: SalesforceOptions['ports'] & YaloOptions['ports'] & { readonly page?: number };
  readonly org?: SalesforceOptions['org'];
  readonly account?: YaloOptions['account'];
  /** How the chat servers behave; `agents.settings` changes it later. */
  readonly liveAgent?: SalesforceOptions['liveAgent'];
  readonly signature?: YaloOptions['signature'];
  readonly botStatesVia?: 'botrunner' | 'studio';
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
  const salesforce = await startSalesforce({ host, ports, org: options.org, liveAgent: options.liveAgent });
  const yalo = await startYalo({ host, ports, account: options.account, signature: options.signature });
  let serviceUrl = options.serviceUrl;
  if (serviceUrl !== undefined) yalo.phone.connectTo(serviceUrl);
  return {
    salesforce,
    yalo,
    pageUrl: '',
    environment: () =>
      makeEnvironment(salesforce, yalo, { botStatesVia: options.botStatesVia ?? 'botrunner', serviceUrl }),
    connectTo: (url) => {
      serviceUrl = url.replace(/\/+$/u, '');
      yalo.phone.connectTo(serviceUrl);
    },
    stop: async () => {
      await Promise.all([salesforce.stop(), yalo.stop()]);
    },
  };
};
