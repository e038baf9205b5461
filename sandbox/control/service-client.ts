import { JsonPoster, type Reply } from '../http/post-json.ts';
import { isObject, parseJson } from '../support/json.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Calls the service as Yalo's platform does: a token first, then what needs it. */
export class ServiceClient {
  readonly #poster = new JsonPoster();
  readonly #url: string;
  readonly #credentials: Credentials;
  #token: string | undefined;

  constructor(url: string, credentials: Credentials) {
    this.#url = url;
    this.#credentials = credentials;
  }

  /** POST /v1/chats/connect */
  async connect(request: object): Promise<Reply> {
    const body = JSON.stringify(request);
    const first = await this.#authorized(body);
    if (first.status !== 401 && first.status !== 403) return first;
    this.#token = undefined;
    return this.#authorized(body);
  }

  close(): void {
    this.#poster.close();
  }

  async #authorized(body: string): Promise<Reply> {
    this.#token ??= await this.#authenticate();
    return this.#poster.post(`${this.#url}/v1/chats/connect`, body, {
      headers: { Authorization: `Bearer ${this.#token}` },
      timeoutMs: 60_000,
    });
  }

  async #authenticate(): Promise<string> {
    const reply = await this.#poster.post(`${this.#url}/v1/authenticate`, JSON.stringify(this.#credentials));
    const body = parseJson(reply.body);
    if (reply.status === 200 && isObject(body) && typeof body.token === 'string') return body.token;
    throw new Error(`the service refused the sandbox's credentials (${reply.status})`);
  }
}
