import type { ExecutionContext } from 'ava';
import type { ChatView } from '../../../sandbox/salesforce/live-agent/chat.ts';
import { startTestService, whatsAppConnect, type TestService } from './service.ts';

export const user = whatsAppConnect.userID;

/** The Facebook request of the user's document. */
export const facebookConnect = {
  ...whatsAppConnect,
  userID: '6199190013487246',
  botSlug: 'coppel-msn-staging',
  botId: '233726951928154',
  provider: 'facebook',
};

/** A service that ends with the test. */
export const withService = async (
  t: ExecutionContext,
  options?: Parameters<typeof startTestService>[0],
): Promise<TestService> => {
  const service = await startTestService(options);
  t.teardown(service.stop);
  return service;
};

/** What the agent was told, in order. */
export const heardBy = (chat: ChatView): ReadonlyArray<string> =>
  chat.transcript.filter(({ from }) => from === 'visitor').map(({ text }) => text);

/** What the user saw, in order. */
export const shownTo = ({ sandbox }: TestService, userId = user): ReadonlyArray<string | undefined> =>
  sandbox.yalo.deliveries.shownTo(userId).map(({ text }) => text);

export const welcome = 'Hola soy Eduardo Ochoa y necesito ayuda';

/** Connected, accepted by Andrea, and introduced. */
export const talk = async (
  service: TestService,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<ChatView> => {
  const { agents } = service.sandbox.salesforce;
  const before = new Set(agents.chats().map(({ id }) => id));
  const answer = await service.connect(changes);
  if (answer.status !== 200) throw new Error(`connect: ${answer.status} ${JSON.stringify(answer.body)}`);
  const chat = await agents.waitForChat(({ id }) => !before.has(id));
  await agents.waitFor(chat, ({ state }) => state === 'queued');
  agents.accept(chat, 'Andrea');
  await agents.waitForText(chat, /^Hola soy /u);
  return chat;
};

/** Asks until the answer is as wanted. */
export const until = async <A>(
  ask: () => Promise<A>,
  isIt: (answer: A) => boolean,
  ms = 5_000,
): Promise<A> => {
  const end = performance.now() + ms;
  for (;;) {
    const answer = await ask();
    if (isIt(answer)) return answer;
    if (performance.now() > end) throw new Error(`not within ${ms} ms; the last: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

export const chatOf = async (service: TestService, userId = user): Promise<Record<string, unknown>> =>
  (await service.call('GET', `/v1/chats/${userId}`)).body as Record<string, unknown>;
