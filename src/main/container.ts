import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import {
  container as root,
  instanceCachingFactory,
  type DependencyContainer,
  type InjectionToken,
} from 'tsyringe';
import { makeBotrunner } from '../adapters/botrunner/bot-flow.adapter.ts';
import { makeCredentials, type User } from '../adapters/credentials/credentials.adapter.ts';
import { makeHttpServer } from '../adapters/http/server.ts';
import { makeTokenIssuer } from '../adapters/jose/token-issuer.adapter.ts';
import { limitCalls, limitCaseFiles, turnsOf } from '../adapters/limits/limited.ts';
import { makeRateLimiter } from '../adapters/limits/rate-limiter.ts';
import { makeLiveAgentDesk } from '../adapters/live-agent/desk.adapter.ts';
import { makeLoginThrottle } from '../adapters/login-throttle/login-throttle.adapter.ts';
import { makeDownload } from '../adapters/media/download.ts';
import { makePrometheusMetrics } from '../adapters/metrics/prometheus.adapter.ts';
import { makeCaseFiles } from '../adapters/salesforce-data/case-files.adapter.ts';
import { makeCrm } from '../adapters/salesforce-data/crm.adapter.ts';
import { makeDataApi } from '../adapters/salesforce-data/data-api.ts';
import { makeHttpClient } from '../adapters/shared/http-client.ts';
import { makeLeanClient } from '../adapters/shared/lean-client.ts';
import { makeStudio } from '../adapters/studio/bot-flow.adapter.ts';
import { makeSystemClock } from '../adapters/system/clock.ts';
import { makeSystemIds } from '../adapters/system/ids.ts';
import { makeLog } from '../adapters/winston/log.adapter.ts';
import { makeYaloChannel } from '../adapters/yalo/bot-channel.adapter.ts';
import { makeApplication, type Ports } from '../application/make-application.ts';
import { noProbe } from '../application/ports/probe.port.ts';
import { TE } from '../domain/fp.ts';
import { secretsIn, type Config, type LoginConfig, type RemotesConfig } from './config.ts';
import { makeHealth } from './health.ts';
import { policyOf } from './policy.ts';
import { logWithRequestId, withRequestId } from './request-log.ts';
import { loadStores } from './stores.ts';
import { tokens } from './tokens.ts';

type Get = <T>(token: InjectionToken<T>) => T;

/** Answers of remotes are small; what is longer is none of theirs. */
const maxAnswerBytes = 4 * 1024 * 1024;
/** Connections to one remote, but for polls. */
const maxSockets = 256;
/** Uploads at once (relay.md §3). */
const uploadsAtOnce = 3;

/**
 * Who answers for what. The only place that knows all adapters; nothing inside knows that there is a container. Each
 * thing is made once, when it is first asked for; `lifecycle.ts` owns the order in which they are closed.
 */
