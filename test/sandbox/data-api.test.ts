import test from 'ava';
import type { ExecutionContext } from 'ava';
import type { Sandbox } from '../../sandbox/index.ts';
import { DataClient } from './data-client.ts';
import { withSandbox } from './with-sandbox.ts';

const loggedIn = async (t: ExecutionContext<unknown>): Promise<{ sandbox: Sandbox; client: DataClient }> => {
  const sandbox = await withSandbox(t);
  const client = new DataClient(sandbox);
  await client.logIn();
  return { sandbox, client };
};

const errorCode = (body: unknown): unknown => (body as ReadonlyArray<{ errorCode: string }>)[0]?.errorCode;

test('login › both grants give a token', async (t) => {
  const sandbox = await withSandbox(t);
  const client = new DataClient(sandbox);
  const { clientId: client_id, clientSecret: client_secret } = sandbox.salesforce.org;
  const answer = await client.token({ grant_type: 'client_credentials', client_id, client_secret });
  t.is(answer.status, 200);
  t.like(answer.body, { token_type: 'Bearer', instance_url: sandbox.salesforce.dataUrl });
  t.is((await client.token(client.passwordGrant())).status, 200);
});

for (const [title, change, error] of [
  ['a wrong secret', { client_secret: 'x' }, 'invalid_client'],
  ['a wrong client', { client_id: 'x' }, 'invalid_client_id'],
  ['a password without its token', { password: 'sandbox-password' }, 'invalid_grant'],
  ['another user', { username: 'nobody@example.com' }, 'invalid_grant'],
  ['another grant', { grant_type: 'implicit' }, 'unsupported_grant_type'],
] as const) {
  test(`login › ${title} is refused with ${error}`, async (t) => {
    const sandbox = await withSandbox(t);
    const client = new DataClient(sandbox);
    const answer = await client.token({ ...client.passwordGrant(), ...change });
    t.is(answer.status, 400);
    t.like(answer.body, { error });
  });
}

