import test from 'ava';
import fc from 'fast-check';
import { E, O } from '../../../src/domain/fp.ts';
import * as caseFile from '../../../src/adapters/salesforce-data/case-file.ts';
import * as cases from '../../../src/adapters/salesforce-data/case.ts';
import * as contact from '../../../src/adapters/salesforce-data/contact-create.ts';
import * as search from '../../../src/adapters/salesforce-data/contact-search.ts';
import type { DataRequest, DataResponse } from '../../../src/adapters/salesforce-data/exchange.ts';
import { answer, caseRequest, compositeAnswer, errorBody, root, settings, sub } from './samples.ts';

const query = { email: "o'hara@example.com", phone: '7331175599', extraData: {} };
const person = { ...query, name: 'Ana Pérez' };

const queries = (request: DataRequest | undefined): ReadonlyArray<string> =>
  (request?.body as { compositeRequest: ReadonlyArray<{ url: string }> }).compositeRequest.map(
    ({ url }) => new URL(url, 'https://example.com').searchParams.get('q') ?? '',
  );

test('contact search › asks by email, then phone', (t) => {
  const [first, ...more] = search.createRequests(root, settings(), query);
  t.is(more.length, 0);
  t.is(first?.request.path, '/composite');
  t.like(first?.request.body, { allOrNone: false, collateSubrequests: false });
  const url = (first?.request.body as { compositeRequest: ReadonlyArray<object> }).compositeRequest[0];
  t.like(url, { method: 'GET', referenceId: 'search0' });
  t.deepEqual(queries(first?.request), [
    "SELECT Id, FirstName, LastName, MobilePhone, Email FROM Contact WHERE Email = 'o\\'hara@example.com'",
    "SELECT Id, FirstName, LastName, MobilePhone, Email FROM Contact WHERE MobilePhone = '7331175599'",
  ]);
});

test('contact search › a yes or no is a bare word', (t) => {
  const asked = (extraData: object): ReadonlyArray<string> =>
    search
      .createRequests(
        root,
        settings({ customFields: { ...settings().customFields, search: [['vip', 'IsVip__c']] } }),
        { ...query, extraData: { ...extraData } },
      )
      .flatMap(({ request }) => queries(request))
      .slice(2);
  t.deepEqual(asked({ vip: true }), [
    'SELECT Id, FirstName, LastName, MobilePhone, Email FROM Contact WHERE IsVip__c = true',
  ]);
  t.regex(asked({ vip: false })[0] ?? '', /IsVip__c = false$/u);
  t.regex(asked({ vip: 'true' })[0] ?? '', /IsVip__c = 'true'$/u);
  t.deepEqual(asked({ vip: null }), []);
});

