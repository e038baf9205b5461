import type { ExecutionContext } from 'ava';
import { type Call, jsonBody, type Route } from '../../sandbox/http/call.ts';
import { startStandIn } from '../../sandbox/http/stand-in.ts';
import type { Sandbox } from '../../sandbox/index.ts';
import { readWebhook, type Said } from '../../sandbox/control/read-webhook.ts';
import { DataClient } from './data-client.ts';
import { Visitor } from './visitor.ts';

interface Connect {
  readonly userID: string;
  readonly name: string;
  readonly email: string;
  readonly provider: 'whatsapp' | 'facebook';
}

interface Chat {
  readonly connect: Connect;
  readonly visitor: Visitor;
  active: boolean;
}

const credentials = { username: 'yaloUser', password: 'sample-password' };

/** As much of the service as one conversation on the page needs: no store, no retries. */
class FakeService {
  readonly #sandbox: Sandbox;
  readonly #data: DataClient;
  readonly #chats = new Map<string, Chat>();
  readonly #context = new Map<string, string[]>();
  #sent = 0;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    this.#data = new DataClient(sandbox);
  }

  authenticate(call: Call): { status: number; body: object } {
    const right = JSON.stringify(jsonBody(call)) === JSON.stringify(credentials);
    return right
      ? { status: 200, body: { token: 'sample-token' } }
      : { status: 401, body: { ErrorDescription: 'Invalid credentials.' } };
  }

  async connect(connect: Connect): Promise<void> {
    const visitor = new Visitor(this.#sandbox);
    await this.#data.logIn();
    const ContactId = await this.#create('Contact', { LastName: connect.name, Email: connect.email });
    const CaseId = await this.#create('Case', {
      ContactId,
      Subject: 'Atención a clientes',
      Origin: connect.provider,
    });
    await visitor.open();
    const detail = (label: string, value: string): object => ({
      label,
      value,
      displayToAgent: true,
      transcriptFields: [label],
    });
    await visitor.post('Chasitor/ChasitorInit', {
      ...visitor.initBody(),
      visitorName: connect.name,
      buttonId: this.#sandbox.salesforce.org.buttons[connect.provider],
      prechatDetails: [detail('CaseId', CaseId), detail('ContactId', ContactId)],
    });
    const chat = { connect, visitor, active: false };
    this.#chats.set(connect.userID, chat);
    // until the chat or the sandbox is over
    this.#poll(chat).catch(() => undefined);
  }

  async said({ userId, from, text = '(file)' }: Said): Promise<void> {
    const chat = this.#chats.get(userId);
    if (chat?.active === true && from === 'customer') await chat.visitor.say(text);
    else this.#context.set(userId, [...(this.#context.get(userId) ?? []), `${from}: ${text}`]);
  }

  async finish(userId: string): Promise<void> {
    await this.#chats.get(userId)?.visitor.post('Chasitor/ChatEnd', { reason: 'client' });
  }

  async #create(type: string, record: object): Promise<string> {
    return ((await this.#data.create(type, record)).body as { id: string }).id;
  }

  async #poll(chat: Chat): Promise<void> {
    for (let ack = -1; ;) {
      const response = await chat.visitor.poll(ack);
      if (response.status === 204) continue;
      if (response.status !== 200) return;
      const batch = (await response.json()) as {
        sequence: number;
        messages: ReadonlyArray<{ type: string; message: { text?: string } }>;
      };
      ack = batch.sequence;
      for (const { type, message } of batch.messages) await this.#event(chat, type, message.text ?? '');
    }
  }

  async #event(chat: Chat, type: string, text: string): Promise<void> {
    const { userID, name } = chat.connect;
    if (type === 'ChatRequestSuccess') await this.#tell(chat, 'Esperando un agente');
    if (type === 'ChatMessage') await this.#tell(chat, text);
    if (type === 'ChatEstablished') {
      await chat.visitor.say(`Contexto:\n${(this.#context.get(userID) ?? []).join('\n')}`);
      await chat.visitor.say(`Hola soy ${name} y necesito ayuda`);
      chat.active = true;
    }
    if (type === 'ChatEnded') {
      this.#chats.delete(userID);
      await this.#botState(userID);
    }
  }

  async #tell({ connect: { provider, userID } }: Chat, text: string): Promise<void> {
    const { integrationsUrl, account } = this.#sandbox.yalo;
    const { channel, botId, jwt } = account.bots[provider];
    this.#sent += 1;
    const body =
      provider === 'whatsapp'
        ? { id: `sent-${this.#sent}`, type: 'text', userId: userID, text: { body: text } }
        : {
            messaging_type: 'RESPONSE',
            recipient: { id: userID },
            message: { text },
            metadata: 'YALOSOURCE:FIREHOSE',
          };
    await fetch(`${integrationsUrl}/api/${channel}/bots/${botId}/messages`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${jwt}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async #botState(userId: string): Promise<void> {
    const { botrunnerUrl, account } = this.#sandbox.yalo;
    await fetch(`${botrunnerUrl}/sandbox-whatsapp/send-to?jwt=${account.botrunnerToken}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ userId, state: 'from-sf-success', message: '' }),
    });
  }
}

/** Starts it and makes it known to the sandbox. */
export const withFakeService = async (t: ExecutionContext<unknown>, sandbox: Sandbox): Promise<string> => {
  const service = new FakeService(sandbox);
  const route = (method: string, path: string, handle: Route['handle']): Route => ({ method, path, handle });
  const server = await startStandIn({
    name: 'service',
    routes: [
      route('POST', '/v1/authenticate', (call) => service.authenticate(call)),
      route('POST', '/v1/chats/connect', async (call) => {
        if (call.headers.authorization !== 'Bearer sample-token') return { status: 403, body: {} };
        await service.connect(jsonBody(call) as Connect);
        return { status: 200, body: { Message: 'Chat created succefully' } };
      }),
      route('DELETE', '/v1/chat/finish/:userId', async (call) => {
        await service.finish(call.params.userId ?? '');
        return { status: 200, body: { Message: 'Chat finished successfully' } };
      }),
      route('POST', '/v1/integrations/:provider/webhook', async (call) => {
        for (const said of readWebhook(call.body.toString('utf8'))) await service.said(said);
        return { status: 200, body: { Message: 'insert success' } };
      }),
    ],
  });
  t.teardown(() => server.stop());
  sandbox.connectTo(server.url, credentials);
  return server.url;
};
