import test from 'ava';
import type { ChatView } from '../../sandbox/salesforce/live-agent/chat.ts';
import { policyOf } from '../support/arbitraries/policy.ts';
import type { User } from '../../src/domain/channel.ts';
import { decide } from '../../src/domain/chat.ts';
import { emptyConversation } from '../../src/domain/conversation.ts';
import { E } from '../../src/domain/fp.ts';
import { tokens } from '../../src/main/tokens.ts';
import { whatsAppConnect } from './support/service.ts';
import { chatOf, facebookConnect, heardBy, shownTo, user, welcome } from './support/conversations.ts';
import { hour, minute, startHours, type HoursService } from './support/hours.ts';

const failing = { kind: 'status', status: 503, path: '*/messages', times: 'forever' } as const;

const stateOf = async (service: HoursService, userId: string): Promise<string> => {
  const { state, reason } = await chatOf(service, userId);
  return [state, ...(reason === undefined ? [] : [reason])].join(': ');
};

test('Yalo down for an hour › nobody knocks all the time, the agent goes on hearing, everything arrives', async (t) => {
  const service = await startHours(t, { env: { MAX_RETRIES: '3' } });
  const { salesforce, yalo } = service.sandbox;
  const first = await service.talk();
  const second = await service.talk(facebookConnect);
  const down = yalo.faults.add(failing);
  const texts = Array.from({ length: 12 }, (_, index) => `texto ${index + 1}`);
  for (const [index, text] of texts.entries()) {
    salesforce.agents.say(first, text);
    salesforce.agents.say(second, text);
    await yalo.phone.sendText('whatsapp', user, `eco ${index + 1}`);
    await service.clock.advance(5 * minute);
  }
  t.deepEqual(
    heardBy(first).slice(1),
    texts.map((_, index) => `eco ${index + 1}`),
    'the way to the agent is another one',
  );
  t.like(await chatOf(service), {
    state: 'active',
    setAside: 0,
    pending: { toUser: 12, toAgent: 0, files: 0, bot: 0 },
  });
  // one probe at a time, at most 30 s apart: jitter makes the pauses a quarter shorter
  t.true(down.hits >= 100 && down.hits <= 200, `${down.hits} tries in an hour`);
  const metrics = String((await service.call('GET', '/metrics')).body);
  t.regex(metrics, /^relevo_remote_up\{remote="bot channel"\} 0$/mu);
  t.regex(metrics, /^relevo_lane_queue\{lane="user"\} 24$/mu);
  t.regex(metrics, /^relevo_delivery_retries_total\{lane="user"\} [1-9]/mu);
  down.remove();
  // time passes while the disk is waited for, however slow that is
  await service.passUntil('everything is shown', () => shownTo(service).length === 13, 5 * minute);
  await service.passUntil(
    'everything is shown on Facebook',
    () => shownTo(service, facebookConnect.userID).length === 13,
    5 * minute,
  );
  t.deepEqual(shownTo(service).slice(1), texts);
  t.deepEqual(shownTo(service, facebookConnect.userID).slice(1), texts);
  t.false(service.logged.some(({ event }) => event === 'message-set-aside'));
  // the oldest has waited for an hour
  const lag = /^relevo_delivery_lag_seconds_sum\{lane="user"\} ([\d.]+)$/mu;
  const told = lag.exec(String((await service.call('GET', '/metrics')).body))?.[1];
  t.true(Number(told) >= 2 * 3_600, String(told));
});

test('Yalo down beyond DELIVERY_DEADLINE › set aside with a word to the agent, what is younger arrives', async (t) => {
  const service = await startHours(t, { env: { DELIVERY_DEADLINE: '30m' } });
  const { salesforce, yalo } = service.sandbox;
  const chat = await service.talk();
  const down = yalo.faults.add(failing);
  salesforce.agents.say(chat, 'viejo');
  await service.clock.advance(20 * minute);
  salesforce.agents.say(chat, 'joven');
  await service.clock.advance(11 * minute);
  t.like(await chatOf(service), { state: 'active', setAside: 1 });
  t.deepEqual(heardBy(chat).slice(1), ['**No se pudo entregar al usuario:** viejo']);
  down.remove();
  await service.passUntil('the younger is shown', () => shownTo(service).includes('joven'), minute);
  t.deepEqual(shownTo(service).slice(1), ['joven']);
});

