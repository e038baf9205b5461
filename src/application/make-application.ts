import { decideAll, type Decision } from '../domain/chat.ts';
import type { Note } from '../domain/chat-event.ts';
import type { User } from '../domain/channel.ts';
import type { ChatPolicy } from '../domain/policy.ts';
import type { Application } from './application.ts';
import { makeKeepers, type Keepers } from './conversations/keepers.ts';
import { makeOwnership, type Ownership } from './conversations/ownership.ts';
import { makeBindPosts } from './lanes/bind-posts.ts';
import type { LaneDeps } from './lanes/lane.ts';
import { makeRestoreDesks } from './lanes/restore-desks.ts';
import { makeRemoteGate, type RemoteGate } from './lanes/remote-gate.ts';
import { makeWorker, type Gates } from './lanes/worker.ts';
import { pause } from './pause.ts';
import type { AgentDesk } from './ports/agent-desk.port.ts';
import type { BotChannel } from './ports/bot-channel.port.ts';
import type { BotFlow } from './ports/bot-flow.port.ts';
import type { CaseFiles } from './ports/case-files.port.ts';
import type { ChatStore, OwnerId } from './ports/chat-store.port.ts';
import type { Clock } from './ports/clock.port.ts';
import type { ContextStore } from './ports/context-store.port.ts';
import type { Credentials } from './ports/credentials.port.ts';
import type { Crm } from './ports/crm.port.ts';
import type { Ids } from './ports/ids.port.ts';
import type { Instances } from './ports/instances.port.ts';
import type { Log } from './ports/log.port.ts';
import type { LoginThrottle } from './ports/login-throttle.port.ts';
import type { Metrics } from './ports/metrics.port.ts';
import { noProbe, type Probe } from './ports/probe.port.ts';
import type { TokenIssuer } from './ports/token.port.ts';
import type { Turns } from './ports/turns.port.ts';
import { makeAuthenticate, makeCheckToken } from './use-cases/authenticate.use-case.ts';
import { makeConnectChat, type ConnectSettings } from './use-cases/connect-chat.use-case.ts';
import { makeEraseUser } from './use-cases/erase-user.use-case.ts';
import { makeFinishChat } from './use-cases/finish-chat.use-case.ts';
import { makeGetChat } from './use-cases/get-chat.use-case.ts';
import { makeGetContext } from './use-cases/get-context.use-case.ts';
import { makeIngestMessages } from './use-cases/ingest-messages.use-case.ts';
import { makeSetAsideUseCases } from './use-cases/set-aside.use-case.ts';
import { makeRegisterWebhook, makeRemoveWebhook } from './use-cases/webhooks.use-case.ts';

/** Everything outside that the use cases and workers need. */
export interface Ports {
  readonly contextStore: ContextStore;
  readonly chatStore: ChatStore;
  readonly instances: Instances;
  /** By kind. */
  readonly desks: ReadonlyMap<string, AgentDesk>;
  readonly crm: Crm;
  readonly caseFiles: CaseFiles;
  readonly botChannel: BotChannel;
  readonly botFlow: BotFlow;
  readonly tokens: TokenIssuer;
  readonly credentials: Credentials;
  readonly loginThrottle: LoginThrottle;
  /** Rates: messages to the channel, posts to the desk. */
  readonly turns: { readonly channel: Turns; readonly desk: Turns };
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly probe?: Probe;
}

export interface Settings {
  /** Boot id of this process. */
  readonly self: OwnerId;
  readonly policy: ChatPolicy;
  readonly connect: Omit<ConnectSettings, 'connectTimeoutMs'>;
  readonly leaseMs: number;
  readonly pollStartPerSecond: number;
}

/** What runs by itself: without it, use cases still take messages and answer questions. */
export interface Workers {
  /** Begins to beat, to take over and to deliver. */
  readonly start: () => Promise<void>;
  /** Begins nothing more, waits for what is in flight as long as it may, and hands over. */
  readonly stop: (timeoutMs: number) => Promise<void>;
  readonly health: () => WorkersHealth;
}

export interface WorkersHealth {
  /** The heartbeat is written. */
  readonly beating: boolean;
  /** Conversations that this process keeps. */
  readonly owned: number;
  /** Effects that wait, by lane. */
  readonly queues: Readonly<Record<'user' | 'bot' | 'agent' | 'files', number>>;
  readonly remotes: ReadonlyArray<{ readonly name: string; readonly up: boolean }>;
}

/** Longest that a caller waits for the store (http-api.md: 503 after 5 s). */
const storePatienceMs = 4_500;

