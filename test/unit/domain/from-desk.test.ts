import test from 'ava';
import type { DeskEvent } from '../../../src/domain/desk-event.ts';
import { allTexts, policyOf } from '../../support/arbitraries/policy.ts';
import { makeStory, text, type Stage, type Story } from './story.ts';

const talkative = policyOf({}, allTexts);
const idle = { warnAfterMs: 60_000, endAfterMs: 120_000 };

/** A story that begins to be told here: what was said before is out of the way. */
const from = (stage: Stage, policy = talkative, provider: 'whatsapp' | 'facebook' = 'whatsapp'): Story => {
  const story = makeStory(policy, provider);
  story.reach(stage);
  story.userDone();
  return story;
};

// -- request accepted, queue

test('request accepted › waiting, and the user hears so', (t) => {
  const story = from('requested');
  story.wait(2_000);
  story.told({ type: 'request-accepted' });
  t.like(story.chat(), { state: 'waiting', since: story.now() });
  t.deepEqual(story.toUser(), ['Esperando un agente']);
  t.deepEqual(story.notes(), [{ type: 'chat', state: 'waiting' }]);
});

test('request accepted › an empty text says nothing', (t) => {
  const story = from('requested', policyOf({}, { waitAgent: '' }));
  story.told({ type: 'request-accepted' });
  t.like(story.chat(), { state: 'waiting' });
  t.deepEqual(story.toUser(), []);
});

for (const stage of ['waiting', 'active'] as const) {
  test(`request accepted › a second time, in ${stage}, changes nothing and is counted`, (t) => {
    const story = from(stage);
    const before = story.conversation();
    story.told({ type: 'request-accepted', position: 3 });
    t.is(story.conversation(), before);
    t.deepEqual(story.notes(), [{ type: 'ignored', what: 'request-accepted' }]);
  });
}

test('queue › the place told with the acceptance follows it, counted from 1, minutes rounded up', (t) => {
  const story = from('requested');
  story.told({ type: 'request-accepted', position: 2, estimatedWaitSeconds: 61 });
  t.deepEqual(story.toUser(), ['Esperando un agente', 'Posición: 3\nEspera: 2 min']);
  t.like(story.chat(), { position: 2, estimatedWaitSeconds: 61 });
});

const queueCases: ReadonlyArray<[string, ReadonlyArray<[number, number?]>, ReadonlyArray<string>]> = [
  ['a first 0 says nothing', [[0]], []],
  ['a first 0 says nothing, again and again', [[0], [0, 30]], []],
  ['a later 0 is told', [[1], [0]], ['Posición: 2', 'Posición: 1']],
  ['what comes after a first 0 is told', [[0], [1]], ['Posición: 2']],
  [
    'the same place is told once, whatever the estimate',
    [
      [4, 60],
      [4, 120],
    ],
    ['Posición: 5\nEspera: 1 min'],
  ],
  ['an estimate of 0 has no line', [[4, 0]], ['Posición: 5']],
  ['an unknown estimate has no line', [[4, -1]], ['Posición: 5']],
  ['no estimate, no line', [[4]], ['Posición: 5']],
  ['exactly a minute is one', [[4, 60]], ['Posición: 5\nEspera: 1 min']],
  ['a second more is two', [[4, 61]], ['Posición: 5\nEspera: 2 min']],
];
for (const [what, updates, expected] of queueCases) {
  test(`queue › ${what}`, (t) => {
    const story = from('waiting');
    for (const [position, estimatedWaitSeconds] of updates) {
      story.told({
        type: 'queue-updated',
        position,
        ...(estimatedWaitSeconds === undefined ? {} : { estimatedWaitSeconds }),
      });
    }
    t.deepEqual(story.toUser(), expected);
    t.is(story.chat()?.position, updates.at(-1)?.[0]);
  });
}

test('queue › without its text nothing is said, and the place is known all the same', (t) => {
  const story = from('waiting', policyOf());
  story.told({ type: 'queue-updated', position: 7, estimatedWaitSeconds: 600 });
  t.deepEqual(story.toUser(), []);
  t.like(story.chat(), { position: 7, estimatedWaitSeconds: 600 });
});

test('queue › without the text for the wait, only the place is told', (t) => {
  const story = from('waiting', policyOf({}, { ...allTexts, waitTime: '' }));
  story.told({ type: 'queue-updated', position: 0 });
  story.told({ type: 'queue-updated', position: 1, estimatedWaitSeconds: 90 });
  t.deepEqual(story.toUser(), ['Posición: 2']);
});

test('queue › is over when an agent is there', (t) => {
  const story = from('waiting');
  story.told({ type: 'queue-updated', position: 1 });
  story.told({ type: 'agent-joined', name: 'Ana' });
  t.is(story.chat()?.position, undefined);
  story.userDone();
  story.told({ type: 'queue-updated', position: 0 });
  t.deepEqual(story.toUser(), []);
});

