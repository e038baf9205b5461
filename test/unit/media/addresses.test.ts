import test from 'ava';
import fc from 'fast-check';
import { addressKind } from '../../../src/adapters/media/addresses.ts';

const inside = [
  '10.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.254',
  '192.168.1.1',
  '169.254.169.254',
  '168.63.129.16',
  '100.64.0.1',
  '100.100.100.200',
  '100.127.255.255',
  '0.0.0.0',
  '0.1.2.3',
  '255.255.255.255',
  '224.0.0.1',
  '240.0.0.1',
  '192.0.0.192',
  '198.18.0.1',
  '192.0.2.1',
  '::',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:7f00:1',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '::ffff:0:127.0.0.1',
  '64:ff9b::127.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::10.0.0.1',
  '2002:7f00:1::',
  '2002:a9fe:a9fe::1',
  '2001:0:5ef5:79fb::1',
  'fe80::1',
  'fe80::1%eth0',
  '2606:4700::1%eth0',
  'fec0::1',
  'fc00::1',
  'fd00::1',
  'fd00:ec2::254',
  'ff02::1',
  '2001:db8::1',
  '100::1',
  '4000::1',
  // no spelling that a resolver gives
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '127.1',
  '8.8.8.8 ',
  'localhost',
  '',
];

for (const address of inside) {
  test(`address ${JSON.stringify(address)} › must not be connected to`, (t) => {
    t.is(addressKind(address), 'inside');
  });
}

for (const address of ['127.0.0.1', '127.255.0.3', '::1', '0:0:0:0:0:0:0:1']) {
  test(`address ${address} › is this machine`, (t) => {
    t.is(addressKind(address), 'loopback');
  });
}

for (const address of ['8.8.8.8', '157.240.22.35', '100.63.255.255', '172.32.0.1', '2606:4700:4700::1111']) {
  test(`address ${address} › is public`, (t) => {
    t.is(addressKind(address), 'public');
  });
}

test('any text › is never taken for a public address unless it is one', (t) => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      if (addressKind(text) !== 'public') return;
      t.regex(text, /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:.]+)$/iu);
    }),
  );
  t.pass();
});

test('every IPv4 address written inside an IPv6 one › is refused', (t) => {
  fc.assert(
    fc.property(fc.ipV4(), fc.constantFrom('::ffff:', '::', '64:ff9b::', '::ffff:0:'), (address, prefix) => {
      t.not(addressKind(prefix + address), 'public');
    }),
  );
});
