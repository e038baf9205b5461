import { createHmac } from 'node:crypto';
import { type Answer, type Call, mediaType, type Route } from '../http/call.ts';
import type { Org } from './org.ts';
import type { Tokens } from './tokens.ts';

/** OAuth 2.0 token endpoint: the username-password flow and the client credentials flow. */
export interface Login {
  readonly org: Org;
  readonly tokens: Tokens;
  /** Where the data API is: the `instance_url` of an answer. */
  readonly instanceUrl: () => string;
  readonly loginUrl: () => string;
}

export const loginRoutes = (login: Login): ReadonlyArray<Route> => [
  { method: 'POST', path: '/services/oauth2/token', handle: (call) => logIn(login, call) },
];

const refused = (error: string, error_description: string): Answer => ({
  status: 400,
  body: { error, error_description },
});

const logIn = (login: Login, call: Call): Answer => {
  // Salesforce finds no parameters in a body of another type, so that the grant type is missing
  const isForm = mediaType(call) === 'application/x-www-form-urlencoded';
  const form = new URLSearchParams(isForm ? call.body.toString('utf8') : '');
  const repeated = [...form.keys()].find((key) => form.getAll(key).length > 1);
  if (repeated !== undefined) return refused('invalid_request', `repeated parameter: ${repeated}`);
  const grant = form.get('grant_type');
  if (grant !== 'password' && grant !== 'client_credentials') {
    return refused('unsupported_grant_type', 'grant type not supported');
  }
  return wrongClient(login.org, form) ?? wrongUser(login.org, grant, form) ?? granted(login);
};

const wrongClient = (org: Org, form: URLSearchParams): Answer | undefined => {
  if (form.get('client_id') !== org.clientId)
    return refused('invalid_client_id', 'client identifier invalid');
  if (form.get('client_secret') !== org.clientSecret) {
    return refused('invalid_client', 'invalid client credentials');
  }
  return undefined;
};

const wrongUser = (org: Org, grant: string, form: URLSearchParams): Answer | undefined => {
  if (grant === 'client_credentials') return undefined;
  const right =
    form.get('username') === org.username && form.get('password') === org.password + org.securityToken;
  return right ? undefined : refused('invalid_grant', 'authentication failure');
};

const granted = ({ org, tokens, instanceUrl, loginUrl }: Login): Answer => {
  const id = `${loginUrl()}/id/${org.organizationId}/005000000000001`;
  const issued_at = String(Date.now());
  return {
    status: 200,
    body: {
      access_token: tokens.issue(org.organizationId),
      instance_url: instanceUrl(),
      id,
      token_type: 'Bearer',
      issued_at,
      signature: createHmac('sha256', org.clientSecret)
        .update(id + issued_at)
        .digest('base64'),
    },
  };
};
