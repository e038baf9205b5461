import test from 'ava';
import { E } from '../../../src/domain/fp.ts';
import { type AllowedHosts, parseAllowedHosts } from '../../../src/adapters/media/allowed-hosts.ts';
import { checkUrl, mayConnect } from '../../../src/adapters/media/rules.ts';

const hosts = (setting: string): AllowedHosts => {
  const parsed = parseAllowedHosts(setting);
  if (E.isLeft(parsed)) throw new Error(parsed.left);
  return parsed.right;
};

const usual = '*.yalochat.com,*.fbcdn.net,*.fbsbx.com,*.whatsapp.net';

const outcome = (setting: string, url: string, dev = false): string => {
  const checked = checkUrl({ allowedHosts: hosts(setting), dev }, url);
  return E.isLeft(checked) ? checked.left : 'allowed';
};

const allowed: ReadonlyArray<readonly [setting: string, url: string]> = [
  [usual, 'https://api-staging2.yalochat.com/hooks-proxy/media/1'],
  [usual, 'https://a.b.c.fbcdn.net/v/x.jpg?oh=1'],
  [usual, 'https://API.YaloChat.Com:443/x'],
  ['cdn.example.com', 'https://cdn.example.com/x'],
  ['cdn.example.com:8443', 'https://cdn.example.com:8443/x'],
  ['cdn.example.com:443', 'https://cdn.example.com/x'],
  ['*.example.com:8443', 'https://a.example.com:8443/x'],
  ['CDN.Example.com , other.example.com', 'https://cdn.example.com/x'],
  ['münchen.example.com', 'https://xn--mnchen-3ya.example.com/x'],
];

for (const [setting, url] of allowed) {
  test(`list ${setting} › allows ${url}`, (t) => {
    t.is(outcome(setting, url), 'allowed');
  });
}

const refused: ReadonlyArray<readonly [setting: string, url: string]> = [
  [usual, 'https://yalochat.com/x'],
  [usual, 'https://evilyalochat.com/x'],
  [usual, 'https://api.yalochat.com.evil.example/x'],
  [usual, 'https://api.yalochat.com@evil.example/x'],
  [usual, 'https://user:pass@api.yalochat.com/x'],
  [usual, 'https://user@api.yalochat.com/x'],
  [usual, 'https://api.yalochat.com:8443/x'],
  [usual, 'https://api.yalochat.com./x'],
  [usual, 'https://evil.example\\@api.yalochat.com/x'],
  [usual, 'https://evil.example#.yalochat.com'],
  [usual, 'https://evil.example?.yalochat.com'],
  [usual, 'http://api.yalochat.com/x'],
  [usual, 'ftp://api.yalochat.com/x'],
  [usual, 'file:///etc/passwd'],
  [usual, 'data:text/plain,hello'],
  [usual, 'javascript:alert(1)'],
  [usual, '//api.yalochat.com/x'],
  [usual, '/x'],
  [usual, ''],
  [usual, 'https://'],
  [usual, 'https://localhost/x'],
  [usual, 'https://localhost./x'],
  [usual, 'https://127.0.0.1/x'],
  [usual, 'https://2130706433/x'],
  [usual, 'https://0x7f000001/x'],
  [usual, 'https://0177.0.0.1/x'],
  [usual, 'https://127.1/x'],
  [usual, 'https://127.0.0.1./x'],
  [usual, 'https://[::1]/x'],
  [usual, 'https://[::ffff:127.0.0.1]/x'],
  [usual, 'https://[64:ff9b::7f00:1]/x'],
  [usual, 'https://[fd00::1]/x'],
  [usual, 'https://169.254.169.254/latest/meta-data'],
  [usual, 'https://①②⑦.⓪.⓪.①/x'],
  ['cdn.example.com:8443', 'https://cdn.example.com/x'],
  ['cdn.example.com', 'https://cdn.example.com:8443/x'],
  ['cdn.example.com', 'https://a.cdn.example.com/x'],
  ['', 'https://cdn.example.com/x'],
];

for (const [setting, url] of refused) {
  test(`list ${setting} › refuses ${url}`, (t) => {
    t.not(outcome(setting, url), 'allowed');
  });
}

test('a list with an entry that nobody can read › names it', (t) => {
  for (const bad of ['https://x', 'a b', '*', '*.', 'x/y', 'x:y', 'x:99999', '[::1', 'a.*.b', 'x@y']) {
    const parsed = parseAllowedHosts(`cdn.example.com,${bad}`);
    t.true(E.isLeft(parsed) && parsed.left.includes(bad), bad);
  }
});

const connects = (setting: string, url: string, dev: boolean, addresses: ReadonlyArray<string>): boolean => {
  const checked = checkUrl({ allowedHosts: hosts(setting), dev }, url);
  return (
    E.isRight(checked) &&
    mayConnect(checked.right, checked.right.address === undefined ? addresses : [checked.right.address])
  );
};

test('a listed name › is connected to only when all its addresses are public', (t) => {
  const name = (addresses: ReadonlyArray<string>): boolean =>
    connects('cdn.example.com', 'https://cdn.example.com/x', false, addresses);
  t.true(name(['8.8.8.8', '2606:4700::1111']));
  t.false(name([]));
  t.false(name(['10.0.0.1']));
  t.false(name(['8.8.8.8', '127.0.0.1']));
  t.false(name(['::ffff:169.254.169.254']));
});

test('this machine › is reached in dev only, and only where the list names it', (t) => {
  const machine = ['127.0.0.1', '::1'];
  t.true(connects('localhost:9000', 'http://localhost:9000/x', true, machine));
  t.true(connects('127.0.0.1:9000', 'http://127.0.0.1:9000/x', true, machine));
  t.true(
    connects('127.0.0.1:9000', 'http://2130706433:9000/x', true, machine),
    'one address, another spelling',
  );
  t.true(connects('[::1]:9000', 'http://[::1]:9000/x', true, machine));
  t.false(connects('localhost:9000', 'https://localhost:9000/x', false, machine));
  t.false(connects('127.0.0.1', 'https://127.0.0.1/x', false, machine));
  t.false(connects('cdn.example.com', 'http://cdn.example.com/x', true, machine), 'a name that leads here');
  t.false(connects('*.localhost', 'http://a.localhost/x', true, machine));
  t.false(connects('localhost', 'http://localhost/x', true, ['10.0.0.1']));
  t.false(connects('10.0.0.1', 'http://10.0.0.1/x', true, machine), 'the rest of the inside stays shut');
  t.false(connects('[::ffff:127.0.0.1]', 'http://[::ffff:127.0.0.1]/x', true, machine));
});
