import { randomInt } from 'node:crypto';
import net from 'node:net';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { secrets, whatsAppConnect } from '../e2e/support/service.ts';
import { facebookPath, whatsAppPath } from '../http/support.ts';
import { bodies, hostile } from '../http/bodies.ts';
import { forgeries } from './forgeries.ts';
import { raw } from './raw.ts';
import { startCanary, startTarget, type Target } from './service.ts';
import { answersIn, bytesOf, makeConnection, shoot, type Heard, type Request } from './wire.ts';

/**
 * The real process under malformed and hostile requests over real sockets: every answer is one that the contract knows, no
 * fault, no crash, no growth, and everything is right afterwards. `ABUSE_REQUESTS` makes it longer, `ABUSE_SEED` repeats one.
 */
const requests = Number(process.env.ABUSE_REQUESTS ?? 24_000);
const seed = Number(process.env.ABUSE_SEED ?? randomInt(2 ** 31));
const rounds = 4;
const connections = 24;

/** Beyond these two, nothing may be a fault: what a remote did not take, and a webhook that the store did not take. */
const mayFail = ({ status, body }: Heard): boolean =>
  [502, 503, 504].includes(status) &&
  body.startsWith('{"ErrorDescription":"could not create chat in salesforce : ');

/** Insides of the service, and its secrets. */
const leaks = [
  /\bat \S+ \(|node:internal|\.ts:\d|\/src\/|node_modules|ECONN|SQLITE/u,
  ...Object.values(secrets),
];

/** What is wrong with an answer; undefined: nothing. */
const wrong = (heard: Heard): string | undefined => {
  const { status, headers, body } = heard;
  if (status >= 500 && !mayFail(heard)) return 'a fault';
  if (!headers.has('x-request-id')) return 'no request id';
  if (headers.has('server') || headers.has('x-powered-by')) return 'a banner';
  if (leaks.some((leak) => (typeof leak === 'string' ? body.includes(leak) : leak.test(body))))
    return 'a leak';
  if (status < 400) return undefined;
  try {
    const names = Object.keys(JSON.parse(body) as object);
    return names.length === 1 && names[0] === 'ErrorDescription'
      ? undefined
      : 'another body than the contract’s';
  } catch {
    return 'no JSON';
  }
};

type Attack = { readonly kind: string } & (
  { readonly bytes: Buffer } | { readonly request: Request; readonly allowed?: ReadonlyArray<number> }
);

const json = { 'Content-Type': 'application/json' };
const printable = (text: string): string => text.replace(/[^\x20-\x7e]/gu, '');

const protectedRoutes: ReadonlyArray<readonly [method: string, path: string]> = [
  ['GET', '/v1/tokens/check'],
  ['POST', '/v1/chats/connect'],
  ['DELETE', '/v1/chat/finish/5217'],
  ['GET', '/v1/chats/5217'],
  ['GET', '/v1/context/5217'],
  ['DELETE', '/v1/context/5217'],
  ['POST', '/v1/integrations/webhook/register/whatsapp'],
  ['DELETE', '/v1/integrations/webhook/remove/facebook'],
];

const attacks = (token: string, { key, sign }: Target): fc.Arbitrary<Attack> => {
  const bearer = { Authorization: `Bearer ${token}` };
  const segment = fc.oneof(
    fc.constantFrom(...hostile).map((text) => encodeURIComponent(text.toWellFormed())),
    fc.constantFrom(
      '..',
      '.',
      '%2e%2e',
      '%2F..%2F',
      '%00',
      '%',
      '%ff%fe',
      '%E0%A4%A',
      '%u0000',
      ';a=b',
      '*',
      ':userID',
    ),
    fc.constantFrom(
      '__proto__',
      'constructor',
      '%5B%24ne%5D',
      'a'.repeat(500),
      'a'.repeat(5_000),
      '%F0%9F%98%80'.repeat(40),
    ),
    fc.webSegment(),
  );
  const query = fc.oneof(
    fc.constantFrom(
      '',
      '?',
      '?provider=whatsapp',
      '?provider=__proto__',
      '?provider[$ne]=x',
      '?token=&token=x',
      '?%',
      '?a=%00',
    ),
    fc.webQueryParameters().map((text) => `?${text}`),
  );
  const signs = (path: string): boolean => path === whatsAppPath || path === facebookPath;

  return fc.oneof(
    {
      weight: 42,
      arbitrary: fc
        .tuple(
          bodies,
          fc.oneof(
            { weight: 30, arbitrary: fc.constant({}) },
            {
              weight: 1,
              arbitrary: fc.constantFrom({ 'Content-Type': 'text/xml' }, { 'Content-Encoding': 'gzip' }),
            },
          ),
        )
        .map(([{ path, bytes }, more]): Attack => ({
          kind: `body ${path}`,
          request: {
            method: 'POST',
            path,
            headers: {
              ...json,
              ...(signs(path) ? { 'x-yalochat-signature': sign(bytes) } : bearer),
              ...more,
            },
            body: bytes,
          },
          ...(path === '/v1/authenticate' ? { allowed: [400, 401, 413, 415, 429] } : {}),
        })),
    },
    { weight: 22, arbitrary: raw.map((bytes): Attack => ({ kind: 'bytes', bytes })) },
    {
      weight: 16,
      arbitrary: fc
        .tuple(forgeries(token, key), fc.constantFrom(...protectedRoutes), fc.boolean())
        .map(([forged, [method, path], inQuery]): Attack => ({
          kind: 'token',
          request: inQuery
            ? { method, path: `${path}?token=${encodeURIComponent(forged.toWellFormed())}` }
            : { method, path, headers: { Authorization: `Bearer ${printable(forged)}` } },
          allowed: [401, 403],
        })),
    },
    {
      weight: 12,
      arbitrary: fc
        .tuple(
          fc.constantFrom(
            'GET /v1/context/',
            'GET /v1/chats/',
            'DELETE /v1/chat/finish/',
            'DELETE /v1/context/',
            'POST /v1/integrations/webhook/register/x',
            'GET /',
            'GET /health/',
            'PUT /v1/',
          ),
          segment,
          query,
        )
        .map(([start, end, more]): Attack => {
          const [method = '', path = ''] = start.split(' ');
          return { kind: 'path', request: { method, path: `${path}${end}${more}`, headers: bearer } };
        }),
    },
    {
      weight: 6,
      arbitrary: fc
        .tuple(bodies, fc.constantFrom(whatsAppPath, facebookPath), fc.nat(6))
        .map(([{ bytes }, path, how]): Attack => {
          const right = sign(bytes);
          const given = [
            '',
            right.slice(1),
            `${right}0`,
            `sha1=${right}`,
            sign(Buffer.concat([bytes, Buffer.from(' ')])),
            'sample',
            `x${right}`,
          ][how];
          return {
            kind: 'signature',
            request: {
              method: 'POST',
              path,
              headers: {
                ...json,
                ...(given === undefined || given === '' ? {} : { 'x-yalochat-signature': given }),
              },
              body: bytes,
            },
            // the size comes first where it alone decides
            allowed: [403, 413],
          };
        }),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.constantFrom('yaloUser', 'salesforceUser', 'root', ...hostile),
          fc.constantFrom('password', ...hostile),
        )
        .map(([username, password]): Attack => ({
          kind: 'login',
          request: {
            method: 'POST',
            path: '/v1/authenticate',
            headers: json,
            body: Buffer.from(JSON.stringify({ username, password })),
          },
          allowed: [401, 429],
        })),
    },
  );
};

