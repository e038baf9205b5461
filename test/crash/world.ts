import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../sandbox/index.ts';
import { isOpen, type ChatView } from '../../sandbox/salesforce/live-agent/chat.ts';
import { secrets, whatsAppConnect } from '../e2e/support/service.ts';
import { freePort, makeServiceProcess, type ServiceProcess } from './service-process.ts';

export type Provider = 'whatsapp' | 'facebook';

/** One user's chats, with everything that was said in both directions. */
export interface Talk {
  readonly provider: Provider;
  readonly userId: string;
  /** Captions of files too. */
  readonly said: string[];
  readonly answered: string[];
  /** Captions. */
  readonly files: string[];
  /** The present or last chat. */
  chat: ChatView | undefined;
  /** All that an agent took, oldest first. */
  readonly chats: ChatView[];
}

/** What the world asks of whatever serves it: one process or several behind one address. */
export type Service = Pick<ServiceProcess, 'url' | 'kill'>;

export interface World<Served extends Service = ServiceProcess> {
  readonly sandbox: Sandbox;
  readonly service: Served;
  readonly talks: ReadonlyArray<Talk>;
  /** A token of the bot's user. */
  readonly login: () => Promise<string>;
  /** Connects all, and lets agents join; goes on over crashes. */
  readonly connectAll: () => Promise<void>;
  readonly connect: (talk: Talk) => Promise<void>;
  /** Writes as the user: again and again until the service has said 200. */
  readonly write: (talk: Talk) => Promise<void>;
  /** Sends a picture with a caption, as `write` does. */
  readonly sendFile: (talk: Talk) => Promise<void>;
  /** Asks to finish the chat, until the service has said that it is finished. */
  readonly finish: (talk: Talk) => Promise<void>;
  /** Writes as the agent: so many texts in one batch. */
  readonly answer: (talk: Talk, count: number) => void;
  /** The last text of each talk has arrived on either side, and all files. */
  readonly settled: (timeoutMs: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What the agents were told beside introductions and notices. */
export const heard = ({ chats }: Talk): ReadonlyArray<string> =>
  chats
    .flatMap(({ transcript }) => transcript)
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

/** Captions of the files that stand in the cases of the talk's chats, as often as they are there. */
export const filed = ({ sandbox }: Pick<World, 'sandbox'>, { chats }: Talk): ReadonlyArray<string> => {
  const { records } = sandbox.salesforce;
  const cases = new Set(chats.map(({ caseId }) => caseId ?? ''));
  return (
    [...cases]
      .flatMap((caseId) => records.withText('ContentDocumentLink', 'LinkedEntityId', caseId))
      .flatMap(({ ContentDocumentId: id }) =>
        records.withText('ContentVersion', 'ContentDocumentId', String(id)),
      )
      // on Facebook a caption is a message of its own, and the file has the name of its address
      .map(({ Title }) => String(Title).replace('.jpg', ''))
  );
};

/** How often the bot was told to go on with the user after a chat that came to a good end. */
export const movedOn = ({ sandbox }: Pick<World, 'sandbox'>, { userId }: Talk): number =>
  sandbox.yalo.botStates.of(userId).filter(({ state }) => state === 'from-sf-success').length;

/** The first of each, in order. */
export const withoutRepeats = (texts: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(texts)];

type Environment = Readonly<Record<string, string>>;

/** Served by one process on sqlite. */
export const makeWorld = (options: { readonly chats: number; readonly env?: Environment }): Promise<World> =>
  makeWorldWith(options, async (env) => makeServiceProcess(await freePort(), env));

export const makeWorldWith = async <Served extends Service>(
  options: { readonly chats: number; readonly env?: Environment },
  makeService: (env: Environment) => Promise<Served>,
): Promise<World<Served>> => {
  const sandbox = await startSandbox({
    liveAgent: { pollHoldMs: 2_000, connectionTimeoutMs: 600_000, initTimeoutMs: 60_000 },
  });
  const folder = mkdtempSync(join(tmpdir(), 'relevo-crash-'));
  const service = await makeService({
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
      files: [],
      chat: undefined,
      chats: [],
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

  let token: string | undefined;
  /** One token serves all: it outlives the process that gave it. */
  const login = async (): Promise<string> => {
    while (token === undefined) {
      const answer = await call('POST', '/v1/authenticate', {
        username: 'yaloUser',
        password: secrets.YALO_PASSWORD,
      });
      const body = (await answer?.json().catch(() => undefined)) as { token?: string } | undefined;
      token = body?.token;
      if (token === undefined) await pause(50);
    }
    return token;
  };

  /** The chat that the desk has for the user, once the service knows that it is open. */
  const connect = async (talk: Talk): Promise<void> => {
    const { provider, userId } = talk;
    const bearer = await login();
    const request = {
      ...whatsAppConnect,
      provider,
      userID: userId,
      email: `${userId}@example.com`,
      phoneNumber: userId,
    };
    for (;;) {
      const answer = await call('POST', '/v1/chats/connect', request, bearer);
      if (answer?.status === 200) break;
      // it may have come through before a crash. An active one is the chat before, whose end was not heard of yet: this one
      // is accepted below
      if (answer?.status === 409) {
        const view = await call('GET', `/v1/chats/${userId}?provider=${provider}`, undefined, bearer);
        const body = (await view?.json().catch(() => undefined)) as { state?: string } | undefined;
        if (body?.state === 'waiting') break;
      }
      await pause(50);
    }
    const { agents } = sandbox.salesforce;
    // an earlier one may still have to be ended
    const newest = (): ChatView | undefined =>
      agents.chats((chat) => isOpen(chat.state) && isOf(sandbox, chat, talk)).at(-1);
    talk.chat = await agents.waitForChat((chat) => chat.state === 'queued' && chat === newest(), 60_000);
    talk.chats.push(talk.chat);
    agents.accept(talk.chat, 'Andrea');
  };

  const { phone } = sandbox.yalo;
  const untilTaken = async (send: () => Promise<{ readonly status: number }>): Promise<void> => {
    while ((await send().catch(() => undefined))?.status !== 200) await pause(100);
  };

  const write = async (talk: Talk): Promise<void> => {
    const { provider, userId, said } = talk;
    const text = `u${said.length + 1}`;
    said.push(text);
    await untilTaken(() => phone.sendText(provider, userId, text, `${provider}-${userId}-${text}`));
  };

  const sendFile = async (talk: Talk): Promise<void> => {
    const { provider, userId, said, files } = talk;
    const caption = `u${said.length + 1}`;
    said.push(caption);
    files.push(caption);
    const id = `${provider}-${userId}-${caption}`;
    const url = `${sandbox.yalo.mediaUrl}/media/any/${caption}.jpg`;
    await untilTaken(() => phone.sendMedia({ provider, userId, caption, id, url }));
  };

  const finish = async ({ provider, userId }: Talk): Promise<void> => {
    const bearer = await login();
    const path = `/v1/chat/finish/${userId}?provider=${provider}`;
    // not found: it was finished when the answer was lost
    while (![200, 404].includes((await call('DELETE', path, undefined, bearer))?.status ?? 0))
      await pause(50);
  };

  return {
    sandbox,
    service,
    talks,
    login,
    connect,
    connectAll: async () => void (await Promise.all(talks.map(connect))),
    write,
    sendFile,
    finish,
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
        heard(talk).at(-1) === talk.said.at(-1) &&
        withoutRepeats(filed({ sandbox }, talk)).length >= talk.files.length &&
        shown({ sandbox }, talk).at(-1) === talk.answered.at(-1);
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
