import test from 'ava';
import type { ChatReason, ChatState } from '../../../src/domain/conversation.ts';
import { allTexts, policyOf } from '../../support/arbitraries/policy.ts';
import { makeStory, text, type Stage, type Story } from './story.ts';

const policy = policyOf({ waitTimeoutMs: 90_000 }, allTexts);

const at = (stage: Stage, over = policy): Story => {
  const story = makeStory(over);
  story.reach(stage);
  story.userDone();
  return story;
};

interface Ending {
  readonly what: string;
  readonly stages: ReadonlyArray<Stage>;
  readonly happens: (story: Story) => void;
  readonly desk: ReadonlyArray<string>;
  readonly user?: string;
  readonly bot: ReadonlyArray<string>;
  readonly becomes: ChatState;
  readonly reason: ChatReason;
}

const idle = { warnAfterMs: 0, endAfterMs: 60_000 };

/** The table of relay.md §3, "How a chat ends". */
const endings: ReadonlyArray<Ending> = [
  {
    what: 'the agent ends it',
    stages: ['active'],
    happens: (story) => story.told({ type: 'chat-ended', reason: 'agent' }),
    desk: [],
    bot: ['from-sf-success'],
    becomes: 'ended',
    reason: 'agent',
  },
  {
    what: 'the desk ends it with whatever reason',
    stages: ['requested', 'waiting', 'active'],
    happens: (story) => story.told({ type: 'chat-ended', reason: 'agentsUnavailable' }),
    desk: [],
    bot: ['from-sf-success'],
    becomes: 'ended',
    reason: 'agent',
  },
  {
    what: 'finish before anybody was there',
    stages: ['opened', 'requested', 'waiting'],
    happens: (story) => story.finish(),
    desk: ['<end>'],
    bot: ['from-sf-success'],
    becomes: 'ended',
    reason: 'finished',
  },
  {
    what: 'finish before there is a session',
    stages: ['reserved'],
    happens: (story) => story.finish(),
    desk: [],
    bot: ['from-sf-success'],
    becomes: 'ended',
    reason: 'finished',
  },
  {
    what: 'ChatRequestFail while nobody was there',
    stages: ['requested', 'waiting'],
    happens: (story) => story.told({ type: 'request-failed', reason: 'Unavailable' }),
    desk: [],
    bot: ['from-sf-timeout'],
    becomes: 'failed',
    reason: 'request-failed',
  },
  {
    what: 'ChatRequestFail in the middle',
    stages: ['active'],
    happens: (story) => story.told({ type: 'request-failed', reason: 'Unavailable' }),
    desk: [],
    bot: ['from-sf-timeout'],
    becomes: 'ended',
    reason: 'agents-unavailable',
  },
  {
    what: '403 while nobody was there',
    stages: ['requested', 'waiting'],
    happens: (story) => story.told({ type: 'session-over', detail: '403' }),
    desk: [],
    user: 'Se perdió la conexión',
    bot: ['from-sf-timeout'],
    becomes: 'failed',
    reason: 'session-lost',
  },
  {
    what: '403 in the middle',
    stages: ['active'],
    happens: (story) => story.told({ type: 'session-over', detail: '403' }),
    desk: [],
    user: 'Se perdió la conexión',
    bot: ['from-sf-timeout'],
    becomes: 'ended',
    reason: 'session-lost',
  },
  {
    what: 'silence while nobody was there',
    stages: ['requested', 'waiting'],
    happens: (story) => story.happens({ type: 'desk-silent', chatId: story.id(), at: story.now() }),
    desk: ['<end>'],
    user: 'Se perdió la conexión',
    bot: ['from-sf-timeout'],
    becomes: 'failed',
    reason: 'silence',
  },
  {
    what: 'silence in the middle',
    stages: ['active'],
    happens: (story) => story.happens({ type: 'desk-silent', chatId: story.id(), at: story.now() }),
    desk: ['<end>'],
    user: 'Se perdió la conexión',
    bot: ['from-sf-timeout'],
    becomes: 'ended',
    reason: 'silence',
  },
  {
    what: 'nothing from either side for CHAT_IDLE_MAX',
    stages: ['active'],
    happens: (story) => story.pass(24 * 60 * 60_000),
    desk: ['<end>'],
    user: 'Cerramos por inactividad',
    bot: ['from-sf-timeout'],
    becomes: 'ended',
    reason: 'idle',
  },
  {
    what: 'the idle timer of the desk',
    stages: ['active'],
    happens: (story) => {
      story.told({ type: 'agent-transferred', name: 'Luis', idle });
      story.told({ type: 'agent-said', text: '¿Sigue?' });
      story.userDone();
      story.pass(60_000);
    },
    desk: ['<end>'],
    user: 'Cerramos por inactividad',
    bot: ['from-sf-timeout'],
    becomes: 'ended',
    reason: 'idle',
  },
  {
    what: 'WAIT_TIMEOUT',
    stages: ['waiting'],
    happens: (story) => story.pass(90_000),
    desk: ['<end>'],
    user: 'Nadie pudo atenderle',
    bot: ['from-sf-timeout'],
    becomes: 'failed',
    reason: 'wait-timeout',
  },
  {
    what: 'REQUEST_TIMEOUT',
    stages: ['requested'],
    happens: (story) => story.pass(60_000),
    desk: ['<end>'],
    user: 'Nadie pudo atenderle',
    bot: ['from-sf-timeout'],
    becomes: 'failed',
    reason: 'request-timeout',
  },
];

