import test from 'ava';
import type { ChatView } from '../../src/application/application.ts';
import { TE } from '../../src/domain/fp.ts';
import { error, said, start } from './support.ts';

test('context › an empty array when there is none', async (t) => {
  const { yalo, asked } = await start(t);
  const answer = await yalo('GET', '/v1/context/5217');
  t.is(answer.status, 200);
  t.is(answer.text, '[]');
  t.deepEqual(asked.at(-1), { useCase: 'getContext', command: { userId: '5217' } });
});

test('context › all members of an entry, absent ones left out', async (t) => {
  const { yalo } = await start(t, {
    application: {
      getContext: () =>
        TE.right([
          {
            userId: '5217',
            timestamp: 1,
            url: 'https://media.example.com/1',
            mimeType: 'image/png',
            caption: 'Foto',
            from: 'user' as const,
            until: 1_636_733_076_583,
          },
          { userId: '5217', timestamp: 2, text: '', from: 'bot' as const, until: 9e15 },
        ]),
    },
  });
  t.deepEqual((await yalo('GET', '/v1/context/5217')).json, [
    {
      userId: '5217',
      client: 'coppel',
      timestamp: 1,
      url: 'https://media.example.com/1',
      mimeType: 'image/png',
      caption: 'Foto',
      from: 'user',
      ttl: '2021-11-12T16:04:36.583Z',
    },
    {
      userId: '5217',
      client: 'coppel',
      timestamp: 2,
      text: '',
      from: 'bot',
      ttl: '9999-12-31T23:59:59.999Z',
    },
  ]);
});

test('context › 500 when the store fails', async (t) => {
  const { yalo, logs } = await start(t, {
    application: { getContext: () => TE.left({ _tag: 'StoreUnavailable', detail: 'closed' }) },
  });
  const answer = await yalo('GET', '/v1/context/5217');
  t.is(answer.status, 500);
  t.deepEqual(answer.json, error('error retrieving context'));
  t.true(logs.some(({ fields }) => fields.detail === 'closed'));
});

test('routes of one user › the query’s provider picks one, the path is decoded', async (t) => {
  const { yalo, asked } = await start(t);
  const routes = [
    ['GET', '/v1/context/'],
    ['GET', '/v1/chats/'],
    ['DELETE', '/v1/chat/finish/'],
  ] as const;
  for (const [method, front] of routes) {
    const whose = async (end: string): Promise<unknown> => {
      const answer = await yalo(method, front + end);
      t.is(answer.status, 200, front + end);
      return asked.at(-1)?.command;
    };
    t.deepEqual(await whose('5217?provider=whatsapp'), { userId: '5217', provider: 'whatsapp' });
    t.deepEqual(await whose('5217?provider=facebook'), { userId: '5217', provider: 'facebook' });
    t.deepEqual(await whose('5217?provider='), { userId: '5217' });
    t.deepEqual(await whose('%2B5217?provider=whatsapp'), { userId: '5217', provider: 'whatsapp' });
    t.deepEqual(await whose('+5217'), { userId: '+5217' });
    t.deepEqual(await whose('a%2Fb%00%F0%9F%98%80'), { userId: 'a/b😀' });
    t.deepEqual(await whose('%F0%9F%98%80'.repeat(42)), { userId: '😀'.repeat(42) });
    const other = await yalo(method, `${front}5217?provider=sms`);
    t.is(other.status, 400);
    t.deepEqual(other.json, error('invalid provider : sms, allowed values are facebook and whatsapp'));
  }
});

test('finish › both outcomes', async (t) => {
  const { yalo } = await start(t);
  const done = await yalo('DELETE', '/v1/chat/finish/5217');
  t.is(done.status, 200);
  t.deepEqual(done.json, said('Chat finished successfully'));
  const none = await start(t, { application: { finishChat: () => TE.left({ _tag: 'NoOpenChat' }) } });
  const answer = await none.yalo('DELETE', '/v1/chat/finish/5217');
  t.is(answer.status, 404);
  t.deepEqual(
    answer.json,
    error('could not finish chat in salesforce : this contact does not have an interconnection'),
  );
});