// -- agents

test('agent joined › active, name known, text optional', (t) => {
  const story = from('waiting');
  story.told({ type: 'agent-joined', name: 'Ana' });
  t.like(story.chat(), { state: 'active', agent: 'Ana', since: story.now() });
  t.deepEqual(story.toUser(), ['Le atiende Ana']);
  const silent = from('waiting', policyOf());
  silent.told({ type: 'agent-joined', name: 'Ana' });
  t.deepEqual(silent.toUser(), []);
});

test('agent joined › without a word of the queue before, too', (t) => {
  const story = from('requested');
  story.told({ type: 'agent-joined', name: 'Ana' });
  t.like(story.chat(), { state: 'active' });
  t.is(story.lanes()?.agent.introduction, 'due');
});

test('agent joined › again (the first one was lost): the new name, no second introduction', (t) => {
  const story = from('active');
  const mark = story.chat()?.joinedMark;
  story.told({ type: 'agent-away' });
  t.like(story.chat(), { state: 'active', agent: 'Ana' });
  story.told({ type: 'agent-joined', name: 'Luis' });
  t.like(story.chat(), { state: 'active', agent: 'Luis', joinedMark: mark ?? -1 });
  t.is(story.lanes()?.agent.introduction, 'done');
  story.contextRead([story.message(text('de antes'))]);
  t.deepEqual(story.toAgent(), []);
});

test('transferred › the new name, the text of its own, no second introduction', (t) => {
  const story = from('active');
  story.told({ type: 'agent-transferred', name: 'Luis' });
  t.like(story.chat(), { state: 'active', agent: 'Luis' });
  t.deepEqual(story.toUser(), ['Ahora le atiende Luis']);
  t.is(story.lanes()?.agent.introduction, 'done');
});

test('agent said › to the user as it is, in the order of saying', (t) => {
  const story = from('active');
  story.told({ type: 'agent-said', text: '  Hola\n\n¿qué tal? ' });
  story.told({ type: 'agent-said', text: 'Le ayudo' });
  t.deepEqual(story.toUser(), ['  Hola\n\n¿qué tal? ', 'Le ayudo']);
});

for (const stage of ['requested', 'waiting'] as const) {
  test(`agent said › the desk's own greeting reaches the user in ${stage} too`, (t) => {
    const story = from(stage);
    story.told({ type: 'agent-said', text: 'Bienvenida' });
    t.deepEqual(story.toUser(), ['Bienvenida']);
    t.like(story.chat(), { state: stage });
  });
}

for (const [provider, max] of [
  ['whatsapp', 4096],
  ['facebook', 2000],
] as const) {
  test(`agent said › ${provider} takes ${max} UTF-16 units at a time, as effects of their own`, (t) => {
    const story = from('active', talkative, provider);
    story.told({ type: 'agent-said', text: 'x'.repeat(max) });
    const one = story.conversation().lanes.user;
    t.deepEqual(
      one.map(({ text: said }) => said.length),
      [max],
    );
    t.regex(one[0]?.id ?? '', /-\d+$/u);
    story.userDone();
    const number = story.chat()?.effects;
    story.told({ type: 'agent-said', text: `${'palabra '.repeat(max / 4)}fin` });
    const { user } = story.conversation().lanes;
    t.is(user.length, 3);
    t.deepEqual(
      user.map(({ id }) => id),
      [1, 2, 3].map((part) => `${story.id()}-${number ?? -1}.${part}`),
    );
    t.true(user.every(({ text: said }) => said.length <= max));
    t.is(user.map(({ text: said }) => said).join(''), `${'palabra '.repeat(max / 4)}fin`);
  });
}

const silentEvents: ReadonlyArray<[DeskEvent, object]> = [
  [{ type: 'agent-typing' }, { type: 'ignored', what: 'agent-typing' }],
  [{ type: 'agent-away' }, { type: 'ignored', what: 'agent-away' }],
  [
    { type: 'unrecognised', kind: 'CustomEvent' },
    { type: 'seen', what: 'unrecognised' },
  ],
  [
    { type: 'uncertain', what: 'line' },
    { type: 'uncertain', what: 'line' },
  ],
];
for (const [event, note] of silentEvents) {
  test(`${event.type} › is counted, and changes nothing`, (t) => {
    const story = from('active');
    const before = story.conversation();
    story.told(event);
    t.is(story.conversation(), before);
    t.deepEqual(story.notes(), [note as never]);
  });
}