interface Tally {
  sent: number;
  readonly statuses: Map<string, number>;
  readonly bad: string[];
  /** Users whose chat was created. */
  readonly created: Set<string>;
}

const count = (tally: Tally, kind: string, status: number | string): void => {
  const name = `${kind.replace(/ .*/u, '')} ${status}`;
  tally.statuses.set(name, (tally.statuses.get(name) ?? 0) + 1);
};

const carryOut = async (
  attack: Attack,
  ask: (bytes: Buffer) => Promise<Heard>,
  port: number,
  tally: Tally,
): Promise<void> => {
  tally.sent += 1;
  const bytes = 'bytes' in attack ? attack.bytes : bytesOf(attack.request);
  const note = (what: string): void =>
    void tally.bad.push(`${attack.kind}: ${what}\n${bytes.toString('latin1').slice(0, 600)}`);
  try {
    if ('bytes' in attack) {
      const text = await shoot(port, bytes);
      const { answers } = answersIn(text);
      if (answers.length === 0) count(tally, attack.kind, 'closed');
      for (const heard of answers) {
        count(tally, attack.kind, heard.status);
        const what = wrong(heard);
        if (what !== undefined) note(`${what}: ${heard.status} ${heard.body}`);
      }
      return;
    }
    const heard = await ask(bytes);
    count(tally, attack.kind, heard.status);
    const { path } = attack.request;
    if (path === '/v1/chats/connect' && heard.status === 200) {
      const { userID } = readLoosely(attack.request.body);
      if (typeof userID === 'string') tally.created.add(userID);
    }
    const what =
      wrong(heard) ?? (attack.allowed?.includes(heard.status) === false ? 'another status' : undefined);
    if (what !== undefined) note(`${what}: ${heard.status} ${heard.body}`);
  } catch (error) {
    note(error instanceof Error ? error.message : String(error));
  }
};

