import { Agent, request } from 'node:http';
import { apiUser } from '../subjects/service.ts';

/** The bot's side of the API, on kept connections. */
export interface ApiClient {
  /** Rejects unless it is answered 200. Answers how long it took, ms. */
  readonly connect: (chat: { readonly user: string; readonly email?: string }) => Promise<number>;
  readonly close: () => void;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A connect has 25 s, then something is wrong. */
const timeoutMs = 30_000;

export const openApiClient = async (url: string, connections: number): Promise<ApiClient> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });

  const post = (path: string, body: unknown, token?: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = {
        'Content-Type': 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      };
      const signal = AbortSignal.timeout(timeoutMs);
      const req = request(`${url}${path}`, { method: 'POST', agent, headers, signal }, (res) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (chunk: string) => {
          text += chunk;
        });
        res.on('end', () => resolve({ status: res.statusCode ?? 0, text }));
        res.on('error', reject);
      });
      req.on('error', reject);
      req.end(JSON.stringify(body));
    });

  const expectOk = async (what: string, answer: Promise<Answer>): Promise<string> => {
    const { status, text } = await answer;
    if (status !== 200) throw new Error(`${what}: ${status} ${text.slice(0, 200)}`);
    return text;
  };

  const login = await expectOk('login', post('/v1/authenticate', apiUser));
  const { token } = JSON.parse(login) as { readonly token: string };

  return {
    connect: async ({ user, email = `${user}@example.com` }) => {
      const begun = performance.now();
      await expectOk(
        'connect',
        post(
          '/v1/chats/connect',
          {
            userID: user,
            botSlug: 'bench-bot',
            botId: 'bench-bot',
            // the stand-in tells chats by the visitor's name
            name: user,
            provider: 'whatsapp',
            email,
            phoneNumber: user,
            extraData: {},
          },
          token,
        ),
      );
      return performance.now() - begun;
    },
    close: () => agent.destroy(),
  };
};
