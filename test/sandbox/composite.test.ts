import test from 'ava';
import type { ExecutionContext } from 'ava';
import type { Sandbox } from '../../sandbox/index.ts';
import { DataClient } from './data-client.ts';
import { withSandbox } from './with-sandbox.ts';

const root = '/services/data/v52.0';

const loggedIn = async (t: ExecutionContext<unknown>): Promise<{ sandbox: Sandbox; client: DataClient }> => {
  const sandbox = await withSandbox(t);
  const client = new DataClient(sandbox);
  await client.logIn();
  return { sandbox, client };
};

const file = (caseId: string): ReadonlyArray<object> => [
  {
    method: 'POST',
    url: `${root}/sobjects/ContentVersion`,
    body: {
      Title: 'recibo',
      Description: '',
      ContentLocation: 'S',
      PathOnClient: 'recibo.pdf',
      VersionData: Buffer.from('hola').toString('base64'),
    },
    referenceId: 'version',
  },
  {
    method: 'GET',
    url: `${root}/sobjects/ContentVersion/@{version.id}?fields=ContentDocumentId`,
    referenceId: 'read',
  },
  {
    method: 'POST',
    url: `${root}/sobjects/ContentDocumentLink`,
    body: {
      ContentDocumentId: '@{read.ContentDocumentId}',
      LinkedEntityId: caseId,
      ShareType: 'V',
      Visibility: 'AllUsers',
    },
    referenceId: 'link',
  },
];

test('composite › a file comes to its case by references', async (t) => {
  const { sandbox, client } = await loggedIn(t);
  const { body } = await client.create('Case', { Subject: 'Pedido' });
  const answers = await client.composite(true, file((body as { id: string }).id));
  t.deepEqual(
    answers.map(({ httpStatusCode, referenceId }) => [httpStatusCode, referenceId]),
    [
      [201, 'version'],
      [200, 'read'],
      [201, 'link'],
    ],
  );
  const [link] = sandbox.salesforce.records.list('ContentDocumentLink');
  t.is(sandbox.salesforce.records.fileBytes(String(link?.ContentDocumentId))?.toString(), 'hola');
});

test('composite › all or none leaves nothing behind, and names the one that failed', async (t) => {
  const { sandbox, client } = await loggedIn(t);
  const answers = await client.composite(true, file('500000000000001'));
  t.deepEqual(
    answers.map(({ body }) => (body as ReadonlyArray<{ errorCode: string }>)[0]?.errorCode),
    ['PROCESSING_HALTED', 'PROCESSING_HALTED', 'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY'],
  );
  t.deepEqual(sandbox.salesforce.records.list('ContentVersion'), []);
});

test('composite › without all or none the good ones stay', async (t) => {
  const { sandbox, client } = await loggedIn(t);
  const contact = (LastName: string, referenceId: string): object => ({
    method: 'POST',
    url: `${root}/sobjects/Contact`,
    body: { LastName },
    referenceId,
  });
  const answers = await client.composite(false, [contact('', 'bad'), contact('Ruiz', 'good')]);
  t.deepEqual(
    answers.map(({ httpStatusCode }) => httpStatusCode),
    [400, 201],
  );
  t.is(sandbox.salesforce.records.list('Contact').length, 1);
});

test('composite › a reference to nothing fails that sub-request', async (t) => {
  const { client } = await loggedIn(t);
  const [answer] = await client.composite(false, [
    { method: 'POST', url: `${root}/sobjects/Contact`, body: { LastName: '@{nobody.id}' }, referenceId: 'a' },
  ]);
  t.like(answer, { httpStatusCode: 400, body: [{ errorCode: 'PROCESSING_HALTED' }] });
});

test('composite › a person account has a contact to read back', async (t) => {
  const { sandbox, client } = await loggedIn(t);
  const answers = await client.composite(true, [
    {
      method: 'POST',
      url: `${root}/sobjects/Account`,
      body: {
        FirstName: 'Bot',
        LastName: 'Ruiz',
        PersonEmail: 'ruiz@example.com',
        PersonBirthDate: '1921-01-01T00:00:00',
        RecordTypeId: sandbox.salesforce.org.personAccountRecordTypeId,
      },
      referenceId: 'newAccount',
    },
    {
      method: 'GET',
      url: `${root}/sobjects/Account/@{newAccount.id}?fields=PersonContactId`,
      referenceId: 'read',
    },
  ]);
  const { PersonContactId } = answers[1]?.body as { PersonContactId: string };
  t.like(sandbox.salesforce.records.find('Contact', PersonContactId), { Email: 'ruiz@example.com' });
});

const query = (index: number): object => ({
  method: 'GET',
  url: `${root}/query/?q=${encodeURIComponent('SELECT Id FROM Contact')}`,
  referenceId: `q${index}`,
});

for (const [title, requests] of [
  ['six queries', Array.from({ length: 6 }, (_, index) => query(index))],
  ['the same reference twice', [query(1), query(1)]],
  ['a reference with a hyphen', [{ ...query(1), referenceId: 'a-b' }]],
  ['an unknown member', [{ ...query(1), path: '/query' }]],
  ['no sub-requests', []],
  ['another version inside', [{ method: 'GET', url: '/services/data/v40.0/query/?q=x', referenceId: 'a' }]],
  [
    'twenty-six sub-requests',
    Array.from({ length: 26 }, (_, index) => ({
      method: 'GET',
      url: `${root}/sobjects/Contact/003000000000001`,
      referenceId: `r${index}`,
    })),
  ],
] as const) {
  test(`composite › ${title} get 400 for the whole call`, async (t) => {
    const { client } = await loggedIn(t);
    const answer = await client.post(
      '/composite',
      JSON.stringify({ allOrNone: false, compositeRequest: requests }),
    );
    t.is(answer.status, 400);
  });
}

