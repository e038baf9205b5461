import { createInterface } from 'node:readline';
import { makeApplication, makeSettings, type Crm, type User } from 'relevo';
import { absentPorts } from 'relevo/adapters/absent';
import { makeMemoryStores } from 'relevo/adapters/memory';
import { makeSystemClock, makeSystemIds } from 'relevo/adapters/system';
import { O, TE } from 'relevo/fp';
import { makeToyDesk } from './desk.ts';
import { makeSwitchboard } from './switchboard.ts';

const help = `
  c TEXT       the customer writes
  connect      the bot asks for a human
  accept NAME  an agent takes the chat
  a TEXT       the agent writes
  end          the agent ends the chat
  quit
`;

const clock = makeSystemClock();
const ids = makeSystemIds(clock);
const hour = 60 * 60_000;
const stores = makeMemoryStores({
  clock,
  contextTtlMs: 24 * hour,
  deliveryDeadlineMs: 24 * hour,
  chatRetentionMs: 24 * hour,
});
const { line, seats } = makeSwitchboard((heard) =>
  console.log(`agent's screen    | ${heard.replaceAll('\n', '\n                  | ')}`),
);
const desk = makeToyDesk(line);

/** The desk wants a contact and a case to show: here everybody is new, and a case is a number. */
const crm: Crm = {
  login: () => TE.right(undefined),
  findContact: () => TE.right(O.none),
  createContact: () => TE.right('contact-1'),
  findCase: () => TE.right(O.none),
  createCase: () => TE.right(`case-${ids.chatId()}`),
};

const { application, workers } = makeApplication(
  {
    ...absentPorts,
    ...stores,
    clock,
    ids,
    crm,
    desks: new Map([[desk.kind, desk]]),
    botChannel: {
      ...absentPorts.botChannel,
      sendText: (_user, { text }) => TE.fromIO(() => console.log(`customer's phone  | ${text}`)),
    },
  },
  makeSettings({
    self: `terminal-${ids.writeId()}`,
    desk: desk.kind,
    flows: new Map([['default', { subject: 'Chat', providers: { whatsapp: { buttonId: 'main' } } }]]),
  }),
);
await workers.start();

const ana: User = { provider: 'whatsapp', id: '5215550000001' };
const profile = { name: 'Ana', email: 'ana@example.com', botSlug: 'demo-bot', botId: 'demo' };

const say = async (text: string): Promise<unknown> =>
  application.ingestMessages([
    { user: ana, id: ids.writeId(), from: 'user', timestamp: clock.now(), content: { type: 'text', text } },
  ])();

const run = async (command: string, rest: string): Promise<unknown> => {
  switch (command) {
    case 'c':
      return say(rest);
    case 'connect':
      return application.connectChat({ user: ana, profile, extraData: {} })();
    case 'accept':
      return seats.at(-1)?.accept(rest);
    case 'a':
      return seats.at(-1)?.say(rest);
    case 'end':
      return seats.at(-1)?.end();
    default:
      return console.log(help);
  }
};

console.log(help);
for await (const entered of createInterface({ input: process.stdin })) {
  const [command = '', ...words] = entered.trim().split(' ');
  if (command === 'quit') break;
  const answer = await run(command, words.join(' '));
  if (answer !== undefined) console.log(`(${command}: ${JSON.stringify(answer)})`);
}
await workers.stop(5_000);
await stores.close();