const readLoosely = (body: Buffer | undefined): Record<string, unknown> => {
  try {
    const found = JSON.parse(body?.toString() ?? '') as Record<string, unknown>;
    const key =
      'userID' in found ? 'userID' : Object.keys(found).findLast((name) => name.toLowerCase() === 'userid');
    return { userID: key === undefined ? undefined : found[key] };
  } catch {
    return {};
  }
};

/** Connections that send a head, or a body, and no end of it: others are served beside them (`http/wire.test.ts` has them cut). */
const slowClients = (port: number) => {
  const sockets = Array.from({ length: 60 }, (_, index) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.write('POST /v1/authenticate HTTP/1.1\r\nHost: a\r\n');
      if (index % 2 === 0) socket.write('Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a"');
    });
    socket.on('data', () => undefined);
    socket.on('error', () => undefined);
    return socket;
  });
  const drip = setInterval(() => {
    for (const [index, socket] of sockets.entries()) {
      if (socket.writable) socket.write(index % 2 === 0 ? ' ' : 'X-A: b\r\n');
    }
  }, 500);
  return {
    close: () => {
      clearInterval(drip);
      for (const socket of sockets) socket.destroy();
    },
  };
};

/** Media at a service of this machine that the list does not name, spelled in many ways. */
const inward = (port: number): ReadonlyArray<string> => [
  ...[
    '127.0.0.1',
    'localhost',
    '[::1]',
    '0x7f000001',
    '2130706433',
    '127.1',
    '0177.0.0.1',
    '[::ffff:127.0.0.1]',
  ].map((host) => `http://${host}:${port}/`),
  ...[
    `http://user@127.0.0.1:${port}/`,
    `https://127.0.0.1:${port}/`,
    `http://１２７.0.0.1:${port}/`,
    `http://0:${port}/`,
  ],
  ...[
    'file:///etc/passwd',
    'http://169.254.169.254/latest/meta-data',
    'gopher://127.0.0.1/',
    'data:text/plain,x',
  ],
];

const finishAll = async (target: Target, users: Set<string>): Promise<void> => {
  for (const userID of users)
    await target.call('DELETE', `/v1/chat/finish/${encodeURIComponent(userID.toWellFormed())}`);
  users.clear();
};

/** A whole conversation, in both directions. */
const converses = async (
  t: ExecutionContext,
  target: Target,
  userID: string,
  name: string,
): Promise<void> => {
  const { salesforce, yalo } = target.sandbox;
  await yalo.phone.sendText('whatsapp', userID, `Hola de ${name}`);
  const before = new Set(salesforce.agents.chats().map(({ id }) => id));
  const connected = await target.call('POST', '/v1/chats/connect', {
    ...whatsAppConnect,
    userID,
    phoneNumber: userID,
    email: `${userID}@example.com`,
    name,
  });
  t.is(connected.status, 200, await connected.text());
  const chat = await salesforce.agents.waitForChat(({ id, state }) => !before.has(id) && state === 'queued');
  salesforce.agents.accept(chat, 'Andrea');
  await salesforce.agents.waitForText(chat, new RegExp(`Hola de ${name}`, 'u'));
  salesforce.agents.say(chat, [`Buenas, ${name}`]);
  await yalo.deliveries.waitForText(userID, `Buenas, ${name}`);
  const sent = await yalo.phone.sendText('whatsapp', userID, `gracias de ${name}`);
  await yalo.phone.resend(sent);
  await yalo.phone.sendText('whatsapp', userID, `adiós de ${name}`);
  await salesforce.agents.waitForText(chat, `adiós de ${name}`);
  t.is(
    chat.transcript.filter(({ text }) => text === `gracias de ${name}`).length,
    1,
    'a replay is no message',
  );
};

