import test from 'ava';
import { decide, decideAll, wakeAt } from '../../../src/domain/chat.ts';
import { emptyConversation, isBusy, type Conversation } from '../../../src/domain/conversation.ts';
import { isOwnMessageId } from '../../../src/domain/ids.ts';
import { botStateDueAt } from '../../../src/domain/lanes.ts';
import { spillage } from '../../../src/domain/overflow.ts';
import { allTexts, policyOf } from '../../support/arbitraries/policy.ts';
import { textOf } from '../../support/arbitraries/texts.ts';
import { documentMaxBytes } from './laws.ts';
import { image, makeStory, start, text, type Story } from './story.ts';

const policy = policyOf();

const active = (): Story => {
  const story = makeStory();
  story.reach('active');
  story.userDone();
  return story;
};

const says = (story: Story, said: string) =>
  ({
    type: 'desk-told',
    chatId: story.id(),
    at: story.now(),
    mark: 1,
    event: { type: 'agent-said', text: said },
  }) as const;

// -- user lane and overflow

test('user lane › holds 100 texts; more are to be spilled, in order, before the next save', (t) => {
  const story = active();
  const { conversation } = decideAll(policy)(
    story.conversation(),
    Array.from({ length: 103 }, (_, index) => says(story, `${index}`)),
  );
  t.is(conversation.lanes.user.length + conversation.overflow.pending.length, 103);
  const held = conversation.lanes.user.length;
  t.true(held <= 100 && held >= 60);
  const { effects, conversation: saved } = spillage(conversation);
  t.deepEqual(
    effects.map(({ order, effect }) => [order, effect.text]),
    Array.from({ length: 103 - held }, (_, index) => [index, `${held + index}`]),
  );
  t.like(saved.overflow, { count: 103 - held, next: 103 - held, taken: -1, pending: [] });
  t.true(isBusy(saved));
});

test('user lane › while anything is spilled, what is new stands behind it, however empty the lane', (t) => {
  const story = active();
  const many = decideAll(policy)(
    story.conversation(),
    Array.from({ length: 110 }, (_, index) => says(story, `${index}`)),
  ).conversation;
  const { effects, conversation } = spillage(many);
  const emptied: Conversation = { ...conversation, lanes: { ...conversation.lanes, user: [] } };
  const later = decide(policy)(emptied, says(story, 'nuevo')).conversation;
  t.deepEqual(later.lanes.user, []);
  t.deepEqual(
    later.overflow.pending.map((effect) => effect.text),
    ['nuevo'],
  );
  const second = spillage(later);
  t.is(second.effects[0]?.order, effects.length);

  const all = [...effects, ...second.effects];
  const back = decide(policy)(second.conversation, { type: 'refilled', effects: all }).conversation;
  t.deepEqual(
    back.lanes.user.map(({ id }) => id),
    all.map(({ effect }) => effect.id),
  );
  t.like(back.overflow, { count: 0, taken: all.length - 1 });
  t.is(decide(policy)(back, { type: 'refilled', effects: all }).conversation, back, 'once');
  const direct = decide(policy)(back, says(story, 'directo')).conversation;
  t.is(direct.lanes.user.at(-1)?.text, 'directo');
});

test('refill › takes what there is room for and says how far', (t) => {
  const story = active();
  const many = decideAll(policy)(
    story.conversation(),
    Array.from({ length: 30 }, (_, index) => says(story, `${index} ${'x'.repeat(3_000)}`)),
  ).conversation;
  const { effects, conversation } = spillage(many);
  const held = conversation.lanes.user.length;
  t.true(held < 10);
  const emptied: Conversation = { ...conversation, lanes: { ...conversation.lanes, user: [] } };
  const back = decide(policy)(emptied, { type: 'refilled', effects }).conversation;
  t.true(back.lanes.user.length < effects.length);
  t.is(back.overflow.taken, back.lanes.user.length - 1);
  t.is(back.overflow.count, effects.length - back.lanes.user.length);
});

test('user lane › one text of the longest always goes in, of whatever characters', (t) => {
  for (let seed = 0; seed < 10; seed++) {
    const story = active();
    story.told({ type: 'agent-said', text: textOf(seed, 4096).slice(0, 4096) });
    t.true(story.toUser().length <= 1 && story.conversation().overflow.count === 0);
  }
});

