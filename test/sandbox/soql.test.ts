import test from 'ava';
import type { ExecutionContext } from 'ava';
import type { Records } from '../../sandbox/salesforce/data/records.ts';
import { DataClient } from './data-client.ts';
import { withSandbox } from './with-sandbox.ts';

interface World {
  readonly records: Records;
  /** The first column of the rows, or the error code. */
  readonly ask: (soql: string) => Promise<ReadonlyArray<unknown> | string | undefined>;
}

const people = async (t: ExecutionContext<unknown>): Promise<World> => {
  const sandbox = await withSandbox(t);
  const { records } = sandbox.salesforce;
  records.addContact({ LastName: 'Ana', Email: 'ana@example.com', MobilePhone: '5215573735001' });
  records.addContact({ LastName: 'Beto', Email: 'beto@example.com', Puntos__c: 3 });
  records.addContact({ LastName: '100%', Email: 'cien@example.com', CP_BlockedChatYalo__c: true });
  const client = new DataClient(sandbox);
  await client.logIn();
  return {
    records,
    ask: async (soql) => {
      const { status, body } = await client.query(soql);
      if (status !== 200) return (body as ReadonlyArray<{ errorCode: string }>)[0]?.errorCode;
      const rows = (body as { records: ReadonlyArray<Record<string, unknown>> }).records;
      return rows.map((row) => Object.values(row)[1]);
    },
  };
};

for (const [where, expected] of [
  ["Email = 'ana@example.com'", ['Ana']],
  ["Email = 'ana@example.com' OR Email = 'beto@example.com'", ['Ana', 'Beto']],
  ["(Email = 'ana@example.com' OR LastName = 'Beto') AND Puntos__c = 3", ['Beto']],
  ["NOT (LastName = 'Ana')", ['Beto', '100%']],
  ["LastName != 'Ana' AND CP_BlockedChatYalo__c = false", ['Beto']],
  ['CP_BlockedChatYalo__c = true', ['100%']],
  ["LastName LIKE '%e%'", ['Beto']],
  ["LastName LIKE '100\\%'", ['100%']],
  ["LastName LIKE '____'", ['Beto', '100%']],
  ["LastName LIKE '%.%'", []],
  ["LastName IN ('ana', 'BETO', 'nadie')", ['Ana', 'Beto']],
  ["LastName NOT IN ('Ana', 'Beto')", ['100%']],
  ['MobilePhone = null', ['Beto', '100%']],
  ['MobilePhone <> NULL', ['Ana']],
  ["LastName = '\\u0041na'", ['Ana']],
  ["LastName < 'B'", ['Ana', '100%']],
  ['CreatedDate >= 2020-01-01T00:00:00+06:00', ['Ana', 'Beto', '100%']],
  ['CreatedDate < 2020-01-01T00:00:00.000Z', []],
  ["Account.Name = 'x'", []],
] as const) {
  test(`WHERE › ${where}`, async (t) => {
    const { ask } = await people(t);
    t.deepEqual(await ask(`SELECT LastName FROM Contact WHERE ${where}`), expected);
  });
}

for (const [rest, expected] of [
  ['ORDER BY LastName', ['100%', 'Ana', 'Beto']],
  ['order by LastName desc limit 1', ['Beto']],
  ['ORDER BY MobilePhone NULLS LAST, LastName LIMIT 2', ['Ana', '100%']],
  ['ORDER BY LastName LIMIT 5 OFFSET 2', ['Beto']],
  ['LIMIT 0', []],
] as const) {
  test(`a query › ${rest}`, async (t) => {
    const { ask } = await people(t);
    t.deepEqual(await ask(`SELECT LastName FROM Contact ${rest}`), expected);
  });
}

test('a query › reads fields of related records, null where there is none', async (t) => {
  const { records, ask } = await people(t);
  t.deepEqual(await ask("SELECT Account.Name FROM Contact WHERE LastName = 'Ana'"), [null]);
  t.deepEqual(await ask("SELECT Tutor__r.Name FROM Contact WHERE LastName = 'Ana'"), [null]);
  const [ana] = records.list('Contact');
  const sandbox = await withSandbox(t);
  const client = new DataClient(sandbox);
  await client.logIn();
  const { Id } = sandbox.salesforce.records.addContact({ LastName: String(ana?.LastName) });
  await client.create('Case', { ContactId: Id });
  const { body } = await client.query(
    "SELECT Contact.LastName, Contact.Email FROM Case WHERE Contact.LastName = 'Ana'",
  );
  t.like(body, { records: [{ Contact: { attributes: { type: 'Contact' }, LastName: 'Ana', Email: null } }] });
});

test('the shape of a query › stays the same for every value that was escaped, and not for one that was not', async (t) => {
  const { records, ask } = await people(t);
  const shape = 'SELECT LastName FROM Contact WHERE Email = ?';
  const attack = "' OR Email != '";
  await ask(`SELECT LastName FROM Contact WHERE Email = '${attack.replaceAll("'", "\\'")}'`);
  await ask(`SELECT LastName FROM Contact WHERE Email = '${attack}'`);
  t.deepEqual(
    records.queries.list().map((query) => [query.shape === shape, query.rows]),
    [
      [true, 0],
      [false, 3],
    ],
  );
});

test('deep nesting › is refused, not followed', async (t) => {
  const { ask } = await people(t);
  const deep = `${'('.repeat(3_000)}LastName = 'Ana'${')'.repeat(3_000)}`;
  t.is(await ask(`SELECT LastName FROM Contact WHERE ${deep}`), 'MALFORMED_QUERY');
});
