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
