import fc from 'fast-check';
import test from 'ava';
import { bodies } from './bodies.ts';
import { start } from './support.ts';

test('a mutated body › is never a fault', async (t) => {
  const { call, logs } = await start(t);
  await fc.assert(
    fc.asyncProperty(bodies, async ({ path, bytes }) => {
      const answer = await call({
        method: 'POST',
        path,
        body: bytes,
        headers: { Authorization: 'Bearer yalo-token' },
      });
      const names = Object.keys(answer.json as object);
      return (
        answer.status === 200 ||
        (answer.status < 500 && names.length === 1 && names[0] === 'ErrorDescription')
      );
    }),
    { numRuns: 600 },
  );
  t.deepEqual(
    logs.filter(({ level }) => level === 'error'),
    [],
  );
  t.is((await call({ path: '/v1/welcome' })).status, 200);
});
