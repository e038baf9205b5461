import test from 'ava';
import fc from 'fast-check';
import { customFields, cut, overlay, unreferenced } from '../../../src/adapters/salesforce-data/fields.ts';

test('a cut › counts code points and leaves none in halves', (t) => {
  t.is(cut('😀'.repeat(81), 80), '😀'.repeat(80));
  t.is(cut('short', 80), 'short');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(100), (text, max) => {
      const short = cut(text, max);
      t.true(short.isWellFormed());
      t.true(Array.from(short).length <= max);
      t.true(text.toWellFormed().startsWith(short));
    }),
  );
});

test('custom fields › take plain values as they are, structures as JSON, and nothing for nothing', (t) => {
  const fields = customFields(
    [
      ['text', 'Text__c'],
      ['empty', 'Empty__c'],
      ['count', 'Count__c'],
      ['yes', 'Yes__c'],
      ['list', 'List__c'],
      ['thing', 'Thing__c'],
      ['gone', 'Gone__c'],
      ['nil', 'Nil__c'],
      ['toString', 'Inherited__c'],
      ['__proto__', 'Proto__c'],
    ],
    { text: 'a', empty: '', count: 0, yes: false, list: [1, 'b'], thing: { a: 1 }, nil: null, other: 'x' },
  );
  t.deepEqual(fields, {
    Text__c: 'a',
    Empty__c: '',
    Count__c: 0,
    Yes__c: false,
    List__c: '[1,"b"]',
    Thing__c: '{"a":1}',
  });
});

test('one member › may fill several fields', (t) => {
  t.deepEqual(
    customFields(
      [
        ['a', 'One__c'],
        ['a', 'Two__c'],
      ],
      { a: 'x' },
    ),
    { One__c: 'x', Two__c: 'x' },
  );
});

test('an overlay › wins over the same field in another spelling', (t) => {
  t.deepEqual(overlay({ Priority: 'Medium', Status: 'Nuevo' }, { priority: 'High' }), {
    Status: 'Nuevo',
    priority: 'High',
  });
});

test('a reference in the text of a user › is none any more', (t) => {
  t.is(unreferenced('@{newAccount.id}'), '@ {newAccount.id}');
  t.is(unreferenced('ana@example.com {x}'), 'ana@example.com {x}');
  t.is(unreferenced(7), 7);
});
