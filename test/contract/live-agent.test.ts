import test from 'ava';
import { startSandbox } from '../../sandbox/index.ts';
import { makeLiveAgentDesk } from '../../src/adapters/live-agent/desk.adapter.ts';
import { agentDeskContract, type MakeDesk } from './agent-desk.suite.ts';
import { deskOptions } from '../unit/live-agent/wire.ts';

/** Live Agent against the chat servers of the sandbox. */
const make: MakeDesk = async () => {
  const sandbox = await startSandbox();
  const { agents, faults, org } = sandbox.salesforce;
  const { options, close } = deskOptions(sandbox);
  const chat = () => {
    const newest = agents.chats().at(-1);
    if (newest === undefined) throw new Error('no chat was requested');
    return newest;
  };
  return {
    desk: makeLiveAgentDesk(options),
    request: {
      provider: 'whatsapp',
      buttonId: org.buttons.whatsapp,
      visitorName: 'Ana P.',
      caseId: '500000000000001',
      contactId: '003000000000001',
    },
    console: {
      accept: (agent) => agents.accept(chat(), agent),
      say: (...texts) => agents.say(chat(), texts),
      end: () => agents.end(chat()),
      forget: () => agents.expire(chat()),
      heard: () =>
        chat()
          .transcript.filter(({ from }) => from === 'visitor')
          .map(({ text }) => text),
      isOver: () => chat().state === 'ended',
      loseAnswer: () => void faults.add({ method: 'POST', path: '*/Chasitor/*', kind: 'reset-after' }),
      failNextReceive: () => void faults.add({ path: '*/System/Messages', kind: 'status', status: 500 }),
    },
    dispose: async () => {
      close();
      await sandbox.stop();
    },
  };
};

for (const { title, run } of agentDeskContract) {
  test(`live-agent: ${title}`, async (t) => {
    await t.notThrowsAsync(run(make));
  });
}
