import test from 'ava';
import { decide, wakeAt } from '../../../src/domain/chat.ts';
import type { MediaKind } from '../../../src/domain/message.ts';
import { policyOf } from '../../support/arbitraries/policy.ts';
import { image, makeStory, start, text, type Story } from './story.ts';

const success = '**El usuario adjunto una imagen al caso**';
const pending = (url: string): string => `**El usuario envió un archivo, aún no está en el caso:** ${url}`;
const failed = (url: string): string => `**El archivo del usuario no se pudo adjuntar:** ${url}`;
const url = 'https://media.example.com/a.jpg';

const active = (policy = policyOf()): Story => {
  const story = makeStory(policy);
  story.reach('active');
  story.userDone();
  return story;
};

// -- the upload

for (const stage of ['opened', 'requested', 'waiting', 'joined', 'active'] as const) {
  test(`upload › begins when the message is stored, in ${stage}`, (t) => {
    const story = makeStory();
    story.reach(stage);
    const message = story.message(image('a', 'mi recibo'));
    story.seen(message);
    t.like(story.files()[0], {
      type: 'upload',
      messageId: message.id,
      caseId: '500A',
      url,
      media: 'image',
      mimeType: 'image/jpeg',
      caption: 'mi recibo',
      fallbackTitle: 'session-1',
    });
  });
}

test('upload › of a chat stored without the name of its session has the name of the chat', (t) => {
  const story = makeStory();
  story.reserve();
  story.caseMade();
  story.happens({
    type: 'session-opened',
    chatId: story.id(),
    at: story.now(),
    desk: { kind: 'live-agent', state: 's1' },
  });
  story.seen(story.message(image('a')));
  t.is(story.files()[0]?.fallbackTitle, story.id());
});

test('upload › not before there is a case, nor of a text, nor of an ended chat', (t) => {
  const story = makeStory();
  story.reserve();
  story.seen(story.message(image('a')));
  t.deepEqual(story.files(), []);
  story.reach('opened');
  story.seen(story.message(text('hola')));
  t.deepEqual(story.files(), []);
  story.connectFailed();
  story.seen(story.message(image('a')));
  t.deepEqual(story.files(), []);
});

test('upload › once, however often its message is seen', (t) => {
  const story = active();
  const message = story.message(image('a'));
  story.seen(message);
  story.seen(message);
  story.taken(message);
  t.is(story.files().length, 1);
  story.done('files', story.files()[0]?.id, 'a.jpg');
  story.seen(message);
  t.deepEqual(story.files(), [], 'the notice stands in the lane');
  story.bind();
  story.deliver();
  story.seen(message);
  t.deepEqual(story.files(), [], 'the message waits to be marked');
});

test('upload › once, when it comes late', (t) => {
  const story = active();
  const message = story.message(image('a'));
  story.taken(message);
  story.pass(10_000);
  story.seen(message);
  t.is(story.files().length, 1);
});

// -- its place in the lane

test('place › one notice, then the caption as a text of its own; what follows waits', (t) => {
  const story = active();
  const message = story.message(image('a', 'mi recibo'));
  story.taken(message);
  t.deepEqual(story.toAgent(), []);
  story.taken(story.message(text('¿lo ve?')));
  t.deepEqual(story.toAgent(), [], 'in order');
  story.done('files', story.files()[0]?.id, 'a.jpg');
  t.deepEqual(story.toAgent(), [success, 'mi recibo']);
  t.deepEqual(
    story.posts().map(({ settles }) => settles),
    [undefined, { what: 'message', id: message.id, as: 'posted' }],
  );
});

test('place › an upload that is done before its turn is told at once in its turn', (t) => {
  const story = active();
  const message = story.message(image('a'));
  story.seen(message);
  story.done('files', story.files()[0]?.id, 'a.jpg');
  t.deepEqual(story.toAgent(), []);
  story.taken(message);
  t.deepEqual(story.toAgent(), [success]);
  t.deepEqual(story.lanes()?.uploads, [], 'nothing more to remember');
});

for (const [media, notice, error] of [
  ['image', '**El usuario adjunto una imagen al caso**', 'Imagen no enviada'],
  ['sticker', '**El usuario adjunto una imagen al caso**', 'Imagen no enviada'],
  ['audio', '**El usuario adjunto un audio al caso**', 'Audio no enviado'],
  ['voice', '**El usuario adjunto un audio al caso**', 'Audio no enviado'],
  ['document', '**El usuario adjunto un archivo al caso**', 'Archivo no enviado'],
  ['video', '**El usuario adjunto un archivo al caso**', 'Archivo no enviado'],
  ['file', '**El usuario adjunto un archivo al caso**', 'Archivo no enviado'],
] as const satisfies ReadonlyArray<[MediaKind, string, string]>) {
  test(`notices › of ${media}`, (t) => {
    const sent = active();
    sent.taken(sent.message({ type: 'media', media, url }));
    sent.done('files', sent.files()[0]?.id, 'a');
    t.deepEqual(sent.toAgent(), [notice]);
    const lost = active();
    lost.taken(lost.message({ type: 'media', media, url }));
    lost.setAside('files', lost.files()[0]?.id);
    t.deepEqual(lost.toAgent(), [failed(url)]);
    t.deepEqual(lost.toUser(), [error]);
  });
}

