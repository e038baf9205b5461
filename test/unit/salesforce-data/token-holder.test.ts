import test from 'ava';
import { E } from '../../../src/domain/fp.ts';
import { failed } from '../../../src/adapters/salesforce-data/login.ts';
import {
  type LoginOutcome,
  makeTokenHolder,
  type TokenHolder,
} from '../../../src/adapters/salesforce-data/token-holder.ts';

const never = new AbortController().signal;

const setUp = (
  outcomes: ReadonlyArray<LoginOutcome> = [],
): {
  holder: TokenHolder;
  logins: () => number;
  advance: (ms: number) => void;
  release: () => void;
  hold: () => void;
} => {
  let now = 1000;
  let logins = 0;
  let gate: Promise<void> = Promise.resolve();
  let release = (): void => undefined;
  const holder = makeTokenHolder({
    clock: { monotonic: () => now },
    login: async () => {
      const outcome = outcomes[logins] ?? E.right({ accessToken: `token-${logins + 1}` });
      logins += 1;
      await gate;
      return outcome;
    },
  });
  return {
    holder,
    logins: () => logins,
    advance: (ms) => {
      now += ms;
    },
    hold: () => {
      gate = new Promise((done) => {
        release = done;
      });
    },
    release: () => release(),
  };
};

test('a hundred callers › share one login and its token', async (t) => {
  const { holder, logins } = setUp();
  const tokens = await Promise.all(Array.from({ length: 100 }, () => holder.current(never)));
  t.is(logins(), 1);
  t.true(tokens.every((token) => E.isRight(token) && token.right.value === 'token-1'));
  await holder.current(never);
  t.is(logins(), 1, 'and the token is kept');
});

test('a hundred callers › share one failure', async (t) => {
  const { holder, logins } = setUp([failed('500', { refused: true })]);
  const answers = await Promise.all(Array.from({ length: 100 }, () => holder.current(never)));
  t.is(logins(), 1);
  t.true(answers.every((answer) => E.isLeft(answer) && answer.left._tag === 'LoginFailed'));
});

test('after failures › the next login waits 1, 5, 30, 60, 60 s, and a success forgets them', async (t) => {
  const trouble = failed('no connection');
  const good: LoginOutcome = E.right({ accessToken: 'good' });
  const { holder, logins, advance } = setUp([trouble, trouble, trouble, trouble, trouble, good, trouble]);
  let expected = 1;
  await holder.current(never);
  for (const pause of [1000, 5000, 30_000, 60_000, 60_000]) {
    advance(pause - 1);
    t.true(E.isLeft(await holder.current(never)));
    t.is(logins(), expected, `${pause} ms are not over`);
    advance(1);
    expected += 1;
    await holder.current(never);
    t.is(logins(), expected);
  }
  const token = await holder.current(never);
  if (E.isLeft(token)) return t.fail();
  holder.reject(token.right);
  await holder.current(never);
  advance(1000);
  t.true(E.isRight(await holder.current(never)), 'one second again');
});

test('refused credentials › are tried once a minute', async (t) => {
  const { holder, logins, advance } = setUp([
    failed('400 invalid_grant', { refused: true, invalidGrant: true }),
  ]);
  t.true(E.isLeft(await holder.current(never)));
  advance(59_999);
  t.like(await holder.current(never), { left: { _tag: 'LoginFailed', refused: true } });
  t.is(logins(), 1);
  advance(1);
  t.true(E.isRight(await holder.current(never)));
});

test('a login that asks for patience › gets it', async (t) => {
  const { holder, logins, advance } = setUp([failed('503', { retryAfterMs: 20_000 })]);
  t.like(await holder.current(never), { left: { _tag: 'LoginFailed', retryAfterMs: 20_000 } });
  advance(19_999);
  t.like(await holder.current(never), { left: { retryAfterMs: 1 } });
  t.is(logins(), 1);
  advance(1);
  t.true(E.isRight(await holder.current(never)));
});

test('a login that asks for patience › a minute of it at most, whatever callers are told', async (t) => {
  const { holder, advance } = setUp([failed('503', { retryAfterMs: 3_600_000 })]);
  t.like(await holder.current(never), { left: { retryAfterMs: 3_600_000 } });
  advance(60_000);
  t.true(E.isRight(await holder.current(never)));
});

test('a login refused › says nothing of the time', async (t) => {
  const { holder } = setUp([failed('400 invalid_client', { refused: true })]);
  const answer = await holder.current(never);
  t.false(E.isLeft(answer) && 'retryAfterMs' in answer.left);
});

test('a rejected token › is renewed once, however many used it; an older one changes nothing', async (t) => {
  const { holder, logins } = setUp();
  const first = await holder.current(never);
  if (E.isLeft(first)) return t.fail();
  holder.reject(first.right);
  holder.reject(first.right);
  const [second] = await Promise.all([holder.current(never), holder.current(never)]);
  t.like(second, { right: { value: 'token-2' } });
  t.is(logins(), 2);
  holder.reject(first.right);
  t.deepEqual(await holder.current(never), second);
  t.is(logins(), 2);
});

test('a caller out of time › leaves alone; the login goes on for the others', async (t) => {
  const { holder, hold, release, logins } = setUp();
  hold();
  const hasty = holder.current(AbortSignal.timeout(20));
  const patient = holder.current(never);
  t.like(await hasty, { left: { _tag: 'RemoteTimeout', certain: true } });
  release();
  t.like(await patient, { right: { value: 'token-1' } });
  t.is(logins(), 1);
});

test('a login that breaks › does not lock the door', async (t) => {
  let calls = 0;
  const holder = makeTokenHolder({
    clock: { monotonic: () => 0 },
    login: () => {
      calls += 1;
      return calls === 1
        ? Promise.reject(new Error('broken'))
        : Promise.resolve(E.right({ accessToken: 'x' }));
    },
  });
  await t.throwsAsync(holder.current(never));
  t.true(E.isRight(await holder.current(never)));
});
