import test from 'ava';
import fc from 'fast-check';
import type { DeskEvent } from '../../../src/domain/desk-event.ts';
import type { Absorbed } from '../../../src/application/ports/agent-desk.port.ts';
import { absorb } from '../../../src/adapters/live-agent/absorb.ts';
import { restoreState, type SessionState } from '../../../src/adapters/live-agent/state.ts';
import { E } from '../../../src/domain/fp.ts';
import { digest } from '../../../src/adapters/live-agent/transcript.ts';
import { batch, end, line, reached, said, session, sessionData, talked, text } from './samples.ts';

type Heard = Absorbed & { readonly state: SessionState };

const hear = (before: SessionState, ...signal: [Parameters<typeof absorb>[1], number?]): Heard =>
  absorb(before, signal[0], signal[1] ?? 0) as Heard;

/** The transcript after a reconnect, and what follows it in the same batch. */
const recover = (
  before: SessionState,
  lines: ReadonlyArray<unknown>,
  ...more: ReadonlyArray<unknown>
): Heard => hear(reached(before), batch([sessionData(...lines), ...more], { generation: 1 }));

const spoken = (...texts: ReadonlyArray<string>): ReadonlyArray<DeskEvent> =>
  texts.map((words) => ({ type: 'agent-said', text: words }));

test('a batch › its events, acknowledgement and offset become the state together', (t) => {
  const heard = hear(session(), batch([said('Hola'), said('¿qué tal?')], { sequence: 0, offset: 77 }));
  t.deepEqual(heard.events, spoken('Hola', '¿qué tal?'));
  t.deepEqual(
    heard.state,
    session({ ack: 0, offset: 77, got: [digest('Hola'), digest('¿qué tal?')], gotCount: 2, gotLast: 2 }),
  );
  t.is(heard.pauseMs, 0);
  t.true(heard.heard);
});

test('a batch › absorbed again by the same state tells the same, by the next one nothing', (t) => {
  const signal = batch([said('Hola')], { sequence: 4, offset: 9 });
  const once = hear(session({ ack: 3 }), signal);
  t.deepEqual(hear(session({ ack: 3 }), signal), once);
  const again = hear(once.state, signal);
  t.is(again.state, once.state);
  t.deepEqual(again.events, []);
  t.true(again.heard);
  t.is(again.pauseMs, 995);
});

test('a batch › the offset of an empty one is no offset', (t) => {
  t.is(hear(session({ ack: 1, offset: 77 }), batch([], { sequence: 2 })).state.offset, 77);
});

test('a batch › of another generation is over', (t) => {
  const moved = session({ generation: 1 });
  const heard = hear(moved, batch([said('Hola')]));
  t.is(heard.state, moved);
  t.deepEqual(heard.events, []);
  t.false(heard.heard);
});

test('a batch › that came before the failover was met is still told', (t) => {
  const known = session({ recovery: { step: 'reconnect' } });
  const heard = hear(known, batch([said('Hola')]));
  t.deepEqual(heard.events, spoken('Hola'));
  t.deepEqual(heard.state.recovery, { step: 'reconnect' });
});

test('nothing new › polls begin a second apart, and nothing is to be stored', (t) => {
  const before = session({ ack: 3 });
  for (const [tookMs, pauseMs] of [
    [0, 1_000],
    [400, 600],
    [30_000, 0],
  ] as const) {
    const heard = hear(before, { kind: 'nothing', generation: 0, tookMs });
    t.is(heard.state, before);
    t.deepEqual({ ...heard, state: 0 }, { state: 0, events: [], pauseMs, heard: true });
  }
});

test('trouble › changes nothing but the pause, and is no sign of life', (t) => {
  const before = session();
  const heard = hear(before, { kind: 'trouble', generation: 0, detail: 'poll: 500', pauseMs: 700 });
  t.is(heard.state, before);
  t.deepEqual(
    { ...heard, state: 0 },
    { state: 0, events: [], pauseMs: 700, heard: false, trouble: 'poll: 500' },
  );
});

test('a session › that is over says so', (t) => {
  const heard = hear(session(), { kind: 'session-over', generation: 0, detail: 'poll: 403', pauseMs: 0 });
  t.deepEqual(heard.events, [{ type: 'session-over', detail: 'poll: 403' }]);
  t.false(heard.heard);
});