test('texts › lose what nobody can see and not every store takes, and nothing else', (t) => {
  const story = active();
  story.told({ type: 'agent-said', text: 'a\u0000b\u001b[1m\ud83d c\td\r\ne\u00a0f 👩‍👩‍👧‍👦' });
  t.deepEqual(story.toUser(), ['ab[1m\ufffd c\td\r\ne\u00a0f 👩‍👩‍👧‍👦']);
});

// -- the bound of the document

const size = (conversation: Conversation): number => Buffer.byteLength(JSON.stringify(conversation));

test('document › a user with everything at once stays under 64 KiB and 200 effects', (t) => {
  for (const agentTextMax of [100, 4000, 100_000]) {
    for (let seed = 0; seed < 10; seed++) {
      const story = makeStory(policyOf({ agentTextMax }, allTexts));
      for (const _ of [1, 2, 3]) {
        story.reach('waiting');
        for (let index = 0; index < 50; index++)
          story.seen(story.message(image(`${index}`, textOf(seed, 900))));
        story.told({ type: 'agent-joined', name: textOf(seed, 5_000) });
        const entries = Array.from({ length: 250 }, () => story.message(text(textOf(seed, 400))));
        story.contextRead(entries);
        for (let index = 0; index < 40; index++)
          story.told({ type: 'agent-said', text: textOf(seed, 9_000) });
        for (let index = 0; index < 80; index++)
          story.setAside('user', story.conversation().lanes.user[0]?.id);
        story.finish();
      }
      const { lanes } = story.conversation();
      const chats = Object.values(lanes.chats);
      const effects = chats.reduce((sum, { agent, files }) => sum + agent.posts.length + files.length, 0);
      t.true(effects + lanes.user.length + lanes.bot.length <= 200);
      t.true(size(story.conversation()) <= documentMaxBytes, `${size(story.conversation())}`);
    }
  }
});

test('document › a notice for which there is no room is left out, the conversation goes on', (t) => {
  const story = active();
  let told = 0;
  for (let index = 0; index < 200; index++) {
    story.told({ type: 'agent-said', text: `${index} ${'x'.repeat(4_000)}` });
    story.setAside('user', story.conversation().lanes.user[0]?.id);
    told = story.toAgent().length;
  }
  t.true(told > 5 && told < 30);
  t.true(size(story.conversation()) <= documentMaxBytes);
  t.deepEqual(story.deliverAll().length, told);
});

test('document › the open chat has room for its context, at the cost of one that is over', (t) => {
  const story = makeStory();
  const long = (): ReturnType<Story['message']>[] =>
    Array.from({ length: 199 }, () => story.message(text('palabra '.repeat(30))));
  story.reach('joined');
  const first = story.id();
  story.contextRead(long());
  const posted = story.toAgent().join('').length;
  t.true(posted > 30_000);
  story.finish();
  t.true(story.toAgent(first).length > 5);
  story.reach('joined');
  story.contextRead(long());
  t.is(story.toAgent().join('').length, posted);
  t.deepEqual(story.toAgent(first), ['<end>'], 'its session is still ended');
  t.true(size(story.conversation()) <= documentMaxBytes);
});

test('document › full of the open chat: one that is over ends early, what it had left is context', (t) => {
  for (const content of [text('x'.repeat(20_000)), image('a', 'c'.repeat(12_200))]) {
    const story = makeStory(policyOf({ agentTextMax: 100_000 }));
    story.reach('active');
    const first = story.id();
    const owed = story.message(content);
    story.finish();
    story.reach('joined');
    story.contextRead(Array.from({ length: 199 }, () => story.message(text('palabra '.repeat(30)))));
    story.userDone();
    story.told({ type: 'agent-said', text: 'y'.repeat(4_000) });
    story.setAside('user', story.conversation().lanes.user[0]?.id);
    const present = story.toAgent();
    story.taken(owed, first);
    t.deepEqual(story.toAgent(first), ['<end>']);
    t.deepEqual(story.unsettled(first), []);
    t.deepEqual(story.toAgent(), present);
  }
});

// -- the desk's own state

test('desk state › is kept for a session that is known, as it comes', (t) => {
  const story = active();
  const chatId = story.id();
  story.happens({ type: 'desk-state', chatId, state: { next: 7 } });
  t.like(story.lanes()?.desk, { kind: 'live-agent', state: { next: 7 } });
  const before = story.conversation();
  story.happens({ type: 'desk-state', chatId: 'another', state: { next: 8 } });
  t.is(story.conversation(), before);
});

// -- bot states

