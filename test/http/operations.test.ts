import test from 'ava';
import type { HealthReport } from '../../src/adapters/http/server.ts';
import { error, gated, said, start, whatsAppPath, whatsAppText } from './support.ts';

test('live › the process answers', async (t) => {
  const { call } = await start(t, { deps: { health: () => Promise.reject(new Error('no')) } });
  const answer = await call({ path: '/health/live' });
  t.is(answer.status, 200);
  t.deepEqual(answer.json, said('alive'));
});

test('ready › a remote in trouble is listed, and changes nothing', async (t) => {
  const report: HealthReport = {
    ready: true,
    dependencies: [
      { name: 'store', status: 'up' },
      { name: 'salesforce', status: 'degraded', detail: 'login: 503' },
    ],
  };
  const { call } = await start(t, { deps: { health: async () => report } });
  const answer = await call({ path: '/health/ready' });
  t.is(answer.status, 200);
  t.deepEqual(answer.json, report);
});

test('ready › 503 with a line for each dependency while starting and stopping', async (t) => {
  const { call } = await start(t, {
    deps: {
      health: async () => ({
        ready: false,
        dependencies: [
          { name: 'store', status: 'down', detail: 'opening' },
          { name: 'workers', status: 'up' },
        ],
      }),
    },
  });
  const answer = await call({ path: '/health/ready' });
  t.is(answer.status, 503);
  t.deepEqual(answer.json, error('not ready\nstore: down, opening\nworkers: up'));
  t.is(answer.headers['retry-after'], '1');
});

test('ready › health that fails, throws or is silent is no health', async (t) => {
  const failing = await start(t, { deps: { health: () => Promise.reject(new Error('secret')) } });
  const throwing = await start(t, {
    deps: {
      health: () => {
        throw new Error('secret');
      },
    },
  });
  for (const { call } of [failing, throwing]) {
    const answer = await call({ path: '/health/ready' });
    t.is(answer.status, 503);
    t.deepEqual(answer.json, error('not ready\nhealth: down, no answer'));
  }
  const slow = gated<void>(undefined);
  const asked = slow.run();
  const silent = await start(t, {
    deps: {
      health: async () => {
        await asked();
        return { ready: true, dependencies: [] };
      },
    },
  });
  const answer = silent.call({ path: '/health/ready' });
  await slow.entered;
  silent.clock.advance(2_000);
  t.is((await answer).status, 503);
  slow.leave();
});

test('metrics › without a token on loopback only, whatever the headers say', async (t) => {
  const { call } = await start(t, { options: { trustProxy: true } });
  const answer = await call({ path: '/metrics', headers: { 'X-Forwarded-For': '203.0.113.9' } });
  t.is(answer.status, 200);
  t.is(answer.headers['content-type'], 'text/plain; version=0.0.4');
  t.is(answer.text, 'up 1\n');
});

test('metrics › with a token, for whoever has it', async (t) => {
  const { call } = await start(t, { options: { metricsToken: 'metrics-token' } });
  const status = async (authorization?: string): Promise<number> =>
    (
      await call({
        path: '/metrics?token=metrics-token',
        headers: authorization === undefined ? {} : { Authorization: authorization },
      })
    ).status;
  t.is(await status(), 401);
  t.is(await status('Bearer yalo-token'), 403);
  t.is(await status('metrics-token'), 403);
  t.is(await status('Bearer metrics-token'), 200);
});

test('metrics › a fault is 500', async (t) => {
  const { call } = await start(t, { deps: { metricsText: () => Promise.reject(new Error('secret')) } });
  const answer = await call({ path: '/metrics' });
  t.is(answer.status, 500);
  t.deepEqual(answer.json, error('Internal server error.'));
});

test('overload › 503 with Retry-After, and whoever watches is still answered', async (t) => {
  const slow = gated<void>(undefined);
  const { call, post, yalo } = await start(t, {
    application: { ingestMessages: slow.run },
    options: { limits: { maxInFlight: 1 } },
  });
  const first = post(whatsAppPath, whatsAppText());
  await slow.entered;
  const answers = [
    await post(whatsAppPath, whatsAppText()),
    await yalo('GET', '/v1/context/5217'),
    await post('/v1/authenticate', { username: 'u', password: 'p' }),
  ];
  for (const answer of answers) {
    t.is(answer.status, 503);
    t.is(answer.headers['retry-after'], '1');
    t.deepEqual(Object.keys(answer.json as object), ['ErrorDescription']);
  }
  for (const path of ['/health/live', '/health/ready', '/metrics']) {
    t.is((await call({ path })).status, 200, path);
  }
  slow.leave();
  t.is((await first).status, 200);
  t.is((await yalo('GET', '/v1/context/5217')).status, 200);
});
