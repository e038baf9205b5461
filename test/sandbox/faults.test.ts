import test from 'ava';
import { DataClient } from './data-client.ts';
import { Visitor } from './visitor.ts';
import { withSandbox } from './with-sandbox.ts';

test('a status › hits so often, with its headers, and then no more', async (t) => {
  const sandbox = await withSandbox(t);
  const visitor = new Visitor(sandbox);
  const fault = sandbox.salesforce.faults.add({
    server: 'chat',
    path: '*/System/SessionId',
    kind: 'status',
    status: 503,
    headers: { 'Retry-After': '7' },
    times: 2,
  });
  for (const expected of [503, 503, 200]) {
    const response = await visitor.call('GET', 'System/SessionId', { affinity: 'null' });
    t.is(response.status, expected);
    t.is(response.headers.get('retry-after'), expected === 503 ? '7' : null);
  }
  t.is(fault.hits, 2);
});

test('a rule › may let some pass first, and go on for ever until it is removed', async (t) => {
  const sandbox = await withSandbox(t);
  const visitor = new Visitor(sandbox);
  const ask = async (): Promise<number> =>
    (await visitor.call('GET', 'System/SessionId', { affinity: 'null' })).status;
  const fault = sandbox.salesforce.faults.add({ kind: 'status', status: 500, skip: 1, times: 'forever' });
  t.deepEqual([await ask(), await ask(), await ask()], [200, 500, 500]);
  fault.remove();
  t.is(await ask(), 200);
});

test('a rule › hits only its own server, method and path', async (t) => {
  const sandbox = await withSandbox(t);
  const { faults } = sandbox.salesforce;
  faults.add({ server: 'login', kind: 'status', status: 500 });
  faults.add({ method: 'DELETE', kind: 'status', status: 500 });
  faults.add({ path: /\/Nothing$/u, kind: 'status', status: 500 });
  faults.add({ when: ({ query }) => query.has('never'), kind: 'status', status: 500 });
  const visitor = new Visitor(sandbox);
  t.is((await visitor.call('GET', 'System/SessionId', { affinity: 'null' })).status, 200);
  const client = new DataClient(sandbox);
  t.is((await client.token(client.passwordGrant()).catch(() => ({ status: 500 }))).status, 500);
});

test('a reset before › leaves nothing behind; a reset after, everything but the answer', async (t) => {
  const sandbox = await withSandbox(t);
  const { faults, agents } = sandbox.salesforce;
  const visitor = new Visitor(sandbox);
  await visitor.request();
  agents.accept(visitor.id);
  faults.add({ path: '*/ChatMessage', kind: 'reset-before' });
  await t.throwsAsync(visitor.say('uno'));
  t.is(agents.find(visitor.id)?.transcript.length, 0);
  faults.add({ path: '*/ChatMessage', kind: 'reset-after' });
  await t.throwsAsync(visitor.say('uno'));
  t.is(agents.find(visitor.id)?.transcript.length, 1);
  t.is((await visitor.say('uno')).status, 200);
  t.is(agents.find(visitor.id)?.transcript.length, 1);
  t.is(agents.find(visitor.id)?.duplicates, 1);
});

test('a status after commit › hides that the work was done', async (t) => {
  const sandbox = await withSandbox(t);
  const client = new DataClient(sandbox);
  await client.logIn();
  sandbox.salesforce.faults.add({ server: 'data', kind: 'status', status: 500, body: [], afterCommit: true });
  t.is((await client.create('Contact', { LastName: 'Ruiz' })).status, 500);
  t.is(sandbox.salesforce.records.list('Contact').length, 1);
});

test('an answer that HTTP cannot carry › costs its own request, and stands in the log', async (t) => {
  const sandbox = await withSandbox(t);
  const visitor = new Visitor(sandbox);
  const ask = async (): Promise<number> =>
    (await visitor.call('GET', 'System/SessionId', { affinity: 'null' })).status;
  const { faults, requests } = sandbox.salesforce;
  faults.add({ kind: 'status', status: 503, headers: { 'X-Note': 'ñandú 写' } });
  faults.add({ kind: 'status', status: 503, headers: { 'a name': 'x' } });
  faults.add({ kind: 'status', status: 99 });
  t.deepEqual([await ask(), await ask(), await ask(), await ask()], [500, 500, 500, 200]);
  const [first] = requests.to('chat', 'System/SessionId');
  t.is(first?.status, 500);
  t.regex(first?.error ?? '', /X-Note/u);
});

