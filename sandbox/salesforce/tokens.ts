import { randomBytes } from 'node:crypto';

const maxTokens = 10_000;

/** The access tokens that are good at the moment. */
export class Tokens {
  readonly #good = new Set<string>();
  #issued = 0;

  /** Logins that succeeded so far. */
  get issued(): number {
    return this.#issued;
  }

  issue(organizationId: string): string {
    const token = `${organizationId}!sandbox.${randomBytes(24).toString('base64url')}`;
    if (this.#good.size >= maxTokens) this.#good.delete(this.#good.values().next().value ?? '');
    this.#good.add(token);
    this.#issued += 1;
    return token;
  }

  isGood(token: string): boolean {
    return this.#good.has(token);
  }

  expire(token: string): void {
    this.#good.delete(token);
  }

  /** Every call with a token issued before gets 401 INVALID_SESSION_ID. */
  expireAll(): void {
    this.#good.clear();
  }
}
