import test from 'ava';
import { TE } from '../../src/domain/fp.ts';
import { start, whatsAppPath, whatsAppText } from './support.ts';

const forwarded = { 'X-Forwarded-For': '198.51.100.7' };

test('whoever is not let in › is told by address, and neither by name nor by what was tried', async (t) => {
  const { call, post, logs } = await start(t, {
    application: { authenticate: () => TE.left({ _tag: 'InvalidCredentials' }) },
    options: { trustProxy: true, webhookSignature: { mode: 'equal', secret: 'sample-signature' } },
  });
  await post('/v1/authenticate', { username: 'guessed-name', password: 'guessed-word' }, forwarded);
  await post(whatsAppPath, whatsAppText(), { ...forwarded, 'x-yalochat-signature': 'guessed-word' });
  await call({ path: '/v1/tokens/check', headers: forwarded });
  await call({ path: '/v1/tokens/check?token=guessed-word', headers: forwarded });
  t.deepEqual(
    logs.map(({ event, fields: { error, address } }) => [event, error, address]),
    [
      ['http-request-refused', 'InvalidCredentials', '198.51.100.7'],
      ['http-request-refused', 'SignatureInvalid', '198.51.100.7'],
      ['http-request-refused', 'TokenMissing', '198.51.100.7'],
      ['http-request-refused', 'InvalidToken', '198.51.100.7'],
    ],
  );
  t.false(JSON.stringify(logs).includes('guessed'));
});

test('too many failures › name the address too; other refusals do not', async (t) => {
  const { post, logs } = await start(t, {
    application: { authenticate: () => TE.left({ _tag: 'TooManyAttempts', retryAfterMs: 1_000 }) },
  });
  await post('/v1/authenticate', { username: 'u', password: 'p' });
  await post('/v1/authenticate', '{');
  t.deepEqual(
    logs.map(({ fields }) => [fields.status, fields.address]),
    [
      [429, '127.0.0.1'],
      [400, undefined],
    ],
  );
});

test('a login › is told by its address, without name, password or token', async (t) => {
  const { post, logs } = await start(t);
  await post('/v1/authenticate', { username: 'yaloUser', password: 'sample-password' });
  t.deepEqual(logs, [{ level: 'info', event: 'logged-in', fields: { address: '127.0.0.1' } }]);
});