for (const { what, stages, happens, desk, user, bot, becomes, reason } of endings) {
  for (const stage of stages) {
    test(`ending › ${what} (${stage})`, (t) => {
      const story = at(stage);
      const id = story.id();
      happens(story);
      t.like(story.chat(), { id, state: becomes, reason, since: story.now() });
      t.deepEqual(story.toAgent(id), desk);
      t.deepEqual(story.toUser(), user === undefined ? [] : [user]);
      t.deepEqual(story.bot(), bot);
      const atOnce = bot[0] === 'from-sf-success';
      const due = atOnce ? story.now() : story.now() + 4_000;
      t.like(story.conversation().lanes.bot[0], {
        notBefore: atOnce ? undefined : due,
        heldUntil: due + 60_000,
        botSlug: 'a-bot',
      });
    });

    test(`ending › ${what} (${stage}) › is final`, (t) => {
      const story = at(stage);
      happens(story);
      // but for the counter of what it told the user
      const { effects: _effects, ...before } = { ...story.chat() };
      story.told({ type: 'agent-said', text: 'tarde' });
      story.told({ type: 'agent-joined', name: 'Luis' });
      story.finish();
      story.connectFailed();
      story.happens({ type: 'restart-asked', chatId: story.id(), at: story.now(), before: 1 });
      story.requestTaken();
      story.pass(48 * 60 * 60_000);
      t.like(story.chat(), before);
    });
  }
}

test('ending › the reason in the words of the desk is kept', (t) => {
  const story = at('active');
  story.told({ type: 'chat-ended', reason: 'clientIdleTimeout' });
  t.is(story.chat()?.detail, 'clientIdleTimeout');
  const lost = at('active');
  lost.told({ type: 'session-over', detail: 'Session required but was invalid or not found' });
  t.is(lost.chat()?.detail, 'Session required but was invalid or not found');
});

test('ending › texts are optional, the rest is not', (t) => {
  const story = at('active', policyOf());
  story.told({ type: 'session-over', detail: '403' });
  t.deepEqual(story.toUser(), []);
  t.deepEqual(story.bot(), ['from-sf-timeout']);
});

test('ending › without a flow engine there is no bot state', (t) => {
  const story = at('active', { ...policyOf(), botStates: undefined });
  story.finish();
  t.deepEqual(story.bot(), []);
});

test('ending › WAIT_TIMEOUT 0: people wait as long as they like', (t) => {
  const story = at('waiting', policyOf());
  story.pass(24 * 60 * 60_000 - 1);
  t.like(story.chat(), { state: 'waiting' });
  story.pass(1);
  t.like(story.chat(), { state: 'failed', reason: 'idle' });
});

test('ending › a word from either side keeps a chat alive', (t) => {
  const story = at('active');
  for (const _ of [1, 2, 3]) {
    story.wait(20 * 60 * 60_000);
    story.happens({ type: 'user-spoke', chatId: story.id(), at: story.now() });
    story.wait(20 * 60 * 60_000);
    story.told({ type: 'agent-said', text: 'Seguimos' });
    story.pass(0);
  }
  t.like(story.chat(), { state: 'active' });
});

// -- what came before, then the end

test('agent ends it › what was said before reaches the user first; the bot waits for it, a minute at most', (t) => {
  const story = at('active');
  story.told({ type: 'agent-said', text: 'Adiós' });
  story.told({ type: 'chat-ended', reason: 'agent' });
  t.deepEqual(story.toUser(), ['Adiós']);
  t.like(story.conversation().lanes.bot[0], { heldUntil: story.now() + 60_000 });
});

