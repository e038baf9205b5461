import test from 'ava';
import { makeUser, userKey, userOf } from '../../../src/domain/channel.ts';
import { cleanPhone } from '../../../src/domain/phone.ts';
import { chooseFlow, type SourceFlow, type SourceFlows } from '../../../src/domain/source-flow.ts';
import { fill } from '../../../src/domain/texts.ts';

// -- users

test('users › a leading + is no part of the identity on WhatsApp, all else is compared exactly', (t) => {
  t.deepEqual(makeUser('whatsapp', '+5215512345678'), { provider: 'whatsapp', id: '5215512345678' });
  t.deepEqual(makeUser('whatsapp', '++52'), { provider: 'whatsapp', id: '+52' });
  t.deepEqual(makeUser('facebook', '+6199'), { provider: 'facebook', id: '+6199' });
  t.deepEqual(makeUser('whatsapp', ' 52'), { provider: 'whatsapp', id: ' 52' });
});

test('users › their keys are read back, whatever the id', (t) => {
  for (const id of ['5215512345678', 'a|b', '', '|', 'ñ 😀'])
    t.deepEqual(userOf(userKey({ provider: 'facebook', id })), { provider: 'facebook', id });
});

// -- phone numbers (relay.md §2 step 2)

const phones: ReadonlyArray<[string, ReadonlyArray<string>, string]> = [
  ['5217331175599', ['521', '52'], '7331175599'],
  ['527331175599', ['521', '52'], '7331175599'],
  ['521733117559', ['521', '52'], '1733117559'],
  ['7331175599', ['521', '52'], '7331175599'],
  ['5212345678', ['521', '52'], '5212345678'],
  ['52123456789', ['521', '52'], '52123456789'],
  ['5217331175599', ['52', '521'], '17331175599'],
  ['5217331175599', [], '5217331175599'],
  ['4917331175599', ['521', '52'], '4917331175599'],
  ['+5217331175599', ['521', '52'], '+5217331175599'],
  ['', ['521'], ''],
];
for (const [phone, codes, expected] of phones) {
  test(`phone › ${phone} without ${codes.join(', ')} is ${expected}`, (t) => {
    t.is(cleanPhone(phone, codes), expected);
  });
}

// -- source flows (relay.md §2 step 7)

const flow = (subject: string, providers: SourceFlow['providers']): SourceFlow => ({ subject, providers });
const flows: SourceFlows = new Map([
  [
    'default',
    flow('General', { whatsapp: { buttonId: '573D', ownerId: '00GD' }, facebook: { buttonId: '573F' } }),
  ],
  ['SFB001', { ...flow('Ventas', { whatsapp: { buttonId: '573V' } }), desk: 'enhanced-chat' }],
]);

test('source flow › the one that is named', (t) => {
  t.deepEqual(chooseFlow(flows, 'SFB001', 'whatsapp'), {
    key: 'SFB001',
    subject: 'Ventas',
    buttonId: '573V',
    desk: 'enhanced-chat',
  });
});

for (const [what, key] of [
  ['none is named', undefined],
  ['an unknown one is named', 'SFB999'],
  ['its name is compared exactly', 'sfb001'],
  ['what names it is no text', 7],
  ['what names it is null', null],
  ['what names it is a list', ['SFB001']],
] as const) {
  test(`source flow › the default when ${what}`, (t) => {
    t.deepEqual(chooseFlow(flows, key, 'whatsapp'), {
      key: 'default',
      subject: 'General',
      buttonId: '573D',
      ownerId: '00GD',
    });
  });
}

test('source flow › without a route for the channel gives way to the default, as a whole', (t) => {
  t.deepEqual(chooseFlow(flows, 'SFB001', 'facebook'), {
    key: 'default',
    subject: 'General',
    buttonId: '573F',
  });
});

test('source flow › neither has a route for the channel', (t) => {
  const only = new Map([['default', flow('General', { whatsapp: { buttonId: '573D' } })]]);
  t.is(chooseFlow(only, 'SFB001', 'facebook'), undefined);
});

// -- templates

test('templates › the value goes into the first place, whatever it contains', (t) => {
  t.is(fill('Hola soy %s y necesito ayuda', 'Eva'), 'Hola soy Eva y necesito ayuda');
  t.is(fill('%s de %s', 'uno'), 'uno de %s');
  t.is(fill('sin lugar', 'Eva'), 'sin lugar');
  t.is(fill('Hola %s', '$& $1 %s'), 'Hola $& $1 %s');
  t.is(fill('', 'Eva'), '');
});
