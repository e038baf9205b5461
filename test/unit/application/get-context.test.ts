import test from 'ava';
import type { StoredConversation } from '../../../src/application/ports/chat-store.port.ts';
import type { ContextStore } from '../../../src/application/ports/context-store.port.ts';
import { makeGetContext } from '../../../src/application/use-cases/get-context.use-case.ts';
import type { StoredMessage } from '../../../src/domain/message.ts';
import { defaultTexts } from '../../../src/domain/texts.ts';
import { E, O, TE } from '../../../src/domain/fp.ts';
import { makeStory, text, type Story } from '../domain/story.ts';

/** What the route tells of these messages, none of which the store has marked yet. */
const told = async (
  story: Story,
  messages: ReadonlyArray<StoredMessage>,
): Promise<ReadonlyArray<unknown>> => {
  const stored: StoredConversation = {
    conversation: story.conversation(),
    rev: 1,
    writeId: 'w',
    owner: O.none,
    epoch: 0,
  };
  const { provider } = story.conversation().user;
  const getContext = makeGetContext({
    store: { load: (user) => TE.right(user.provider === provider ? O.some(stored) : O.none) },
    contexts: {
      list: (user) => TE.right(user.provider === provider ? messages : []),
    } as Partial<ContextStore> as ContextStore,
    texts: defaultTexts,
  });
  const entries = await getContext({ userId: story.conversation().user.id })();
  return E.isRight(entries) ? entries.right.map((entry) => entry.text) : ['failed'];
};

const posting = () => {
  const story = makeStory();
  story.reach('active');
  const messages = [story.message(text('uno')), story.message(text('dos'))] as const;
  story.taken(messages[0]);
  story.bind();
  return { story, messages };
};

test('context › while a chat goes on, what was not posted yet', async (t) => {
  const { story, messages } = posting();
  t.deepEqual(await told(story, messages), ['dos'], 'the first is on its way');
  const now = story.now();
  const failure = { at: now, retryAt: now + 500, counted: true, unknown: false, detail: 'refused' };
  story.happens({ type: 'posts-failed', chatId: story.id(), ...failure });
  t.deepEqual(await told(story, messages), ['uno', 'dos'], 'it surely did not arrive');
});

test('context › not what the agent has and the store has not marked yet', async (t) => {
  const { story, messages } = posting();
  story.happens({ type: 'posts-delivered', chatId: story.id(), at: story.now() });
  t.deepEqual(await told(story, messages), ['dos']);
});

test('context › not what was rendered into the context message', async (t) => {
  const story = makeStory();
  story.reach('joined');
  const before = story.message(text('antes'));
  story.contextRead([before]);
  story.bind();
  story.happens({ type: 'posts-delivered', chatId: story.id(), at: story.now() });
  t.deepEqual(await told(story, [before]), []);
});

test('context › not what may have reached the agent, as long as nobody knows', async (t) => {
  const { story, messages } = posting();
  story.happens({ type: 'recovered' });
  t.deepEqual(await told(story, messages), ['dos']);
});

test('context › not what is under way when the session ends, until it is known not to have arrived', async (t) => {
  const { story, messages } = posting();
  story.told({ type: 'chat-ended', reason: 'agent' });
  t.deepEqual(await told(story, messages), ['dos']);
  story.happens({ type: 'posts-abandoned', chatId: story.id(), at: story.now() });
  t.deepEqual(await told(story, messages), ['uno', 'dos']);
});

test('context › set aside is still the user’s', async (t) => {
  const { story, messages } = posting();
  story.happens({ type: 'posts-set-aside', chatId: story.id(), at: story.now(), detail: 'refused' });
  t.deepEqual(await told(story, messages), ['uno', 'dos']);
});