test('bot state › waits for the texts to the user, the spilled ones too, a minute at most', (t) => {
  const story = active();
  story.told({ type: 'agent-said', text: 'Adiós' });
  story.told({ type: 'chat-ended', reason: 'agent' });
  t.is(botStateDueAt(story.conversation()), start + 60_000);
  const conversation = story.conversation();
  const spilled = { ...conversation, lanes: { ...conversation.lanes, user: [] } };
  t.is(botStateDueAt({ ...spilled, overflow: { ...spilled.overflow, count: 1 } }), start + 60_000);
  story.userDone();
  t.is(botStateDueAt(story.conversation()), 0);
  story.happens({
    type: 'effect-failed',
    lane: 'bot',
    id: story.conversation().lanes.bot[0]?.id ?? '',
    ...story.failure(),
  });
  t.is(botStateDueAt(story.conversation()), start + 500);
});

test('bot state › is there once for an end, and gone when done', (t) => {
  const story = active();
  story.told({ type: 'chat-ended', reason: 'agent' });
  story.done('bot', story.conversation().lanes.bot[0]?.id);
  t.deepEqual(story.bot(), []);
  t.false(isBusy(story.conversation()));
});

// -- wakeAt

test('wakeAt › nothing is waited for: no time', (t) => {
  t.is(wakeAt(policy, emptyConversation({ provider: 'whatsapp', id: '1' })), undefined);
  const story = makeStory({ ...policy, botStates: undefined });
  story.reserve();
  story.connectFailed();
  t.is(wakeAt(policy, story.conversation()), undefined);
});

test('wakeAt › follows the state of the chat', (t) => {
  const waits = policyOf({ waitTimeoutMs: 90_000 });
  const story = makeStory(waits);
  story.reserve();
  t.is(wakeAt(waits, story.conversation()), start + 25_000);
  story.caseMade();
  story.sessionOpened();
  story.wait(1_000);
  story.requestTaken();
  t.is(wakeAt(waits, story.conversation()), start + 1_000 + 60_000);
  story.wait(1_000);
  story.told({ type: 'request-accepted' });
  t.is(wakeAt(waits, story.conversation()), start + 2_000 + 90_000);
  t.is(wakeAt(policy, story.conversation()), start + 2_000 + 24 * 60 * 60_000);
  story.wait(1_000);
  story.told({ type: 'agent-joined', name: 'Ana', idle: { warnAfterMs: 60_000, endAfterMs: 120_000 } });
  t.is(wakeAt(waits, story.conversation()), start + 3_000 + 24 * 60 * 60_000);
  story.told({ type: 'agent-said', text: 'Hola' });
  t.is(wakeAt(waits, story.conversation()), start + 3_000 + 60_000);
  story.pass(60_000);
  t.is(wakeAt(waits, story.conversation()), start + 3_000 + 120_000);
});

test('wakeAt › the next try of each head, the earliest of all', (t) => {
  const story = active();
  story.told({ type: 'agent-said', text: 'Hola' });
  story.taken(story.message(text('uno')));
  story.bind();
  story.seen(story.message(image('a')));
  const chatId = story.id();
  const later = (ms: number) => story.failure({ retryAt: start + ms });
  story.happens({
    type: 'effect-failed',
    lane: 'user',
    id: story.conversation().lanes.user[0]?.id ?? '',
    ...later(900),
  });
  t.is(wakeAt(policy, story.conversation()), start + 900);
  story.happens({ type: 'posts-failed', chatId, ...later(800) });
  t.is(wakeAt(policy, story.conversation()), start + 800);
  story.happens({ type: 'effect-failed', lane: 'files', id: story.files()[0]?.id ?? '', ...later(700) });
  t.is(wakeAt(policy, story.conversation()), start + 700);
});

// -- a new owner

test('recovered › every head that may have been sent is in doubt, nothing behind it', (t) => {
  const story = makeStory(policyOf({}, allTexts));
  story.reach('active');
  const first = story.id();
  story.seen(story.message(image('a')));
  story.seen(story.message(image('b')));
  story.taken(story.message(text('uno')));
  story.bind();
  story.told({ type: 'agent-said', text: 'Hola' });
  story.told({ type: 'session-over', detail: '403' });
  story.happens({ type: 'recovered' });
  const { user, bot } = story.conversation().lanes;
  t.deepEqual(
    user.map(({ unknown }) => unknown),
    [true, ...user.slice(1).map(() => undefined)],
  );
  t.deepEqual(
    bot.map(({ unknown }) => unknown),
    [true],
  );
  t.deepEqual(
    story.files(first).map(({ unknown }) => unknown),
    [true, undefined],
  );
  t.deepEqual(
    story.posts(first).map(({ unknown }) => unknown),
    [true],
  );
});