test('a text that alone meets errors › is set aside after its tries, and the next goes on', async (t) => {
  const service = await startHours(t, { env: { MAX_RETRIES: '4' } });
  const { salesforce, yalo } = service.sandbox;
  const chat = await service.talk();
  const other = await service.talk(facebookConnect);
  const poison = yalo.faults.add({ ...failing, status: 500, when: ({ body }) => body.includes('veneno') });
  salesforce.agents.say(chat, ['veneno', 'bueno']);
  for (let said = 0; said < 100 && !shownTo(service).includes('bueno'); said += 1) {
    salesforce.agents.say(other, `otro ${said}`);
    await service.clock.advance(2_000);
  }
  t.deepEqual(shownTo(service).slice(1), ['bueno']);
  // the first try says nothing yet of others
  t.true(poison.hits >= 4 && poison.hits <= 6, `${poison.hits} tries`);
  t.like(await chatOf(service), { state: 'active', setAside: 1 });
});

test('Retry-After › no further try before its end, a minute at most; then all goes on', async (t) => {
  const service = await startHours(t);
  const { salesforce, yalo } = service.sandbox;
  const chat = await service.talk();
  for (const [asked, kept] of [
    ['40', 40_000],
    ['3600', 60_000],
  ] as const) {
    const busy = yalo.faults.add({ ...failing, status: 429, times: 1, headers: { 'Retry-After': asked } });
    salesforce.agents.say(chat, `tras ${asked}`);
    await service.passUntil('it was told to wait', () => busy.hits === 1, minute);
    await service.clock.advance(kept - 1_500);
    t.false(shownTo(service).includes(`tras ${asked}`));
    await service.passUntil(
      'it is shown then',
      () => shownTo(service).includes(`tras ${asked}`),
      kept / 4 + 2_000,
    );
  }
  t.is(yalo.deliveries.duplicates, 0);
});

test('a pod that answers 204 for ever › a deadline ends what it does not answer', async (t) => {
  const service = await startHours(t, {
    env: { REQUEST_TIMEOUT: '60s', CHAT_IDLE_MAX: '30m' },
    sandbox: { liveAgent: { afterEnd: 204 } },
  });
  const { agents } = service.sandbox.salesforce;
  const chat = await service.talk();
  agents.settings.queue = 'manual';
  const facebook = facebookConnect.userID;
  await service.ask(facebookConnect);
  await service.clock.advance(59_000);
  t.is(await stateOf(service, facebook), 'requested');
  await service.clock.advance(2_000);
  t.is(await stateOf(service, facebook), 'failed: request-timeout');

  // the end of the chat itself is lost: its session says nothing more, and never that it is over
  service.sandbox.salesforce.faults.add({
    kind: 'status',
    status: 204,
    server: 'chat',
    path: '*/Messages',
    times: 'forever',
  });
  await service.clock.advance(minute);
  agents.end(chat);
  await service.clock.advance(27 * minute);
  t.is(await stateOf(service, user), 'active');
  await service.clock.advance(3 * minute);
  t.is(await stateOf(service, user), 'ended: idle');
});

test('the desk does not answer › two minutes are waited out, three are the end', async (t) => {
  const service = await startHours(t, {
    env: { MESSAGES: JSON.stringify({ sessionLost: 'Se perdió la conexión' }) },
    sandbox: { liveAgent: { connectionTimeoutMs: hour } },
  });
  const { agents, faults } = service.sandbox.salesforce;
  const chat = await service.talk();
  const fault = { kind: 'status', status: 500, server: 'chat', times: 'forever' } as const;
  const down = faults.add(fault);
  agents.say(chat, 'mientras');
  await service.clock.advance(2 * minute);
  down.remove();
  await service.passUntil('it is heard again', () => shownTo(service).includes('mientras'), minute);
  t.is(await stateOf(service, user), 'active');
  faults.add(fault);
  await service.clock.advance(3 * minute + 15_000);
  t.is(await stateOf(service, user), 'ended: silence');
  t.is(shownTo(service).at(-1), 'Se perdió la conexión');
});

