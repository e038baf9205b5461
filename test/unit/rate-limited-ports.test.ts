import test from 'ava';
import { E } from '../../src/domain/fp.ts';
import type { Upload } from '../../src/domain/effect.ts';
import { limitCalls, limitCaseFiles, turnsOf } from '../../src/adapters/limits/limited.ts';
import { makeRateLimiter } from '../../src/adapters/limits/rate-limiter.ts';

const never = new AbortController().signal;
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

test('any call with a deadline › can be limited', async (t) => {
  const call = async (what: string, _deadline: AbortSignal): Promise<E.Either<never, string>> =>
    E.right(what);
  const limited = limitCalls(makeRateLimiter({ perSecond: 1 / 60, burst: 1 }), call);
  t.deepEqual(await limited('one', never), E.right('one'));
  t.like(await limited('two', AbortSignal.timeout(20)), { left: { _tag: 'RemoteBusy' } });
});

test('turns › say whether there was one', async (t) => {
  const turns = turnsOf(makeRateLimiter({ perSecond: 1 / 60, burst: 1 }));
  t.true(await turns.take(never));
  t.false(await turns.take(AbortSignal.timeout(20)));
});

test('uploads › run so many at a time, in order; the rest wait within their deadlines', async (t) => {
  const begun: string[] = [];
  let running = 0;
  let most = 0;
  const files = limitCaseFiles(
    {
      attach: (upload) => async () => {
        begun.push(upload.id);
        running += 1;
        most = Math.max(most, running);
        await pause(40);
        running -= 1;
        return E.right(upload.id);
      },
    },
    { concurrency: 3, maxWaiting: 3 },
  );
  const attach = (id: string, deadline = never): Promise<E.Either<unknown, string>> =>
    files.attach({ id } as Upload, deadline)();
  const all = ['1', '2', '3', '4', '5'].map((id) => attach(id));
  const hasty = attach('6', AbortSignal.timeout(10));
  await pause(0);
  t.like(await attach('7'), { left: { _tag: 'RemoteBusy', detail: 'case file: too many uploads wait' } });
  t.like(await hasty, { left: { _tag: 'RemoteBusy', certain: true } });
  t.deepEqual(await Promise.all(all), ['1', '2', '3', '4', '5'].map(E.right));
  await pause(60);
  t.deepEqual(begun, ['1', '2', '3', '4', '5'], 'whoever gave up never began');
  t.is(most, 3);
});
