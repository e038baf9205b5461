import test from 'ava';
import { allTexts, policyOf } from '../../support/arbitraries/policy.ts';
import { makeStory } from './story.ts';

const hour = 60 * 60_000;

// -- one open chat at most

test('reservation › begins a chat as requested', (t) => {
  const story = makeStory();
  const id = story.reserve('SFB001');
  t.like(story.chat(), {
    id,
    state: 'requested',
    flow: 'SFB001',
    requestedAt: story.now(),
    since: story.now(),
  });
  t.deepEqual(story.notes(), [{ type: 'chat', state: 'requested' }]);
});

for (const stage of ['reserved', 'requested', 'waiting', 'active'] as const) {
  test(`reservation › changes nothing while a chat is open (${stage})`, (t) => {
    const story = makeStory();
    story.reach(stage);
    const before = story.conversation();
    story.reserve();
    t.is(story.conversation(), before);
  });
}

test('reservation › the same one again, after its chat has ended, begins nothing', (t) => {
  const story = makeStory();
  const id = story.reserve();
  story.connectFailed();
  const before = story.conversation();
  const { profile } = before;
  t.truthy(profile);
  if (profile !== undefined)
    story.happens({
      type: 'reserved',
      chatId: id,
      at: story.now(),
      mark: story.mark(),
      flow: 'default',
      profile,
    });
  t.is(story.conversation(), before);
});

test('reservation › withdraws bot states of earlier chats that were not sent, and no text', (t) => {
  const story = makeStory(policyOf({}, allTexts));
  story.reach('active');
  story.told({ type: 'agent-said', text: 'Buenos días' });
  story.told({ type: 'chat-ended', reason: 'agent' });
  t.deepEqual(story.bot(), ['from-sf-success']);
  const texts = story.toUser();
  story.reserve();
  t.deepEqual(story.bot(), []);
  t.deepEqual(story.toUser(), texts);
  story.reach('requested');
  story.told({ type: 'request-accepted' });
  t.deepEqual(story.toUser(), [...texts, 'Esperando un agente'], 'one line over both chats');
});

// -- a connect that fails (relay.md §2 step 10)

test('connect that fails › before the session: failed, timeout state after the pause', (t) => {
  const story = makeStory();
  const id = story.reserve();
  story.connectFailed('connect-failed');
  t.like(story.chat(), { id, state: 'failed', reason: 'connect-failed' });
  t.like(story.conversation().lanes.bot[0], { state: 'from-sf-timeout', notBefore: story.now() + 4_000 });
  t.deepEqual(story.toUser(), []);
  t.deepEqual(story.conversation().lanes.chats, {});
});

test('connect that fails › a blocked contact goes to the blocked state, after the same pause', (t) => {
  const story = makeStory();
  story.reserve();
  story.connectFailed('blocked');
  t.like(story.chat(), { state: 'failed', reason: 'blocked' });
  t.like(story.conversation().lanes.bot[0], { state: 'from-sf-blocked', notBefore: story.now() + 4_000 });
  t.is(story.conversation().lending, undefined);
});

test('connect that fails › with a session: it is ended', (t) => {
  const story = makeStory();
  const id = story.reach('opened');
  story.connectFailed('connect-timeout');
  t.deepEqual(story.toAgent(id), ['<end>']);
});

test('connect that fails › a session that comes back later is ended too', (t) => {
  const story = makeStory();
  const id = story.reserve();
  story.connectFailed();
  story.sessionOpened(id);
  t.deepEqual(story.toAgent(id), ['<end>']);
  t.like(story.chat(), { state: 'failed' });
});

test('connect that fails › a session that comes back while the next chat is open is ended, and that chat untouched', (t) => {
  const story = makeStory();
  const first = story.reserve();
  story.connectFailed();
  story.reach('requested');
  const { chat } = story.conversation();
  story.sessionOpened(first, 'late');
  t.deepEqual(story.toAgent(first), ['<end>']);
  t.like(story.chat(), { ...chat, effects: (chat?.effects ?? 0) + 1 });
  t.like(story.lanes(), { desk: { state: 's2' } });
});

test('connect that fails › after the 200 it is no connect any more', (t) => {
  const story = makeStory();
  story.reach('requested');
  const before = story.conversation();
  story.connectFailed();
  t.is(story.conversation(), before);
});

test('reservation › older than CONNECT_TIMEOUT without an answer: one write makes it failed, with its effects', (t) => {
  const story = makeStory();
  const id = story.reach('opened');
  story.pass(24_999);
  t.like(story.chat(), { state: 'requested' });
  story.pass(1);
  t.like(story.chat(), { state: 'failed', reason: 'connect-timeout' });
  t.deepEqual(story.bot(), ['from-sf-timeout']);
  t.deepEqual(story.toAgent(id), ['<end>']);
  t.like(story.conversation().lending, { default: { caseId: '500A', contactId: '003A' } });
});

test('reservation › that times out before the case is answered: the next connect looks for a case since then', (t) => {
  const story = makeStory();
  story.reserve();
  const reservedAt = story.now();
  story.contactFound();
  story.pass(25_000);
  story.reserve();
  t.like(story.chat(), { contactId: '003A', lookForCaseSince: reservedAt });
  t.is(story.chat()?.caseId, undefined);
});

test('request taken › an answer for a chat that has ended meanwhile does not bring it back', (t) => {
  const story = makeStory();
  story.reach('opened');
  story.finish();
  story.requestTaken();
  t.like(story.chat(), { state: 'ended', reason: 'finished' });
  t.is(story.chat()?.acceptedAt, undefined);
});

// -- the lending of a case