/** An hour ago somebody began to connect the user, and died. */
const leaveReservation = async (service: HoursService): Promise<void> => {
  const { chatStore } = service.container().resolve(tokens.stores);
  const whose: User = { provider: 'whatsapp', id: user };
  const { name, email, phoneNumber, botSlug, botId } = whatsAppConnect;
  const { conversation } = decide(policyOf())(emptyConversation(whose), {
    type: 'reserved',
    chatId: 'chat-of-the-dead',
    at: service.clock.now() - hour,
    mark: 1,
    profile: { name, email, phoneNumber, botSlug, botId },
    flow: 'default',
  });
  const save = { conversation, rev: 0, writeId: 'sample', owner: 'nobody-living' };
  const saved = await chatStore.save(save)();
  if (E.isLeft(saved)) throw new Error(saved.left.detail);
};

test('a reservation whose process is gone › times out, however often its user asks meanwhile', async (t) => {
  const service = await startHours(t);
  const { clock } = service;
  await leaveReservation(service);
  const answers: number[] = [];
  for (let asked = 0; asked < 40 && answers.at(-1) !== 200; asked += 1) {
    await clock.advance(200);
    answers.push((await service.connect()).status);
  }
  t.is(answers[0], 409);
  t.is(answers.at(-1), 200);
});

test('a time that has come under a process that is gone › is looked at with the take-over', async (t) => {
  const service = await startHours(t);
  const { clock } = service;
  await leaveReservation(service);
  const isTaken = async (): Promise<boolean> =>
    /^relevo_takeovers_total 1$/mu.test(String((await service.call('GET', '/metrics')).body));
  for (let asked = 0; asked < 1_000 && !(await isTaken()); asked += 1) await clock.advance(10);
  await clock.advance(50);
  t.is(await stateOf(service, user), 'failed: connect-timeout');
});

// -- jumps of the wall clock

const person = (
  n: number,
): { readonly userID: string; readonly email: string; readonly phoneNumber: string } => {
  const userID = `521551234560${n}`;
  return { userID, email: `${userID}@example.com`, phoneNumber: userID };
};

interface Waiting {
  readonly what: string;
  readonly userId: string;
  readonly isOver: () => Promise<boolean>;
}

/** After so long each of them comes to its end, by a clock that does not jump. */
const due = 90 * minute;
/** A look at the clock at least so often, and what follows from it. */
const grain = 5 * minute + 30_000;

/** Somebody in every state in which something waits for a time that is stored. */
const arrange = async (
  service: HoursService,
): Promise<{ readonly all: ReadonlyArray<Waiting>; readonly file: ChatView }> => {
  const { salesforce, yalo } = service.sandbox;
  const { agents, faults } = salesforce;
  const waiting = person(1);
  const quiet = person(2);
  const clocked = person(3);
  const moved = person(4);
  const filed = person(5);
  const asking = person(6);
  const isIn = (userId: string, state: string) => async (): Promise<boolean> =>
    (await stateOf(service, userId)) === state;

  await service.ask(waiting);
  await service.talk(quiet);
  agents.settings.chasitorIdleTimeout = { isEnabled: true, warningTime: 45 * 60, timeout: 90 * 60 };
  const clock = await service.talk(clocked);
  agents.settings.chasitorIdleTimeout = { isEnabled: false, warningTime: 0, timeout: 0 };
  const file = await service.talk(filed);
  const failed = await service.ask(moved);
  await service.passUntil('it is queued', () => failed.state === 'queued', minute);
  agents.settings.queue = 'manual';
  await service.ask(asking);

  agents.say(clock, '¿Sigue ahí?');
  agents.fail(failed, 'Unavailable');
  faults.add({
    kind: 'status',
    status: 500,
    server: 'data',
    path: '*/composite',
    times: 'forever',
    when: ({ body }) => body.includes('ContentVersion'),
  });
  const url = `${yalo.mediaUrl}/media/any/recibo.jpg`;
  await yalo.phone.sendMedia({ provider: 'whatsapp', userId: filed.userID, url });
  await service.clock.advance(5_000);
  const all: ReadonlyArray<Waiting> = [
    { what: 'waiting', userId: waiting.userID, isOver: isIn(waiting.userID, 'failed: wait-timeout') },
    {
      what: 'active, and nobody says anything',
      userId: quiet.userID,
      isOver: isIn(quiet.userID, 'ended: idle'),
    },
    { what: "the desk's idle clock", userId: clocked.userID, isOver: isIn(clocked.userID, 'ended: idle') },
    {
      what: 'a bot state that waits',
      userId: moved.userID,
      isOver: async () => yalo.botStates.of(moved.userID).length > 0,
    },
    {
      what: 'a file that does not come into the case',
      userId: filed.userID,
      isOver: async () => heardBy(file).some((text) => text.includes('aún no está en el caso')),
    },
    { what: 'requested', userId: asking.userID, isOver: isIn(asking.userID, 'failed: request-timeout') },
  ];
  return { all, file };
};

