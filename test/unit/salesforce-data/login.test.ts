import test from 'ava';
import fc from 'fast-check';
import { E } from '../../../src/domain/fp.ts';
import { createRequest, handleResponse } from '../../../src/adapters/salesforce-data/login.ts';

const app = { loginUrl: 'https://login.example.com/', clientId: 'id', clientSecret: 'se&cret' };

test('password grant › sends the password directly followed by the security token', (t) => {
  const { url, form } = createRequest({
    ...app,
    grant: 'password',
    username: 'bot@example.com',
    password: 'p+ss',
    securityToken: 'TOKEN',
  });
  t.is(url, 'https://login.example.com/services/oauth2/token');
  t.deepEqual(Object.fromEntries(new URLSearchParams(form)), {
    grant_type: 'password',
    client_id: 'id',
    client_secret: 'se&cret',
    username: 'bot@example.com',
    password: 'p+ssTOKEN',
  });
});

test('client credentials › sends nothing of a user', (t) => {
  const { form } = createRequest({ ...app, grant: 'client_credentials' });
  t.deepEqual(Object.fromEntries(new URLSearchParams(form)), {
    grant_type: 'client_credentials',
    client_id: 'id',
    client_secret: 'se&cret',
  });
});

test('an answer with a token › gives it', (t) => {
  const text = JSON.stringify({
    access_token: '00D…!AQ',
    instance_url: 'https://other.example.com',
    token_type: 'Bearer',
  });
  t.deepEqual(handleResponse({ status: 200, text }), E.right({ accessToken: '00D…!AQ' }));
});

test('invalid_grant › is known as such', (t) => {
  const text = JSON.stringify({ error: 'invalid_grant', error_description: 'authentication failure' });
  t.deepEqual(
    handleResponse({ status: 400, text }),
    E.left({
      failure: { _tag: 'LoginFailed', certain: true, refused: true, detail: 'login: 400 invalid_grant' },
      invalidGrant: true,
    }),
  );
});

test('limits and maintenance › are no refusal', (t) => {
  for (const status of [429, 503]) {
    t.like(handleResponse({ status, text: '', retryAfterMs: 3000 }), {
      left: { failure: { refused: false }, invalidGrant: false, retryAfterMs: 3000 },
    });
  }
});

test('limits told in the body › are no refusal', (t) => {
  const limit = '[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]';
  t.like(handleResponse({ status: 403, text: limit }), { left: { failure: { refused: false } } });
  const rate = JSON.stringify({ error: 'rate_limit_exceeded' });
  t.like(handleResponse({ status: 403, text: rate }), { left: { failure: { refused: false } } });
  t.like(handleResponse({ status: 403, text: '{"error":"access_denied"}' }), {
    left: { failure: { refused: true } },
  });
});

test('whatever comes back › is a token or a failure that repeats nothing of it', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, text) => {
      const outcome = handleResponse({ status, text });
      if (E.isRight(outcome)) return t.is(typeof outcome.right.accessToken, 'string');
      t.regex(outcome.left.failure.detail, /^login: [a-z0-9 _]+$/u);
    }),
  );
});
