import test from 'ava';
import type { Content } from '../../../src/domain/message.ts';
import { allTexts, policyOf } from '../../support/arbitraries/policy.ts';
import { makeStory, text, type Stage } from './story.ts';

// -- first joining

test('first joining › context, welcome, then the messages since the reservation, singly and in order', (t) => {
  const story = makeStory();
  const told = story.message(text('Quiero una persona'));
  story.reach('waiting');
  const first = story.message(text('¿Hola?'));
  const second = story.message(text('Sigo aquí'));
  story.told({ type: 'agent-joined', name: 'Ana' });
  story.taken(first);
  t.deepEqual(story.toAgent(), [], 'nothing before the introduction');
  story.contextRead([told]);
  t.deepEqual(story.toAgent(), [
    'Contexto:\nCliente [10-10-2025 09:20:00]:Quiero una persona\n\n',
    'Hola soy Eva Luna y necesito ayuda',
  ]);
  story.taken(first);
  t.is(story.toAgent().length, 2, 'one after the other');
  story.deliverAll();
  story.taken(first);
  t.deepEqual(story.deliverAll(), ['¿Hola?']);
  story.taken(second);
  t.deepEqual(story.deliverAll(), ['Sigo aquí']);
});

test('first joining › without entries no context message', (t) => {
  const story = makeStory();
  story.reach('joined');
  story.contextRead([]);
  t.deepEqual(story.toAgent(), ['Hola soy Eva Luna y necesito ayuda']);
});

test('first joining › is told once, however often the entries are read', (t) => {
  const story = makeStory();
  story.reach('joined');
  const entry = story.message(text('hola'));
  story.contextRead([entry]);
  const before = story.conversation();
  story.contextRead([entry]);
  t.is(story.conversation(), before);
});

test('first joining › a welcome without a place for the name, or none at all', (t) => {
  const plain = makeStory(policyOf({}, { welcomeTemplate: 'Un usuario necesita ayuda' }));
  plain.reach('joined');
  plain.contextRead([]);
  t.deepEqual(plain.toAgent(), ['Un usuario necesita ayuda']);
  const silent = makeStory(policyOf({}, { welcomeTemplate: '' }));
  silent.reach('joined');
  silent.contextRead([]);
  t.deepEqual(silent.toAgent(), []);
  t.is(silent.lanes()?.agent.introduction, 'done');
});

test('first joining › the entries are posted when the last part of the context is delivered', (t) => {
  const story = makeStory(policyOf({ agentTextMax: 100 }));
  const entries = ['uno', 'dos', 'tres', 'cuatro'].map((word) => story.message(text(word.repeat(8))));
  story.reach('joined');
  story.contextRead(entries);
  const parts = story.posts().length - 1;
  t.true(parts > 1);
  for (let part = 1; part < parts; part++) {
    story.bind();
    story.deliver();
    t.deepEqual(story.unsettled(), []);
  }
  story.bind();
  story.deliver();
  t.deepEqual(story.unsettled(), [{ what: 'context', arrivals: entries.map(({ arrival }) => arrival) }]);
});

// -- the user's messages

for (const stage of ['reserved', 'requested', 'waiting', 'joined'] as const satisfies ReadonlyArray<Stage>) {
  test(`message › stays where it is while the chat is ${stage}`, (t) => {
    const story = makeStory();
    story.reach(stage);
    const before = story.conversation();
    story.taken(story.message(text('¿Hola?')));
    t.is(story.conversation(), before);
  });
}

test('message › of a chat that has ended is context', (t) => {
  const story = makeStory();
  story.reach('active');
  story.told({ type: 'chat-ended', reason: 'agent' });
  const before = story.conversation();
  story.taken(story.message(text('¿Hola?')));
  t.is(story.conversation(), before);
});

const kinds: ReadonlyArray<[string, Content, string]> = [
  ['a text', text(' Hola '), ' Hola '],
  ['a location', { type: 'line', line: 'location', value: '19.4,-99.1' }, 'Ubicación: 19.4,-99.1'],
  ['contacts', { type: 'line', line: 'contacts', value: 'Luis 55' }, 'Contacto: Luis 55'],
  ['a choice', { type: 'line', line: 'choice', value: 'Sí' }, 'Eligió: Sí'],
  ['a reaction', { type: 'line', line: 'reaction', value: '👍' }, 'Reaccionó: 👍'],
  [
    'an unknown kind',
    { type: 'unknown', kind: 'order' },
    '**El usuario envió un mensaje de tipo order que no se puede mostrar**',
  ],
];
for (const [what, content, line] of kinds) {
  test(`message › ${what} as the agent reads it`, (t) => {
    const story = makeStory();
    story.reach('active');
    const message = story.message(content);
    story.taken(message);
    t.deepEqual(story.toAgent(), [line]);
    story.bind();
    story.deliver();
    t.deepEqual(story.unsettled(), [{ what: 'message', id: message.id, as: 'posted' }]);
  });
}

test('message › of nothing that can be seen is told as such', (t) => {
  const story = makeStory();
  story.reach('active');
  const message = story.message(text(' \n '));
  story.taken(message);
  t.deepEqual(story.toAgent(), ['**El usuario envió un mensaje de tipo text que no se puede mostrar**']);
  t.deepEqual(story.posts().at(-1)?.settles, { what: 'message', id: message.id, as: 'posted' });
});

test('message › is not taken again while it only waits to be marked', (t) => {
  const story = makeStory();
  story.reach('active');
  const message = story.message(text('una vez'));
  story.taken(message);
  story.bind();
  story.deliver();
  story.taken(message);
  t.deepEqual(story.toAgent(), []);
});

