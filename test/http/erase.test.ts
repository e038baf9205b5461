import test from 'ava';
import { TE } from '../../src/domain/fp.ts';
import { error, said, start } from './support.ts';

test('erase › the user of the path, on the channel of the query', async (t) => {
  const { yalo, asked } = await start(t);
  const answer = await yalo('DELETE', '/v1/context/%2B5217331175599?provider=whatsapp');
  t.is(answer.status, 200);
  t.deepEqual(answer.json, said('Context erased successfully'));
  t.is((await yalo('DELETE', '/v1/context/5217')).status, 200);
  t.is((await yalo('DELETE', '/v1/context/5217?provider=sms')).status, 400);
  t.deepEqual(
    asked.filter(({ useCase }) => useCase === 'eraseUser').map(({ command }) => command),
    [{ userId: '5217331175599', provider: 'whatsapp' }, { userId: '5217' }],
  );
});

test('erase › is for the bot alone', async (t) => {
  const { call, asked } = await start(t);
  const path = '/v1/context/5217';
  t.is((await call({ method: 'DELETE', path })).status, 401);
  t.is((await call({ method: 'DELETE', path, headers: { Authorization: 'Bearer forged' } })).status, 403);
  t.is((await call({ method: 'DELETE', path, headers: { Authorization: 'Bearer sf-token' } })).status, 403);
  t.false(asked.some(({ useCase }) => useCase === 'eraseUser'));
});

test('erase › each refusal has its words, a store in trouble is 503', async (t) => {
  const outcomes = [
    [
      { _tag: 'EraseRefused', why: 'chat-open' },
      409,
      'could not erase context : session exists with this userID',
    ],
    [
      { _tag: 'EraseRefused', why: 'still-delivering' },
      409,
      'could not erase context : messages are still being delivered',
    ],
    [{ _tag: 'StoreUnavailable', detail: 'sample' }, 503, 'Service unavailable, try again later.'],
  ] as const;
  for (const [failure, status, text] of outcomes) {
    const { yalo } = await start(t, { application: { eraseUser: () => TE.left(failure) } });
    const answer = await yalo('DELETE', '/v1/context/5217');
    t.is(answer.status, status);
    t.deepEqual(answer.json, error(text));
  }
});