test('a 403 › of a session that was reached anew since then ends nothing', (t) => {
  const now = session({ generation: 1 });
  const heard = hear(now, { kind: 'session-over', generation: 0, detail: 'poll: 403', pauseMs: 0 });
  t.is(heard.state, now);
  t.deepEqual(heard.events, []);
  t.false(heard.heard);
});

const lost = { kind: 'affinity-lost', generation: 0, detail: 'poll: 503', pauseMs: 0 } as const;
const none = { kind: 'no-failover', generation: 0, detail: 'none', pauseMs: 500 } as const;

test('a failover › begins a recovery once', (t) => {
  const heard = hear(session(), lost);
  t.deepEqual(heard.state, session({ recovery: { step: 'reconnect' } }));
  t.false(heard.heard);
  t.is(hear(heard.state, lost).state, heard.state);
  const later = session({ generation: 1 });
  t.is(hear(later, lost).state, later);
});

test('a failover › that had not happened goes on with the old affinity', (t) => {
  const heard = hear(session({ ack: 3, recovery: { step: 'reconnect' } }), none);
  t.deepEqual(heard.state, session({ ack: 3 }));
  t.is(heard.pauseMs, 500);
});

test('a failover › said of a recovery that stands goes on where it stood', (t) => {
  const before = reached(session());
  const twice = hear(before, { ...lost, generation: 1 });
  t.like(twice.state.recovery, { step: 'reconnect' });
  t.deepEqual(hear(twice.state, { ...none, generation: 1 }).state, before);
});

for (const [resets, next] of [
  [true, 1],
  [false, 7],
] as const) {
  test(`a reconnect › ${resets ? 'begins to count again' : 'goes on counting'} in a new generation`, (t) => {
    const before = session({ ack: 5, offset: 9, next: 7, recovery: { step: 'reconnect' } });
    const signal = { kind: 'reconnected', generation: 0, affinity: 'b0b0cafe', resets } as const;
    const heard = hear(before, signal, 1_234);
    t.deepEqual(
      heard.state,
      session({
        affinity: 'b0b0cafe',
        generation: 1,
        ack: -1,
        offset: 9,
        next,
        recovery: { step: 'session-data', since: 1_234, renumbered: resets },
      }),
    );
    t.true(heard.heard);
    t.is(hear(heard.state, signal).state, heard.state);
  });
}

test('the transcript › agent lines after the known ones are news, and resync follows', (t) => {
  const heard = recover(talked(['Hola'], ['buenas']), [
    line('Agent', 'Hola'),
    line('Chasitor', 'buenas'),
    line('OperatorTransferred', ''),
    line('Agent', '¿sigue ahí?'),
    line('Agent', 'Dígame'),
  ]);
  t.deepEqual(heard.events, spoken('¿sigue ahí?', 'Dígame'));
  t.is(heard.head, undefined);
  t.like(heard.state, { ack: 0, gotCount: 3, recovery: { step: 'resync' } });
});

test('the transcript › of a session that heard nothing yet is all news', (t) => {
  t.deepEqual(recover(session(), [line('Agent', 'Hola')]).events, spoken('Hola'));
});

test('the transcript › that does not fit repeats nothing to the user', (t) => {
  for (const lines of [[line('Agent', 'otra cosa')], []]) {
    const heard = recover(talked(['Hola'], []), lines);
    t.deepEqual(heard.events, [{ type: 'uncertain', what: 'agent lines after a reconnect' }]);
    t.deepEqual(heard.state.recovery, { step: 'resync' });
  }
});

test('the head › stands in the transcript after what was posted before: delivered', (t) => {
  const before = talked([], ['uno'], { head: text('dos') });
  const heard = recover(before, [line('Chasitor', 'uno'), line('Chasitor', 'dos')]);
  t.is(heard.head, 'delivered');
  t.like(heard.state, { next: 1, posted: [digest('uno'), digest('dos')], postedCount: 2 });
  t.is(heard.state.head, undefined);
});

