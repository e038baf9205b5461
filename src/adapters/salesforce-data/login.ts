import * as t from 'io-ts';
import { E } from '../../domain/fp.ts';
import { type DataResponse, idText, json } from './exchange.ts';
import type { LoginOutcome } from './token-holder.ts';

/** SFC_LOGIN_URL and the connected app; the password is followed by the security token, nothing between. */
export type LoginSettings = {
  readonly loginUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
} & (
  | { readonly grant: 'client_credentials' }
  | {
      readonly grant: 'password';
      readonly username: string;
      readonly password: string;
      readonly securityToken?: string;
    }
);

/** Vendor document: "OAuth 2.0 Username-Password Flow" and "OAuth 2.0 Client Credentials Flow". */
export const createRequest = (settings: LoginSettings): { readonly url: string; readonly form: string } => ({
  url: `${settings.loginUrl.replace(/\/+$/u, '')}/services/oauth2/token`,
  form: new URLSearchParams({
    grant_type: settings.grant,
    client_id: settings.clientId,
    client_secret: settings.clientSecret,
    ...(settings.grant === 'password'
      ? { username: settings.username, password: settings.password + (settings.securityToken ?? '') }
      : {}),
  }).toString(),
});

const taken = t.type({ access_token: idText });
const refused = t.type({ error: t.string });

/** A login that did not come to pass, with what the token holder needs to know of it. */
export const failed = (
  detail: string,
  more: {
    readonly refused?: boolean;
    readonly invalidGrant?: boolean;
    readonly retryAfterMs?: number | undefined;
  } = {},
): LoginOutcome =>
  E.left({
    failure: {
      _tag: 'LoginFailed',
      certain: true,
      refused: more.refused ?? false,
      detail: `login: ${detail}`,
    },
    invalidGrant: more.invalidGrant ?? false,
    ...(more.retryAfterMs === undefined ? {} : { retryAfterMs: more.retryAfterMs }),
  });

const isBusy = ({ status, text }: DataResponse): boolean =>
  status === 429 || status === 503 || /REQUEST_LIMIT_EXCEEDED|rate_(?:limit_)?exceeded/iu.test(text);

/** `refused` in the failure: the login answered with an error, so that it is no matter of load or connection. */
export const handleResponse = (response: DataResponse): LoginOutcome => {
  const body = json(response.text);
  if (response.status >= 200 && response.status < 300) {
    const decoded = taken.decode(body);
    return E.isRight(decoded)
      ? E.right({ accessToken: decoded.right.access_token })
      : failed('an answer that cannot be read', { refused: true });
  }
  const decoded = refused.decode(body);
  // OAuth error codes (RFC 6749 §5.2) are words; anything else is not repeated
  const code = E.isRight(decoded) && /^[a-z_]{1,40}$/u.test(decoded.right.error) ? decoded.right.error : '';
  return failed(`${response.status} ${code}`.trim(), {
    refused: !isBusy(response),
    invalidGrant: code === 'invalid_grant',
    retryAfterMs: response.retryAfterMs,
  });
};