test('events of another chat › change nothing and are counted', (t) => {
  const story = from('active');
  const first = story.id();
  story.told({ type: 'chat-ended', reason: 'agent' });
  story.reach('active');
  const before = story.conversation();
  for (const event of [
    { type: 'agent-said', text: 'tarde' },
    { type: 'agent-joined', name: 'Luis' },
    { type: 'chat-ended', reason: 'agent' },
    { type: 'session-over', detail: '403' },
  ] as const) {
    story.told(event, first);
    t.is(story.conversation(), before);
    t.deepEqual(story.notes(), [{ type: 'ignored', what: event.type }]);
  }
});

// -- the idle timer: the desk sends only the numbers

test('idle timer › runs from the last word of the agent: warning, then the end', (t) => {
  const story = from('waiting');
  story.told({ type: 'agent-joined', name: 'Ana', idle });
  story.contextRead([]);
  story.deliverAll();
  story.pass(600_000);
  t.like(story.chat(), { state: 'active' }, 'no word yet, no clock');
  story.told({ type: 'agent-said', text: '¿Su pedido?' });
  story.userDone();
  story.pass(59_999);
  t.deepEqual(story.toUser(), []);
  story.pass(1);
  t.deepEqual(story.toUser(), ['¿Sigue ahí?']);
  story.pass(30_000);
  t.deepEqual(story.toUser(), ['¿Sigue ahí?'], 'once');
  story.pass(30_000);
  t.like(story.chat(), { state: 'ended', reason: 'idle' });
  t.deepEqual(story.toUser(), ['¿Sigue ahí?', 'Cerramos por inactividad']);
  t.deepEqual(story.toAgent(), ['<end>']);
  t.deepEqual(story.bot(), ['from-sf-timeout']);
});

test('idle timer › a word of the user stops it until the agent speaks again', (t) => {
  const story = from('waiting');
  story.told({ type: 'agent-joined', name: 'Ana', idle });
  story.told({ type: 'agent-said', text: '¿Su pedido?' });
  story.wait(30_000);
  story.happens({ type: 'user-spoke', chatId: story.id(), at: story.now() });
  story.pass(600_000);
  t.like(story.chat(), { state: 'active' });
  story.told({ type: 'agent-said', text: 'Gracias' });
  story.pass(120_000);
  t.like(story.chat(), { state: 'ended', reason: 'idle' });
});

test('idle timer › each word of the agent begins it anew', (t) => {
  const story = from('waiting', policyOf());
  story.told({ type: 'agent-joined', name: 'Ana', idle });
  story.told({ type: 'agent-said', text: 'Un momento' });
  story.pass(100_000);
  story.told({ type: 'agent-said', text: 'Sigo buscando' });
  story.pass(100_000);
  t.like(story.chat(), { state: 'active' });
  story.pass(20_000);
  t.like(story.chat(), { state: 'ended' });
});

test('idle timer › without texts the user hears nothing, and it ends all the same', (t) => {
  const story = from('waiting', policyOf());
  story.told({ type: 'agent-joined', name: 'Ana', idle });
  story.told({ type: 'agent-said', text: 'Hola' });
  story.userDone();
  story.pass(60_000);
  story.pass(60_000);
  t.like(story.chat(), { state: 'ended', reason: 'idle' });
  t.deepEqual(story.toUser(), []);
});

test('idle timer › both times passed at once: the end alone', (t) => {
  const story = from('waiting');
  story.told({ type: 'agent-joined', name: 'Ana', idle });
  story.told({ type: 'agent-said', text: 'Hola' });
  story.userDone();
  story.pass(500_000);
  t.deepEqual(story.toUser(), ['Cerramos por inactividad']);
});

test('idle timer › a warning that would not come before the end is left out', (t) => {
  for (const warnAfterMs of [0, 120_000, 200_000]) {
    const story = from('waiting');
    story.told({ type: 'agent-joined', name: 'Ana', idle: { warnAfterMs, endAfterMs: 120_000 } });
    story.told({ type: 'agent-said', text: 'Hola' });
    story.userDone();
    story.pass(119_999);
    t.deepEqual(story.toUser(), []);
    story.pass(1);
    t.like(story.chat(), { state: 'ended', reason: 'idle' });
  }
});

test('idle timer › an agent without one stops the clock of the one before', (t) => {
  const story = from('waiting');
  story.told({ type: 'agent-joined', name: 'Ana', idle });
  story.told({ type: 'agent-said', text: 'Le paso con Luis' });
  story.told({ type: 'agent-transferred', name: 'Luis' });
  story.pass(600_000);
  t.like(story.chat(), { state: 'active' });
});

// -- from the desk's events to the document: what they bring may be long

test('long members › of the desk are cut, so that the document stays small', (t) => {
  const story = from('waiting');
  story.told({ type: 'agent-joined', name: 'N'.repeat(20_000) });
  t.is(story.chat()?.agent, 'N'.repeat(255));
  story.told({ type: 'chat-ended', reason: 'r'.repeat(20_000) });
  t.is(story.chat()?.detail, 'r'.repeat(300));
});
