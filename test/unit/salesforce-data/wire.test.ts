import test, { type ExecutionContext } from 'ava';
import { E, O } from '../../../src/domain/fp.ts';
import type { Upload } from '../../../src/domain/effect.ts';
import { makeCaseFiles } from '../../../src/adapters/salesforce-data/case-files.adapter.ts';
import { makeCrm } from '../../../src/adapters/salesforce-data/crm.adapter.ts';
import { type DataApi, makeDataApi } from '../../../src/adapters/salesforce-data/data-api.ts';
import type { CrmSettings } from '../../../src/adapters/salesforce-data/settings.ts';
import { makeDownload } from '../../../src/adapters/media/download.ts';
import { parseAllowedHosts } from '../../../src/adapters/media/allowed-hosts.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { exchange } from '../test-exchange.ts';
import { caseRequest, settings } from './samples.ts';

const soon = (ms = 5000): AbortSignal => AbortSignal.timeout(ms);

interface World {
  readonly sandbox: Sandbox;
  readonly api: DataApi;
  readonly crm: ReturnType<typeof makeCrm>;
}

const setUp = async (
  t: ExecutionContext,
  more: { readonly crm?: Partial<CrmSettings>; readonly password?: string } = {},
): Promise<World> => {
  const sandbox = await startSandbox();
  t.teardown(() => sandbox.stop());
  const { org, loginUrl, dataUrl } = sandbox.salesforce;
  const api = makeDataApi({
    baseUrl: `${dataUrl}/`,
    apiVersion: 52,
    login: {
      loginUrl,
      clientId: org.clientId,
      clientSecret: org.clientSecret,
      grant: 'password',
      username: org.username,
      password: more.password ?? org.password,
      securityToken: org.securityToken,
    },
    exchange,
    loginExchange: exchange,
    clock: { monotonic: () => performance.now() },
  });
  return {
    sandbox,
    api,
    crm: makeCrm(api, settings({ caseRecordTypeId: org.caseRecordTypeId, ...more.crm })),
  };
};

const known = (id: string, blocked = false): unknown => E.right(O.some({ id, blocked }));

test('a contact › is found by email, then phone, then custom fields', async (t) => {
  const { sandbox, crm } = await setUp(t, {
    crm: {
      blockedField: 'CP_BlockedChatYalo__c',
      customFields: { case: [], contact: [], account: [], search: [['loyalty', 'Loyalty__c']] },
    },
  });
  const { records } = sandbox.salesforce;
  const byMail = records.addContact({ Email: "o'hara@example.com" });
  const byPhone = records.addContact({ MobilePhone: '7331175599', CP_BlockedChatYalo__c: true });
  const byField = records.addContact({ Loyalty__c: 'L-1' });
  const find = (email: string, phone?: string, loyalty?: unknown): Promise<unknown> =>
    crm.findContact({ email, ...(phone === undefined ? {} : { phone }), extraData: { loyalty } }, soon())();
  t.deepEqual(await find("o'hara@example.com", '7331175599', 'L-1'), known(byMail.Id));
  t.deepEqual(await find('none@example.com', '7331175599', 'L-1'), known(byPhone.Id, true));
  t.deepEqual(await find('none@example.com', '0000000000', 'L-1'), known(byField.Id));
  t.deepEqual(await find("' OR Email != '", '\\', "x' OR Id != '"), E.right(O.none));
});

test('a failed search › is a failure, and a limit inside it is one', async (t) => {
  const { sandbox, crm } = await setUp(t);
  const find = crm.findContact({ email: 'ana@example.com', extraData: {} }, soon());
  sandbox.salesforce.records.refuse({ operation: 'query', type: 'Contact', errorCode: 'QUERY_TIMEOUT' });
  t.like(await find(), { left: { _tag: 'RemoteRefused' } });
  sandbox.salesforce.records.refuse({
    operation: 'query',
    type: 'Contact',
    errorCode: 'REQUEST_LIMIT_EXCEEDED',
    status: 403,
  });
  t.like(await find(), { left: { _tag: 'RemoteBusy', certain: true } });
});

