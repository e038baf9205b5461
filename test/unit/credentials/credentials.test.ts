import test from 'ava';
import fc from 'fast-check';
import { E, O } from '../../../src/domain/fp.ts';
import { makeCredentials, type User } from '../../../src/adapters/credentials/credentials.adapter.ts';

const users: ReadonlyArray<User> = [
  { username: 'yaloUser', password: 'correct horse', role: 'YALO_ROLE' },
  { username: 'salesforceUser', password: 'battery staple', role: 'SALESFORCE_ROLE' },
];
const { check, knows } = makeCredentials(users);

test('credentials › a user with the right password is known by name and role', async (t) => {
  t.deepEqual(
    await check('yaloUser', 'correct horse')(),
    E.right(O.some({ username: 'yaloUser', role: 'YALO_ROLE' })),
  );
  t.deepEqual(
    await check('salesforceUser', 'battery staple')(),
    E.right(O.some({ username: 'salesforceUser', role: 'SALESFORCE_ROLE' })),
  );
});

for (const [username, password] of [
  ['yaloUser', 'battery staple'],
  ['yaloUser', 'Correct horse'],
  ['yaloUser', 'correct horse '],
  ['yaloUser', 'correct horse\0'],
  ['yaloUser', ''],
  ['YALOUSER', 'correct horse'],
  ['', 'correct horse'],
  ['', ''],
  ['nobody', 'correct horse'],
  ['__proto__', 'correct horse'],
] as const) {
  test(`credentials › ${JSON.stringify([username, password])} is nobody`, async (t) => {
    t.deepEqual(await check(username, password)(), E.right(O.none));
  });
}

test('credentials › any other pair of texts is nobody', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      async (username, password) => {
        t.deepEqual(await check(username, password)(), E.right(O.none));
        t.deepEqual(await check('yaloUser', password)(), E.right(O.none));
      },
    ),
  );
});

test('credentials › a user is still one only with the role of the configuration', (t) => {
  t.true(knows({ username: 'yaloUser', role: 'YALO_ROLE' }));
  t.false(knows({ username: 'yaloUser', role: 'SALESFORCE_ROLE' }));
  t.false(knows({ username: 'nobody', role: 'YALO_ROLE' }));
});