test('the head › with numbers that go on, a delivered one has used its own', (t) => {
  const before = reached(talked([], ['uno'], { head: text('dos') }), false);
  const signal = batch([sessionData(line('Chasitor', 'uno'), line('Chasitor', 'dos'))], { generation: 1 });
  t.is(hear(before, signal).state.next, before.next + 1);
});

test('the head › the same words said before are not the head', (t) => {
  const before = talked([], ['ok'], { head: text('ok') });
  t.is(recover(before, [line('Chasitor', 'ok')]).head, 'untaken');
  t.is(recover(before, [line('Chasitor', 'ok'), line('Chasitor', 'ok')]).head, 'delivered');
});

test('the head › is not in the transcript: sent again under the first number', (t) => {
  const heard = recover(talked([], ['uno'], { head: text('dos') }), [line('Chasitor', 'uno')]);
  t.is(heard.head, 'untaken');
  t.like(heard.state, { next: 1, head: text('dos'), recovery: { step: 'resync' } });
  t.deepEqual(heard.events, []);
});

test('the head › with a transcript that does not fit is sent again, and counted', (t) => {
  const heard = recover(talked([], ['uno'], { head: text('dos') }), [line('Chasitor', 'otra')]);
  t.is(heard.head, 'again');
  t.deepEqual(heard.events, [{ type: 'uncertain', what: 'a post after a reconnect' }]);
});

test('the head › an end is always sent again', (t) => {
  t.is(recover(talked([], ['uno'], { head: end }), [line('Chasitor', 'otra')]).head, 'untaken');
});

test('the transcript › missing counts as one that does not fit', (t) => {
  const heard = hear(
    reached(talked([], [], { head: text('uno') })),
    batch([{ type: 'ChasitorSessionData', message: {} }], { generation: 1 }),
  );
  t.is(heard.head, 'again');
  t.deepEqual(
    heard.events.map(({ type }) => type),
    ['uncertain', 'uncertain'],
  );
});

test('the transcript › is awaited for a minute, then the talk goes on without it', (t) => {
  const waiting = reached(talked([], [], { head: text('uno') }));
  const nothing = { kind: 'nothing', generation: 1, tookMs: 30_000 } as const;
  t.is(hear(waiting, nothing, 59_999).state, waiting);
  const heard = hear(waiting, nothing, 60_000);
  t.deepEqual(heard.state.recovery, { step: 'resync' });
  t.is(heard.head, 'again');
  t.true(heard.heard);
});

test('the transcript › counts only while it is awaited', (t) => {
  const heard = hear(talked(['Hola'], []), batch([sessionData(line('Agent', 'x'))]));
  t.deepEqual(heard.events, []);
});

const resynced = { kind: 'resynced', generation: 1 } as const;

test('a resync › ends the recovery', (t) => {
  const before = session({ generation: 1, recovery: { step: 'resync' } });
  const heard = hear(before, resynced);
  t.deepEqual(heard.state, session({ generation: 1 }));
  t.true(heard.heard);
  t.is(hear(heard.state, resynced).state, heard.state);
});

const refused = { kind: 'out-of-step', generation: 1, detail: 'resync: 400', pauseMs: 500 } as const;

test('a resync › refused and no failover since is sent once more: refused again, it had been taken already', (t) => {
  const known = recover(talked(['Hola'], []), [line('Agent', 'Hola'), line('Agent', 'perdido')]).state;
  const heard = hear(known, refused, 100);
  t.is(heard.state.recovery?.step, 'reconnect');
  t.like(heard, { heard: false, pauseMs: 500, trouble: 'resync: 400' });
  const again = hear(heard.state, { ...none, generation: 1 }, 600).state;
  t.is(again.recovery?.step, 'resync');
  t.true(E.isRight(restoreState(JSON.parse(JSON.stringify(again)))));
  t.is(hear(again, resynced, 700).state.recovery, undefined, 'this time it was taken');
  const over = hear(again, refused, 700).state;
  t.is(over.recovery, undefined);
  t.is(over.told?.until, 10_700, 'lines may come again for so long');
});

