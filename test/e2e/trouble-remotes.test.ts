import test from 'ava';
import {
  chatOf,
  facebookConnect,
  heardBy,
  shownTo,
  talk,
  until,
  user,
  welcome,
  withService,
} from './support/conversations.ts';
import type { TestService } from './support/service.ts';

/** What can go wrong at Salesforce's data API, at Yalo and at the bot (relay.md §4.2, §4.5, §4.8). */

const notice = '**El usuario adjunto una imagen al caso**';

const uncertain = ({ logged }: TestService, lane: string): number =>
  logged.filter(({ event, fields }) => event === 'delivery-uncertain' && fields.lane === lane).length;

const filesIn = ({ sandbox }: TestService, caseId = ''): number =>
  sandbox.salesforce.records.withText('ContentDocumentLink', 'LinkedEntityId', caseId).length;

test('tokens expire under many calls at once › one login for all of them', async (t) => {
  const service = await withService(t);
  const { salesforce } = service.sandbox;
  t.is((await service.connect()).status, 200);
  salesforce.tokens.expireAll();
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) => {
      const userID = `52155000001${10 + index}`;
      return service.connect({ userID, email: `${userID}@example.com`, phoneNumber: userID });
    }),
  );
  t.deepEqual(
    answers.map(({ status }) => status),
    answers.map(() => 200),
  );
  t.is(salesforce.requests.to('login').length, 2);
});

test('a token expires before a file is sent › renewed once, the file is there once', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  salesforce.tokens.expireAll();
  await yalo.phone.sendMedia({ provider: 'whatsapp', userId: user });
  await salesforce.agents.waitForText(chat, notice);
  t.is(filesIn(service, chat.caseId), 1);
  t.is(salesforce.requests.to('login').length, 2);
});

for (const [what, errorCode, status] of [
  ['one part of the upload is locked', 'UNABLE_TO_LOCK_ROW', 500],
  ['the org is over its limit', 'REQUEST_LIMIT_EXCEEDED', 403],
] as const) {
  test(`${what} › told inside a 200, tried again, and there once`, async (t) => {
    const service = await withService(t);
    const chat = await talk(service);
    const { salesforce, yalo } = service.sandbox;
    salesforce.records.refuse({
      operation: 'create',
      type: 'ContentDocumentLink',
      errorCode,
      status,
      times: 2,
    });
    await yalo.phone.sendMedia({ provider: 'whatsapp', userId: user });
    await yalo.phone.sendText('whatsapp', user, 'listo');
    await salesforce.agents.waitForText(chat, 'listo', 15_000);
    t.deepEqual(heardBy(chat), [welcome, notice, 'listo']);
    t.is(filesIn(service, chat.caseId), 1);
    t.is(salesforce.records.list('ContentVersion').length, 1, 'what failed has left nothing behind');
    t.like(await chatOf(service), { setAside: 0 });
  });
}

test('one part of the upload is refused for good › set aside, both are told, the next file goes on', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  salesforce.records.refuse({
    operation: 'create',
    type: 'ContentVersion',
    errorCode: 'STRING_TOO_LONG',
    times: 2,
  });
  await yalo.phone.sendMedia({ provider: 'whatsapp', userId: user, caption: 'primera' });
  await yalo.phone.sendMedia({ provider: 'whatsapp', userId: user, caption: 'segunda' });
  await salesforce.agents.waitForText(chat, 'segunda', 15_000);
  const [, refused, first, taken, second] = heardBy(chat);
  t.regex(refused ?? '', /^\*\*El archivo del usuario no se pudo adjuntar:\*\* http/u);
  t.deepEqual([first, taken, second], ['primera', notice, 'segunda']);
  t.deepEqual(shownTo(service), ['Esperando un agente', 'Imagen no enviada']);
  t.is(filesIn(service, chat.caseId), 1);
  t.like(await chatOf(service), { setAside: 1 });
  const { body } = await service.call('GET', '/metrics');
  t.regex(String(body), /^relevo_set_aside_total\{lane="files"\} 1$/mu);
  t.regex(String(body), /^relevo_set_aside 1$/mu);
});

test('Yalo shows a text and its answer is lost › WhatsApp recognises the repeat, Facebook shows it again, counted', async (t) => {
  const service = await withService(t);
  const whatsapp = await talk(service);
  const facebook = await talk(service, facebookConnect);
  const { salesforce, yalo } = service.sandbox;
  yalo.faults.add({
    kind: 'reset-after',
    path: '*/messages',
    when: ({ body }) => body.includes('para W'),
  });
  salesforce.agents.say(whatsapp, ['para W', 'fin']);
  await yalo.deliveries.waitForText(user, 'fin');
  t.deepEqual(shownTo(service).slice(1), ['para W', 'fin']);
  t.is(yalo.deliveries.duplicates, 1);
  t.is(uncertain(service, 'user'), 0);

  yalo.faults.add({
    kind: 'status',
    status: 502,
    afterCommit: true,
    path: '*/messages',
    when: ({ body }) => body.includes('para F'),
  });
  salesforce.agents.say(facebook, ['para F', 'fin']);
  await yalo.deliveries.waitForText(facebookConnect.userID, 'fin');
  t.deepEqual(shownTo(service, facebookConnect.userID).slice(1), ['para F', 'para F', 'fin']);
  t.is(uncertain(service, 'user'), 1);
  const { body } = await service.call('GET', '/metrics');
  t.regex(String(body), /^relevo_uncertain_total\{lane="user"\} 1$/mu);
});

test('a file comes into the case and the answer is lost › again, counted; one notice', async (t) => {
  const service = await withService(t);
  const chat = await talk(service);
  const { salesforce, yalo } = service.sandbox;
  salesforce.faults.add({ kind: 'reset-after', server: 'data', path: '*/composite' });
  await yalo.phone.sendMedia({ provider: 'whatsapp', userId: user });
  await yalo.phone.sendText('whatsapp', user, 'listo');
  await salesforce.agents.waitForText(chat, 'listo', 15_000);
  t.deepEqual(heardBy(chat), [welcome, notice, 'listo']);
  t.is(filesIn(service, chat.caseId), 2);
  t.is(uncertain(service, 'files'), 1);
});

test('the bot is moved on and the answer is lost › again, counted; down, it is moved when it is back', async (t) => {
  const service = await withService(t);
  const { salesforce, yalo } = service.sandbox;
  salesforce.agents.end(await talk(service));
  yalo.faults.add({ kind: 'reset-after', server: 'botrunner' });
  await until(
    async () => yalo.botStates.of(user).length,
    (length) => length === 2,
    10_000,
  );
  t.is(uncertain(service, 'bot'), 1);
  const down = yalo.faults.add({ kind: 'status', status: 503, server: 'botrunner', times: 'forever' });
  salesforce.agents.end(await talk(service));
  await until(
    async () => down.hits,
    (hits) => hits >= 2,
    10_000,
  );
  down.remove();
  await until(
    async () => yalo.botStates.of(user).length,
    (length) => length === 3,
    10_000,
  );
  t.like(
    await until(
      () => chatOf(service),
      ({ pending }) => (pending as { bot: number }).bot === 0,
    ),
    { state: 'ended', setAside: 0 },
  );
});