test('notices › the title of an image is appended where that is wanted, of images only', (t) => {
  const story = active(policyOf({ sendImageName: true }));
  story.taken(story.message(image('a')));
  story.done('files', story.files()[0]?.id, 'recibo.jpg');
  t.deepEqual(story.toAgent(), [`${success}recibo.jpg`]);
  const audio = active(policyOf({ sendImageName: true }));
  audio.taken(audio.message({ type: 'media', media: 'audio', url }));
  audio.done('files', audio.files()[0]?.id, 'voz.ogg');
  t.deepEqual(audio.toAgent(), ['**El usuario adjunto un audio al caso**']);
});

test('notices › switched off: the caption alone, or nothing at all', (t) => {
  const story = active(policyOf({}, { uploadImageSuccess: '' }));
  story.taken(story.message(image('a', 'mira')));
  story.done('files', story.files()[0]?.id, 'a.jpg');
  t.deepEqual(story.toAgent(), ['mira']);
  const mute = active(policyOf({}, { uploadImageSuccess: '' }));
  const message = mute.message(image('a'));
  mute.taken(message);
  mute.done('files', mute.files()[0]?.id, 'a.jpg');
  t.deepEqual(mute.toAgent(), []);
  t.deepEqual(mute.unsettled(), [{ what: 'message', id: message.id, as: 'posted' }]);
});

// -- late, and failed

test('MEDIA_WAIT › counts from the head of the lane; then the link, and the lane goes on', (t) => {
  const story = active();
  const message = story.message(image('a', 'mira'));
  story.seen(message);
  story.wait(60_000);
  story.taken(message);
  t.is(wakeAt(policyOf(), story.conversation()), story.now() + 10_000);
  story.pass(9_999);
  t.deepEqual(story.toAgent(), []);
  story.pass(1);
  t.deepEqual(story.toAgent(), [pending(url), 'mira']);
  story.deliverAll();
  story.taken(story.message(text('sigo')));
  t.deepEqual(story.toAgent(), ['sigo']);
  t.is(story.files().length, 1, 'the upload goes on');
});

test('late upload › done within five minutes: the notice after all', (t) => {
  const story = active();
  story.taken(story.message(image('a')));
  story.pass(10_000);
  story.deliverAll();
  story.wait(5 * 60_000);
  story.done('files', story.files()[0]?.id, 'a.jpg');
  t.deepEqual(story.toAgent(), [success]);
});

test('late upload › done later than that: in the case, without a word', (t) => {
  const story = active();
  story.taken(story.message(image('a')));
  story.pass(10_000);
  story.deliverAll();
  story.wait(5 * 60_000 + 1);
  story.done('files', story.files()[0]?.id, 'a.jpg');
  t.deepEqual(story.toAgent(), []);
  t.deepEqual(story.files(), []);
});

test('late upload › that fails in the end: the user and the agent hear of it', (t) => {
  const story = active();
  story.taken(story.message(image('a')));
  story.pass(10_000);
  story.deliverAll();
  story.setAside('files', story.files()[0]?.id);
  t.deepEqual(story.toAgent(), [failed(url)]);
  t.deepEqual(story.toUser(), ['Imagen no enviada']);
});

test('failed upload › before its turn: the user at once, the agent in its turn', (t) => {
  const story = makeStory();
  story.reach('waiting');
  story.userDone();
  const message = story.message(image('a', 'mira'));
  story.seen(message);
  story.setAside('files', story.files()[0]?.id);
  t.deepEqual(story.toUser(), ['Imagen no enviada']);
  story.told({ type: 'agent-joined', name: 'Ana' });
  story.contextRead([]);
  story.deliverAll();
  story.taken(message);
  t.deepEqual(story.toAgent(), [failed(url), 'mira']);
  t.deepEqual(story.toUser(), ['Imagen no enviada'], 'once');
});

test('failed upload › of an ended chat: the user hears of it all the same', (t) => {
  const story = active();
  story.seen(story.message(image('a')));
  const first = story.id();
  const [file] = story.files();
  story.told({ type: 'chat-ended', reason: 'agent' });
  t.is(story.files(first).length, 1, 'it is not cut off');
  story.reserve();
  story.setAside('files', file?.id);
  t.deepEqual(story.toUser(), ['Imagen no enviada']);
  t.is(story.lanes(first), undefined);
});

test('MEDIA_WAIT 0 › the link at once', (t) => {
  const story = active(policyOf({ mediaWaitMs: 0 }));
  story.taken(story.message(image('a')));
  t.deepEqual(story.toAgent(), [pending(url)]);
});

