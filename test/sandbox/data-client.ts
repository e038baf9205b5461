import type { Sandbox } from '../../sandbox/index.ts';

export interface DataAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface SubAnswer {
  readonly body: unknown;
  readonly httpStatusCode: number;
  readonly referenceId: string;
}

/** A hand-made client of the login and the data API. */
export class DataClient {
  readonly root = '/services/data/v52.0';
  readonly #sandbox: Sandbox;
  #token = '';

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  passwordGrant(): Record<string, string> {
    const { clientId, clientSecret, username, password, securityToken } = this.#sandbox.salesforce.org;
    return {
      grant_type: 'password',
      client_id: clientId,
      client_secret: clientSecret,
      username,
      password: password + securityToken,
    };
  }

  async token(form: Record<string, string>): Promise<DataAnswer> {
    const response = await fetch(`${this.#sandbox.salesforce.loginUrl}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    return { status: response.status, body: await response.json() };
  }

  async logIn(): Promise<void> {
    const { body } = await this.token(this.passwordGrant());
    this.#token = (body as { access_token: string }).access_token;
  }

  async call(method: string, path: string, body?: string, contentType?: string): Promise<DataAnswer> {
    const response = await fetch(this.#sandbox.salesforce.dataUrl + path, {
      method,
      headers: { Authorization: `Bearer ${this.#token}`, 'Content-Type': contentType ?? 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, body: await response.json() };
  }

  post(path: string, body: string, contentType?: string): Promise<DataAnswer> {
    return this.call('POST', this.root + path, body, contentType);
  }

  query(soql: string): Promise<DataAnswer> {
    return this.call('GET', `${this.root}/query/?q=${encodeURIComponent(soql)}`);
  }

  create(type: string, record: object): Promise<DataAnswer> {
    return this.post(`/sobjects/${type}`, JSON.stringify(record));
  }

  async composite(
    allOrNone: boolean,
    compositeRequest: ReadonlyArray<object>,
  ): Promise<ReadonlyArray<SubAnswer>> {
    const { body } = await this.post(
      '/composite',
      JSON.stringify({ allOrNone, collateSubrequests: false, compositeRequest }),
    );
    return (body as { compositeResponse: ReadonlyArray<SubAnswer> }).compositeResponse;
  }
}