test('a resync › refused, and the desk had been reconnected twice: all begins again', (t) => {
  const heard = hear(session({ generation: 1, recovery: { step: 'resync' } }), refused);
  const anew = hear(heard.state, { kind: 'reconnected', generation: 1, affinity: 'c0c0', resets: true }, 7);
  t.like(anew.state, { generation: 2, recovery: { step: 'session-data', since: 7 } });
  const elsewhere = session({
    generation: 1,
    recovery: { step: 'session-data', since: 0, renumbered: true },
  });
  t.is(hear(elsewhere, refused).state, elsewhere, 'of a step that is left behind nothing is refused');
});

test('a line › in the transcript and again as an event is shown once', (t) => {
  const known = [line('Agent', 'Hola'), line('Agent', 'perdido')];
  const inOne = recover(talked(['Hola'], []), known, said('perdido'), said('nuevo'));
  t.deepEqual(inOne.events, spoken('perdido', 'nuevo'));

  const later = hear(recover(talked(['Hola'], []), known).state, resynced, 500);
  const heard = hear(
    later.state,
    batch([said('perdido'), said('nuevo')], { generation: 1, sequence: 1 }),
    900,
  );
  t.deepEqual(heard.events, spoken('nuevo'));
  t.is(heard.state.told, undefined);
});

test('a line › that the desk does not know to have arrived may come again too', (t) => {
  const before = talked(['Hola', 'dos', 'tres'], [], { gotLast: 2 });
  const lines = ['Hola', 'dos', 'tres', 'cuatro'].map((words) => line('Agent', words));
  const heard = recover(before, lines, said('dos'), said('tres'), said('cuatro'), said('Hola'));
  t.deepEqual(heard.events, spoken('cuatro', 'Hola'));
});

test('a line › said once more later is news', (t) => {
  const known = [line('Agent', 'Hola'), line('Agent', 'ok')];
  const recovered = hear(recover(talked(['Hola'], []), known).state, resynced, 500).state;
  const ok = batch([said('ok')], { generation: 1, sequence: 1 });
  t.deepEqual(hear(recovered, ok, 10_501).events, spoken('ok'));
  const quiet = hear(recovered, { kind: 'nothing', generation: 1, tookMs: 100 }, 700).state;
  t.deepEqual(hear(quiet, ok, 800).events, spoken('ok'));
  const other = hear(recovered, batch([said('x'), said('ok')], { generation: 1, sequence: 1 }), 700);
  t.deepEqual(other.events, spoken('x', 'ok'));
});

test('a line › each is shown once, whatever the desk gives again after a reconnect', (t) => {
  const count = fc.nat(8);
  fc.assert(
    fc.property(count, count, count, count, fc.nat(100), (known, last, missed, news, from) => {
      const name = (word: string, many: number) => Array.from({ length: many }, (_, at) => `${word} ${at}`);
      const [heard, missing, fresh] = [name('known', known), name('missed', missed), name('new', news)];
      const transcript = [...heard, ...missing];
      // what was not acknowledged, or less of it: each client's desk decides
      const firstRepeat = Math.max(0, known - last) + (from % (Math.min(known, last) + missed + 1));
      const before = talked(heard, [], { gotLast: Math.min(known, last) });
      const { events } = recover(
        before,
        transcript.map((words) => line('Agent', words)),
        ...transcript.slice(firstRepeat).map(said),
        ...fresh.map(said),
      );
      t.deepEqual(events, spoken(...missing, ...fresh));
    }),
  );
});

test('a second failover › before the resync finds the same lines known', (t) => {
  const lines = [line('Agent', 'Hola'), line('Agent', 'perdido'), line('Chasitor', 'uno')];
  const once = recover(talked(['Hola'], ['uno'], { head: text('dos') }), lines);
  const again = { ...reached(once.state), generation: 2 };
  const heard = hear(again, batch([sessionData(...lines), said('perdido')], { generation: 2 }));
  t.deepEqual(heard.events, []);
  t.is(heard.head, 'untaken');
});

test('a run of cuts › is told as nothing', (t) => {
  const before = session();
  const heard = hear(before, { kind: 'cut', generation: 0 });
  t.is(heard.state, before);
  t.deepEqual({ ...heard, state: 0 }, { state: 0, events: [], pauseMs: 0, heard: false });
});