test('lending › the case of a failed connect serves the next one of the same flow', (t) => {
  const story = makeStory();
  story.reach('opened', 'SFB001');
  story.connectFailed();
  story.reserve('SFB001');
  t.like(story.chat(), { caseId: '500A', contactId: '003A' });
  t.is(story.chat()?.lookForCaseSince, undefined);
});

test('lending › not of another flow', (t) => {
  const story = makeStory();
  story.reach('opened', 'SFB001');
  story.connectFailed();
  story.reserve('default');
  t.is(story.chat()?.caseId, undefined);
});

test('lending › a failed connect of another flow in between takes nothing away', (t) => {
  const story = makeStory();
  story.reach('opened', 'SFB001');
  story.connectFailed();
  story.reach('opened', 'default');
  story.connectFailed();
  story.reserve('SFB001');
  t.is(story.chat()?.caseId, '500A');
});

test('lending › for 24 h since the reservation that made it, not a moment longer', (t) => {
  for (const [ms, caseId] of [
    [24 * hour - 1, '500A'],
    [24 * hour, undefined],
  ] as const) {
    const story = makeStory();
    story.reach('opened');
    story.connectFailed();
    story.wait(ms);
    story.reserve();
    t.is(story.chat()?.caseId, caseId);
  }
});

test('lending › goes on over several failures, and does not grow older than its case', (t) => {
  const story = makeStory();
  story.reach('opened');
  story.connectFailed();
  story.wait(20 * hour);
  story.reserve();
  story.connectFailed();
  story.wait(3 * hour);
  story.reserve();
  t.is(story.chat()?.caseId, '500A');
  story.connectFailed();
  story.wait(2 * hour);
  story.reserve();
  t.is(story.chat()?.caseId, undefined);
});

test('lending › counts from its own reservation, whatever was lent before', (t) => {
  const story = makeStory();
  story.reach('opened', 'SFB001');
  story.connectFailed();
  story.wait(23 * hour);
  story.reserve('default');
  story.contactFound();
  story.caseMade('500B');
  story.connectFailed();
  story.wait(2 * hour);
  story.reserve('default');
  t.is(story.chat()?.caseId, '500B', 'made two hours ago');
});

test('lending › ends with the 200: a chat that fails after it lends nothing', (t) => {
  const story = makeStory();
  story.reach('requested');
  story.told({ type: 'request-failed', reason: 'Unavailable' });
  t.like(story.chat(), { state: 'failed', reason: 'request-failed' });
  t.is(story.conversation().lending, undefined);
  story.reserve();
  t.is(story.chat()?.caseId, undefined);
});

test('lending › a borrowed case is not lent again after the 200', (t) => {
  const story = makeStory();
  story.reach('opened');
  story.connectFailed();
  story.reach('requested');
  story.told({ type: 'session-over', detail: '403' });
  t.is(story.conversation().lending, undefined);
});

test('lending › a 200 for another flow leaves the case of this one waiting', (t) => {
  const story = makeStory();
  story.reach('opened', 'SFB001');
  story.connectFailed();
  story.reserve('default');
  story.sessionOpened();
  story.requestTaken();
  story.told({ type: 'chat-ended', reason: 'agent' });
  story.reserve('SFB001');
  t.is(story.chat()?.caseId, '500A');
});

test('lending › an answer to a chat request that was given up takes nothing away', (t) => {
  const story = makeStory();
  const id = story.reach('opened');
  story.finish();
  story.requestTaken(id);
  story.reserve();
  t.is(story.chat()?.caseId, '500A');
});

test('lending › a finish while the case is being made: the answer that comes later is lent, with its contact', (t) => {
  const story = makeStory();
  const id = story.reserve();
  story.finish();
  story.contactFound('003A', id);
  story.caseMade('500A', id);
  story.reserve();
  t.like(story.chat(), { caseId: '500A', contactId: '003A' });
});

test('lending › a finish while the case is being made, and no answer: the next connect looks for it', (t) => {
  const story = makeStory();
  story.reserve();
  const reservedAt = story.now();
  story.finish();
  story.wait(1_000);
  story.reserve();
  t.is(story.chat()?.lookForCaseSince, reservedAt);
});

test('lending › a lost answer: looked for since the first reservation, over several failures', (t) => {
  const story = makeStory();
  story.reserve();
  const first = story.now();
  story.contactFound();
  story.connectFailed('connect-failed', true);
  story.wait(hour);
  story.reserve();
  t.is(story.chat()?.lookForCaseSince, first);
  story.connectFailed('connect-failed', false);
  story.wait(hour);
  story.reserve();
  t.is(story.chat()?.lookForCaseSince, first, 'it was not found out meanwhile');
  story.caseMade('500B');
  t.is(story.chat()?.lookForCaseSince, undefined);
  t.is(story.chat()?.caseId, '500B');
});

test('lending › a failure that certainly made no case lends none', (t) => {
  const story = makeStory();
  story.reserve();
  story.contactFound();
  story.connectFailed('connect-failed', false);
  t.is(story.conversation().lending, undefined);
});

// -- effects carry names that are never given twice

test('names of effects › go on when the lanes of an ended chat come, go and come again', (t) => {
  const story = makeStory();
  const first = story.reserve();
  story.connectFailed();
  story.reserve();
  const names = [1, 2].map(() => {
    story.sessionOpened(first);
    const name = story.posts(first)[0]?.id;
    story.deliverAll(first);
    t.is(story.lanes(first), undefined);
    return name;
  });
  t.is(new Set(names).size, 2);
});

test('case › of a chat that the desk took is remembered by its flow, so that no search brings it to another chat', (t) => {
  const story = makeStory();
  story.reach('requested');
  t.deepEqual(story.conversation().servedCases, { default: '500A' });
  story.finish();
  story.reserve('sales');
  t.deepEqual(story.conversation().servedCases, { default: '500A' }, 'a reservation has none');
});