test('finish › the agent gets what came before, in order, then the end of the chat', (t) => {
  const story = makeStory(policy);
  story.reach('joined');
  const before = story.message(text('antes'));
  const second = story.message(text('y esto'));
  story.finish();
  t.like(story.chat(), { state: 'ended', reason: 'finished' });
  const later = story.message(text('después'));
  story.contextRead([]);
  story.deliverAll();
  story.taken(before);
  t.deepEqual(story.deliverAll(), ['antes']);
  story.taken(second);
  t.deepEqual(story.deliverAll(), ['y esto']);
  story.taken(later);
  t.deepEqual(story.toAgent(), [], 'written after the finish: context');
  story.happens({ type: 'closing-drained', chatId: story.id(), at: story.now() });
  t.deepEqual(story.deliverAll(), ['<end>']);
  t.is(story.lanes(), undefined, 'nothing is owed any more');
});

test('finish › right after the joining: the introduction still goes, then the end', (t) => {
  const story = at('joined');
  story.finish();
  story.happens({ type: 'closing-drained', chatId: story.id(), at: story.now() });
  t.deepEqual(story.toAgent(), [], 'the introduction has not been read yet');
  story.contextRead([]);
  story.happens({ type: 'closing-drained', chatId: story.id(), at: story.now() });
  t.deepEqual(story.deliverAll(), ['Hola soy Eva Luna y necesito ayuda']);
  story.happens({ type: 'closing-drained', chatId: story.id(), at: story.now() });
  t.deepEqual(story.toAgent(), ['<end>']);
});

test('finish › what the agent says before hearing of the end still reaches the user, until a new chat is reserved', (t) => {
  const story = at('active');
  const first = story.id();
  story.finish();
  story.told({ type: 'agent-said', text: 'un momento' }, first);
  t.deepEqual(story.toUser().slice(-1), ['un momento']);
  t.like(story.chat(), { state: 'ended', reason: 'finished' });
  story.reach('reserved');
  const before = story.conversation();
  story.told({ type: 'agent-said', text: 'tarde' }, first);
  t.is(story.conversation(), before);
});

test('finish › while it drains a new connect may begin, and its lanes are its own', (t) => {
  const story = at('active');
  const first = story.id();
  const owed = story.message(text('para Ana'));
  story.finish();
  story.reach('active');
  story.taken(owed, first);
  t.deepEqual(story.toAgent(first), ['para Ana']);
  t.deepEqual(story.toAgent(), []);
  story.deliverAll(first);
  story.happens({ type: 'closing-drained', chatId: first, at: story.now() });
  story.deliverAll(first);
  t.deepEqual(Object.keys(story.conversation().lanes.chats), [story.id()]);
});

test('finish › twice: the second finds nothing open', (t) => {
  const story = at('active');
  story.finish();
  const before = story.conversation();
  story.finish();
  t.is(story.conversation(), before);
});

test('restart keyword › ends both sides when active, leaves the bot alone; the keyword itself is context', (t) => {
  const story = at('active');
  const before = story.message(text('una cosa más'));
  const keyword = story.message(text('restart'));
  story.happens({ type: 'restart-asked', chatId: story.id(), at: story.now(), before: keyword.arrival - 1 });
  t.like(story.chat(), { state: 'ended', reason: 'restart' });
  t.deepEqual(story.bot(), []);
  story.taken(before);
  t.deepEqual(story.deliverAll(), ['una cosa más']);
  story.taken(keyword);
  t.deepEqual(story.toAgent(), []);
  story.happens({ type: 'closing-drained', chatId: story.id(), at: story.now() });
  t.deepEqual(story.toAgent(), ['<end>']);
});

test('restart keyword › means nothing while nobody is there, or for another chat', (t) => {
  for (const stage of ['reserved', 'requested', 'waiting'] as const) {
    const story = at(stage);
    const before = story.conversation();
    story.happens({ type: 'restart-asked', chatId: story.id(), at: story.now(), before: 1 });
    t.is(story.conversation(), before);
  }
  const story = at('active');
  const before = story.conversation();
  story.happens({ type: 'restart-asked', chatId: 'another', at: story.now(), before: 1 });
  t.is(story.conversation(), before);
});

// -- what was not posted yet

const withThreePosts = (): Story => {
  const story = at('active', policyOf({ agentTextMax: 100 }));
  story.taken(story.message(text(`${'a'.repeat(99)} ${'b'.repeat(99)} ${'c'.repeat(20)}`)));
  return story;
};

test('session gone › what has not left is context again; the head in flight is settled by its outcome', (t) => {
  const story = withThreePosts();
  story.bind();
  story.told({ type: 'session-over', detail: '403' });
  t.is(story.posts().length, 1);
  t.like(story.lanes()?.agent, { bound: 1, giveUp: true });
  story.deliver();
  t.is(story.lanes(), undefined);
});

