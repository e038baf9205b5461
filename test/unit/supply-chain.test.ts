import test from 'ava';
import { readAudit, unlicensed } from '../../scripts/supply-chain.ts';

test('licences › on the list, off it, none, a choice, one read by hand', (t) => {
  const packages = {
    '': { license: 'UNLICENSED' },
    'node_modules/a': { license: 'MIT' },
    'node_modules/b': { license: 'GPL-3.0' },
    'node_modules/b/node_modules/@c/d': {},
    'node_modules/e': { license: '(MIT OR CC0-1.0)' },
    'node_modules/f': { license: 'MIT AND GPL-2.0' },
    'node_modules/escape-regexp-component': {},
  };
  t.deepEqual(unlicensed({ packages }), [
    { name: 'b', licence: 'GPL-3.0' },
    { name: '@c/d', licence: undefined },
    { name: 'f', licence: 'MIT AND GPL-2.0' },
  ]);
});

test('audit › an answer, an empty one, and none', (t) => {
  const report = {
    auditReportVersion: 2,
    vulnerabilities: {
      a: { severity: 'high', via: [{ title: 'Sample advisory' }] },
      b: { severity: 'low', via: ['a'] },
      c: {},
    },
  };
  t.deepEqual(readAudit(JSON.stringify(report)), [
    { name: 'a', severity: 'high', title: 'Sample advisory' },
    { name: 'b', severity: 'low', title: 'through its dependencies' },
    { name: 'c', severity: 'critical', title: 'through its dependencies' },
  ]);
  t.deepEqual(readAudit('{"auditReportVersion":2,"vulnerabilities":{}}'), []);
  for (const none of [
    '',
    'null',
    '[]',
    '{"message":"405 Method Not Allowed","statusCode":405}',
    '{"error":{}}',
  ])
    t.is(readAudit(none), undefined, none);
});
