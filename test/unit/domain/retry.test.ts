import test from 'ava';
import type { AgentPost, BotState, Upload, UserText } from '../../../src/domain/effect.ts';
import { whyNotRetryable } from '../../../src/domain/retry.ts';
import { makeStory, type Stage } from './story.ts';

const at = (stage: Stage) => {
  const story = makeStory();
  story.reach(stage);
  story.deliverAll();
  story.userDone();
  return story;
};
type Story = ReturnType<typeof at>;

const base = (story: Story, id: string) => ({
  id,
  chatId: story.id(),
  bornAt: story.now() - 90_000_000,
  tries: 8,
  notBefore: story.now() + 60_000,
});
const userText = (story: Story): UserText => ({ ...base(story, 'e-1'), type: 'user-text', text: 'otra vez' });
const post = (story: Story): AgentPost => ({
  ...base(story, 'e-2'),
  type: 'agent-post',
  post: { kind: 'text', text: 'para el agente' },
  settles: { what: 'message', id: 'm-1', as: 'posted' },
});
const botState = (story: Story): BotState => ({
  ...base(story, 'e-3'),
  type: 'bot-state',
  state: 'from-sf-success',
  botSlug: 'a-bot',
  heldUntil: 0,
});
const upload = (story: Story): Upload => ({
  ...base(story, 'e-4'),
  type: 'upload',
  messageId: 'm-2',
  caseId: '500A',
  fallbackTitle: 'a title',
  media: 'image',
  url: 'https://media.example.com/a.jpg',
});

test('retry › a text to the user goes to the end of its lane, with all its tries and under its own name', (t) => {
  const story = at('active');
  story.told({ type: 'agent-said', text: 'primero' });
  story.happens({ type: 'retry-asked', effect: userText(story), at: story.now() });
  t.deepEqual(story.toUser(), ['primero', 'otra vez']);
  const [, again] = story.conversation().lanes.user;
  t.like(again, { id: 'e-1', tries: 0, bornAt: story.now() });
  t.is(again?.notBefore, undefined);
  const once = story.conversation();
  story.happens({ type: 'retry-asked', effect: userText(story), at: story.now() });
  t.is(story.conversation(), once, 'twice is once');
});

test('retry › a text to the user, also long after its chat', (t) => {
  const story = at('active');
  const effect = userText(story);
  story.told({ type: 'chat-ended', reason: 'agent' });
  story.happens({ type: 'retry-asked', effect, at: story.now() });
  t.deepEqual(story.toUser(), ['otra vez']);
});

test('retry › a post to the agent, only while its chat is active', (t) => {
  const story = at('active');
  const effect = post(story);
  t.is(whyNotRetryable(story.conversation(), effect), undefined);
  story.happens({ type: 'retry-asked', effect, at: story.now() });
  t.deepEqual(story.toAgent(), ['para el agente']);
  story.bind();
  story.deliver();
  t.deepEqual(story.unsettled(), [{ what: 'message', id: 'm-1', as: 'posted' }]);
  story.told({ type: 'chat-ended', reason: 'agent' });
  const ended = story.conversation();
  t.is(whyNotRetryable(ended, effect), 'chat-ended');
  story.happens({ type: 'retry-asked', effect, at: story.now() });
  t.is(story.conversation(), ended);
});

test('retry › a bot state, unless the user has a newer chat', (t) => {
  const story = at('active');
  const effect = botState(story);
  story.told({ type: 'chat-ended', reason: 'agent' });
  story.deliverAll();
  t.is(whyNotRetryable(story.conversation(), effect), undefined);
  story.reach('reserved');
  t.is(whyNotRetryable(story.conversation(), effect), 'newer-chat');
});

test('retry › an upload, whose success is then told like a late one', (t) => {
  const story = at('active');
  const effect = upload(story);
  story.happens({ type: 'retry-asked', effect, at: story.now() });
  t.like(story.lanes()?.files[0], { id: 'e-4', tries: 0 });
  story.happens({ type: 'effect-done', lane: 'files', id: 'e-4', at: story.now(), title: 'a title' });
  t.is(story.toAgent().length, 1);
});

test('retry › what the document has no room for stays set aside', (t) => {
  const story = at('active');
  for (let count = 0; count < 60; count += 1)
    story.happens({
      type: 'retry-asked',
      effect: { ...upload(story), id: `e-${count + 10}`, messageId: `m-${count}` },
      at: story.now(),
    });
  t.is(whyNotRetryable(story.conversation(), upload(story)), 'no-room');
  t.true((story.lanes()?.files.length ?? 0) <= 40);
});
