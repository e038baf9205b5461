import { JsonPoster, type Reply } from '../http/post-json.ts';
import { Feed } from '../support/feed.ts';
import { isObject, parseJson } from '../support/json.ts';
import type { Account, Provider } from '../yalo/account.ts';

/** How the sandbox itself calls the service, as Yalo's platform would: a user with YALO_ROLE. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Who asks for a human; what is absent is invented. */
export interface Customer {
  readonly provider: Provider;
  readonly userId: string;
  readonly name?: string;
  readonly email?: string;
  readonly phoneNumber?: string;
  readonly extraData?: object;
}

/** A call of Yalo's platform to the service, and its answer. */
export interface ServiceCall {
  readonly at: number;
  readonly kind: 'authenticate' | 'connect' | 'finish';
  readonly path: string;
  readonly provider?: Provider;
  readonly userId?: string;
  /** 0: there was no answer. */
  readonly status: number;
  readonly answer: string;
  readonly tookMs: number;
}

interface Target {
  readonly url: string;
  readonly credentials: Credentials | undefined;
}

type Described = Pick<ServiceCall, 'kind' | 'path' | 'provider' | 'userId'>;

/** Calls the service as Yalo's platform does: a token first, then what needs it. */
export class ServiceClient {
  readonly calls = new Feed<ServiceCall>('calls to the service', 2_000);
  readonly #account: Account;
  readonly #poster = new JsonPoster();
  #target: Target | undefined;
  #token: string | undefined;

  constructor(account: Account) {
    this.#account = account;
  }

  get url(): string | undefined {
    return this.#target?.url;
  }

  /** Without credentials the calls that need a token reject. */
  connectTo(url: string, credentials: Credentials | undefined): void {
    this.#target = { url: url.replace(/\/+$/u, ''), credentials };
    this.#token = undefined;
  }

  /** POST /v1/chats/connect. Rejects when there is no service, or no answer from it. */
  connect({ provider, userId, name, email, phoneNumber, extraData }: Customer): Promise<Reply> {
    const { botId, slug } = this.#account.bots[provider];
    const digits = userId.replace(/\D+/gu, '');
    const body = JSON.stringify({
      userID: userId,
      name: name ?? 'Ana Pérez',
      provider,
      botSlug: slug,
      botId,
      email: email ?? `cliente.${digits === '' ? 'nuevo' : digits}@example.com`,
      ...(phoneNumber === undefined && provider === 'facebook' ? {} : { phoneNumber: phoneNumber ?? userId }),
      ...(extraData === undefined ? {} : { extraData }),
    });
    const described: Described = { kind: 'connect', path: '/v1/chats/connect', provider, userId };
    return this.#authorized(described, (url, headers) =>
      this.#poster.post(url, body, { headers, timeoutMs: 60_000 }),
    );
  }

  /** DELETE /v1/chat/finish/{userID}. Rejects as `connect` does. */
  finish(provider: Provider, userId: string): Promise<Reply> {
    const path = `/v1/chat/finish/${encodeURIComponent(userId)}?provider=${provider}`;
    return this.#authorized({ kind: 'finish', path, provider, userId }, (url, headers) =>
      this.#poster.delete(url, { headers }),
    );
  }

  close(): void {
    this.#poster.close();
    this.calls.close();
  }

  /** A token that the service no longer takes is renewed once. */
  async #authorized(
    described: Described,
    send: (url: string, headers: Record<string, string>) => Promise<Reply>,
  ): Promise<Reply> {
    const { url } = this.#connected();
    const attempt = async (): Promise<Reply> => {
      this.#token ??= await this.#authenticate();
      const headers = { Authorization: `Bearer ${this.#token}` };
      return this.#told(described, () => send(url + described.path, headers));
    };
    const first = await attempt();
    if (first.status !== 401 && first.status !== 403) return first;
    this.#token = undefined;
    return attempt();
  }

  async #authenticate(): Promise<string> {
    const { url, credentials } = this.#connected();
    if (credentials === undefined)
      throw new Error('the sandbox has no user name and password of the service');
    const path = '/v1/authenticate';
    const reply = await this.#told({ kind: 'authenticate', path }, () =>
      this.#poster.post(url + path, JSON.stringify(credentials)),
    );
    const body = parseJson(reply.body);
    if (reply.status === 200 && isObject(body) && typeof body.token === 'string') return body.token;
    throw new Error(`the service refused the sandbox's credentials (${reply.status})`);
  }

  #connected(): Target {
    if (this.#target === undefined) throw new Error('no service is connected to the sandbox');
    return this.#target;
  }

  async #told(described: Described, send: () => Promise<Reply>): Promise<Reply> {
    const started = performance.now();
    const tell = (status: number, answer: string): void =>
      this.calls.push({
        ...described,
        at: Date.now(),
        status,
        // a token is nobody's business
        answer: described.kind === 'authenticate' && status === 200 ? '' : answer,
        tookMs: Math.round(performance.now() - started),
      });
    try {
      const reply = await send();
      tell(reply.status, reply.body);
      return reply;
    } catch (error) {
      tell(0, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }
}
