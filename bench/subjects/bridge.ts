import { Agent, createServer, request, type IncomingMessage } from 'node:http';

/**
 * What `relay`, `chats` and `connect` are compared with: a bridge on plain node:http that stores nothing, repeats nothing
 * and forgets all when it ends. It makes the same calls, keeps each chat in order, and polls.
 */
const env = (name: string): string => process.env[name] ?? '';
const calls = new Agent({ keepAlive: true, maxSockets: 256 });
const polls = new Agent({ keepAlive: true, maxSockets: Infinity });
const data = `${env('SFC_BASE_URL')}/services/data/v52.0`;
const chatApi = `${env('SFC_CHAT_URL')}/chat/rest`;

interface Bridged {
  readonly user: string;
  readonly headers: Readonly<Record<string, string>>;
  number: number;
  /** Posts to the agent, one after the other. */
  posts: Promise<unknown>;
}

const chats = new Map<string, Bridged>();

const textOf = (message: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    message.setEncoding('utf8');
    message.on('data', (chunk: string) => {
      text += chunk;
    });
    message.on('end', () => resolve(text));
    message.on('error', reject);
  });

const call = (
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: unknown,
  agent = calls,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const req = request(url, { method, agent, headers: { ...headers, ...json } }, (res) => {
      textOf(res).then(resolve, reject);
    });
    req.on('error', reject);
    req.end(body === undefined ? undefined : JSON.stringify(body));
  });

const post = (chat: Bridged, noun: string, body: unknown): Promise<unknown> => {
  chat.posts = chat.posts.then(() => {
    chat.number += 1;
    const headers = { ...chat.headers, 'X-LIVEAGENT-SEQUENCE': String(chat.number) };
    return call('POST', `${chatApi}/Chasitor/${noun}`, headers, body);
  });
  return chat.posts;
};

interface Batch {
  readonly sequence: number;
  readonly messages: ReadonlyArray<{ readonly type: string; readonly message: { readonly text?: string } }>;
}

const messagesUrl = `${env('INTEGRATIONS_BASE_URL')}/api/outgoing_webhook/bots/${env('INTEGRATIONS_WA_BOT_ID')}/messages`;

const listen = async (chat: Bridged): Promise<void> => {
  for (let ack = -1; ;) {
    const text = await call('GET', `${chatApi}/System/Messages?ack=${ack}`, chat.headers, undefined, polls);
    if (text === '') continue;
    const { sequence, messages } = JSON.parse(text) as Batch;
    ack = sequence;
    for (const { type, message } of messages) {
      if (type !== 'ChatMessage') continue;
      await call('POST', messagesUrl, {}, { type: 'text', userId: chat.user, text: { body: message.text } });
    }
  }
};

interface Created {
  readonly id: string;
}

const query = (field: string, value: string): string =>
  `/services/data/v52.0/query/?q=${encodeURIComponent(`SELECT Id FROM Contact WHERE ${field} = '${value}'`).replace(/'/gu, '%27')}`;

const contactOf = async (email: string, phone: string): Promise<string> => {
  const found = await call(
    'POST',
    `${data}/composite`,
    {},
    {
      compositeRequest: [
        { method: 'GET', url: query('Email', email), referenceId: 'email' },
        { method: 'GET', url: query('MobilePhone', phone), referenceId: 'phone' },
      ],
    },
  );
  const { compositeResponse } = JSON.parse(found) as {
    compositeResponse: ReadonlyArray<{ body: { records: ReadonlyArray<{ Id: string }> } }>;
  };
  const hit = compositeResponse.flatMap(({ body }) => body.records)[0]?.Id;
  if (hit !== undefined) return hit;
  const made = await call(
    'POST',
    `${data}/sobjects/Contact`,
    {},
    { LastName: email, Email: email, MobilePhone: phone },
  );
  return (JSON.parse(made) as Created).id;
};

interface ConnectBody {
  readonly userID: string;
  readonly name: string;
  readonly email: string;
  readonly phoneNumber: string;
}

const connectChat = async ({ userID, name, email, phoneNumber }: ConnectBody): Promise<void> => {
  const contact = await contactOf(email, phoneNumber);
  const [, session] = await Promise.all([
    call('POST', `${data}/sobjects/Case`, {}, { ContactId: contact, Subject: 'Atención a clientes' }),
    call('GET', `${chatApi}/System/SessionId`, { 'X-LIVEAGENT-AFFINITY': 'null' }),
  ]);
  const { key, affinityToken } = JSON.parse(session) as { key: string; affinityToken: string };
  const chat: Bridged = {
    user: userID,
    headers: { 'X-LIVEAGENT-AFFINITY': affinityToken, 'X-LIVEAGENT-SESSION-KEY': key },
    number: 0,
    posts: Promise.resolve(),
  };
  chats.set(userID, chat);
  await post(chat, 'ChasitorInit', { visitorName: name, isPost: true });
  void listen(chat);
};

const server = createServer((req, res) => {
  void textOf(req).then(async (text) => {
    const body: unknown = JSON.parse(text);
    if (req.url === '/v1/chats/connect') await connectChat(body as ConnectBody);
    if (req.url === '/v1/integrations/whatsapp/webhook') {
      const message = body as { readonly from: string; readonly text: { readonly body: string } };
      const chat = chats.get(message.from);
      if (chat !== undefined) void post(chat, 'ChatMessage', { text: message.text.body });
    }
    const answer = JSON.stringify({ token: 'bench-token', Message: 'done' });
    res.writeHead(200, ['Content-Type', 'application/json', 'Content-Length', String(answer.length)]);
    res.end(answer);
  });
});
server.keepAliveTimeout = 65_000;
server.listen(Number(env('PORT')), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
