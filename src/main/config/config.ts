import type { AllowedHosts } from '../../adapters/media/allowed-hosts.ts';
import type { Provider } from '../../domain/channel.ts';
import type { SourceFlows } from '../../domain/source-flow.ts';
import type { Texts } from '../../domain/texts.ts';
import type { FieldMap, Rate } from './codecs.ts';
import type { Secret } from './secret.ts';

/**
 * What the environment says, checked as a whole (docs/configuration.md). Times in milliseconds, sizes in bytes,
 * addresses without a slash at their end. It may be printed: secrets print as `[secret]`.
 */
export interface Config {
  readonly environment: 'dev' | 'staging' | 'production';
  /** No remote's address is set: the sandbox plays all remotes, and `remotes` is absent. */
  readonly sandbox: boolean;
  /** Tenant name shown in context entries. */
  readonly client: string;
  readonly http: HttpConfig;
  readonly log: { readonly level: 'error' | 'warn' | 'info' | 'debug'; readonly format: 'json' | 'pretty' };
  readonly store: StoreConfig;
  readonly retention: { readonly contextTtlMs: number; readonly chatRetentionMs: number };
  /** `instanceId` absent: the host name. */
  readonly ownership: { readonly instanceId?: string; readonly leaseMs: number };
  readonly timeouts: TimeoutsConfig;
  readonly auth: AuthConfig;
  readonly limits: LimitsConfig;
  readonly metrics: { readonly token?: Secret };
  readonly connect: ConnectConfig;
  /** Lower case, trimmed; empty in production, where restarts are not offered. */
  readonly restartKeywords: ReadonlySet<string>;
  readonly botFlow: BotFlowConfig;
  readonly media: MediaConfig;
  readonly texts: Texts;
  /** IANA name. */
  readonly timeZone: string;
  /** Present unless `sandbox`. */
  readonly remotes?: RemotesConfig;
}

export interface HttpConfig {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly trustProxy: boolean;
  /** Absent: the webhooks are open. */
  readonly webhookSignature?: { readonly mode: 'equal' | 'hmac-sha256'; readonly secret: Secret };
  /** Compared exactly. */
  readonly ignoreMessageTypes: ReadonlySet<string>;
}

export type StoreConfig =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'mongodb'; readonly uri: Secret; readonly database: string };

export interface TimeoutsConfig {
  readonly connectMs: number;
  readonly requestMs: number;
  /** 0: people wait as long as they like. */
  readonly waitMs: number;
  readonly sessionSilenceMs: number;
  readonly chatIdleMaxMs: number;
  readonly deliveryDeadlineMs: number;
  readonly mediaWaitMs: number;
  readonly shutdownMs: number;
}

/**
 * Absent secrets occur in `dev` only, where `npm start` is to work without any preparation: main makes random ones up
 * and prints what to log in with. Everywhere else they are required, since a key that changes with each start would
 * end everybody's session, and differ from one instance to the next.
 */
export interface AuthConfig {
  readonly secretKey?: Secret;
  /** Only verifies. */
  readonly secretKeyPrevious?: Secret;
  readonly tokenTtlMs: number;
  readonly yaloUser: { readonly username: string; readonly password?: Secret };
  /** Absent: there is no such user. */
  readonly salesforceUser?: { readonly username: string; readonly password: Secret };
}

export interface LimitsConfig {
  /** UTF-16 units. */
  readonly agentTextMax: number;
  /** Tries of one message that the remote refuses while it works for others. */
  readonly maxTries: number;
  readonly salesforceRate: Rate;
  readonly yaloRate: Rate;
  readonly pollStartRate: Rate;
}

export interface ConnectConfig {
  /** In the order in which they are tried. */
  readonly phoneCodes: ReadonlyArray<string>;
  readonly checkAvailability: boolean;
  /** Member of extraData that names the flow. */
  readonly sourceFlowField: string;
}

export interface BotFlowConfig {
  /** Absent: states are not sent, and counted. */
  readonly engine?: { readonly kind: 'botrunner' | 'studio'; readonly url: string; readonly token?: Secret };
  /** Before every state but success. */
  readonly delayMs: number;
  readonly states: Readonly<Record<'blocked' | 'timeout' | 'success', Readonly<Record<Provider, string>>>>;
}

export interface MediaConfig {
  readonly allowedHosts: AllowedHosts;
  readonly maxBytes: number;
  readonly sendImageName: boolean;
}

export interface RemotesConfig {
  readonly login: LoginConfig;
  readonly crm: CrmConfig;
  readonly desk: LiveAgentConfig;
  readonly yalo: YaloConfig;
  /** Has an entry `default`. */
  readonly flows: SourceFlows;
}

export type LoginConfig = {
  readonly loginUrl: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
} & (
  | { readonly grant: 'client_credentials' }
  | {
      readonly grant: 'password';
      readonly username: string;
      readonly password: Secret;
      readonly securityToken?: Secret;
    }
);

export interface CrmConfig {
  readonly baseUrl: string;
  readonly apiVersion: number;
  readonly caseRecordTypeId?: string;
  readonly accountRecordTypeId?: string;
  /** As Salesforce is to get it. */
  readonly defaultBirthDate: string;
  readonly customFields: Readonly<Record<'case' | 'contact' | 'account' | 'search', FieldMap>>;
  /** Field of Contact that blocks a chat; absent: nobody is blocked. */
  readonly blockedField?: string;
}

export interface LiveAgentConfig {
  readonly kind: 'live-agent';
  readonly chatUrl: string;
  readonly apiVersion: number;
  readonly organizationId: string;
  readonly deploymentId: string;
}

export interface YaloConfig {
  readonly baseUrl: string;
  /** Public address of this service; absent: registration fails. */
  readonly webhookBaseUrl?: string;
  readonly mediaToken?: Secret;
  /** At least one; calls for an absent one fail with a clear log line. */
  readonly bots: Readonly<Partial<Record<Provider, YaloBotConfig>>>;
}

export interface YaloBotConfig {
  readonly channel: string;
  readonly botId: string;
  readonly jwt: Secret;
  /** Empty where there is none. */
  readonly phone: string;
  /** Of the webhook registration. */
  readonly version: number;
}