test('garbage › is a 200 that cannot be decoded', async (t) => {
  const sandbox = await withSandbox(t);
  sandbox.salesforce.faults.add({ kind: 'garbage' });
  const response = await new Visitor(sandbox).call('GET', 'System/SessionId', { affinity: 'null' });
  t.is(response.status, 200);
  await t.throwsAsync(response.json());
});

test('a cut › breaks off in the middle of the answer, after the work', async (t) => {
  const sandbox = await withSandbox(t);
  const client = new DataClient(sandbox);
  await client.logIn();
  sandbox.salesforce.faults.add({ server: 'data', kind: 'cut' });
  await t.throwsAsync(client.create('Contact', { LastName: 'Ruiz' }));
  t.is(sandbox.salesforce.records.list('Contact').length, 1);
  sandbox.salesforce.faults.add({ server: 'chat', kind: 'cut' });
  const response = await new Visitor(sandbox).call('GET', 'System/SessionId', { affinity: 'null' });
  t.is(response.status, 200);
  await t.throwsAsync(response.text());
});

test('latency › delays, and goes on as always', async (t) => {
  const sandbox = await withSandbox(t);
  sandbox.salesforce.faults.add({ kind: 'slow', delayMs: 60 });
  const visitor = new Visitor(sandbox);
  const started = performance.now();
  await visitor.open();
  t.true(performance.now() - started >= 55);
  t.not(visitor.id, '');
});

test('a hang › answers nothing until the caller gives up', async (t) => {
  const sandbox = await withSandbox(t);
  sandbox.salesforce.faults.add({ kind: 'hang' });
  const { requests } = sandbox.salesforce;
  const abort = new AbortController();
  const call = t.throwsAsync(
    new Visitor(sandbox).call('GET', 'System/SessionId', { affinity: 'null', signal: abort.signal }),
  );
  await requests.waitFor(({ path }) => path.endsWith('System/SessionId'));
  abort.abort();
  await call;
  t.is((await requests.waitFor(({ gone }) => gone === true)).status, undefined);
});

test('triggers › tokens expire and sessions die with the call that they hit', async (t) => {
  const sandbox = await withSandbox(t);
  const { faults } = sandbox.salesforce;
  const client = new DataClient(sandbox);
  await client.logIn();
  faults.add({ server: 'data', kind: 'trigger', trigger: 'expire-tokens' });
  t.is((await client.query('SELECT Id FROM Contact')).status, 401);
  const visitor = new Visitor(sandbox);
  await visitor.request();
  faults.add({ server: 'chat', kind: 'trigger', trigger: 'expire-session' });
  t.is((await visitor.poll(-1)).status, 403);
});

test('204 for ever › is what a wrong pod answers', async (t) => {
  const sandbox = await withSandbox(t);
  const visitor = new Visitor(sandbox);
  await visitor.request();
  sandbox.salesforce.faults.add({ path: '*/Messages', kind: 'status', status: 204, times: 'forever' });
  t.deepEqual([(await visitor.poll(-1)).status, (await visitor.poll(-1)).status], [204, 204]);
});

test('the log › keeps what came, and what was answered', async (t) => {
  const sandbox = await withSandbox(t);
  const visitor = new Visitor(sandbox);
  await visitor.request();
  const [init] = sandbox.salesforce.requests.to('chat', 'Chasitor/ChasitorInit');
  t.like(init, { method: 'POST', status: 200, headers: { 'x-liveagent-sequence': '1' } });
  t.like(JSON.parse(init?.body ?? ''), { userAgent: 'Yalo Bot' });
  await t.throwsAsync(
    sandbox.salesforce.requests.waitFor(({ path }) => path === '/nothing', 20),
    { message: /none of the requests matched within 20 ms/ },
  );
});

test('stop › ends waiting polls and waits', async (t) => {
  const sandbox = await withSandbox(t);
  const visitor = new Visitor(sandbox);
  await visitor.request();
  await visitor.batch(-1);
  const poll = t.throwsAsync(visitor.poll(0));
  const wait = t.throwsAsync(
    sandbox.yalo.deliveries.waitFor(() => true, 60_000),
    { message: /stopped/ },
  );
  await sandbox.salesforce.agents.waitForPoll(visitor.id);
  await sandbox.stop();
  await poll;
  await wait;
});