// -- media that come with the end, or beyond the bound

test('finish › a file that was sent before it still goes to the case', (t) => {
  const story = active();
  const message = story.message(image('a', 'antes de irme'));
  const chatId = story.id();
  story.finish();
  const after = story.message(image('b'));
  story.taken(message);
  t.is(story.files(chatId).length, 1);
  story.done('files', story.files(chatId)[0]?.id, 'a.jpg');
  t.deepEqual(story.deliverAll(chatId), [success, 'antes de irme']);
  story.seen(after);
  story.taken(after);
  t.deepEqual(story.files(chatId), [], 'what came after it is context');
});

test('a file that cannot be uploaded any more › nobody is told that it is on its way', (t) => {
  const story = active();
  const message = story.message(image('a'));
  const first = story.id();
  story.finish();
  story.reserve();
  story.taken(message, first);
  t.deepEqual(story.toAgent(first), [failed(url)], 'its case is not known any more');
  t.deepEqual(story.toUser(), ['Imagen no enviada']);
});

test('many files › beyond the bound of the document they wait for their place, and none is lost', (t) => {
  const story = active();
  const messages = Array.from({ length: 120 }, (_, index) =>
    story.message({ type: 'media', media: 'image', url: `${url}?${'s'.repeat(600)}${index}` }),
  );
  for (const message of messages) story.seen(message);
  const begun = story.files().length;
  t.true(begun >= 10 && begun < 120);
  const uploaded = new Set<string>();
  for (const message of messages) {
    story.taken(message);
    for (const file of story.files()) {
      uploaded.add(file.messageId);
      story.done('files', file.id, 'a.jpg');
    }
    t.deepEqual(story.deliverAll(), [success]);
  }
  t.is(uploaded.size, 120);
  t.deepEqual(story.toUser(), []);
});

test('many files › with the case out of reach: those beyond the bound fail with a word to both', (t) => {
  const story = active();
  const links: string[] = [];
  for (let index = 0; index < 60; index++) {
    const link = `${url}?${'s'.repeat(600)}${index}`;
    story.taken(story.message({ type: 'media', media: 'image', url: link }));
    story.pass(10_000);
    const said = story.deliverAll();
    t.is(said.length, 1);
    links.push(said[0] ?? '');
  }
  const late = links.filter((said) => said.startsWith('**El usuario envió')).length;
  t.is(story.files().length, late);
  t.is(story.conversation().lanes.user.length + story.conversation().overflow.count, 60 - late);
  t.true(late >= 10 && late < 60);
});

test('an address longer than any that is fetched › fails at once, with the whole link', (t) => {
  const story = active();
  const link = `https://media.example.com/${'x'.repeat(30_000)}`;
  const message = story.message({ type: 'media', media: 'video', url: link, caption: 'mira' });
  story.seen(message);
  t.deepEqual(story.files(), []);
  const said: string[] = [];
  for (let turn = 0; turn < 20 && !story.unsettled().length; turn++) {
    story.taken(message);
    const isLast = story.posts().at(-1)?.settles !== undefined;
    said.push(...story.deliverAll());
    if (isLast) break;
  }
  t.is(said.join(''), `${failed(link)}mira`);
  t.deepEqual(story.toUser(), ['Archivo no enviado'], 'once');
});

test('a caption beyond every channel › is cut, with a sign that it was', (t) => {
  const story = active();
  story.taken(story.message(image('a', 'largo '.repeat(20_000))));
  story.done('files', story.files()[0]?.id, 'a.jpg');
  const said = story.toAgent();
  t.is(said[0], success);
  t.true(said.at(-1)?.endsWith('…'));
  t.true(said.slice(1).join('').length > 8_000);
});

test('a caption of spaces beyond every channel › takes no room', (t) => {
  for (const caption of [' '.repeat(70_000), `mira${' '.repeat(70_000)}esto`]) {
    const story = active();
    story.taken(story.message(image('a', caption)));
    t.true(JSON.stringify(story.conversation()).length < 5_000 + 4_000);
    story.done('files', story.files()[0]?.id, 'a.jpg');
    t.is(story.toAgent().join('').replace(/\s/gu, ''), `${success}${caption}`.replace(/\s/gu, ''));
  }
});

test('place › the time passes for those of ended chats too', (t) => {
  const story = active();
  const chatId = story.id();
  story.taken(story.message(image('a')));
  story.finish();
  const due = wakeAt(policyOf(), story.conversation());
  t.true(due !== undefined && due <= start + 10_000);
  const { conversation } = decide(policyOf())(story.conversation(), {
    type: 'time-passed',
    at: start + 10_000,
  });
  t.deepEqual(
    conversation.lanes.chats[chatId]?.agent.posts.map(({ post }) => post),
    [{ kind: 'text', text: pending(url) }],
  );
});