test('recovered › a post that was never bound was never sent', (t) => {
  const story = active();
  story.taken(story.message(text('uno')));
  story.happens({ type: 'recovered' });
  t.deepEqual(
    story.posts().map(({ unknown }) => unknown),
    [undefined],
  );
});

test('settled › told twice › takes off what it names, once: what was posted since is still to be marked', (t) => {
  const story = active();
  const [first, second] = [story.message(text('uno')), story.message(text('dos'))];
  for (const message of [first, second]) {
    story.taken(message);
    story.bind();
    story.deliver();
  }
  const marked = { what: 'message', id: first.id, as: 'posted' } as const;
  const waiting = { what: 'message', id: second.id, as: 'posted' } as const;
  t.deepEqual(story.unsettled(), [marked, waiting]);
  for (let times = 0; times < 2; times += 1) {
    story.happens({ type: 'settled', chatId: story.id(), settlements: [marked] });
    t.deepEqual(story.unsettled(), [waiting]);
  }
});

test('recovered › a head in doubt that is given up with its session counts as posted, uncertain', (t) => {
  const story = active();
  const message = story.message(text('uno'));
  story.taken(message);
  story.bind();
  story.told({ type: 'session-over', detail: '403' });
  story.happens({ type: 'recovered' });
  story.happens({ type: 'posts-abandoned', chatId: story.id(), at: story.now() });
  t.deepEqual(story.unsettled(), [{ what: 'message', id: message.id, as: 'posted' }]);
  t.deepEqual(story.notes(), [{ type: 'uncertain', what: 'agent' }]);
});

test('recovered › a context in doubt that is given up with its session stays context, uncertain', (t) => {
  const story = makeStory();
  story.reach('joined');
  story.contextRead([story.message(text('antes'))]);
  story.bind();
  story.happens({ type: 'recovered' });
  story.told({ type: 'session-over', detail: '403' });
  t.is(story.lanes()?.agent.giveUp, true);
  story.happens({ type: 'posts-abandoned', chatId: story.id(), at: story.now() });
  t.deepEqual(story.unsettled(), []);
  t.deepEqual(story.notes(), [{ type: 'uncertain', what: 'agent' }]);
});

test('recovered › an end in doubt that is given up with its session is no message in doubt', (t) => {
  const story = active();
  story.finish();
  story.happens({ type: 'closing-drained', chatId: story.id(), at: story.now() });
  t.deepEqual(story.toAgent(), ['<end>']);
  story.bind();
  story.happens({ type: 'recovered' });
  story.told({ type: 'session-over', detail: '403' });
  story.happens({ type: 'posts-abandoned', chatId: story.id(), at: story.now() });
  t.is(story.lanes(), undefined);
  t.deepEqual(story.notes(), []);
});

test('recovered › a head in doubt that the desk never got is context again when its session ends', (t) => {
  const story = active();
  story.taken(story.message(text('uno')));
  story.bind();
  story.happens({ type: 'recovered' });
  story.happens({ type: 'posts-untaken', chatId: story.id() });
  story.told({ type: 'chat-ended', reason: 'agent' });
  story.happens({ type: 'posts-abandoned', chatId: story.id(), at: story.now() });
  t.deepEqual(story.unsettled(), []);
  t.deepEqual(story.notes(), []);
});

test('delivered in doubt › is counted', (t) => {
  const story = active();
  story.taken(story.message(text('uno')));
  story.bind();
  story.happens({ type: 'posts-delivered', chatId: story.id(), at: story.now(), uncertain: true });
  t.deepEqual(story.notes(), [{ type: 'uncertain', what: 'agent' }]);
});

// -- names

test('names of effects › are known as our own when they come back through the webhook', (t) => {
  const story = active();
  story.told({ type: 'agent-said', text: 'Hola' });
  story.told({ type: 'agent-said', text: 'palabra '.repeat(1_000) });
  for (const { id } of story.conversation().lanes.user) t.true(isOwnMessageId(id), id);
  for (const id of ['ABGHUhVXNzUALwIQZWnmjBi7IBmfp2EfNrYbRQ', 'wamid.1', story.id(), '', `${story.id()}-`])
    t.false(isOwnMessageId(id), id);
});