test('chat › all members, times in RFC 3339, absent ones left out', async (t) => {
  const bare: ChatView = {
    user: { provider: 'facebook', id: '619' },
    state: 'requested',
    since: 1_636_733_076_583,
    pending: { toUser: 0, toAgent: 0, files: 0, bot: 0 },
    setAside: 0,
  };
  let chat = bare;
  const { yalo } = await start(t, { application: { getChat: () => TE.right(chat) } });
  t.deepEqual((await yalo('GET', '/v1/chats/619')).json, {
    userID: '619',
    provider: 'facebook',
    state: 'requested',
    since: '2021-11-12T16:04:36.583Z',
    pending: { toUser: 0, toAgent: 0, files: 0, bot: 0 },
    setAside: 0,
  });
  chat = {
    ...bare,
    state: 'failed',
    reason: 'no-agents',
    caseId: '500x',
    agent: 'Ana',
    queuePosition: 0,
    estimatedWaitSeconds: 90,
    pending: { toUser: 1, toAgent: 2, files: 3, bot: 4 },
    setAside: 5,
    lastError: 'text to the user: 500',
  };
  t.deepEqual((await yalo('GET', '/v1/chats/619')).json, {
    userID: '619',
    provider: 'facebook',
    state: 'failed',
    reason: 'no-agents',
    since: '2021-11-12T16:04:36.583Z',
    caseId: '500x',
    agent: 'Ana',
    queuePosition: 0,
    estimatedWait: 90,
    pending: { toUser: 1, toAgent: 2, files: 3, bot: 4 },
    setAside: 5,
    lastError: 'text to the user: 500',
  });
});

test('chat › 404 when there never was one, 503 when the store is down', async (t) => {
  const none = await start(t, { application: { getChat: () => TE.left({ _tag: 'NoChat' }) } });
  const answer = await none.yalo('GET', '/v1/chats/619');
  t.is(answer.status, 404);
  t.deepEqual(answer.json, error('no chat found for this userID'));
  const down = await start(t, {
    application: {
      getChat: () => TE.left({ _tag: 'StoreUnavailable', detail: 'x' }),
      finishChat: () => TE.left({ _tag: 'StoreUnavailable', detail: 'x' }),
    },
  });
  for (const [method, path] of [
    ['GET', '/v1/chats/619'],
    ['DELETE', '/v1/chat/finish/619'],
  ] as const) {
    const unavailable = await down.yalo(method, path);
    t.is(unavailable.status, 503);
    t.is(unavailable.headers['retry-after'], '1');
  }
});

test('webhook registration › the provider is checked, and named in the answer', async (t) => {
  const { yalo, asked } = await start(t);
  const register = '/v1/integrations/webhook/register';
  const remove = '/v1/integrations/webhook/remove';
  t.deepEqual(
    (await yalo('POST', `${register}/facebook`)).json,
    said('Register webhook success with provider : facebook'),
  );
  t.deepEqual(asked.at(-1), { useCase: 'registerWebhook', command: 'facebook' });
  t.deepEqual(
    (await yalo('DELETE', `${remove}/facebook`)).json,
    said('Remove webhook success with provider : facebook'),
  );
  t.deepEqual(asked.at(-1), { useCase: 'removeWebhook', command: 'facebook' });
  for (const [method, path] of [
    ['POST', register],
    ['DELETE', remove],
  ] as const) {
    for (const provider of ['sms', 'WhatsApp', 'constructor', 'a b']) {
      const answer = await yalo(method, `${path}/${encodeURIComponent(provider)}`);
      t.is(answer.status, 400);
      t.deepEqual(
        answer.json,
        error(`invalid provider : ${provider}, allowed values are facebook and whatsapp`),
      );
    }
  }
});
