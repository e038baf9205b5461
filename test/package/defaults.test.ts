import test from 'ava';
import { E } from '../../src/domain/fp.ts';
import { defaultPolicy, makeSettings } from '../../src/index.ts';
import { decodeConfig } from '../../src/main/config.ts';
import { policyOf } from '../../src/main/policy.ts';

const service = () => {
  const decoded = decodeConfig({}, () => '');
  if (E.isLeft(decoded)) throw new Error('an empty configuration is none');
  return decoded.right.config;
};

test('defaults for embedders › are those of the service', (t) => {
  const { restartKeywords: _keywords, ...policy } = policyOf(service());
  t.like(defaultPolicy, policy);
});

test('settings for embedders › are the service’s where nothing is said', (t) => {
  const { connect, ownership, limits } = service();
  const flows = new Map();
  const settings = makeSettings({ self: 'web-1', desk: 'toy', flows });
  t.deepEqual(settings, {
    self: 'web-1',
    policy: defaultPolicy,
    connect: {
      flows,
      defaultDesk: 'toy',
      sourceFlowField: connect.sourceFlowField,
      phoneCodes: connect.phoneCodes,
      checkAvailability: connect.checkAvailability,
    },
    leaseMs: ownership.leaseMs,
    pollStartPerSecond: limits.pollStartRate.perSecond,
  });
});

test('settings for embedders › keep what is said', (t) => {
  const settings = makeSettings({
    self: 'web-1',
    desk: 'toy',
    flows: new Map(),
    policy: { maxTries: 3 },
    connect: { checkAvailability: true },
    leaseMs: 5_000,
    pollStartPerSecond: 10,
  });
  t.like(settings, { policy: { maxTries: 3 }, leaseMs: 5_000, pollStartPerSecond: 10 });
  t.true(settings.connect.checkAvailability);
});
