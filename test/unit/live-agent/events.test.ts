import test from 'ava';
import { readBatch } from '../../../src/adapters/live-agent/events.ts';

const read = (...messages: ReadonlyArray<unknown>) => readBatch(messages);
const one = (type: unknown, message: unknown) => read({ type, message });

test('events › ChatRequestSuccess with a place and an estimate', (t) => {
  t.deepEqual(one('ChatRequestSuccess', { queuePosition: 3, estimatedWaitTime: 90, visitorId: 'v' }), [
    { type: 'request-accepted', position: 3, estimatedWaitSeconds: 90 },
  ]);
  t.deepEqual(one('ChatRequestSuccess', { queuePosition: '0', estimatedWaitTime: -1 }), [
    { type: 'request-accepted', position: 0 },
  ]);
  t.deepEqual(one('ChatRequestSuccess', {}), [{ type: 'request-accepted' }]);
});

test('events › ChatRequestFail and ChatEnded keep their reason', (t) => {
  t.deepEqual(one('ChatRequestFail', { reason: 'Unavailable' }), [
    { type: 'request-failed', reason: 'Unavailable' },
  ]);
  t.deepEqual(one('ChatRequestFail', { reason: 7 }), [{ type: 'request-failed', reason: 'unknown' }]);
  t.deepEqual(one('ChatEnded', { reason: 'agent', attachedRecords: 'x' }), [
    { type: 'chat-ended', reason: 'agent' },
  ]);
  t.deepEqual(one('ChatEnded', null), [{ type: 'chat-ended', reason: 'unknown' }]);
});

test('events › QueueUpdate without a place says nothing that can be used', (t) => {
  t.deepEqual(one('QueueUpdate', { position: 1, estimatedWaitTime: 30.5 }), [
    { type: 'queue-updated', position: 1, estimatedWaitSeconds: 30.5 },
  ]);
  t.deepEqual(one('QueueUpdate', { position: -1 }), [{ type: 'unrecognised', kind: 'QueueUpdate' }]);
});

for (const spelling of ['chasitorIdleTimeout', 'chasitorIdletimeout']) {
  test(`events › ${spelling} is in seconds`, (t) => {
    const message = { name: 'Andrea', [spelling]: { isEnabled: true, warningTime: 60, timeout: 120 } };
    const idle = { warnAfterMs: 60_000, endAfterMs: 120_000 };
    t.deepEqual(one('ChatEstablished', message), [{ type: 'agent-joined', name: 'Andrea', idle }]);
    t.deepEqual(one('ChatTransferred', message), [{ type: 'agent-transferred', name: 'Andrea', idle }]);
  });
}

for (const timer of [
  { isEnabled: false, warningTime: 60, timeout: 120 },
  { isEnabled: true, timeout: 0 },
  { isEnabled: true, timeout: 1e300 },
  { isEnabled: true, timeout: 'soon' },
  ['x'],
  'x',
]) {
  test(`events › an idle timer of ${JSON.stringify(timer)} is none`, (t) => {
    t.deepEqual(one('ChatEstablished', { name: 'Andrea', chasitorIdleTimeout: timer }), [
      { type: 'agent-joined', name: 'Andrea' },
    ]);
  });
}

test('events › members of odd kinds are passed over', (t) => {
  t.deepEqual(one('ChatEstablished', { name: ['Andrea'], items: ['a', { b: 1 }] }), [
    { type: 'agent-joined', name: '' },
  ]);
  t.deepEqual(one('ChatTransferred', 'Andrea'), [{ type: 'agent-transferred', name: '' }]);
});

test('events › a text that is no text is not recognised', (t) => {
  t.deepEqual(one('ChatMessage', { text: 'Hola' }), [{ type: 'agent-said', text: 'Hola' }]);
  for (const message of [{ text: 5 }, { text: ['Hola'] }, {}, ['Hola'], null, undefined]) {
    t.deepEqual(one('ChatMessage', message), [{ type: 'unrecognised', kind: 'ChatMessage' }]);
  }
});

test('events › typing, unless the same batch stops it, in whichever order', (t) => {
  const typing = { type: 'AgentTyping', message: {} };
  const stops = { type: 'AgentNotTyping', message: {} };
  t.deepEqual(read(typing), [{ type: 'agent-typing' }]);
  t.deepEqual(read(stops, typing), []);
  t.deepEqual(read(typing, stops), []);
});

test('events › a lost agent is away; what is not for us is passed over', (t) => {
  t.deepEqual(one('AgentDisconnect', {}), [{ type: 'agent-away' }]);
  t.deepEqual(one('NewVisitorBreadcrumb', { location: 'https://example.com' }), []);
});

test('events › unknown kinds are counted by their name, and only by a word', (t) => {
  t.deepEqual(one('TransferToButtonInitiated', {}), [
    { type: 'unrecognised', kind: 'TransferToButtonInitiated' },
  ]);
  t.deepEqual(read({ type: 'a b' }, { type: 'x'.repeat(61) }, 'ChatEnded', 5, null, ['ChatEnded'], {}), [
    ...Array<unknown>(7).fill({ type: 'unrecognised', kind: '?' }),
  ] as never);
});

test('events › all of a batch come, in order', (t) => {
  const batch = read(
    { type: 'ChatRequestSuccess', message: { queuePosition: 0 } },
    { type: 'QueueUpdate', message: { position: 0 } },
    { type: 'ChatEstablished', message: { name: 'Andrea' } },
    { type: 'ChatMessage', message: { text: 'Hola' } },
    { type: 'ChatMessage', message: { text: '¿qué tal?' } },
  );
  t.deepEqual(
    batch.map(({ type }) => type),
    ['request-accepted', 'queue-updated', 'agent-joined', 'agent-said', 'agent-said'],
  );
});