test('session gone › nothing in flight: nothing is left of the lane', (t) => {
  const story = withThreePosts();
  story.told({ type: 'chat-ended', reason: 'agent' });
  t.is(story.lanes(), undefined);
});

const settledAs = (
  unknown: boolean,
): { readonly as: ReadonlyArray<unknown>; readonly notes: ReadonlyArray<unknown> } => {
  const story = at('active');
  const message = story.message(text('¿llegó?'));
  story.taken(message);
  story.bind();
  story.happens({ type: 'posts-failed', chatId: story.id(), ...story.failure({ unknown }) });
  story.told({ type: 'session-over', detail: '403' });
  story.happens({ type: 'posts-abandoned', chatId: story.id(), at: story.now() });
  return { as: story.unsettled(), notes: story.notes() };
};

test('session gone › a head of unknown outcome counts as posted, uncertain', (t) => {
  t.deepEqual(settledAs(true).as, [{ what: 'message', id: 'wamid.1', as: 'posted' }]);
  t.deepEqual(settledAs(true).notes, [{ type: 'uncertain', what: 'agent' }]);
});

test('session gone › a head that certainly was not taken is context again', (t) => {
  t.deepEqual(settledAs(false).as, []);
  t.deepEqual(settledAs(false).notes, []);
});

test('session ended by us › the head in flight stays first, the end follows it', (t) => {
  const story = withThreePosts();
  const [head] = story.posts();
  story.bind();
  story.happens({ type: 'desk-silent', chatId: story.id(), at: story.now() });
  t.deepEqual(
    story
      .posts()
      .map(({ id }) => id)
      .slice(0, 1),
    [head?.id ?? ''],
  );
  t.deepEqual(story.toAgent().slice(1), ['<end>']);
  t.is(story.lanes()?.agent.bound, 1);
  story.deliver();
  t.deepEqual(story.toAgent(), ['<end>']);
  t.is(story.lanes()?.agent.giveUp, undefined, 'the end is tried as ever');
});

test('silence of a session that only drains › the rest is context again, the session is ended once', (t) => {
  const story = withThreePosts();
  story.finish();
  const silent = (): void => story.happens({ type: 'desk-silent', chatId: story.id(), at: story.now() });
  silent();
  t.deepEqual(story.toAgent(), ['<end>']);
  const end = story.posts()[0]?.id;
  silent();
  t.deepEqual(
    story.posts().map(({ id }) => id),
    [end ?? ''],
    'it is the same one, however often',
  );
  story.bind();
  silent();
  t.is(story.posts()[0]?.id, end);
  t.is(story.lanes()?.agent.giveUp, undefined, 'and it is tried as ever');
});

test('session gone while it drains › nothing more is posted, nothing ended', (t) => {
  for (const event of [
    { type: 'session-over', detail: '403' },
    { type: 'chat-ended', reason: 'agent' },
    { type: 'request-failed', reason: 'Unavailable' },
  ] as const) {
    const story = withThreePosts();
    story.finish();
    story.told(event);
    t.is(story.lanes(), undefined);
    t.like(story.chat(), { reason: 'finished' });
  }
});

test('draining chats › two beside the present one; older ones end their session, what they had left is context', (t) => {
  const story = makeStory();
  const ids = [1, 2, 3, 4, 5].map((_, index) => {
    story.reach('active');
    story.taken(story.message(text('sin enviar')));
    if (index === 1) story.bind();
    story.finish();
    return story.id();
  });
  story.reserve();
  t.deepEqual(
    ids.map((id) => story.toAgent(id)),
    [[], ['sin enviar', '<end>'], ['<end>'], ['sin enviar'], ['sin enviar']],
  );
});

test('draining chats › one that only uploads takes no place of those with something to post', (t) => {
  const story = makeStory();
  story.reach('active');
  const first = story.id();
  story.taken(story.message(text('sin enviar')));
  story.finish();
  for (const _ of [1, 2]) {
    story.reach('waiting');
    story.seen(story.message({ type: 'media', media: 'image', url: 'https://media.example.com/1' }));
    story.told({ type: 'session-over', detail: '403' });
    t.is(story.files().length, 1);
    t.is(story.lanes()?.desk, undefined, 'its session is of no use any more');
    t.deepEqual(story.lanes()?.uploads, [], 'nobody will ask how it went');
    const before = story.conversation();
    story.told({ type: 'agent-typing' });
    t.is(story.conversation(), before);
  }
  story.reserve();
  t.deepEqual(story.toAgent(first), ['sin enviar']);
});