test('composite › five queries are taken', async (t) => {
  const { client } = await loggedIn(t);
  const answers = await client.composite(
    false,
    Array.from({ length: 5 }, (_, index) => query(index)),
  );
  t.true(answers.every(({ httpStatusCode }) => httpStatusCode === 200));
});

test('composite › a limit may be told inside its 200', async (t) => {
  const { sandbox, client } = await loggedIn(t);
  sandbox.salesforce.records.refuse({
    operation: 'query',
    type: 'Contact',
    status: 403,
    errorCode: 'REQUEST_LIMIT_EXCEEDED',
  });
  const [first, second] = await client.composite(false, [query(1), query(2)]);
  t.like(first, { httpStatusCode: 403, body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED' }] });
  t.is(second?.httpStatusCode, 200);
});

const post = (type: string, body: object, referenceId: string): object => ({
  method: 'POST',
  url: `${root}/sobjects/${type}`,
  body,
  referenceId,
});

test('composite › a reference may lead through lists and members, in a body and in a URL', async (t) => {
  const { sandbox, client } = await loggedIn(t);
  const { Id } = sandbox.salesforce.records.addContact({ Email: 'ana@example.com' });
  const soql = encodeURIComponent("SELECT Id FROM Contact WHERE Email = 'ana@example.com'");
  const answers = await client.composite(false, [
    { method: 'GET', url: `${root}/query/?q=${soql}`, referenceId: 'found' },
    post('Case', { ContactId: '@{found.records[0].Id}', Subject: 'de @{found.totalSize}' }, 'made'),
    { method: 'GET', url: `${root}/sobjects/Case/@{made.id}?fields=ContactId,Subject`, referenceId: 'read' },
    post('Case', { ContactId: '@{found.records[1].Id}' }, 'beyond'),
    post('Case', { ContactId: '@{found.records[0].id}' }, 'case'),
    post('Case', { Subject: '@{found.records}' }, 'list'),
    post('Case', { Subject: '@{beyond.id}' }, 'failed'),
    post('Case', { Subject: '@{hola mundo}' }, 'words'),
  ]);
  t.like(answers[2]?.body, { ContactId: Id, Subject: 'de 1' });
  t.deepEqual(
    answers.map(({ httpStatusCode }) => httpStatusCode),
    [200, 201, 200, 400, 400, 400, 400, 400],
  );
  t.true(
    answers
      .slice(3)
      .every(
        ({ body }) => (body as ReadonlyArray<{ errorCode: string }>)[0]?.errorCode === 'PROCESSING_HALTED',
      ),
  );
});

test('composite › what is taken back is never announced, and leaves no twin in an index', async (t) => {
  const { sandbox, client } = await loggedIn(t);
  const { records } = sandbox.salesforce;
  t.like((await client.query("SELECT Id FROM Contact WHERE LastName = 'Ruiz'")).body, { totalSize: 0 });
  await client.composite(true, [
    post('Contact', { LastName: 'Ruiz' }, 'good'),
    post('Contact', { LastName: '' }, 'bad'),
    post('Contact', { LastName: 'Luna' }, 'late'),
  ]);
  t.is(records.created.total, 0);
  t.like((await client.query("SELECT Id FROM Contact WHERE LastName = 'Ruiz'")).body, { totalSize: 0 });
  await client.composite(true, [post('Contact', { LastName: 'Ruiz' }, 'a'), post('Case', {}, 'b')]);
  t.deepEqual(
    records.created.list().map(({ type }) => type),
    ['Contact', 'Case'],
  );
});

test('composite › a new version that is taken back leaves its document as it was', async (t) => {
  const { sandbox, client } = await loggedIn(t);
  const { records } = sandbox.salesforce;
  const version = (text: string): object => ({
    PathOnClient: 'nota.txt',
    VersionData: Buffer.from(text).toString('base64'),
  });
  await client.create('ContentVersion', version('uno'));
  const ContentDocumentId = String(records.list('ContentVersion')[0]?.ContentDocumentId);
  await client.composite(true, [
    post('ContentVersion', { ...version('dos'), ContentDocumentId }, 'second'),
    post('Contact', {}, 'bad'),
  ]);
  t.is(records.fileBytes(ContentDocumentId)?.toString(), 'uno');
  t.is(records.list('ContentVersion')[0]?.IsLatest, true);
  await client.create('ContentVersion', { ...version('dos'), ContentDocumentId });
  t.is(records.fileBytes(ContentDocumentId)?.toString(), 'dos');
  t.deepEqual(
    records.list('ContentVersion').map(({ IsLatest, VersionNumber }) => [IsLatest, VersionNumber]),
    [
      [false, '1'],
      [true, '2'],
    ],
  );
});

test('composite › a resource that is none fails alone', async (t) => {
  const { client } = await loggedIn(t);
  const answers = await client.composite(false, [
    { method: 'GET', url: `${root}/nothing`, referenceId: 'unknown' },
    { method: 'DELETE', url: `${root}/sobjects/Contact`, referenceId: 'method' },
    { method: 'POST', url: `${root}/composite`, body: {}, referenceId: 'nested' },
    query(1),
  ]);
  t.deepEqual(
    answers.map(({ httpStatusCode }) => httpStatusCode),
    [404, 405, 404, 200],
  );
});

test('composite › without a good token is 401 as a whole', async (t) => {
  const { sandbox, client } = await loggedIn(t);
  sandbox.salesforce.tokens.expireAll();
  const answer = await client.post('/composite', JSON.stringify({ compositeRequest: [query(1)] }));
  t.is(answer.status, 401);
  t.like(answer.body, [{ errorCode: 'INVALID_SESSION_ID' }]);
});