export const makeContainer = async (config: Config, remotes: RemotesConfig): Promise<DependencyContainer> => {
  const openStores = await loadStores(config.store);
  const container = root.createChildContainer();
  const register = <T>(token: InjectionToken<T>, make: (get: Get) => T): void => {
    container.register(token, {
      useFactory: instanceCachingFactory((from) => make((wanted) => from.resolve(wanted))),
    });
  };

  // -- the process
  container.registerInstance(tokens.config, config);
  container.registerInstance(tokens.remotes, remotes);
  container.registerInstance(tokens.probe, noProbe);
  register(tokens.clock, makeSystemClock);
  register(tokens.ids, (get) => makeSystemIds(get(tokens.clock)));
  register(tokens.log, (get) =>
    logWithRequestId(
      makeLog({ ...config.log, clock: get(tokens.clock), secrets: secretsIn({ config, remotes }) }),
    ),
  );
  register(tokens.metrics, () => makePrometheusMetrics({ process: true }));
  register(tokens.stores, (get) =>
    openStores({
      clock: get(tokens.clock),
      contextTtlMs: config.retention.contextTtlMs,
      deliveryDeadlineMs: config.timeouts.deliveryDeadlineMs,
      chatRetentionMs: config.retention.chatRetentionMs,
      log: get(tokens.log),
      metrics: get(tokens.metrics),
    }),
  );

  // -- remote systems
  register(tokens.calls, (get) => makeHttpClient({ maxSockets, maxAnswerBytes, clock: get(tokens.clock) }));
  register(tokens.relay, (get) => makeLeanClient({ maxSockets, maxAnswerBytes, clock: get(tokens.clock) }));
  register(tokens.polls, (get) =>
    makeLeanClient({ maxSockets: Infinity, maxAnswerBytes, repeatsGets: false, clock: get(tokens.clock) }),
  );
  register(tokens.salesforceRate, () => makeRateLimiter(config.limits.salesforceRate));
  register(tokens.yaloRate, () => makeRateLimiter(config.limits.yaloRate));
  register(tokens.salesforce, (get) =>
    makeDataApi({
      baseUrl: remotes.crm.baseUrl,
      apiVersion: remotes.crm.apiVersion,
      login: loginOf(remotes.login),
      exchange: limitCalls(get(tokens.salesforceRate), get(tokens.relay).exchange),
      loginExchange: get(tokens.calls).exchange,
      clock: get(tokens.clock),
    }),
  );
  register(tokens.crm, (get) =>
    makeCrm(get(tokens.salesforce), {
      ...remotes.crm,
      casePriority: 'Medium',
      caseStatus: 'Nuevo',
      texts: config.texts,
    }),
  );
  register(tokens.caseFiles, (get) =>
    limitCaseFiles(
      makeCaseFiles({ download: makeMediaDownload(config, remotes), salesforce: get(tokens.salesforce) }),
      { concurrency: uploadsAtOnce },
    ),
  );
  register(tokens.desks, (get) => {
    const desk = makeLiveAgentDesk({
      ...remotes.desk,
      exchange: get(tokens.relay).exchange,
      pollExchange: get(tokens.polls).exchange,
      clock: get(tokens.clock),
      ids: get(tokens.ids),
      log: get(tokens.log),
    });
    return new Map([[desk.kind, desk]]);
  });
  register(tokens.botChannel, (get) => {
    const { baseUrl, webhookBaseUrl, mediaToken, bots } = remotes.yalo;
    const { whatsapp, facebook } = bots;
    return makeYaloChannel({
      baseUrl,
      bots: {
        ...(whatsapp === undefined ? {} : { whatsapp: { ...whatsapp, jwt: whatsapp.jwt.reveal() } }),
        ...(facebook === undefined ? {} : { facebook: { ...facebook, jwt: facebook.jwt.reveal() } }),
      },
      ...(webhookBaseUrl === undefined ? {} : { webhookBaseUrl }),
      ...(mediaToken === undefined ? {} : { mediaToken: mediaToken.reveal() }),
      post: get(tokens.relay).post,
      log: get(tokens.log),
    });
  });
  register(tokens.botFlow, (get) => makeBotFlow(config, get));

  // -- who may call
  register(tokens.tokenIssuer, (get) =>
    makeTokenIssuer({
      secretKey: config.auth.secretKey?.reveal() ?? randomBytes(32).toString('base64url'),
      ...(config.auth.secretKeyPrevious === undefined
        ? {}
        : { previousKey: config.auth.secretKeyPrevious.reveal() }),
      ttlMs: config.auth.tokenTtlMs,
      clock: get(tokens.clock),
      tokenId: get(tokens.ids).writeId,
    }),
  );
  register(tokens.credentials, () => makeCredentials(usersOf(config)));
  register(tokens.loginThrottle, (get) => makeLoginThrottle({ clock: get(tokens.clock) }));

  // -- the inside, and the way in
  register(tokens.made, (get) => makeApplication(portsOf(get), settingsOf(config, remotes)));
  register(tokens.http, (get) => {
    const { application, workers } = get(tokens.made);
    const metrics = get(tokens.metrics);
    const health = makeHealth({ get, workers });
    const { webhookSignature, ...http } = config.http;
    return makeHttpServer({
      application,
      log: get(tokens.log),
      metrics,
      health: health.report,
      metricsText: async () => {
        await health.gauge();
        return metrics.text();
      },
      ids: get(tokens.ids),
      clock: get(tokens.clock),
      withRequestId,
      options: {
        ...http,
        client: config.client,
        accessLog: config.log.level === 'debug',
        ...(config.metrics.token === undefined ? {} : { metricsToken: config.metrics.token.reveal() }),
        ...(webhookSignature === undefined
          ? {}
          : { webhookSignature: { mode: webhookSignature.mode, secret: webhookSignature.secret.reveal() } }),
      },
    });
  });
  return container;
};