test('long message › comes in turns, whole and in order, and is settled with its last piece', (t) => {
  const story = makeStory(policyOf({ agentTextMax: 100 }));
  story.reach('active');
  const long = Array.from({ length: 400 }, (_, index) => `palabra${index}`).join(' ');
  const message = story.message(text(long));
  const said: string[] = [];
  let turns = 0;
  for (; turns < 100; turns++) {
    story.taken(message);
    t.true(story.posts().length <= 6);
    const pieces = story.posts();
    t.true(pieces.slice(0, -1).every(({ settles }) => settles === undefined));
    const isLast = pieces.at(-1)?.settles !== undefined;
    said.push(...story.deliverAll());
    if (isLast) break;
  }
  t.true(turns > 3);
  t.is(said.join(''), long);
});

test('set aside › the message is marked so, the next one goes on', (t) => {
  const story = makeStory();
  story.reach('active');
  const message = story.message(text('rechazado'));
  story.taken(message);
  story.bind();
  story.happens({ type: 'posts-set-aside', chatId: story.id(), at: story.now(), detail: 'refused' });
  t.deepEqual(story.unsettled(), [{ what: 'message', id: message.id, as: 'set-aside' }]);
  t.is(story.conversation().lastError, 'refused');
  t.is(story.toUser().at(-1), 'Mensaje no enviado');
  story.taken(story.message(text('siguiente')));
  t.deepEqual(story.toAgent(), ['siguiente']);
});

test('set aside › a post whose time is over before it was ever bound, too', (t) => {
  const story = makeStory();
  story.reach('joined');
  story.contextRead([story.message(text('hola'))]);
  story.happens({ type: 'posts-set-aside', chatId: story.id(), at: story.now(), detail: 'its time is over' });
  t.deepEqual(story.toAgent(), ['Hola soy Eva Luna y necesito ayuda']);
  t.is(story.unsettled().length, 1);
});

test('set aside › the user is told of own words only', (t) => {
  const story = makeStory();
  story.reach('joined');
  story.contextRead([story.message(text('hola'))]);
  story.userDone();
  const gone = (): void =>
    story.happens({ type: 'posts-set-aside', chatId: story.id(), at: story.now(), detail: 'refused' });
  gone();
  gone();
  t.deepEqual(story.toUser(), [], 'neither of context nor of welcome');
  story.taken(story.message(text('x'.repeat(40_000))));
  gone();
  t.deepEqual(story.toUser(), ['Mensaje no enviado']);
});

test('delivered › without anything bound means nothing', (t) => {
  const story = makeStory();
  story.reach('active');
  story.taken(story.message(text('hola')));
  const before = story.conversation();
  story.deliver();
  story.happens({ type: 'posts-abandoned', chatId: story.id(), at: story.now() });
  t.is(story.conversation(), before);
});

test('bound posts › stay bound until their outcome, whatever is bound after', (t) => {
  const story = makeStory();
  story.reach('joined');
  story.contextRead([story.message(text('hola'))]);
  story.bind(2);
  story.bind(1);
  t.is(story.lanes()?.agent.bound, 2);
  story.deliver();
  t.deepEqual(story.toAgent(), []);
  story.taken(story.message(text('uno')));
  story.bind(9);
  t.is(story.lanes()?.agent.bound, 1, 'no more than there are');
});

test('posts that fail › wait, and count only what counts against them', (t) => {
  const story = makeStory();
  story.reach('active');
  story.taken(story.message(text('hola')));
  story.bind();
  const chatId = story.id();
  story.happens({ type: 'posts-failed', chatId, ...story.failure() });
  t.like(story.posts()[0], { tries: 0, notBefore: story.now() + 500 });
  t.is(story.posts()[0]?.unknown, undefined);
  story.happens({ type: 'posts-failed', chatId, ...story.failure({ counted: true, unknown: true }) });
  t.like(story.posts()[0], { tries: 1, unknown: true });
  t.is(story.conversation().lastError, 'no connection');
});

test('trouble of an effect that is gone › is no trouble of this conversation', (t) => {
  const story = makeStory();
  story.reach('active');
  const before = story.conversation();
  story.happens({ type: 'effect-failed', lane: 'bot', id: 'withdrawn', ...story.failure() });
  story.happens({ type: 'effect-set-aside', lane: 'user', id: 'gone', at: story.now(), detail: 'x' });
  story.happens({ type: 'effect-done', lane: 'files', id: 'gone', at: story.now() });
  story.happens({ type: 'posts-failed', chatId: story.id(), ...story.failure() });
  story.happens({ type: 'posts-set-aside', chatId: 'another', at: story.now(), detail: 'x' });
  t.is(story.conversation(), before);
});

// -- what the user never got

test('text set aside › the agent is told once, with the text', (t) => {
  const story = makeStory();
  story.reach('active');
  story.userDone();
  story.told({ type: 'agent-said', text: '¿Sigue ahí?' });
  story.setAside('user', story.conversation().lanes.user[0]?.id);
  t.deepEqual(story.toAgent(), ['**No se pudo entregar al usuario:** ¿Sigue ahí?']);
  t.deepEqual(story.toUser(), []);
});

test('text set aside › with nobody there, nobody is told', (t) => {
  const story = makeStory();
  story.reach('waiting');
  story.setAside('user', story.conversation().lanes.user[0]?.id);
  t.deepEqual(story.toAgent(), []);
  const ended = makeStory(policyOf({}, allTexts));
  ended.reach('active');
  ended.told({ type: 'chat-ended', reason: 'agent' });
  ended.setAside('user', ended.conversation().lanes.user[0]?.id);
  t.is(ended.lanes(), undefined);
});