test('many custom fields › leave in several composites and are one search', async (t) => {
  const search = Array.from({ length: 9 }, (_, index) => [`k${index}`, `F${index}__c`] as const);
  const { sandbox, crm } = await setUp(t, {
    crm: { customFields: { case: [], contact: [], account: [], search } },
  });
  const last = sandbox.salesforce.records.addContact({ F8__c: 'here' });
  const extraData = Object.fromEntries(search.map(([key], index) => [key, index === 8 ? 'here' : 'no']));
  t.deepEqual(
    await crm.findContact({ email: 'ana@example.com', phone: '7331175599', extraData }, soon())(),
    known(last.Id),
  );
  t.is(sandbox.salesforce.requests.to('data', '/composite').length, 3);
});

test('a contact and a case › are made, found again, and not assigned by rules', async (t) => {
  const { sandbox, crm } = await setUp(t);
  const { records, requests, org } = sandbox.salesforce;
  const contact = await crm.createContact(
    { name: 'Ana Pérez', email: 'ana@example.com', phone: '7331175599', extraData: {} },
    soon(),
  )();
  if (E.isLeft(contact)) return t.fail(contact.left.detail);
  t.like(records.find('Contact', contact.right), {
    FirstName: 'Contacto Bot - ',
    LastName: 'Ana Pérez',
    Email: 'ana@example.com',
    MobilePhone: '7331175599',
  });
  const since = Date.now();
  const request = caseRequest({ contactId: contact.right, subject: "Pedido d'Ana" });
  t.deepEqual(await crm.findCase(request, since, soon())(), E.right(O.none));
  const made = await crm.createCase(request, soon())();
  if (E.isLeft(made)) return t.fail(made.left.detail);
  t.like(records.find('Case', made.right), {
    Subject: "Pedido d'Ana",
    Status: 'Nuevo',
    Priority: 'Medium',
    Origin: 'whatsapp',
    RecordTypeId: org.caseRecordTypeId,
    Description: "Caso levantado por el Bot : Pedido d'Ana",
  });
  t.is(requests.to('data', '/sobjects/Case')[0]?.headers['sforce-auto-assign'], 'false');
  t.deepEqual(await crm.findCase(request, since, soon())(), E.right(O.some(made.right)));
  records.closeCase(made.right);
  t.deepEqual(await crm.findCase(request, since, soon())(), E.right(O.none));
});

test('a person account › gives the id of its contact', async (t) => {
  const { sandbox, crm } = await setUp(t);
  const contact = await crm.createContact(
    {
      name: '@{newAccount.id}',
      email: 'ana@example.com',
      extraData: { AccountRecordTypeId: '012000000000009' },
    },
    soon(),
  )();
  if (E.isLeft(contact)) return t.fail(contact.left.detail);
  t.like(sandbox.salesforce.records.find('Contact', contact.right), {
    LastName: '@ {newAccount.id}',
    Email: 'ana@example.com',
  });
});

test('an expired token › is renewed once for all calls that had used it, and each is repeated', async (t) => {
  const { sandbox, crm } = await setUp(t);
  const { tokens } = sandbox.salesforce;
  t.true(E.isRight(await crm.login(soon())()));
  t.true(E.isRight(await crm.login(soon())()));
  t.is(tokens.issued, 1);
  tokens.expireAll();
  const find = crm.findContact({ email: 'ana@example.com', extraData: {} }, soon());
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => find()));
  t.true(outcomes.every(E.isRight));
  t.is(tokens.issued, 2);
});

test('a token that is never taken › is renewed once, then the call is refused', async (t) => {
  const { sandbox, crm } = await setUp(t);
  sandbox.salesforce.faults.add({
    kind: 'status',
    server: 'data',
    status: 401,
    body: [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }],
    times: 'forever',
  });
  t.like(await crm.createCase(caseRequest(), soon())(), { left: { _tag: 'RemoteRefused', status: 401 } });
  t.is(sandbox.salesforce.tokens.issued, 2);
});

test('refused credentials › fail every call, with one login', async (t) => {
  const { sandbox, crm } = await setUp(t, { password: 'wrong' });
  t.like(await crm.login(soon())(), {
    left: { _tag: 'LoginFailed', certain: true, refused: true, detail: 'login: 400 invalid_grant' },
  });
  t.like(await crm.createCase(caseRequest(), soon())(), { left: { _tag: 'LoginFailed', refused: true } });
  t.is(sandbox.salesforce.requests.to('login').length, 1);
});