test('contact search › takes five queries a composite, and reads the field that blocks', (t) => {
  const requests = search.createRequests(
    root,
    settings({
      blockedField: 'CP_BlockedChatYalo__c',
      customFields: {
        case: [],
        contact: [],
        account: [],
        search: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key) => [key, `${key}__c`] as const),
      },
    }),
    { email: 'ana@example.com', extraData: { a: 'x', b: 7, c: '', d: null, e: { x: 1 }, f: 'y', g: 'z' } },
  );
  t.deepEqual(
    requests.map(({ count }) => count),
    [5],
  );
  t.is(queries(requests[0]?.request)[2]?.split(' FROM ')[1], "Contact WHERE b__c = '7'");
  t.regex(queries(requests[0]?.request)[0] ?? '', /Email, CP_BlockedChatYalo__c FROM/u);
  const many = search.createRequests(
    root,
    settings({
      customFields: {
        case: [],
        contact: [],
        account: [],
        search: Array.from({ length: 10 }, (_, i) => [`k${i}`, `F${i}__c`] as const),
      },
    }),
    { ...query, extraData: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k${i}`, 'v'])) },
  );
  t.deepEqual(
    many.map(({ count }) => count),
    [5, 5, 2],
  );
});

const hit = (id: string, more: object = {}): unknown => ({
  totalSize: 1,
  done: true,
  records: [{ Id: id, ...more }],
});
const none = { totalSize: 0, done: true, records: [] };

const firstOf = (...parts: ReadonlyArray<readonly [number, unknown]>): unknown => {
  const hits = search.handleResponse(
    settings({ blockedField: 'Blocked__c' }),
    parts.length,
    compositeAnswer(...parts.map(([status, body], index) => sub(`search${index}`, status, body)).reverse()),
  );
  return E.isLeft(hits) ? hits : search.firstHit(hits.right);
};

test('contact search › the first hit counts, by reference and not by place', (t) => {
  t.deepEqual(firstOf([200, hit('1')], [200, hit('2')]), E.right(O.some({ id: '1', blocked: false })));
  t.deepEqual(
    firstOf([200, none], [200, hit('2', { blocked__C: true })]),
    E.right(O.some({ id: '2', blocked: true })),
  );
  t.deepEqual(firstOf([200, hit('2', { Blocked__c: null })]), E.right(O.some({ id: '2', blocked: false })));
  t.deepEqual(firstOf([200, none], [200, none]), E.right(O.none));
});

test('contact search › the field that blocks may be one of a related record', (t) => {
  const blockedBy = (record: object): unknown =>
    search.handleResponse(
      settings({ blockedField: 'Account.Blocked__c' }),
      1,
      compositeAnswer(sub('search0', 200, hit('1', record))),
    );
  t.like(blockedBy({ Account: { Blocked__c: true } }), {
    right: [{ right: O.some({ id: '1', blocked: true }) }],
  });
  t.like(blockedBy({ Account: null }), { right: [{ right: O.some({ id: '1', blocked: false }) }] });
});

test('contact search › a failed one is never "not found"', (t) => {
  t.like(firstOf([200, none], [400, errorBody('INVALID_FIELD')]), {
    left: { _tag: 'RemoteRefused', status: 400, detail: 'contact search: 400 INVALID_FIELD' },
  });
  t.like(firstOf([400, errorBody('MALFORMED_QUERY')], [200, hit('2')]), { left: { _tag: 'RemoteRefused' } });
  t.like(firstOf([200, { records: 'x' }]), { left: { _tag: 'RemoteError' } });
  t.like(firstOf([200, hit('')]), { left: { _tag: 'RemoteError' } });
  t.like(search.handleResponse(settings(), 2, compositeAnswer(sub('search0', 200, none))), {
    right: [{ right: O.none }, { left: { _tag: 'RemoteError' } }],
  });
});

test('a limit inside a composite › is the whole call’s, whatever else was found', (t) => {
  t.like(firstOf([200, hit('1')], [403, errorBody('REQUEST_LIMIT_EXCEEDED')]), {
    left: { _tag: 'RemoteBusy', certain: true },
  });
  t.like(firstOf([200, none], [401, errorBody('INVALID_SESSION_ID')]), { left: { _tag: 'SessionInvalid' } });
});

test('statuses › mean what they mean', (t) => {
  const means = (response: DataResponse): unknown => cases.handleResponse(response);
  t.like(means(answer(401, errorBody('INVALID_SESSION_ID'))), { left: { _tag: 'SessionInvalid' } });
  t.like(means(answer(403, errorBody('REQUEST_LIMIT_EXCEEDED'))), { left: { _tag: 'RemoteBusy' } });
  t.like(means(answer(403, errorBody('INSUFFICIENT_ACCESS'))), {
    left: { _tag: 'RemoteRefused', status: 403 },
  });
  t.like(means(answer(429, '', 9000)), { left: { _tag: 'RemoteBusy', retryAfterMs: 9000 } });
  t.like(means(answer(503, '<html>')), { left: { _tag: 'RemoteBusy' } });
  t.like(means(answer(403, '[{"errorCode":"REQUEST_LIMIT_EXCEEDED","fields":null},"odd"]')), {
    left: { _tag: 'RemoteBusy' },
  });
  t.like(means(answer(408, '')), { left: { _tag: 'RemoteError', certain: false, status: 408 } });
  t.like(means(answer(500, errorBody('UNKNOWN_EXCEPTION'))), {
    left: { _tag: 'RemoteError', certain: false, status: 500 },
  });
  t.like(means(answer(302, '')), { left: { _tag: 'RemoteError', status: 302 } });
  t.like(means(answer(201, '{"id":""}')), { left: { _tag: 'RemoteError', status: 201 } });
  t.like(means(answer(201, 'not json')), { left: { _tag: 'RemoteError', status: 201 } });
});

test('what went wrong › is told by codes and fields, never by sentences', (t) => {
  t.like(
    cases.handleResponse(answer(400, errorBody('REQUIRED_FIELD_MISSING', 'Ana Pérez', ['Origin', 'x y']))),
    {
      left: { detail: 'case creation: 400 REQUIRED_FIELD_MISSING (Origin, ?)' },
    },
  );
});

test('contact › takes the fields of the settings, the name cut', (t) => {
  const request = contact.createRequest(
    settings({ customFields: { case: [], contact: [['loyalty', 'Loyalty__c']], account: [], search: [] } }),
    { ...person, name: 'x'.repeat(90), extraData: { loyalty: 12 } },
  );
  t.deepEqual(request, {
    method: 'POST',
    path: '/sobjects/Contact',
    body: {
      FirstName: 'Contacto Bot - ',
      LastName: 'x'.repeat(80),
      MobilePhone: '7331175599',
      Email: "o'hara@example.com",
      Loyalty__c: 12,
    },
  });
  t.deepEqual(contact.handleResponse(answer(201, { id: '003', success: true, errors: [] })), E.right('003'));
});

test('contact without a phone or a first name › has no such fields', (t) => {
  const { body } = contact.createRequest(settings({ texts: { descriptionCase: '', firstNameContact: '' } }), {
    name: 'Ana',
    email: 'ana@example.com',
    extraData: {},
  });
  t.deepEqual(body, { LastName: 'Ana', Email: 'ana@example.com' });
});

test('person account › is made and its contact read back, all or nothing', (t) => {
  const request = contact.createAccountRequest(
    root,
    settings({ customFields: { case: [], contact: [], account: [['city', 'City__c']], search: [] } }),
    { ...person, name: '@{newAccount.id}', extraData: { city: 'Puebla' } },
    '012',
  );
  t.deepEqual(request.body, {
    allOrNone: true,
    collateSubrequests: false,
    compositeRequest: [
      {
        method: 'POST',
        url: `${root}/sobjects/Account`,
        referenceId: 'newAccount',
        body: {
          FirstName: 'Contacto Bot - ',
          LastName: '@ {newAccount.id}',
          PersonEmail: "o'hara@example.com",
          PersonMobilePhone: '7331175599',
          PersonBirthDate: '1921-01-01T00:00:00',
          City__c: 'Puebla',
          RecordTypeId: '012',
        },
      },
      {
        method: 'GET',
        url: `${root}/sobjects/Account/@{newAccount.id}?fields=PersonContactId`,
        referenceId: 'newContact',
      },
    ],
  });
  t.deepEqual(
    contact.handleAccountResponse(
      compositeAnswer(
        sub('newAccount', 201, { id: '001' }),
        sub('newContact', 200, { PersonContactId: '003' }),
      ),
    ),
    E.right('003'),
  );
  t.like(
    contact.handleAccountResponse(
      compositeAnswer(sub('newAccount', 201, {}), sub('newContact', 200, { PersonContactId: null })),
    ),
    {
      left: { _tag: 'RemoteError' },
    },
  );
});

test('person account › extraData’s record type goes before the setting’s', (t) => {
  const type = (configured: string | undefined, extraData: Record<string, unknown>): string | undefined =>
    contact.personAccountType(settings(configured === undefined ? {} : { accountRecordTypeId: configured }), {
      ...person,
      extraData,
    });
  t.is(type(undefined, {}), undefined);
  t.is(type('012A', {}), '012A');
  t.is(type('012A', { AccountRecordTypeId: '012B' }), '012B');
  t.is(type(undefined, { AccountRecordTypeId: '012B' }), '012B');
  t.is(type('012A', { AccountRecordTypeId: '' }), '012A');
});

test('all or nothing › the one that made the others fail is told', (t) => {
  const halted = errorBody('PROCESSING_HALTED');
  t.like(
    contact.handleAccountResponse(
      compositeAnswer(
        sub('newAccount', 400, halted),
        sub('newContact', 400, errorBody('DUPLICATES_DETECTED')),
      ),
    ),
    { left: { detail: 'contact creation: 400 DUPLICATES_DETECTED' } },
  );
});

test('case › is sent as the settings and the flow say', (t) => {
  const request = cases.createRequest(
    settings({ caseRecordTypeId: '012' }),
    caseRequest({ ownerId: '005', subject: '😀'.repeat(300) }),
  );
  t.deepEqual(request.headers, { 'Sforce-Auto-Assign': 'false' });
  t.is(request.path, '/sobjects/Case');
  t.deepEqual(request.body, {
    Description: `Caso levantado por el Bot : ${'😀'.repeat(300)}`,
    Priority: 'Medium',
    Status: 'Nuevo',
    OwnerId: '005',
    RecordTypeId: '012',
    ContactId: '0031x00000Ab',
    Origin: 'whatsapp',
    Subject: '😀'.repeat(255),
  });
});

test('case › custom fields override priority and status, never what it is found by', (t) => {
  const map = [
    ['p', 'Priority'],
    ['s', 'Status'],
    ['o', 'Origin'],
    ['c', 'contactid'],
    ['d', 'Order__c'],
  ] as const;
  const { body } = cases.createRequest(
    settings({ customFields: { case: map, contact: [], account: [], search: [] } }),
    caseRequest({ extraData: { p: 'High', s: 'Open', o: 'x', c: 'x', d: { n: 1 }, description: 'As told' } }),
  );
  t.deepEqual(body, {
    Description: 'As told',
    Priority: 'High',
    Status: 'Open',
    Order__c: '{"n":1}',
    ContactId: '0031x00000Ab',
    Origin: 'whatsapp',
    Subject: 'Ayuda',
  });
});

test('case description › leaves out what is empty', (t) => {
  const described = (descriptionCase: string, subject: string): unknown =>
    (
      cases.createRequest(
        settings({ texts: { descriptionCase, firstNameContact: '' } }),
        caseRequest({ subject }),
      ).body as {
        Description: string;
      }
    ).Description;
  t.is(described('Caso', 'Ayuda'), 'Caso : Ayuda');
  t.is(described('', 'Ayuda'), 'Ayuda');
});

test('case search › asks for an open case of that contact, subject and origin since then', (t) => {
  const request = cases.createSearchRequest(caseRequest({ subject: "a'b" }), 1_700_000_000_500);
  t.is(
    new URL(request.path, 'https://example.com').searchParams.get('q'),
    "SELECT Id FROM Case WHERE ContactId = '0031x00000Ab' AND Subject = 'a\\'b' AND Origin = 'whatsapp' AND IsClosed = false AND CreatedDate >= 2023-11-14T22:13:20Z ORDER BY CreatedDate DESC LIMIT 1",
  );
  t.deepEqual(cases.handleSearchResponse(answer(200, hit('500'))), E.right(O.some('500')));
  t.deepEqual(cases.handleSearchResponse(answer(200, none)), E.right(O.none));
  t.like(cases.handleSearchResponse(answer(400, errorBody('INVALID_FIELD'))), {
    left: { _tag: 'RemoteRefused' },
  });
});

test('case file › is one composite, all or nothing', (t) => {
  const request = caseFile.createRequest(root, {
    title: '@{x}',
    pathOnClient: 'x.jpg',
    caseId: '500',
    bytes: new Uint8Array([1, 2, 3]).subarray(1),
  });
  t.deepEqual(request.body, {
    allOrNone: true,
    collateSubrequests: false,
    compositeRequest: [
      {
        method: 'POST',
        url: `${root}/sobjects/ContentVersion`,
        referenceId: 'newFile',
        body: {
          Title: '@ {x}',
          Description: '',
          ContentLocation: 'S',
          PathOnClient: 'x.jpg',
          VersionData: 'AgM=',
        },
      },
      {
        method: 'GET',
        url: `${root}/sobjects/ContentVersion/@{newFile.id}?fields=ContentDocumentId`,
        referenceId: 'newFileInfo',
      },
      {
        method: 'POST',
        url: `${root}/sobjects/ContentDocumentLink`,
        referenceId: 'newFileLink',
        body: {
          ContentDocumentId: '@{newFileInfo.ContentDocumentId}',
          LinkedEntityId: '500',
          ShareType: 'V',
          Visibility: 'AllUsers',
        },
      },
    ],
  });
});

test('whatever comes back › is an answer or a failure, and no sentence of it is told', (t) => {
  const bodies = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record({ id: fc.string(), records: fc.array(fc.record({ Id: fc.string() })) })
      .map((body) => JSON.stringify(body)),
    fc
      .array(
        fc.record({
          referenceId: fc.constantFrom('search0', 'newFile', 'x'),
          httpStatusCode: fc.integer(),
          body: fc.jsonValue(),
        }),
      )
      .map((compositeResponse) => JSON.stringify({ compositeResponse })),
    fc.array(fc.record({ errorCode: fc.string(), message: fc.string() })).map((body) => JSON.stringify(body)),
  );
  const handlers: ReadonlyArray<(response: DataResponse) => E.Either<{ detail: string }, unknown>> = [
    (response) => search.handleResponse(settings(), 2, response),
    contact.handleResponse,
    contact.handleAccountResponse,
    cases.handleResponse,
    cases.handleSearchResponse,
    caseFile.handleResponse,
  ];
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 599 }), bodies, (status, text) => {
      for (const handle of handlers) {
        const outcome = handle({ status, text });
        if (E.isLeft(outcome)) {
          t.regex(
            outcome.left.detail,
            /^[a-z ]+: (-?\d+( [A-Za-z0-9_.?]+)?( \([A-Za-z0-9_.?, ]+\))?|an answer of \d+ that cannot be read)$/u,
          );
        }
      }
    }),
    { numRuns: 1000 },
  );
});
