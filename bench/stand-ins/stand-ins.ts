import { makeChatServer, type ChatServer, type ChatServerOptions } from './chat-server.ts';
import { makeCrm } from './crm.ts';
import { answerJson, startStandIn, type Call } from './server.ts';

/** All remotes of one subject, in this process, so that what leaves one and what comes to the other is on one clock. */
export interface StandIns {
  /** The variables that make the service talk to them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly chat: ChatServer;
  /** A text has come for the user. */
  onText: (user: string, text: string, at: number) => void;
  /** How many calls came, polls left out. */
  readonly calls: () => number;
  /** Holds back the answer to every call but polls. */
  readonly delayBy: (ms: number) => void;
  readonly close: () => Promise<void>;
}

const flow = JSON.stringify({
  subject: 'Atención a clientes',
  providers: { whatsapp: { button_id: '573000000000001' }, facebook: { button_id: '573000000000002' } },
});

export const startStandIns = async (options: ChatServerOptions): Promise<StandIns> => {
  const chat = makeChatServer(options);
  let calls = 0;
  let delay = 0;

  const counted =
    (handle: (call: Call) => void) =>
    (call: Call): void => {
      if (call.path.endsWith('/System/Messages')) return handle(call);
      calls += 1;
      if (delay === 0) handle(call);
      else setTimeout(() => handle(call), delay);
    };

  const yalo = ({ res, path, body, at }: Call): void => {
    answerJson(res, 200, { messages: [{ id: 'bench' }] });
    if (!path.endsWith('/messages')) return;
    const { userId, text } = JSON.parse(body) as { userId?: unknown; text?: { body?: unknown } };
    standIns.onText(String(userId), String(text?.body), at);
  };

  const [crmServer, chatServer, yaloServer] = await Promise.all([
    startStandIn(counted(makeCrm())),
    startStandIn(counted(chat.handle)),
    startStandIn(counted(yalo)),
  ]);

  const standIns: StandIns = {
    environment: {
      SFC_LOGIN_URL: crmServer.url,
      SFC_BASE_URL: crmServer.url,
      SFC_CHAT_URL: chatServer.url,
      SFC_CLIENT_ID: 'bench-app',
      SFC_CLIENT_SECRET: 'bench-app-secret',
      SFC_GRANT: 'client_credentials',
      SFC_ORGANIZATION_ID: '00D000000000001',
      SFC_DEPLOYMENT_ID: '572000000000001',
      SFC_SOURCE_FLOW_BOT: `default=${flow}`,
      INTEGRATIONS_BASE_URL: yaloServer.url,
      INTEGRATIONS_WA_BOT_ID: 'bench-bot',
      INTEGRATIONS_WA_BOT_JWT: 'bench-bot-token',
    },
    chat,
    onText: () => undefined,
    calls: () => calls,
    delayBy: (ms) => {
      delay = ms;
    },
    close: async () => {
      await Promise.all([crmServer, chatServer, yaloServer].map((server) => server.close()));
    },
  };
  return standIns;
};