test('a hanging remote › is left by the deadline', async (t) => {
  const { sandbox, crm } = await setUp(t);
  sandbox.salesforce.faults.add({ kind: 'hang', server: 'login' });
  t.like(await crm.login(soon(80))(), { left: { _tag: 'RemoteTimeout' } });
  const other = await setUp(t);
  other.sandbox.salesforce.faults.add({ kind: 'hang', server: 'data' });
  t.like(await other.crm.createCase(caseRequest(), soon(300))(), {
    left: { _tag: 'RemoteTimeout', certain: false },
  });
});

test('health › tells of login and calls apart, as they went last', async (t) => {
  const { sandbox, api, crm } = await setUp(t);
  const { faults } = sandbox.salesforce;
  t.deepEqual(api.health(), { login: true, calls: true });
  faults.add({ kind: 'status', status: 503, server: 'login' });
  await crm.login(soon())();
  t.deepEqual(api.health(), { login: false, calls: true });
  const other = await setUp(t);
  other.sandbox.salesforce.faults.add({ kind: 'status', status: 500, server: 'data' });
  await other.crm.createCase(caseRequest(), soon())();
  t.deepEqual(other.api.health(), { login: true, calls: false });
  await other.crm.createCase(caseRequest(), soon())();
  t.deepEqual(other.api.health(), { login: true, calls: true });
});

const upload = (more: Partial<Upload>): Upload => ({
  type: 'upload',
  id: 'e1',
  chatId: 'c1',
  bornAt: 0,
  tries: 0,
  messageId: 'm1',
  caseId: '500',
  fallbackTitle: 'session-1',
  media: 'image',
  url: '',
  ...more,
});

test('media › becomes a file of the case, or is refused', async (t) => {
  const { sandbox, api, crm } = await setUp(t);
  const { records } = sandbox.salesforce;
  const { yalo } = sandbox;
  const hosts = parseAllowedHosts(yalo.mediaHosts.join(','));
  if (E.isLeft(hosts)) return t.fail(hosts.left);
  const files = makeCaseFiles({
    salesforce: api,
    download: makeDownload({
      allowedHosts: hosts.right,
      dev: true,
      maxBytes: 1_000_000,
      token: { value: yalo.account.mediaToken, baseUrl: yalo.integrationsUrl },
    }),
  });
  const contact = records.addContact({});
  const made = await crm.createCase(caseRequest({ contactId: contact.Id }), soon())();
  if (E.isLeft(made)) return t.fail(made.left.detail);
  const attach = (path: string, more: Partial<Upload> = {}): Promise<unknown> =>
    files.attach(upload({ caseId: made.right, url: yalo.mediaUrl + path, ...more }), soon())();

  t.deepEqual(await attach('/media/photo.jpg?oh=1', { caption: 'Mi recibo' }), E.right('Mi recibo'));
  const version = records.list('ContentVersion')[0];
  t.like(version, { Title: 'Mi recibo', PathOnClient: 'Mi recibo.jpg', ContentLocation: 'S' });
  t.like(records.list('ContentDocumentLink')[0], {
    ContentDocumentId: version?.ContentDocumentId,
    LinkedEntityId: made.right,
    ShareType: 'V',
    Visibility: 'AllUsers',
  });
  t.true((records.fileBytes(String(version?.ContentDocumentId))?.length ?? 0) > 0);

  const proxied = `${yalo.integrationsUrl}/hooks-proxy/whatsapp/bot/media/voice.ogg`;
  t.deepEqual(await attach('', { url: proxied, mimeType: 'audio/ogg; codecs=opus' }), E.right('voice.ogg'));
  for (const path of [
    '/status/404',
    '/status/403',
    '/huge/3000000',
    '/announced/3000000',
    '/redirect?to=http://10.0.0.1/',
  ]) {
    t.like(await attach(path), { left: { _tag: 'MediaRefused' } }, path);
  }
  t.like(await attach('/cut/photo.jpg'), { left: { _tag: 'MediaUnavailable', certain: true } });
  records.refuse({ operation: 'create', type: 'ContentDocumentLink', errorCode: 'INSUFFICIENT_ACCESS' });
  t.like(await attach('/media/photo.png'), {
    left: { _tag: 'RemoteRefused', detail: 'case file: 400 INSUFFICIENT_ACCESS' },
  });
  t.is(records.list('ContentVersion').length, 2, 'a file without its link is not kept');
});