test.serial(
  'under abuse › every answer is one of the contract’s, nothing leaks, grows or breaks',
  async (t) => {
    t.timeout(120_000 + requests * 10);
    t.log(`ABUSE_SEED=${seed} ABUSE_REQUESTS=${requests}`);
    const target = await startTarget();
    t.teardown(target.close);
    const canary = await startCanary();
    t.teardown(canary.close);
    const pid = target.process.pid();
    const token = await target.login();
    const began = performance.now();

    await converses(t, target, '5215550000001', 'Ana');
    for (const url of inward(canary.port)) {
      await target.sandbox.yalo.phone.sendMedia({ provider: 'whatsapp', userId: '5215550000001', url });
    }
    const slow = slowClients(target.port);
    t.teardown(slow.close);

    const tally: Tally = { sent: 0, statuses: new Map(), bad: [], created: new Set() };
    const pool = Array.from({ length: connections }, () => makeConnection(target.port));
    const heaps: number[] = [];
    const wanted = attacks(token, target);
    const perRound = Math.ceil(requests / rounds);
    const portion = 1_000;
    for (let round = 0; round < rounds; round += 1) {
      for (let from = 0; from < perRound; from += portion) {
        const some = fc.sample(wanted, {
          seed: seed + round * 1_000_003 + from,
          numRuns: Math.min(portion, perRound - from),
        });
        await Promise.all(
          pool.map(async ({ ask }, worker) => {
            for (let n = worker; n < some.length; n += pool.length) {
              const attack = some[n];
              if (attack !== undefined) await carryOut(attack, ask, target.port, tally);
            }
          }),
        );
      }
      await finishAll(target, tally.created);
      heaps.push(await target.held());
    }
    for (const { close } of pool) close();
    const seconds = (performance.now() - began) / 1000;

    const shown = [...tally.statuses].sort().map(([name, n]) => `${name}: ${n}`);
    const mib = heaps.map((bytes) => (bytes / 2 ** 20).toFixed(1));
    t.log(`${tally.sent} requests in ${seconds.toFixed(1)} s; ${shown.join(', ')}`);
    t.log(`heap after each round, MiB: ${mib.join(', ')}`);
    t.deepEqual(tally.bad.slice(0, 5), [], `${tally.bad.length} answers are wrong; seed ${seed}`);

    t.true(target.process.isRunning());
    t.is(target.process.pid(), pid);
    t.deepEqual(
      await target.login().then((again) => again.split('.').length),
      3,
      'the bot is not locked out',
    );
    t.true((heaps.at(-1) ?? 0) - (heaps[0] ?? 0) < 16 * 2 ** 20, `grew: ${mib.join(', ')} MiB`);
    t.log(`resident at the end: ${((await target.resident()) / 2 ** 20).toFixed(0)} MiB`);
    await converses(t, target, '5215550000002', 'Luis');
    t.is(canary.visits(), 0, 'nobody was led inside');

    const lines = target.process.logged();
    t.deepEqual(
      lines.filter(
        ({ event, error }) =>
          ['unhandled-rejection', 'uncaught-exception', 'forged'].includes(String(event)) ||
          error === 'Unexpected',
      ),
      [],
    );
    const log = lines.map((line) => JSON.stringify(line)).join('\n');
    for (const hidden of [token, token.slice(-43), ...Object.values(secrets), '5215550000001', 'Hola de'])
      t.false(log.includes(hidden), `the log shows ${hidden}`);
    const numbers = await target.metrics();
    for (const hidden of [token.slice(-43), '5215550000001']) t.false(numbers.includes(hidden));
    const setAside = async (userID: string): Promise<number> =>
      ((await (await target.call('GET', `/v1/chats/${userID}`)).json()) as { setAside: number }).setAside;
    t.is(await setAside('5215550000001'), inward(canary.port).length, 'media from inside is given up');
    t.is(await setAside('5215550000002'), 0, 'what was said in earnest is not');
  },
);
