import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../sandbox/index.ts';
import type { ChatView } from '../../sandbox/salesforce/live-agent/chat.ts';
import { secrets, whatsAppConnect } from '../e2e/support/service.ts';
import { freePort, makeServiceProcess, type ServiceProcess } from './service-process.ts';

export type Provider = 'whatsapp' | 'facebook';

/** One user's chat, with everything that was said in both directions. */
export interface Talk {
  readonly provider: Provider;
  readonly userId: string;
  readonly said: string[];
  readonly answered: string[];
  chat: ChatView | undefined;
}

export interface World {
  readonly sandbox: Sandbox;
  readonly service: ServiceProcess;
  readonly talks: ReadonlyArray<Talk>;
  /** Connects all, and lets agents join; goes on over crashes. */
  readonly connectAll: () => Promise<void>;
  readonly connect: (talk: Talk) => Promise<void>;
  /** Writes as the user: again and again until the service has said 200. */
  readonly write: (talk: Talk) => Promise<void>;
  /** Writes as the agent: so many texts in one batch. */
  readonly answer: (talk: Talk, count: number) => void;
  readonly settled: (timeoutMs: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What the agent was told beside the introduction. */
export const heard = ({ chat }: Talk): ReadonlyArray<string> =>
  (chat?.transcript ?? [])
    .filter(({ from, text }) => from === 'visitor' && text.startsWith('u'))
    .map(({ text }) => text);

/** What the channel was given for the user, repeats that it recognised left out. */
export const shown = (
  { sandbox }: Pick<World, 'sandbox'>,
  { userId, provider }: Talk,
): ReadonlyArray<string> =>
  sandbox.yalo.deliveries
    .shownTo(userId, provider)
    .flatMap(({ text }) => (text?.startsWith('a') ? [text] : []));

/** The first of each, in order. */
export const withoutRepeats = (texts: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(texts)];

export const makeWorld = async (options: {
  readonly chats: number;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<World> => {
  const sandbox = await startSandbox({
    liveAgent: { pollHoldMs: 2_000, connectionTimeoutMs: 600_000, initTimeoutMs: 60_000 },
  });
  const folder = mkdtempSync(join(tmpdir(), 'relevo-crash-'));
  const service = makeServiceProcess(await freePort(), {
    ...sandbox.environment(),
    ...secrets,
    STORE: 'sqlite',
    SQLITE_PATH: join(folder, 'relevo.db'),
    BOTRUNNER_TIMEOUT: '0',
    RATE_LIMIT_SALESFORCE: '5000/s',
    RATE_LIMIT_YALO: '5000/s',
    LOG_LEVEL: 'warn',
    ...options.env,
  });
  sandbox.connectTo(service.url, { username: 'yaloUser', password: secrets.YALO_PASSWORD });
  const talks = Array.from({ length: options.chats }, (_, index): Talk => {
    const provider = index % 2 === 0 ? 'whatsapp' : 'facebook';
    return {
      provider,
      userId: `52155${String(10_000_000 + index)}`,
      said: [],
      answered: [],
      chat: undefined,
    };
  });

  const call = async (
    method: string,
    path: string,
    body?: object,
    token?: string,
  ): Promise<Response | undefined> =>
    fetch(`${service.url}${path}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    }).catch(() => undefined);

  const login = async (): Promise<string> => {
    for (;;) {
      const answer = await call('POST', '/v1/authenticate', {
        username: 'yaloUser',
        password: secrets.YALO_PASSWORD,
      });
      const body = (await answer?.json().catch(() => undefined)) as { token?: string } | undefined;
      if (body?.token !== undefined) return body.token;
      await pause(50);
    }
  };

  /** The chat that the desk has for the user, once the service knows that it is open. */
  const connect = async (talk: Talk, token: string): Promise<void> => {
    const { provider, userId } = talk;
    const request = {
      ...whatsAppConnect,
      provider,
      userID: userId,
      email: `${userId}@example.com`,
      phoneNumber: userId,
    };
    for (;;) {
      const answer = await call('POST', '/v1/chats/connect', request, token);
      if (answer?.status === 200) break;
      // it may have come through before a crash
      if (answer?.status === 409) {
        const view = await call('GET', `/v1/chats/${userId}?provider=${provider}`, undefined, token);
        const body = (await view?.json().catch(() => undefined)) as { state?: string } | undefined;
        if (body?.state === 'waiting' || body?.state === 'active') break;
      }
      await pause(50);
    }
    const { agents } = sandbox.salesforce;
    const isWaiting = (chat: ChatView): boolean => chat.state === 'queued' && isOf(sandbox, chat, talk);
    await agents.waitForChat(isWaiting, 60_000);
    // an earlier one may still have to be ended
    talk.chat = agents.chats(isWaiting).at(-1);
    if (talk.chat !== undefined) agents.accept(talk.chat, 'Andrea');
  };

  const write = async (talk: Talk): Promise<void> => {
    const text = `u${talk.said.length + 1}`;
    talk.said.push(text);
    const id = `${talk.provider}-${talk.userId}-${text}`;
    for (;;) {
      const sent = await sandbox.yalo.phone
        .sendText(talk.provider, talk.userId, text, id)
        .catch(() => undefined);
      if (sent?.status === 200) return;
      await pause(20);
    }
  };

  return {
    sandbox,
    service,
    talks,
    connect: async (talk) => connect(talk, await login()),
    connectAll: async () => {
      const token = await login();
      await Promise.all(talks.map((talk) => connect(talk, token)));
    },
    write,
    answer: (talk, count) => {
      if (talk.chat === undefined) return;
      const from = talk.answered.length;
      const texts = Array.from({ length: count }, (_, index) => `a${from + index + 1}`);
      talk.answered.push(...texts);
      sandbox.salesforce.agents.say(talk.chat, texts);
    },
    settled: async (timeoutMs) => {
      const end = performance.now() + timeoutMs;
      const isSettled = (talk: Talk): boolean =>
        heard(talk).length >= talk.said.length &&
        withoutRepeats(shown({ sandbox }, talk)).length >= talk.answered.length;
      while (!talks.every(isSettled) && performance.now() < end) await pause(50);
    },
    close: async () => {
      await service.kill();
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const isOf = (sandbox: Sandbox, chat: ChatView, { userId, provider }: Talk): boolean => {
  const { records } = sandbox.salesforce;
  const made = records.find('Case', chat.caseId ?? '');
  const contact = records.find('Contact', chat.contactId ?? '');
  return made?.Origin === provider && contact?.Email === `${userId}@example.com`;
};
