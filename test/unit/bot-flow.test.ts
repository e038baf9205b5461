import test from 'ava';
import fc from 'fast-check';
import { E } from '../../src/domain/fp.ts';
import * as botrunner from '../../src/adapters/botrunner/bot-flow.adapter.ts';
import * as studio from '../../src/adapters/studio/bot-flow.adapter.ts';
import { startSandbox } from '../../sandbox/index.ts';
import { post } from './test-exchange.ts';

const user = { provider: 'whatsapp', id: '5215511' } as const;
const move = { state: 'from-sf-success', botSlug: 'shop-bot' };
const soon = AbortSignal.timeout(30_000);

test('Botrunner › is told the user and the state, with the token in the query', (t) => {
  t.deepEqual(botrunner.createRequest({ baseUrl: 'https://bots.example.com/', token: 'a&b' }, user, move), {
    method: 'POST',
    url: 'https://bots.example.com/shop-bot/send-to?jwt=a%26b',
    headers: { 'Content-Type': 'application/json' },
    body: '{"userId":"5215511","state":"from-sf-success","message":""}',
  });
  t.is(
    botrunner.createRequest({ baseUrl: 'https://bots.example.com' }, user, move).url,
    'https://bots.example.com/shop-bot/send-to',
  );
});

test('Studio › is told the user under the state’s trigger', (t) => {
  t.deepEqual(studio.createRequest({ baseUrl: 'https://studio.example.com/', token: 'x' }, user, move), {
    method: 'POST',
    url: 'https://studio.example.com/v1/triggers/from-sf-success/webhook',
    headers: { 'Content-Type': 'application/json', Authorization: 'Bearer x' },
    body: '{"userId":"5215511"}',
  });
});

test('whatever slug and state › stay one segment of the path', (t) => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      fc.pre(!/^\.+$/u.test(text));
      const slug = new URL(
        botrunner.createRequest({ baseUrl: 'https://x.example.com' }, user, { ...move, botSlug: text }).url,
      );
      t.deepEqual(slug.pathname.split('/').map(decodeURIComponent), ['', text, 'send-to']);
      t.is(slug.search + slug.hash, '');
      const trigger = new URL(
        studio.createRequest({ baseUrl: 'https://x.example.com' }, user, { state: text }).url,
      );
      t.deepEqual(trigger.pathname.split('/').map(decodeURIComponent), [
        '',
        'v1',
        'triggers',
        text,
        'webhook',
      ]);
    }),
  );
});

test('over the wire › both engines move the user, and a failure names neither token nor user', async (t) => {
  const sandbox = await startSandbox();
  t.teardown(() => sandbox.stop());
  const { yalo } = sandbox;
  const engines = {
    botrunner: botrunner.makeBotrunner({
      baseUrl: yalo.botrunnerUrl,
      token: yalo.account.botrunnerToken,
      post,
    }),
    studio: studio.makeStudio({ baseUrl: yalo.studioUrl, token: yalo.account.studioToken, post }),
  };
  for (const [via, engine] of Object.entries(engines)) {
    t.deepEqual(await engine.moveTo(user, move, soon)(), E.right(undefined));
    t.like(yalo.botStates.of(user.id).at(-1), { via, state: 'from-sf-success' });
    yalo.faults.add({ kind: 'status', server: via, status: 500 });
    const failed = await engine.moveTo(user, move, soon)();
    t.true(E.isLeft(failed));
    t.notRegex(JSON.stringify(failed), /token|5215511/u);
  }
});