for (const [which, byMs] of [
  ['forward', hour],
  ['back', -hour],
] as const) {
  test(`the wall clock jumps an hour ${which} › nothing ends earlier or later than by that hour`, async (t) => {
    t.timeout(180_000);
    const service = await startHours(t, {
      env: {
        REQUEST_TIMEOUT: '90m',
        WAIT_TIMEOUT: '90m',
        CHAT_IDLE_MAX: '90m',
        MEDIA_WAIT: '90m',
        BOTRUNNER_TIMEOUT: '90m',
      },
    });
    const { all, file } = await arrange(service);
    const { clock } = service;
    const over = async (): Promise<ReadonlyArray<string>> => {
      const found: string[] = [];
      for (const { what, isOver } of all) if (await isOver()) found.push(what);
      return found;
    };
    await clock.advance(10 * minute);
    t.deepEqual(await over(), []);
    // the chat of the file is not to end of silence first
    service.sandbox.salesforce.agents.say(file, 'Un momento');
    await clock.advance(1_000);
    clock.jump(byMs);
    // of the arrangement itself some seconds have passed
    const earliest = due - byMs - 10 * minute;
    await clock.advance(earliest - minute);
    t.deepEqual(await over(), [], 'not earlier');
    await clock.advance(minute + grain);
    t.deepEqual(
      await over(),
      all.map(({ what }) => what),
      'not later',
    );
  });

  test(`the wall clock jumps an hour ${which} in the middle of a talk › it goes on both ways`, async (t) => {
    const service = await startHours(t);
    const { salesforce, yalo } = service.sandbox;
    const chat = await service.talk();
    salesforce.agents.say(chat, 'antes');
    await service.passUntil('it is shown', () => shownTo(service).includes('antes'), minute);
    const down = yalo.faults.add(failing);
    const deaf = salesforce.faults.add({ ...failing, status: 500, server: 'chat', path: '*/ChatMessage' });
    salesforce.agents.say(chat, 'durante');
    await yalo.phone.sendText('whatsapp', user, 'hola');
    await service.passUntil('both wait for their next try', () => down.hits >= 3 && deaf.hits >= 3, minute);
    service.clock.jump(byMs);
    down.remove();
    deaf.remove();
    salesforce.agents.say(chat, 'después');
    await service.passUntil('all is shown', () => shownTo(service).includes('después'), minute);
    await service.passUntil('all is heard', () => heardBy(chat).includes('hola'), minute);
    t.deepEqual(shownTo(service).slice(1), ['antes', 'durante', 'después']);
    t.deepEqual(heardBy(chat), [welcome, 'hola']);
    t.is(await stateOf(service, user), 'active');
  });
}

test('a connect while the wall clock jumps an hour back › comes through', async (t) => {
  const service = await startHours(t);
  const { faults } = service.sandbox.salesforce;
  faults.add({ kind: 'slow', delayMs: 200, server: 'data', path: '*/sobjects/Case' });
  const asked = service.ask();
  await service.sandbox.salesforce.requests.waitFor(({ path }) => path.endsWith('/sobjects/Case'));
  service.clock.jump(-hour);
  const chat = await asked;
  await service.passUntil('the chat is queued', () => chat.state === 'queued', minute);
  t.is(await stateOf(service, user), 'waiting');
});

test('daylight saving › the times of the context are those of the zone at each moment', async (t) => {
  const service = await startHours(t, { env: { TIMEZONE: 'Europe/Madrid', CONTEXT_TTL: '48h' } });
  const { yalo } = service.sandbox;
  for (const [text, instant] of [
    ['verano', '2026-10-25T00:30:00Z'],
    ['invierno', '2026-10-25T01:30:00Z'],
  ] as const)
    await yalo.phone.say('whatsapp', { userId: user, text, timestamp: Date.parse(instant) });
  const chat = await service.talk();
  t.is(
    heardBy(chat)[0],
    'Contexto:\nCliente [25-10-2026 02:30:00]:verano\n\nCliente [25-10-2026 02:30:00]:invierno\n\n',
  );
});
