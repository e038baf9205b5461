import test from 'ava';
import fc from 'fast-check';
import { E } from '../../../src/domain/fp.ts';
import type { SessionState } from '../../../src/adapters/live-agent/state.ts';
import { end, never, scriptedDesk, session, text } from './samples.ts';

/** Nothing that a remote can answer may break a session: it goes on, is over, or fails with a reason. */

const types = [
  'ChatRequestSuccess',
  'ChatRequestFail',
  'QueueUpdate',
  'ChatEstablished',
  'ChatMessage',
  'ChatTransferred',
  'ChatEnded',
  'AgentTyping',
  'AgentNotTyping',
  'ChasitorSessionData',
  'ReconnectSession',
  'SwitchServer',
  'Availability',
  'x y',
];

const words = fc.constantFrom('ok', 'hola', '¿sí?', '');
const member = fc.oneof(fc.jsonValue({ maxDepth: 2 }), words, fc.integer());
const transcript = fc.array(
  fc.oneof(
    fc.record({ type: fc.constantFrom('Agent', 'Chasitor', 'OperatorTransferred'), content: words }),
    fc.jsonValue({ maxDepth: 1 }),
  ),
);
const message = fc.oneof(
  fc.record(
    {
      text: member,
      name: member,
      reason: member,
      position: member,
      queuePosition: member,
      estimatedWaitTime: member,
      chasitorIdleTimeout: member,
      affinityToken: member,
      resetSequence: member,
      newUrl: member,
      results: member,
      chatMessages: transcript,
    },
    { requiredKeys: [] },
  ),
  member,
);
const envelope = fc.record(
  {
    messages: fc.oneof(
      fc.array(
        fc.oneof(
          fc.record({ type: fc.oneof(fc.constantFrom(...types), member), message }),
          fc.jsonValue({ maxDepth: 1 }),
        ),
      ),
      member,
    ),
    sequence: fc.oneof(fc.integer({ min: -1, max: 5 }), member),
    offset: member,
    id: member,
    key: member,
    affinityToken: member,
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  envelope.map((value) => JSON.stringify(value)),
  fc.string(),
  fc.nat(12).map((last) => `Out of sync Ack. Expected 1. Actual ${last}`),
);
const status = fc.oneof(
  fc.constantFrom(200, 202, 204, 400, 403, 405, 409, 429, 500, 503),
  fc.integer({ min: 100, max: 599 }),
);
const answer = fc.record({ status, body });

const post = fc.oneof(
  words.map((said) => text(said)),
  fc.constant(end),
);

test('random answers › whatever a running session hears and posts, its state goes on', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(answer, { minLength: 1, maxLength: 25 }),
      fc.array(fc.constantFrom('hear', 'post', 'both', 'drop'), { minLength: 1, maxLength: 25 }),
      fc.array(post, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (answers, moves, posts, requested) => {
        const { desk, clock } = scriptedDesk(answers);
        let state: unknown = session({ requested });
        for (const [at, move] of moves.entries()) {
          const bound = desk.prepare(state, [posts[at % posts.length] ?? end], clock.now());
          if (bound.ready) state = bound.state;
          const heard = move === 'hear' || move === 'both' ? desk.receive(state, never()) : undefined;
          const sent =
            (move === 'post' || move === 'both') && bound.ready ? desk.send(state, never()) : undefined;
          await clock.advance(20);
          if (heard !== undefined) {
            const signal = await heard;
            const absorbed = desk.absorb(state, signal, clock.now());
            t.deepEqual(desk.absorb(state, signal, clock.now()), absorbed);
            t.true(absorbed.pauseMs >= 0 && absorbed.pauseMs <= 10_000);
            if (absorbed.events.some(({ type }) => type === 'session-over')) t.false(absorbed.heard);
            state = absorbed.state;
          }
          if (sent !== undefined) state = desk.settle(state, await sent, clock.now()).state;
          if (move === 'drop') state = desk.drop(state);
          const stored = desk.restore(JSON.parse(JSON.stringify(state)));
          t.deepEqual(stored, E.right(state));
          t.true((state as SessionState).next >= 1);
          t.true(JSON.stringify(state).length < 6 * 1024);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('random answers › opening succeeds or fails with a reason', async (t) => {
  const chat = {
    provider: 'facebook',
    buttonId: '573000000000002',
    visitorName: 'Ana P.',
    caseId: '500000000000001',
    contactId: '003000000000001',
  } as const;
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 4 }), async (answers) => {
      const outcomes = [
        await scriptedDesk(answers).desk.available(chat.buttonId, never())(),
        await scriptedDesk(answers).desk.openSession(never())(),
        await scriptedDesk(answers).desk.requestChat(session({ requested: false, next: 1 }), chat, never())(),
      ];
      for (const outcome of outcomes) {
        if (E.isLeft(outcome)) {
          t.false(/\n/u.test(outcome.left.detail));
          t.true(outcome.left.detail.length < 500);
        }
      }
    }),
    { numRuns: 500 },
  );
  t.pass();
});