const loginOf = (login: LoginConfig): Parameters<typeof makeDataApi>[0]['login'] => {
  const { loginUrl, clientId, clientSecret } = login;
  const app = { loginUrl, clientId, clientSecret: clientSecret.reveal() };
  if (login.grant === 'client_credentials') return { ...app, grant: login.grant };
  return {
    ...app,
    grant: login.grant,
    username: login.username,
    password: login.password.reveal(),
    ...(login.securityToken === undefined ? {} : { securityToken: login.securityToken.reveal() }),
  };
};

const makeMediaDownload = (
  { environment, media }: Config,
  { yalo }: RemotesConfig,
): ReturnType<typeof makeDownload> =>
  makeDownload({
    allowedHosts: media.allowedHosts,
    dev: environment === 'dev',
    maxBytes: media.maxBytes,
    ...(yalo.mediaToken === undefined
      ? {}
      : { token: { value: yalo.mediaToken.reveal(), baseUrl: yalo.baseUrl } }),
  });

const makeBotFlow = ({ botFlow: { engine } }: Config, get: Get): Ports['botFlow'] => {
  if (engine === undefined) {
    // no state is ever made for it: the policy has none
    return {
      moveTo: () => TE.left({ _tag: 'NotConfigured', certain: true, detail: 'bot state: no engine' }),
    };
  }
  const options = {
    baseUrl: engine.url,
    ...(engine.token === undefined ? {} : { token: engine.token.reveal() }),
    post: get(tokens.calls).post,
  };
  return engine.kind === 'studio' ? makeStudio(options) : makeBotrunner(options);
};

const usersOf = ({ auth: { yaloUser, salesforceUser } }: Config): ReadonlyArray<User> => [
  ...(yaloUser.password === undefined
    ? []
    : [{ username: yaloUser.username, password: yaloUser.password.reveal(), role: 'YALO_ROLE' as const }]),
  ...(salesforceUser === undefined
    ? []
    : [
        {
          username: salesforceUser.username,
          password: salesforceUser.password.reveal(),
          role: 'SALESFORCE_ROLE' as const,
        },
      ]),
];

const portsOf = (get: Get): Ports => {
  const { contextStore, chatStore, instances } = get(tokens.stores);
  return {
    contextStore,
    chatStore,
    instances,
    desks: get(tokens.desks),
    crm: get(tokens.crm),
    caseFiles: get(tokens.caseFiles),
    botChannel: get(tokens.botChannel),
    botFlow: get(tokens.botFlow),
    tokens: get(tokens.tokenIssuer),
    credentials: get(tokens.credentials),
    loginThrottle: get(tokens.loginThrottle),
    turns: { channel: turnsOf(get(tokens.yaloRate)), desk: turnsOf(get(tokens.salesforceRate)) },
    clock: get(tokens.clock),
    ids: get(tokens.ids),
    log: get(tokens.log),
    metrics: get(tokens.metrics),
    probe: get(tokens.probe),
  };
};

const settingsOf = (config: Config, remotes: RemotesConfig): Parameters<typeof makeApplication>[1] => ({
  self: `${config.ownership.instanceId ?? hostname()}-${randomBytes(6).toString('hex')}`,
  policy: policyOf(config),
  connect: {
    flows: remotes.flows,
    sourceFlowField: config.connect.sourceFlowField,
    phoneCodes: config.connect.phoneCodes,
    checkAvailability: config.connect.checkAvailability,
    defaultDesk: remotes.desk.kind,
  },
  leaseMs: config.ownership.leaseMs,
  pollStartPerSecond: config.limits.pollStartRate.perSecond,
});
