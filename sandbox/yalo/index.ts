import { Faults } from '../http/faults.ts';
import { RequestLog } from '../http/request-log.ts';
import { startStandIn } from '../http/stand-in.ts';
import { type Account, type Provider, sampleAccount } from './account.ts';
import { botrunnerRoutes, BotStates, studioRoutes } from './bot-states.ts';
import { Deliveries } from './deliveries.ts';
import { integrationsRoutes, type Registration } from './integrations.ts';
import { mediaRoutes, proxiedMediaRoutes } from './media.ts';
import { Uploads } from './uploads.ts';
import { Phone, type Signature } from './phone.ts';

export interface YaloOptions {
  readonly host?: string | undefined;
  readonly ports?:
    | {
        readonly integrations?: number;
        readonly botrunner?: number;
        readonly studio?: number;
        readonly media?: number;
      }
    | undefined;
  readonly account?: Partial<Account> | undefined;
  readonly signature?: Signature | undefined;
}

/** Yalo's platform, and the people who chat through it. */
export interface SandboxYalo {
  readonly account: Account;
  readonly integrationsUrl: string;
  readonly botrunnerUrl: string;
  readonly studioUrl: string;
  readonly mediaUrl: string;
  /** `host:port` of the hosts that media is fetched from. */
  readonly mediaHosts: ReadonlyArray<string>;
  readonly deliveries: Deliveries;
  readonly botStates: BotStates;
  readonly phone: Phone;
  readonly uploads: Uploads;
  /** Webhooks that the service registered. */
  readonly registrations: ReadonlyMap<Provider, Registration>;
  /** Servers: `integrations`, `botrunner`, `studio`, `media`. */
  readonly faults: Faults;
  readonly requests: RequestLog;
  stop(): Promise<void>;
}

export const startYalo = async (options: YaloOptions = {}): Promise<SandboxYalo> => {
  const account = { ...sampleAccount, ...options.account };
  const faults = new Faults();
  const log = new RequestLog();
  const deliveries = new Deliveries();
  const botStates = new BotStates();
  const uploads = new Uploads();
  const registrations = new Map<Provider, Registration>();
  const shared = { host: options.host, faults, log };

  const integrations = await startStandIn({
    ...shared,
    name: 'integrations',
    port: options.ports?.integrations,
    routes: [...integrationsRoutes({ account, deliveries, registrations }), ...proxiedMediaRoutes(account)],
  });
  const botrunner = await startStandIn({
    ...shared,
    name: 'botrunner',
    port: options.ports?.botrunner,
    routes: botrunnerRoutes(botStates, account.botrunnerToken),
  });
  const studio = await startStandIn({
    ...shared,
    name: 'studio',
    port: options.ports?.studio,
    routes: studioRoutes(botStates, account.studioToken),
  });
  const media = await startStandIn({
    ...shared,
    name: 'media',
    port: options.ports?.media,
    routes: mediaRoutes(uploads.files),
  });
  const phone = new Phone({ account, mediaUrl: media.url, registrations, signature: options.signature });

  return {
    account,
    integrationsUrl: integrations.url,
    botrunnerUrl: botrunner.url,
    studioUrl: studio.url,
    mediaUrl: media.url,
    mediaHosts: [media.authority, integrations.authority],
    deliveries,
    botStates,
    phone,
    uploads,
    registrations,
    faults,
    requests: log,
    stop: async () => {
      phone.close();
      deliveries.close();
      botStates.close();
      log.close();
      await Promise.all([integrations.stop(), botrunner.stop(), studio.stop(), media.stop()]);
    },
  };
};