/** The whole inside, made of its ports: what `main` and embedders call. */
export const makeApplication = (
  ports: Ports,
  settings: Settings,
): { readonly application: Application; readonly workers: Workers } => {
  const { policy, self } = settings;
  const { clock, ids, log, metrics, contextStore: contexts, chatStore: store } = ports;
  const probe = ports.probe ?? noProbe;
  const decide = decideAll(policy);
  const rest = new AbortController();
  const halt = new AbortController();
  const gates = makeGates(ports);
  // ownership and the workers need one another
  const owning: { ownership?: Ownership } = {};
  const lane: LaneDeps = {
    clock,
    ids,
    log,
    metrics,
    probe,
    store,
    policy,
    rest: rest.signal,
    halt: halt.signal,
    mayBegin: () => owning.ownership?.mayBegin() ?? false,
  };
  const keepers = makeKeepers({
    self,
    store,
    clock,
    ids,
    log,
    decide,
    complete: makeBindPosts({ desks: ports.desks, clock, decide }),
    onDecided: makeNotes(ports, policy),
    restore: makeRestoreDesks({ desks: ports.desks, clock, log }),
    patienceMs: storePatienceMs,
    makeWorker: makeWorker({
      ...lane,
      desks: ports.desks,
      contexts,
      channel: ports.botChannel,
      botFlow: ports.botFlow,
      files: ports.caseFiles,
      gates,
      turns: ports.turns,
    }),
  });
  const ownership = makeOwnership({
    self,
    instances: ports.instances,
    store,
    keepers,
    clock,
    ids,
    log,
    metrics,
    probe,
    leaseMs: settings.leaseMs,
    pollStartPerSecond: settings.pollStartPerSecond,
  });
  owning.ownership = ownership;
  return {
    application: makeUseCases(ports, settings, keepers, probe),
    workers: makeWorkers({ keepers, ownership, gates, clock, rest, halt }),
  };
};

const makeGates = ({ clock, ids, log, metrics }: Ports): Gates => {
  const gate = (name: string): RemoteGate =>
    makeRemoteGate(name, {
      clock,
      ids,
      onChange: (up) => {
        metrics.gauge('remote_up', up ? 1 : 0, { remote: name });
        log.warn(up ? 'remote-works-again' : 'remote-down', { remote: name });
      },
    });
  return {
    channel: gate('bot channel'),
    botFlow: gate('bot flow'),
    files: gate('case files'),
    desk: gate('agent desk'),
  };
};

/** Counts and logs what a stored decision means to operators. */
const makeNotes =
  ({ metrics, log }: Ports, policy: ChatPolicy) =>
  (user: User, { notes }: Decision): void => {
    for (const note of notes) count(note);

    function count(note: Note): void {
      switch (note.type) {
        case 'ignored':
          return metrics.count('ignored_events_total', { what: note.what });
        case 'seen':
          return metrics.count('ignored_events_total', { what: note.what });
        case 'uncertain':
          log.warn('delivery-uncertain', { user: user.id, what: note.what });
          return metrics.count('uncertain_total', { lane: 'agent' });
        case 'chat': {
          const reason = note.reason ?? '';
          log.info('chat', { user: user.id, provider: user.provider, state: note.state, reason });
          if (policy.botStates === undefined && reason !== '') metrics.count('bot_states_not_sent_total');
          return metrics.count('chat_transitions_total', { state: note.state, reason });
        }
      }
    }
  };

const haveOneJournal = ({ contextStore, chatStore }: Ports): boolean =>
  contextStore.journal !== undefined && contextStore.journal === chatStore.journal;

const makeUseCases = (ports: Ports, settings: Settings, keepers: Keepers, probe: Probe): Application => {
  const { clock, ids, log, metrics, contextStore: contexts, chatStore: store } = ports;
  const authentication = {
    credentials: ports.credentials,
    throttle: ports.loginThrottle,
    tokens: ports.tokens,
  };
  const webhooks = { channel: ports.botChannel, clock, log };
  return {
    authenticate: makeAuthenticate(authentication),
    checkToken: makeCheckToken(authentication),
    connectChat: makeConnectChat({
      keepers,
      contexts,
      crm: ports.crm,
      desks: ports.desks,
      clock,
      ids,
      log,
      probe,
      settings: { ...settings.connect, connectTimeoutMs: settings.policy.connectTimeoutMs },
    }),
    ingestMessages: makeIngestMessages({
      contexts,
      keepers: { wake: keepers.wake, ...(haveOneJournal(ports) ? { poke: keepers.poke } : {}) },
      metrics,
      probe,
    }),
    finishChat: makeFinishChat({ store, contexts, keepers, clock }),
    eraseUser: makeEraseUser({ store, contexts, clock, log }),
    getContext: makeGetContext({ store, contexts, texts: settings.policy.texts }),
    getChat: makeGetChat({ store, contexts }),
    ...makeSetAsideUseCases({ store, contexts, keepers, clock, log }),
    registerWebhook: makeRegisterWebhook(webhooks),
    removeWebhook: makeRemoveWebhook(webhooks),
  };
};

const makeWorkers = (deps: {
  readonly keepers: Keepers;
  readonly ownership: Ownership;
  readonly gates: Gates;
  readonly clock: Clock;
  readonly rest: AbortController;
  readonly halt: AbortController;
}): Workers => {
  const { keepers, ownership, gates, clock, rest, halt } = deps;
  return {
    start: ownership.start,
    stop: async (timeoutMs) => {
      ownership.rest();
      rest.abort();
      keepers.stopAll();
      const until = clock.monotonic() + timeoutMs;
      while (keepers.isBusy() && clock.monotonic() < until) await pause(clock, 20);
      halt.abort();
      // whatever still waits for a store that does not answer is given up
      keepers.abandonAll();
      await ownership.stop();
    },
    health: () => ({
      beating: ownership.isHealthy(),
      owned: keepers.count(),
      queues: keepers.queues(),
      remotes: Object.values(gates).map(({ name, isUp }: RemoteGate) => ({ name, up: isUp() })),
    }),
  };
};