test('login › JSON is no form', async (t) => {
  const sandbox = await withSandbox(t);
  const client = new DataClient(sandbox);
  const response = await fetch(`${sandbox.salesforce.loginUrl}/services/oauth2/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(client.passwordGrant()),
  });
  t.is(response.status, 400);
});

test('a token › that is unknown or expired gets 401 INVALID_SESSION_ID', async (t) => {
  const { sandbox, client } = await loggedIn(t);
  t.is((await client.query('SELECT Id FROM Contact')).status, 200);
  sandbox.salesforce.tokens.expireAll();
  const answer = await client.query('SELECT Id FROM Contact');
  t.is(answer.status, 401);
  t.is(errorCode(answer.body), 'INVALID_SESSION_ID');
});

test('a path › without its version, and a POST without JSON, are refused', async (t) => {
  const { client } = await loggedIn(t);
  t.is((await client.call('GET', '/services/data/v52/query/?q=SELECT+Id+FROM+Contact')).status, 404);
  t.is((await client.post('/sobjects/Contact', '{"LastName":"x"}', 'text/plain')).status, 415);
  t.is((await client.post('/sobjects/Contact', '{"LastName":')).status, 400);
});

test('a contact › is made and found again, whatever stands in its name', async (t) => {
  const { client } = await loggedIn(t);
  const LastName = `O'Hara \\ "la ñ" \n%_`;
  t.is((await client.create('Contact', { LastName, Email: 'ana@example.com' })).status, 201);
  const literal = LastName.replace(/[\\'"]/gu, '\\$&').replace('\n', '\\n');
  const found = await client.query(`SELECT Id, LastName FROM Contact WHERE LastName = '${literal}'`);
  t.like(found.body, { totalSize: 1, done: true, records: [{ LastName }] });
  t.like((await client.query(`select id from contact where email = 'ANA@example.com'`)).body, {
    totalSize: 1,
  });
});

for (const [title, query, code] of [
  ['an open quote', "SELECT Id FROM Contact WHERE Email = 'a", 'MALFORMED_QUERY'],
  ['a quote that was not escaped', "SELECT Id FROM Contact WHERE LastName = 'O'Hara'", 'MALFORMED_QUERY'],
  ['an unknown escape', "SELECT Id FROM Contact WHERE LastName = 'a\\x'", 'MALFORMED_QUERY'],
  ['no fields', 'SELECT FROM Contact', 'MALFORMED_QUERY'],
  [
    'something after the end',
    "SELECT Id FROM Contact WHERE Email = 'a@example.com' garbage",
    'MALFORMED_QUERY',
  ],
  [
    'AND beside OR',
    "SELECT Id FROM Contact WHERE Email = 'a' OR Email = 'b' AND Phone = 'c'",
    'MALFORMED_QUERY',
  ],
  ['a line break in a literal', "SELECT Id FROM Contact WHERE LastName = 'a\nb'", 'MALFORMED_QUERY'],
  ['a field twice', 'SELECT Id, id FROM Contact', 'MALFORMED_QUERY'],
  ['a comment', "SELECT Id FROM Contact -- WHERE Email = 'a'", 'MALFORMED_QUERY'],
  ['a word for a value', 'SELECT Id FROM Contact WHERE Email = nobody', 'MALFORMED_QUERY'],
  ['a limit that is none', 'SELECT Id FROM Contact LIMIT x', 'MALFORMED_QUERY'],
  ['a parenthesis left open', "SELECT Id FROM Contact WHERE (Email = 'a'", 'MALFORMED_QUERY'],
  ['a time that is none', 'SELECT Id FROM Case WHERE CreatedDate >= 2026-02-30T00:00:00Z', 'INVALID_FIELD'],
  ['a long text in its filter', "SELECT Id FROM Case WHERE Description = 'a'", 'INVALID_FIELD'],
  ['an unknown relationship', 'SELECT Manager.Name FROM Contact', 'INVALID_FIELD'],
  ['an id that is none', "SELECT Id FROM Case WHERE ContactId = 'a'", 'INVALID_QUERY_FILTER_OPERATOR'],
  ['LIKE for an id', "SELECT Id FROM Case WHERE ContactId LIKE '003%'", 'INVALID_QUERY_FILTER_OPERATOR'],
  ['an unknown field', 'SELECT Nickname FROM Contact', 'INVALID_FIELD'],
  ['an unknown object', 'SELECT Id FROM Person', 'INVALID_TYPE'],
  ['a time in quotes', "SELECT Id FROM Case WHERE CreatedDate >= '2026-01-01T00:00:00Z'", 'INVALID_FIELD'],
  ['a boolean in quotes', "SELECT Id FROM Case WHERE IsClosed = 'false'", 'INVALID_FIELD'],
  ['a number for a text', 'SELECT Id FROM Contact WHERE MobilePhone = 5215', 'INVALID_FIELD'],
] as const) {
  test(`a query › with ${title} gets 400 ${code}`, async (t) => {
    const { client } = await loggedIn(t);
    const answer = await client.query(query);
    t.is(answer.status, 400);
    t.is(errorCode(answer.body), code);
  });
}

test('a case › is found by contact, subject and origin, while it is open and young enough', async (t) => {
  const { sandbox, client } = await loggedIn(t);
  const { Id } = sandbox.salesforce.records.addContact({ LastName: 'Peña' });
  const since = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
  const created = await client.create('Case', {
    ContactId: Id.slice(0, 15),
    Subject: 'Pedido',
    Origin: 'whatsapp',
  });
  const where = (time: string): string =>
    `SELECT Id FROM Case WHERE ContactId = '${Id}' AND Subject = 'Pedido' AND Origin = 'whatsapp'` +
    ` AND IsClosed = false AND CreatedDate >= ${time}`;
  const { id } = created.body as { id: string };
  t.like((await client.query(where(since))).body, { records: [{ Id: id }] });
  t.like((await client.query(where('2100-01-01T00:00:00Z'))).body, { totalSize: 0 });
  sandbox.salesforce.records.closeCase(id);
  t.like((await client.query(where(since))).body, { totalSize: 0 });
});

for (const [type, body, code] of [
  ['Contact', { FirstName: 'Ana' }, 'REQUIRED_FIELD_MISSING'],
  ['Contact', { LastName: 'a'.repeat(81) }, 'STRING_TOO_LONG'],
  ['Contact', { LastName: 'a', Email: 'nonsense' }, 'INVALID_EMAIL_ADDRESS'],
  ['Contact', { LastName: 'a', Nickname: 'b' }, 'INVALID_FIELD'],
  ['Contact', { LastName: 'a', Id: '003000000000001' }, 'INVALID_FIELD_FOR_INSERT_UPDATE'],
  ['Case', { Subject: 'a'.repeat(256) }, 'STRING_TOO_LONG'],
  ['Case', { ContactId: 'nobody' }, 'MALFORMED_ID'],
  ['Contact', { LastName: 'a', Email: 5 }, 'JSON_PARSER_ERROR'],
  ['Contact', { LastName: 'a', CP_BlockedChatYalo__c: 'true' }, 'JSON_PARSER_ERROR'],
  ['Contact', { LastName: 'a', Birthdate: '2026-02-30' }, 'JSON_PARSER_ERROR'],
  ['Contact', { LastName: 'a', Own__c: { b: 1 } }, 'JSON_PARSER_ERROR'],
  ['Contact', { LastName: 'a', CreatedDate: null }, 'INVALID_FIELD_FOR_INSERT_UPDATE'],
  ['Account', { Phone: '5215' }, 'REQUIRED_FIELD_MISSING'],
  ['Account', { Name: 'a', LastName: 'b' }, 'INVALID_FIELD_FOR_INSERT_UPDATE'],
  ['Account', { LastName: 'b' }, 'INVALID_FIELD_FOR_INSERT_UPDATE'],
  ['Account', { RecordTypeId: '012000000000002' }, 'REQUIRED_FIELD_MISSING'],
  ['Case', { ContactId: '003000000000001' }, 'INVALID_CROSS_REFERENCE_KEY'],
  ['Case', { ContactId: '500000000000001' }, 'MALFORMED_ID'],
  ['ContentDocument', { Title: 'a' }, 'INVALID_TYPE_FOR_OPERATION'],
  ['ContentVersion', { Title: 'a' }, 'REQUIRED_FIELD_MISSING'],
  [
    'ContentDocumentLink',
    { ContentDocumentId: '069000000000001', LinkedEntityId: '500000000000001', ShareType: 'X' },
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
  ],
  ['ContentVersion', { Title: 'a'.repeat(256), PathOnClient: 'a.jpg', VersionData: '' }, 'STRING_TOO_LONG'],
  ['ContentVersion', { Title: 'a', PathOnClient: 'a.jpg', VersionData: '***' }, 'JSON_PARSER_ERROR'],
] as const) {
  test(`a ${type} › ${JSON.stringify(body).slice(0, 40)} gets ${code}`, async (t) => {
    const { client } = await loggedIn(t);
    const answer = await client.create(type, body);
    t.is(answer.status, 400);
    t.is(errorCode(answer.body), code);
  });
}

test('a custom field › is taken on any object, and read back by any spelling of its name', async (t) => {
  const { client } = await loggedIn(t);
  const { body } = await client.create('Case', { Estado_Bot__c: 'nuevo', Puntos__c: 7, Extra__c: true });
  const { id } = body as { id: string };
  t.regex(id, /^500[A-Za-z0-9]{15}$/);
  const read = await client.call(
    'GET',
    `${client.root}/sobjects/case/${id.slice(0, 15)}?fields=Estado_Bot__c`,
  );
  t.deepEqual(read.body, {
    attributes: { type: 'Case', url: `${client.root}/sobjects/Case/${id}` },
    Estado_Bot__c: 'nuevo',
    Id: id,
  });
  const found = await client.query(
    "SELECT puntos__c FROM Case WHERE estado_bot__c = 'NUEVO' AND Puntos__c = 7 AND Extra__c = true",
  );
  t.like(found.body, { totalSize: 1, records: [{ puntos__c: 7 }] });
});

test('a record › that nobody made, and an object that nobody knows, are 404', async (t) => {
  const { client } = await loggedIn(t);
  for (const path of ['Contact/003000000000001', 'Contact/nobody', 'Person/003000000000001']) {
    const answer = await client.call('GET', `${client.root}/sobjects/${path}`);
    t.is(answer.status, 404, path);
    t.is(errorCode(answer.body), 'NOT_FOUND');
  }
  const unknown = await client.call('GET', `${client.root}/nothing`);
  t.deepEqual([unknown.status, errorCode(unknown.body)], [404, 'NOT_FOUND']);
  const wrong = await client.call('DELETE', `${client.root}/query`);
  t.deepEqual([wrong.status, errorCode(wrong.body)], [405, 'METHOD_NOT_ALLOWED']);
  t.is((await client.create('Person', { Name: 'a' })).status, 404);
});

test('a record › is announced once it is there, and its wait ends with the sandbox', async (t) => {
  const { sandbox, client } = await loggedIn(t);
  const { created } = sandbox.salesforce.records;
  const waiting = created.waitFor(({ type, record }) => type === 'Contact' && record.LastName === 'Ruiz');
  const answer = await client.create('Contact', { LastName: 'Ruiz' });
  t.is((await waiting).record.Id, (answer.body as { id: string }).id);
  const never = t.throwsAsync(
    created.waitFor(() => false, 60_000),
    { message: /stopped/ },
  );
  await sandbox.stop();
  await never;
});

test('a contact › is blocked and released again', async (t) => {
  const { sandbox, client } = await loggedIn(t);
  const { records } = sandbox.salesforce;
  const { Id } = records.addContact({ Email: 'ana@example.com' });
  const blocked = async (): Promise<unknown> =>
    (
      (await client.query(`SELECT CP_BlockedChatYalo__c FROM Contact WHERE Id = '${Id}'`)).body as {
        records: ReadonlyArray<Record<string, unknown>>;
      }
    ).records[0]?.CP_BlockedChatYalo__c;
  t.is(await blocked(), false);
  records.blockContact(Id.slice(0, 15));
  t.is(await blocked(), true);
  records.blockContact(Id, false);
  t.is(await blocked(), false);
  t.throws(() => records.blockContact('003000000000001'), { message: /no Contact/ });
});

test('a refusal › hits so many operations of its kind and object, until it is cleared', async (t) => {
  const { sandbox, client } = await loggedIn(t);
  const { records } = sandbox.salesforce;
  records.refuse({ operation: 'create', type: 'Case', errorCode: 'UNABLE_TO_LOCK_ROW', times: 2 });
  records.refuse({ operation: 'read', type: 'Case', errorCode: 'SERVER_UNAVAILABLE', status: 503, times: 9 });
  t.is((await client.create('Contact', { LastName: 'a' })).status, 201);
  t.is(errorCode((await client.create('Case', {})).body), 'UNABLE_TO_LOCK_ROW');
  t.is((await client.create('Case', {})).status, 400);
  const made = await client.create('Case', {});
  t.is(made.status, 201);
  const path = `${client.root}/sobjects/Case/${(made.body as { id: string }).id}`;
  t.is((await client.call('GET', path)).status, 503);
  records.clearRefusals();
  t.is((await client.call('GET', path)).status, 200);
  t.throws(() => records.refuse({ operation: 'read', type: 'Person', errorCode: 'X' }), {
    message: /no object/,
  });
});
